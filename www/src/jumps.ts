// From the current line to the next or previous hit, error, warning, unusual line or mark of what is selected.
//
// Rows are in the order of time, and the histogram of the selection says in which stretches there are records of a level: only
// such stretches are read back to find the very line.

import type { RawLine, Selection } from "../pkg/logloupe.js";
import { signal } from "@preact/signals";
import { currentRow, goToRow } from "./cursor.ts";
import type { Found } from "./engine.ts";
import * as filter from "./filter.ts";
import * as marks from "./marks.ts";
import * as state from "./state.ts";
import { showSelected } from "./views/selection.tsx";

export type Step = 1 | -1;

/** Lines read back at a time, and how often for one jump. */
const PAGE = 500;
const PAGES_CAP = 200;
/** From this score on a line is unusual. */
const UNUSUAL = 50;

/** Rows of a selection that may hold what is looked for, in ascending order: [first, end) each. */
type Stretch = [first: number, end: number];

/** Where a line is shown among all lines: the hits it was one of. */
export const context = signal<{ selection: Selection; row: number; total: number } | null>(null);

/** What is selected, once it is known; opens the panel where it is closed. */
async function known(): Promise<Found | null> {
  if (state.linesView.peek() === null && !showSelected()) {
    return null;
  }
  const isOver = await filter.settled();
  return isOver ? filter.found.peek() : null;
}

function rowNow(find: number, step: Step, total: number): number {
  const row = currentRow.peek();
  return row?.find === find ? row.row : step === 1 ? -1 : total;
}

/** The stretches of rows whose bin of the histogram meets a condition. */
function stretchesOf(found: Found, isIn: (bin: number) => boolean): Stretch[] {
  const { levels, nTimeless } = found.histogram;
  const nBins = levels[0]?.length ?? 0;
  let row = nTimeless;
  const stretches: Stretch[] = nTimeless > 0 ? [[0, nTimeless]] : [];
  for (let bin = 0; bin < nBins; bin++) {
    const n = levels.reduce((sum, counts) => sum + (counts[bin] ?? 0), 0);
    if (n > 0 && isIn(bin)) stretches.push([row, row + n]);
    row += n;
  }
  return stretches;
}

/** The next row after (or before) one that a line of it meets a condition; null where there is none. */
async function nextRow(
  query: number,
  stretches: Stretch[],
  from: number,
  step: Step,
  isIt: (line: RawLine) => boolean,
): Promise<number | null> {
  let nPages = 0;
  const ordered = step === 1 ? stretches : [...stretches].reverse();
  for (const [first, end] of ordered) {
    let at = step === 1 ? Math.max(first, from + 1) : Math.min(end, from) - 1;
    while (at >= first && at < end && nPages < PAGES_CAP) {
      nPages += 1;
      const pageFirst = step === 1 ? at : Math.max(first, at - PAGE + 1);
      const n = step === 1 ? Math.min(PAGE, end - at) : at - pageFirst + 1;
      const lines = await filter.readLines(query, pageFirst, n);
      const idx = step === 1 ? lines.findIndex(isIt) : lines.findLastIndex(isIt);
      if (idx !== -1) {
        return pageFirst + idx;
      }
      at = step === 1 ? pageFirst + n : pageFirst - 1;
    }
  }
  return null;
}

async function jump(
  step: Step,
  what: string,
  isBin: (found: Found, bin: number) => boolean,
  isIt: (line: RawLine) => boolean,
): Promise<void> {
  const found = await known();
  if (found === null) {
    return;
  }
  const { query, total } = found;
  const from = rowNow(query, step, total);
  const stretches = stretchesOf(found, (bin) => isBin(found, bin));
  const row = await nextRow(query, stretches, from, step, isIt).catch(() => null);
  if (query !== filter.find.peek()) {
    return;
  }
  if (row === null) {
    state.notice.value = `No ${what} ${step === 1 ? "after" : "before"} this line among what is selected.`;
  } else {
    goToRow(query, row);
  }
}

/** To the next or previous line of one of these levels, numbered from none (0) to FATAL (7). */
function toLevel(step: Step, what: string, levels: number[], names: string[]): Promise<void> {
  return jump(
    step,
    what,
    ({ histogram }, bin) => levels.some((level) => (histogram.levels[level]?.[bin] ?? 0) > 0),
    (line) => names.includes(line.level),
  );
}

export const toError = (step: Step): Promise<void> =>
  toLevel(step, "error", [6, 7], ["ERROR", "FATAL"]);
export const toWarning = (step: Step): Promise<void> => toLevel(step, "warning", [5], ["WARN"]);

/** To the next or previous unusual line. */
export function toAnomaly(step: Step): Promise<void> {
  const bins = new Set<number>();
  let of: Found | null = null;
  const isBin = (found: Found, bin: number): boolean => {
    if (of !== found) {
      of = found;
      const { startMs, binMs } = found.histogram;
      for (const { ms, score } of state.report.peek()?.points ?? []) {
        if (score >= UNUSUAL) bins.add(Math.floor((ms - startMs) / binMs));
      }
      const row = currentRow.peek();
      // An episode goes on after the point that stands for it.
      if (row !== null) [...bins].forEach((known) => bins.add(known + 1));
    }
    return bins.has(bin);
  };
  return jump(step, "unusual line", isBin, (line) => line.score >= UNUSUAL);
}

/** To the next or previous hit: a row of the selection, or from a line among all lines to the hit after the one it was. */
export async function toHit(step: Step): Promise<void> {
  const at = context.peek();
  if (at !== null) {
    const row = at.row + step;
    if (row < 0 || row >= at.total) {
      state.notice.value = step === 1 ? "That was the last hit." : "That was the first hit.";
      return;
    }
    filter.change(at.selection, true);
    if (!(await filter.settled())) return;
    const [line] = await filter.readLines(filter.find.peek(), row, 1);
    if (line !== undefined) await showContext(line, row);
    return;
  }
  const found = await known();
  if (found !== null && found.total > 0) {
    const from = rowNow(found.query, step, found.total);
    goToRow(found.query, Math.max(0, Math.min(found.total - 1, from + step)));
  }
}

/** Shows a line of the selection among all lines around it. */
export async function showContext(line: RawLine, row: number): Promise<void> {
  const total = filter.found.peek()?.total ?? 0;
  const { selection } = filter;
  const before = selection.peek();
  filter.change({}, true);
  if (!(await filter.settled())) {
    return;
  }
  const query = filter.find.peek();
  const place = await filter.rowOf({ type: "line", file: line.file, line: line.line });
  if (query === filter.find.peek()) {
    context.value = { selection: before, row, total };
    goToRow(query, place);
  }
}

/** Back from a line among all lines to the hits. */
export async function leaveContext(): Promise<void> {
  const at = context.peek();
  if (at === null) {
    return;
  }
  filter.change(at.selection, true);
  context.value = null;
  if (await filter.settled()) {
    goToRow(filter.find.peek(), at.row);
  }
}

/** To the first line at or after a moment. */
export async function toTime(ms: number): Promise<void> {
  const found = await known();
  if (found !== null && found.total > 0) {
    const row = await filter.rowOf({ type: "time", ms });
    goToRow(found.query, Math.min(row, found.total - 1));
  }
}

/** To a marked line, among what is selected. */
export async function toMark(mark: marks.Mark): Promise<void> {
  const found = await known();
  if (found !== null && found.total > 0) {
    const row = await filter.rowOf({ type: "line", file: mark.file, line: mark.line });
    goToRow(found.query, Math.min(row, found.total - 1));
  }
}

/** Marks the current line, or takes its mark away. */
export async function markCurrent(): Promise<void> {
  const at = currentRow.peek();
  if (at === null || at.find !== filter.find.peek()) {
    state.notice.value = "Choose a line first: click it, or move to it with the arrow keys.";
    return;
  }
  const [line] = await filter.readLines(at.find, at.row, 1);
  if (line !== undefined) marks.toggle(line);
}
