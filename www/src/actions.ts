// Everything the page can do, by name and key: what the palette lists, the help explains and the keyboard runs.

import { signal } from "@preact/signals";
import * as filter from "./filter.ts";
import * as jumps from "./jumps.ts";
import { isSaveOpen } from "./save.ts";
import { toggleTheme } from "./settings.ts";
import { canSavePage, savePage } from "./offline.ts";
import * as recent from "./recent.ts";
import * as state from "./state.ts";
import { pickFiles, pickFolder, canPickFolder } from "./views/files.tsx";
import { isWrapped } from "./views/lines.tsx";
import { showIncident } from "./views/incidents.tsx";
import { isSelfTestOpen } from "./views/selftest.tsx";
import { showSelected } from "./views/selection.tsx";
import { showAllLines } from "./views/top.tsx";
import { currentRow } from "./cursor.ts";
import * as zoom from "./zoom.ts";
import { STYLES, timeStyle } from "./times.ts";

export interface Action {
  name: string;
  group: "Open" | "Go" | "Select" | "Lines" | "Timeline" | "Page";
  /** As `KeyboardEvent.key`, with `Ctrl+` and `Shift+` in front where they are needed; the first is the one that is shown. */
  keys: string[];
  run: () => unknown;
  /** Whether it means anything now. */
  isPossible: () => boolean;
  /** Works while something is typed. */
  isEverywhere?: boolean;
}

export const isPaletteOpen = signal(false);
export const isGoToTimeOpen = signal(false);

const always = (): boolean => true;
const hasAnswer = (): boolean => state.report.peek() !== null;
const hasLines = (): boolean => hasAnswer() && state.linesView.peek() !== null;
const isTimed = (): boolean => (state.report.peek()?.timeline.nBins ?? 0) > 0;

function section(id: string): () => void {
  return () => {
    const panel = document.getElementById(id);
    panel?.scrollIntoView({ block: "start" });
    panel?.querySelector<HTMLElement>("button, input, canvas, a, summary")?.focus({
      preventScroll: true,
    });
  };
}

/** To the next or previous incident: its card, and its lines where the lines are open. */
function stepIncident(step: 1 | -1): void {
  const incidents = state.report.peek()?.incidents ?? [];
  const titles = [...document.querySelectorAll<HTMLElement>(".incident .link-title")];
  const focused = titles.findIndex((title) =>
    title.closest(".incident")?.contains(document.activeElement),
  );
  const chosen = filter.selection.peek().incident;
  const now = hasLines() && chosen != null ? chosen - 1 : focused;
  const next = now === -1 ? (step === 1 ? 0 : incidents.length - 1) : now + step;
  const incident = incidents[next];
  if (incident === undefined) {
    return;
  }
  if (hasLines()) {
    showIncident(incident);
  } else {
    titles[next]?.focus();
  }
  titles[next]?.closest(".incident")?.scrollIntoView({ block: "nearest" });
}

function search(): void {
  // The lines are what is searched; the patterns have a field of their own.
  document.getElementById("lines-search")?.focus();
  if (!hasLines()) {
    document.getElementById("pattern-search")?.focus();
  }
}

async function around(): Promise<void> {
  if (jumps.context.peek() !== null && !filter.isActive.peek()) {
    await jumps.leaveContext();
    return;
  }
  const at = currentRow.peek();
  if (at?.find === filter.find.peek()) {
    const [line] = await filter.readLines(at.find, at.row, 1);
    if (line !== undefined) await jumps.showContext(line, at.row);
  }
}

function nextTimeStyle(): void {
  const now = STYLES.findIndex(([style]) => style === timeStyle.peek());
  timeStyle.value = STYLES[(now + 1) % STYLES.length]?.[0] ?? "utc";
}

function zoomToSelection(): void {
  const { fromMs, toMs } = filter.selection.peek();
  if (fromMs != null && toMs != null) zoom.zoomTo(fromMs, toMs);
}

const focusTimeline = (): void => document.getElementById("plot-timeline")?.focus();

/** In the order in which they are listed. */
export const ACTIONS: Action[] = [
  {
    name: "Open files",
    group: "Open",
    keys: ["Ctrl+o"],
    run: pickFiles,
    isPossible: always,
    isEverywhere: true,
  },
  {
    name: "Open a folder",
    group: "Open",
    keys: [],
    run: pickFolder,
    isPossible: () => canPickFolder,
  },
  { name: "Try a sample", group: "Open", keys: [], run: state.openSample, isPossible: always },
  {
    name: "Read the files again",
    group: "Open",
    keys: [],
    run: () => void state.readFresh(),
    isPossible: () => state.canRetry.peek(),
  },
  {
    name: "Save the report, incidents, patterns or lines",
    group: "Open",
    keys: ["Ctrl+s"],
    run: () => {
      isSaveOpen.value = true;
    },
    isPossible: hasAnswer,
    isEverywhere: true,
  },
  {
    name: "Test that nothing leaves the page",
    group: "Page",
    keys: [],
    run: () => {
      isSelfTestOpen.value = true;
    },
    isPossible: () => state.readiness.peek().kind === "ready",
  },
  {
    name: "Save this page as one file that runs without a network",
    group: "Page",
    keys: [],
    run: () => void savePage(),
    isPossible: canSavePage,
  },
  {
    name: "Forget the files that were opened lately",
    group: "Page",
    keys: [],
    run: () => void recent.forgetAll(),
    isPossible: () => recent.entries.peek().length > 0,
  },
  { name: "Back to the start", group: "Open", keys: [], run: state.reset, isPossible: hasAnswer },

  {
    name: "Next incident",
    group: "Go",
    keys: ["]"],
    run: () => stepIncident(1),
    isPossible: hasAnswer,
  },
  {
    name: "Previous incident",
    group: "Go",
    keys: ["["],
    run: () => stepIncident(-1),
    isPossible: hasAnswer,
  },
  {
    name: "Next hit",
    group: "Go",
    keys: ["n"],
    run: () => void jumps.toHit(1),
    isPossible: hasAnswer,
  },
  {
    name: "Previous hit",
    group: "Go",
    keys: ["N"],
    run: () => void jumps.toHit(-1),
    isPossible: hasAnswer,
  },
  {
    name: "Next error",
    group: "Go",
    keys: ["e"],
    run: () => void jumps.toError(1),
    isPossible: hasAnswer,
  },
  {
    name: "Previous error",
    group: "Go",
    keys: ["E"],
    run: () => void jumps.toError(-1),
    isPossible: hasAnswer,
  },
  {
    name: "Next warning",
    group: "Go",
    keys: ["w"],
    run: () => void jumps.toWarning(1),
    isPossible: hasAnswer,
  },
  {
    name: "Previous warning",
    group: "Go",
    keys: ["W"],
    run: () => void jumps.toWarning(-1),
    isPossible: hasAnswer,
  },
  {
    name: "Next unusual line",
    group: "Go",
    keys: ["a"],
    run: () => void jumps.toAnomaly(1),
    isPossible: hasAnswer,
  },
  {
    name: "Previous unusual line",
    group: "Go",
    keys: ["A"],
    run: () => void jumps.toAnomaly(-1),
    isPossible: hasAnswer,
  },
  {
    name: "Go to a time",
    group: "Go",
    keys: ["g"],
    run: () => {
      isGoToTimeOpen.value = true;
    },
    isPossible: () => hasAnswer() && isTimed(),
  },
  ...(
    [
      ["Timeline", "timeline"],
      ["Incidents", "incidents"],
      ["What changed", "changes"],
      ["Compare", "compare"],
      ["Plots", "plots"],
      ["Patterns", "patterns"],
      ["Windows", "windows"],
      ["Files", "files"],
      ["Settings", "choices"],
    ] as const
  ).map(([name, id]): Action => ({
    name: `Go to: ${name}`,
    group: "Go",
    keys: [],
    run: section(id),
    isPossible: () => hasAnswer() && document.getElementById(id) !== null,
  })),

  { name: "Search", group: "Select", keys: ["/"], run: search, isPossible: hasAnswer },
  {
    name: "All lines",
    group: "Select",
    keys: ["l", "L"],
    run: showAllLines,
    isPossible: hasAnswer,
  },
  {
    name: "Lines of the selection",
    group: "Select",
    keys: ["Enter"],
    run: showSelected,
    isPossible: () => hasAnswer() && !hasLines() && filter.isActive.peek(),
  },
  {
    name: "Undo the last change of the selection",
    group: "Select",
    keys: ["Ctrl+z"],
    run: filter.undo,
    isPossible: () => hasAnswer() && filter.canUndo.peek(),
  },
  {
    name: "Redo it",
    group: "Select",
    keys: ["Ctrl+y", "Ctrl+Shift+z"],
    run: filter.redo,
    isPossible: () => hasAnswer() && filter.canRedo.peek(),
  },
  {
    name: "Clear the selection",
    group: "Select",
    keys: [],
    run: filter.clearAll,
    isPossible: () => hasAnswer() && filter.isActive.peek(),
  },

  {
    name: "Lines around the current one, and back",
    group: "Lines",
    keys: ["c"],
    run: () => void around(),
    isPossible: hasLines,
  },
  {
    name: "Mark the current line, or unmark it",
    group: "Lines",
    keys: ["m"],
    run: () => void jumps.markCurrent(),
    isPossible: hasLines,
  },
  {
    name: "Wrap long lines, or not",
    group: "Lines",
    keys: [],
    run: () => {
      isWrapped.value = !isWrapped.peek();
    },
    isPossible: hasLines,
  },
  {
    name: "Write times another way",
    group: "Lines",
    keys: [],
    run: nextTimeStyle,
    isPossible: () => hasLines() && isTimed(),
  },
  {
    name: "Close the lines",
    group: "Lines",
    keys: [],
    run: state.closeLines,
    isPossible: hasLines,
  },

  {
    name: "Zoom in",
    group: "Timeline",
    keys: ["+", "="],
    run: () => zoom.zoom(2),
    isPossible: () => hasAnswer() && isTimed(),
  },
  {
    name: "Zoom out",
    group: "Timeline",
    keys: ["-"],
    run: () => zoom.zoom(-2),
    isPossible: () => hasAnswer() && isTimed(),
  },
  {
    name: "Move to earlier",
    group: "Timeline",
    keys: ["Shift+ArrowLeft"],
    run: () => zoom.pan(-1),
    isPossible: () => hasAnswer() && isTimed(),
  },
  {
    name: "Move to later",
    group: "Timeline",
    keys: ["Shift+ArrowRight"],
    run: () => zoom.pan(1),
    isPossible: () => hasAnswer() && isTimed(),
  },
  {
    name: "The whole timeline",
    group: "Timeline",
    keys: ["0"],
    run: zoom.fit,
    isPossible: hasAnswer,
  },
  {
    name: "Zoom to the selection",
    group: "Timeline",
    keys: ["f"],
    run: zoomToSelection,
    isPossible: () => hasAnswer() && filter.selection.peek().fromMs != null,
  },
  {
    name: "To the timeline: W and S zoom, A and D move, arrows choose a bar",
    group: "Timeline",
    keys: ["z"],
    run: focusTimeline,
    isPossible: () => hasAnswer() && isTimed(),
  },

  {
    name: "All actions",
    group: "Page",
    keys: ["Ctrl+Shift+p", "F1"],
    run: () => {
      isPaletteOpen.value = true;
    },
    isPossible: always,
    isEverywhere: true,
  },
  {
    name: "Keys and words",
    group: "Page",
    keys: ["?"],
    run: () => {
      state.isHelpOpen.value = true;
    },
    isPossible: always,
  },
  { name: "Light or dark", group: "Page", keys: ["t", "T"], run: toggleTheme, isPossible: always },
];

/** The action of a key that was pressed; undefined where it has none now. */
export function actionOf(event: KeyboardEvent, isTyping: boolean): Action | undefined {
  const isCtrl = event.ctrlKey || event.metaKey;
  if (event.altKey) {
    return undefined;
  }
  const isLong = event.key.length > 1;
  const key = isCtrl && !isLong ? event.key.toLowerCase() : event.key;
  // What a letter means with Shift says the letter itself.
  const shift = event.shiftKey && (isCtrl || isLong) ? "Shift+" : "";
  const pressed = `${isCtrl ? "Ctrl+" : ""}${shift}${key}`;
  return ACTIONS.find(
    (action) =>
      action.keys.includes(pressed) &&
      (!isTyping || action.isEverywhere === true) &&
      action.isPossible(),
  );
}

/** A key as it is shown: `Ctrl`, `Shift`, `P`. */
export function shownKeys(key: string): string[] {
  const names: Record<string, string> = { ArrowLeft: "←", ArrowRight: "→" };
  const parts = key === "+" ? ["+"] : key.split("+");
  const isCombined = parts.length > 1;
  return parts.map((part) => {
    const isCapital = part.length === 1 && part !== part.toLowerCase();
    if (isCapital) return `Shift ${part}`;
    return (
      names[part] ??
      (part.length === 1 || isCombined
        ? part.toUpperCase().replace("CTRL", "Ctrl").replace("SHIFT", "Shift")
        : part)
    );
  });
}
