// The moment a pointer or the current line is at: one cursor that the timeline, the strip and the lines share.

import { signal } from "@preact/signals";

/** A stretch that is pointed at; of a line both ends are its time. */
export interface Pointed {
  fromMs: number;
  toMs: number;
}

/** What is pointed at, wherever the pointer is; null for nothing. */
export const pointed = signal<Pointed | null>(null);
/** The time of the current line; stays while the pointer is elsewhere. */
export const currentMs = signal<number | null>(null);

export function pointAt(fromMs: number | null | undefined, toMs = fromMs): void {
  const next = fromMs == null || toMs == null ? null : { fromMs, toMs };
  const known = pointed.peek();
  if (known?.fromMs !== next?.fromMs || known?.toMs !== next?.toMs) {
    pointed.value = next;
  }
}

/** A row of a selection. */
export interface RowPlace {
  find: number;
  row: number;
}

/** First row in view of the lines panel, and how many are. */
export const viewedRows = signal<{ row: number; nRows: number }>({ row: 0, nRows: 0 });

/** The current line of the lines panel. */
export const currentRow = signal<RowPlace | null>(null);
/** The row to scroll to; a new one each time, also to the same row. */
export const wantedRow = signal<RowPlace | null>(null);

/** Makes a row the current one and brings it into view. */
export function goToRow(find: number, row: number): void {
  currentRow.value = { find, row };
  wantedRow.value = { find, row };
}
