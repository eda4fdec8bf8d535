// How the times of lines are written: in UTC, in the zone of this computer, or as time passed.

import { signal } from "@preact/signals";
import * as format from "./format.ts";

export type TimeStyle = "utc" | "local" | "start" | "before";

export const timeStyle = signal<TimeStyle>("utc");

export const STYLES: [style: TimeStyle, words: string][] = [
  ["utc", "UTC"],
  ["local", "Local time"],
  ["start", "Since the first line"],
  ["before", "Since the line above"],
];

/** `14:02:10.250` or `2026-03-01 14:02:10.250` in the zone of this computer. */
function local(ms: number, hasDate: boolean): string {
  // As if the clock on the wall were UTC.
  const shifted = ms - new Date(ms).getTimezoneOffset() * 60_000;
  return hasDate ? format.dateTime(shifted) : format.clock(shifted);
}

/** `+1 min 3 s`, `−250 ms`, `+0`. */
export function passed(ms: number): string {
  if (ms === 0) {
    return "+0";
  }
  return `${ms > 0 ? "+" : "−"}${format.duration(Math.abs(ms))}`;
}

/** The time of a line; `firstMs` is the first of the log, `aboveMs` that of the line above. */
export function timeOf(
  ms: number | null | undefined,
  style: TimeStyle,
  hasDate: boolean,
  firstMs: number | null,
  aboveMs: number | null,
): string {
  if (ms == null || Math.abs(ms) > 8.64e15 - 86_400_000) {
    return ms == null ? "–" : format.dateTime(ms);
  }
  switch (style) {
    case "utc":
      return hasDate ? format.dateTime(ms) : format.clock(ms);
    case "local":
      return local(ms, hasDate);
    case "start":
      return firstMs === null ? "–" : passed(ms - firstMs);
    case "before":
      return aboveMs === null ? "·" : passed(ms - aboveMs);
  }
}
