// What a person marked as normal: choices of the run, which work the answer out again without reading anything.

import { computed } from "@preact/signals";
import type { Incident, NormalMark, SuppressedReport, TemplateReport } from "../pkg/logloupe.js";
import * as state from "./state.ts";

export const marks = computed<NormalMark[]>(() => state.options.value.normal ?? []);

function choose(normal: NormalMark[]): void {
  state.choose({ ...state.options.value, normal });
}

/** Marks patterns that are not marked yet. */
function markPatterns(keys: string[]): void {
  const known = new Set(marks.value.map((mark) => (mark.type === "pattern" ? mark.key : "")));
  const added = keys.filter((key) => !known.has(key));
  choose([...marks.value, ...added.map((key): NormalMark => ({ type: "pattern", key }))]);
}

export function markTemplate({ key }: TemplateReport): void {
  markPatterns([key]);
}

/** Marks the patterns of an incident, or its stretch of time where it has none. */
export function markIncident({ keys, startMs, endMs }: Incident): void {
  if (keys.length > 0) {
    markPatterns(keys);
  } else {
    choose([...marks.value, { type: "stretch", fromMs: startMs, toMs: endMs }]);
  }
}

/** What a mark is of: a pattern, or a stretch of time. */
type Marked = Pick<SuppressedReport, "key"> & Partial<SuppressedReport>;

/** Takes a mark back. */
export function unmark({ key, startMs, endMs }: Marked): void {
  const isIt = (mark: NormalMark): boolean =>
    startMs == null || endMs == null
      ? mark.type === "pattern" && mark.key === key
      : mark.type === "stretch" && mark.fromMs <= startMs && mark.toMs >= endMs;
  choose(marks.value.filter((mark) => !isIt(mark)));
}

export function unmarkAll(): void {
  choose([]);
}
