// Keeps the address as the view changes, and takes over the view of the address the page was opened with.

import { effect } from "@preact/signals";
import type { Options } from "../pkg/logloupe.js";
import * as filter from "./filter.ts";
import { read, written, type SharedView } from "./shared_view.ts";
import * as state from "./state.ts";
import { STYLES, timeStyle } from "./times.ts";

/** Milliseconds between two changes of the address: browsers refuse too many. */
const PAUSE_MS = 500;
/** What the page was opened with, until the first answer took it over. */
let opened: SharedView | null = null;

/** Options of the address the page was opened with. */
export function openedOptions(): Partial<Options> {
  return opened?.options ?? {};
}

/** Shows the next answer as it was looked at before. */
export function takeView(view: SharedView): void {
  opened = view;
}

/** How the answer is looked at now, as it stands in the address. */
export function currentView(): string {
  return written({
    selection: filter.selection.value,
    range: state.range.value,
    options: state.options.value,
    times: timeStyle.value,
  });
}

/** Takes the view of the address over with the first answer, and keeps the address as the view changes. */
export function keepAddress(): void {
  opened = window.location.hash === "" ? null : read(window.location.hash);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const write = (): void => {
    timer = undefined;
    const hash = state.report.peek() === null ? "" : currentView();
    const now = window.location.hash.replace(/^#/, "");
    if (hash !== now) {
      const path = window.location.pathname + window.location.search;
      history.replaceState(history.state, "", hash === "" ? path : `${path}#${hash}`);
    }
  };
  const soon = (): void => {
    timer ??= setTimeout(write, PAUSE_MS);
  };
  effect(() => {
    const report = state.report.value;
    if (report === null || opened === null) return;
    const { selection, range, times } = opened;
    opened = null;
    // The panels of the new answer come first.
    setTimeout(() => {
      if (state.report.peek() !== report) return;
      state.range.value = range;
      const style = STYLES.find(([known]) => known === times)?.[0];
      if (style !== undefined) timeStyle.value = style;
      if (Object.keys(selection).length > 0) filter.change(selection, true);
    });
  });
  effect(() => {
    // Read so that a change of any of them is written.
    void [filter.selection.value, state.range.value, state.options.value, timeStyle.value];
    if (state.report.value !== null && opened === null) soon();
  });
  window.addEventListener("popstate", soon);
}
