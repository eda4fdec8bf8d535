// Whether the lines panel is open and what it was opened for; the browser's back button closes it.

import { signal } from "@preact/signals";
import type { Selection } from "../pkg/logloupe.js";

/** What the lines panel shows. */
export interface LinesView {
  title: string;
  detail: string;
  selection: Selection;
}

export const linesView = signal<LinesView | null>(null);

/** Opens the lines panel; the browser's back button closes it. */
export function showLines(view: LinesView): void {
  if (linesView.value === null && !isGoingBack) {
    history.pushState({ isLinesOpen: true }, "");
  }
  linesView.value = view;
}

export function closeLines(): void {
  if (linesView.value !== null) {
    linesView.value = null;
    if (!isGoingBack && isLinesState(history.state)) {
      isGoingBack = true;
      history.back();
    }
  }
}

/** The step back of a panel that was closed is on its way: the browser takes it when it has the time. */
let isGoingBack = false;

window.addEventListener("popstate", (event) => {
  if (isGoingBack) {
    isGoingBack = false;
    // Opened again meanwhile, it has its own step to go back.
    if (linesView.value !== null && !isLinesState(event.state)) {
      history.pushState({ isLinesOpen: true }, "");
    }
  } else if (!isLinesState(event.state)) {
    linesView.value = null;
  }
});

function isLinesState(state: unknown): boolean {
  return typeof state === "object" && state !== null && "isLinesOpen" in state;
}
