// Which records the lines panel shows, what is known of them so far, and the steps back.

import { computed, effect, signal } from "@preact/signals";
import type { Place, RawLine, Selection, SourceCount, TextQuery } from "../pkg/logloupe.js";
import { EngineError, type Found } from "./engine.ts";
import * as state from "./state.ts";

/** Bars of the strip above the lines. */
const BINS = 240;
/** Steps that can be taken back. */
const UNDO_CAP = 50;

/** What is selected now; starts as what the panel was opened for. */
export const selection = signal<Selection>({});
/** What is found of it so far; null until there is an answer. */
export const found = signal<Found | null>(null);
export const failure = signal<EngineError | null>(null);
/** Names the selection for questions about it; changes with every query. */
export const find = signal(0);
const past = signal<Selection[]>([]);
export const canUndo = computed(() => past.value.length > 0);
/** The sources of the log, once they were asked for. */
export const sources = signal<SourceCount[] | null>(null);

effect(() => {
  const view = state.linesView.value;
  past.value = [];
  if (view !== null) {
    select(view.selection);
  }
});
effect(() => {
  if (state.report.value === null) {
    sources.value = null;
    found.value = null;
    selection.value = {};
  }
});

function select(next: Selection): void {
  selection.value = next;
  failure.value = null;
  const core = state.core();
  if (core === null) {
    return;
  }
  const isCurrent = (query: number): boolean => query === find.peek();
  let query = 0;
  query = core.find(
    next,
    BINS,
    (update) => {
      if (isCurrent(update.query)) {
        found.value = update;
      }
    },
    (error) => {
      // Of a selection that was replaced nobody wants to hear.
      if (error.code !== "overtaken" && (query === 0 || isCurrent(query))) {
        failure.value = error;
      }
    },
  );
  find.value = query;
}

/** Evaluates the same selection once more, after another query took its place in the workers. */
export function again(): void {
  if (state.linesView.peek() !== null) {
    select(selection.peek());
  }
}

/** Selects something else; the step can be taken back. */
export function change(part: Selection): void {
  const next = cleaned({ ...selection.peek(), ...part });
  if (JSON.stringify(next) !== JSON.stringify(cleaned(selection.peek()))) {
    past.value = [...past.peek(), selection.peek()].slice(-UNDO_CAP);
    select(next);
  }
}

/** Without any condition: all records. */
export function clearAll(): void {
  const none = Object.keys(selection.peek()).map((key) => [key, undefined]);
  change(Object.fromEntries(none) as Selection);
}

export function undo(): boolean {
  const before = past.peek().at(-1);
  if (before === undefined) {
    return false;
  }
  past.value = past.peek().slice(0, -1);
  select(before);
  return true;
}

export function changeText(part: Partial<TextQuery>): void {
  const text = { pattern: "", isRegex: false, isCaseSensitive: false, ...selection.peek().text };
  change({ text: { ...text, ...part } });
}

/** Ends the search; what was found stays. */
export function stop(): void {
  state.core()?.stop(find.peek());
}

/** Lines of a selection. */
export function readLines(query: number, first: number, nLines: number): Promise<RawLine[]> {
  const core = state.core();
  return core === null ? Promise.resolve([]) : core.lines(query, first, nLines);
}

/** At which record of the selection a place is. */
export async function rowOf(place: Place): Promise<number> {
  return (await state.core()?.seek(find.peek(), place)) ?? 0;
}

/** Asks for the sources, once a log. */
export async function loadSources(): Promise<void> {
  if (sources.peek() === null) {
    sources.value = [];
    try {
      sources.value = (await state.core()?.sources())?.sources ?? [];
    } catch {
      // Without them the panel has no list to choose from; the failure itself is said with the lines.
      sources.value = null;
    }
  }
}

/** The same without conditions that say nothing. */
function cleaned(selection: Selection): Selection {
  const { text, ...rest } = selection;
  const entries = Object.entries(rest).filter(([, value]) => value != null);
  // What is typed stays while its switches are set, but an empty text is no condition.
  const kept = text != null && (text.pattern !== "" || text.isRegex || text.isCaseSensitive);
  return Object.fromEntries(kept ? [...entries, ["text", text]] : entries) as Selection;
}
