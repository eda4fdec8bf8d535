// The one selection of the page: which records every view lifts out and the lines panel shows, what is known of them so far,
// and the steps back and forth.

import { computed, effect, signal } from "@preact/signals";
import type { Place, RawLine, Selection, SourceCount, TextQuery } from "../pkg/logloupe.js";
import { EngineError } from "./core.ts";
import type { Found } from "./engine.ts";
import * as state from "./state.ts";

/** Bars of the strip above the lines. */
const BINS = 240;
/** Steps that can be taken back. */
const UNDO_CAP = 50;
/** Filters that are kept by name. */
const SAVED_CAP = 30;

/** A filter that was kept by name, as long as the page is open; with files that are remembered, also after that (`recent.ts`). */
export interface SavedFilter {
  name: string;
  selection: Selection;
}

/** What is selected now; empty: everything. */
export const selection = signal<Selection>({});
/** What is found of it so far; null until there is an answer. */
export const found = signal<Found | null>(null);
export const failure = signal<EngineError | null>(null);
/** Names the selection for questions about it; changes with every query. */
export const find = signal(0);
/** Records of each pattern among what is selected; null while that is not known, or all are selected. */
export const facets = signal<Map<number, number> | null>(null);
const past = signal<Selection[]>([]);
const future = signal<Selection[]>([]);
export const canUndo = computed(() => past.value.length > 0);
export const canRedo = computed(() => future.value.length > 0);
export const isActive = computed(() => Object.keys(cleaned(selection.value)).length > 0);
export const saved = signal<SavedFilter[]>([]);
/** The sources of the log, once they were asked for. */
export const sources = signal<SourceCount[] | null>(null);

effect(() => {
  const view = state.linesView.value;
  if (view !== null) {
    change(view.selection, true);
    // What was selected before the panel was opened can be asked for once more.
    if (found.peek() === null || found.peek()?.query !== find.peek()) {
      select(selection.peek());
    }
  }
});
effect(() => {
  if (state.report.value === null) {
    sources.value = null;
    saved.value = [];
  }
  // Another answer numbers patterns and incidents anew.
  found.value = null;
  facets.value = null;
  failure.value = null;
  selection.value = {};
  past.value = [];
  future.value = [];
});

effect(() => {
  // Other workers hold the lines now.
  if (state.nRecovered.value > 0) {
    again();
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
        if (update.isFinal) {
          void askFacets(update.query);
        }
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
  if (state.report.peek() !== null && find.peek() !== 0) {
    select(selection.peek());
  }
}

async function askFacets(query: number): Promise<void> {
  if (!isActive.peek()) {
    facets.value = null;
    return;
  }
  try {
    const counts = (await state.core()?.facets(query)) ?? [];
    if (query === find.peek()) {
      facets.value = new Map(counts.map(({ template, nRecords }) => [template, nRecords]));
    }
  } catch {
    // A newer selection asks for its own; without them nothing is lifted out.
    facets.value = null;
  }
}

/** Selects something else, in place of all that was selected or in addition to it; the step can be taken back. */
export function change(part: Selection, isWhole = false): void {
  const next = cleaned(isWhole ? part : { ...selection.peek(), ...part });
  if (JSON.stringify(next) !== JSON.stringify(cleaned(selection.peek()))) {
    past.value = [...past.peek(), selection.peek()].slice(-UNDO_CAP);
    future.value = [];
    select(next);
  }
}

/** Without any condition: all records. */
export function clearAll(): void {
  change({}, true);
}

export function undo(): boolean {
  const before = past.peek().at(-1);
  if (before === undefined) {
    return false;
  }
  past.value = past.peek().slice(0, -1);
  future.value = [...future.peek(), selection.peek()];
  select(before);
  return true;
}

export function redo(): boolean {
  const next = future.peek().at(-1);
  if (next === undefined) {
    return false;
  }
  future.value = future.peek().slice(0, -1);
  past.value = [...past.peek(), selection.peek()];
  select(next);
  return true;
}

/** Keeps what is selected under a name. */
export function save(name: string): void {
  const others = saved.peek().filter((known) => known.name !== name);
  saved.value = [...others, { name, selection: selection.peek() }].slice(-SAVED_CAP);
}

/** Leaves patterns out, or takes them in again. */
export function exclude(template: number): void {
  const { withoutTemplates, templates } = selection.peek();
  const kept = templates?.filter((id) => id !== template);
  change({
    templates: kept === undefined || kept.length === 0 ? undefined : kept,
    withoutTemplates: [...new Set([...(withoutTemplates ?? []), template])],
    slot: undefined,
  });
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

/** Waits until the search for what is selected is over; answers whether it was not replaced meanwhile. */
export function settled(): Promise<boolean> {
  const query = find.peek();
  return new Promise((resolve) => {
    let dispose = (): void => undefined;
    let isOver = false;
    dispose = effect(() => {
      const isReplaced = find.value !== query;
      const isDone = found.value?.query === query && found.value.isFinal;
      if (isReplaced || isDone || failure.value !== null) {
        isOver = true;
        resolve(isDone && !isReplaced);
        dispose();
      }
    });
    if (isOver) {
      dispose();
    }
  });
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
