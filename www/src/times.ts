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

/** `14:02`, `14:02:31.5` of the first day, or a date with or without a time → milliseconds; null for anything else. */
export function momentOf(text: string, firstMs: number): number | null {
  const clock = /^\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,3}))?)?\s*$/.exec(text);
  if (clock !== null) {
    const [hours = 0, minutes = 0, seconds = 0] = clock
      .slice(1, 4)
      .map((part) => Number(part ?? 0));
    const ms = Number((clock[4] ?? "0").padEnd(3, "0"));
    const day = Math.floor(firstMs / 86_400_000) * 86_400_000;
    const at = day + hours * 3_600_000 + minutes * 60_000 + seconds * 1000 + ms;
    // A time before the log began is one of the next day.
    return at + 60_000 < firstMs ? at + 86_400_000 : at;
  }
  const date = /^\s*(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?))?\s*Z?\s*$/.exec(
    text,
  );
  if (date === null) {
    return null;
  }
  const ms = Date.parse(`${date[1]}T${date[2] ?? "00:00"}Z`);
  return Number.isNaN(ms) ? null : ms;
}
