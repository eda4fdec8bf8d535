// Two sides of the log and what differs between them: which are chosen, and the answer.

import { computed, effect, signal } from "@preact/signals";
import type { CompareBy, Comparison, Incident, Report, Side } from "../pkg/logloupe.js";
import * as format from "./format.ts";
import * as state from "./state.ts";

/** A side with what it is called. */
export interface Choice {
  key: string;
  label: string;
  side: Side;
}

export type Which = "before" | "after";

type Answer =
  | { kind: "asked" }
  | { kind: "known"; comparison: Comparison; before: Choice; after: Choice }
  | { kind: "failed"; message: string };

/** Incidents and files that can be chosen from the lists. */
const LISTED = 100;
/** A stretch before an incident is at least so many times as long. */
const TIMES_AS_LONG = 4;
/** And at least so many windows. */
const WINDOWS_BEFORE = 12;

export const sides = signal<Record<Which, Choice | null>>({ before: null, after: null });
export const by = signal<CompareBy>("rate");
/** The side that the next drag over the timeline chooses. */
export const picking = signal<Which | null>(null);
export const answer = signal<Answer | null>(null);
/** Stretches that were chosen on the timeline. */
const picked = signal<Record<Which, Choice | null>>({ before: null, after: null });

// Numbers of files and incidents are those of one answer.
state.report.subscribe(() => {
  sides.value = { before: null, after: null };
  picked.value = { before: null, after: null };
  picking.value = null;
});

let nAsked = 0;

effect(() => {
  const { before, after } = sides.value;
  // Asked once more when the lines are there again.
  void state.nRecovered.value;
  const core = state.core();
  const asked = ++nAsked;
  if (before === null || after === null || core === null) {
    answer.value = null;
    return;
  }
  answer.value = { kind: "asked" };
  core.compare(before.side, after.side, by.value).then(
    (comparison) => {
      if (asked === nAsked && comparison !== null) {
        answer.value = { kind: "known", comparison, before, after };
      }
    },
    (error: unknown) => {
      if (asked === nAsked) {
        const message = error instanceof Error ? error.message : String(error);
        answer.value = { kind: "failed", message };
      }
    },
  );
});

export function choose(which: Which, choice: Choice | null): void {
  sides.value = { ...sides.value, [which]: choice };
}

export function swap(): void {
  const { before, after } = sides.value;
  sides.value = { before: after, after: before };
}

/** Compares an incident with the time before it. */
export function compareIncident(report: Report, incident: Incident): void {
  const [before, after] = around(report, incident);
  sides.value = { before, after };
  document.getElementById("compare")?.scrollIntoView({ block: "start" });
  document.getElementById("compare-before")?.focus({ preventScroll: true });
}

/** Lets the next two drags over the timeline choose the sides. */
export function pickOnTimeline(): void {
  picking.value = "before";
  document.getElementById("timeline")?.scrollIntoView({ block: "start" });
  document.getElementById("plot-timeline")?.focus({ preventScroll: true });
}

/** Takes a stretch of the timeline if one is waited for. */
export function takeRange({ fromMs, toMs }: state.TimeRange): boolean {
  const which = picking.value;
  if (which === null) {
    return false;
  }
  const label = `${format.span(fromMs, toMs)} UTC`;
  const choice = { key: `picked ${which}`, label, side: { fromMs, toMs } };
  picked.value = { ...picked.value, [which]: choice };
  choose(which, choice);
  picking.value = which === "before" ? "after" : null;
  if (which === "after") {
    document.getElementById("compare")?.scrollIntoView({ block: "start" });
    document.getElementById("compare-after")?.focus({ preventScroll: true });
  }
  return true;
}

/** What can be chosen, in groups. */
export const choices = computed<{ title: string; list: Choice[] }[]>(() => {
  const report = state.report.value;
  if (report === null) {
    return [];
  }
  const { firstMs, lastMs } = report.totals;
  const times: Choice[] = [];
  const chosen = [picked.value.before, picked.value.after].filter((choice) => choice !== null);
  times.push(...chosen);
  if (state.range.value !== null) {
    const { fromMs, toMs } = state.range.value;
    const label = `What the timeline shows: ${format.span(fromMs, toMs)}`;
    times.push({ key: `range ${fromMs} ${toMs}`, label, side: { fromMs, toMs } });
  }
  if (firstMs != null && lastMs != null && lastMs > firstMs) {
    const middle = Math.round((firstMs + lastMs) / 2);
    times.push({ key: "first half", label: "First half of the log", side: { toMs: middle } });
    times.push({ key: "second half", label: "Second half of the log", side: { fromMs: middle } });
  }
  const incidents = report.incidents.slice(0, LISTED);
  const files = report.nFiles > 1 ? report.files.slice(0, LISTED) : [];
  return [
    { title: "Time", list: times },
    { title: "Incidents", list: incidents.flatMap((incident) => around(report, incident)) },
    {
      title: "Files",
      list: files.map(({ id, name }) => ({
        key: `file ${id}`,
        label: name,
        side: { files: [id] },
      })),
    },
  ].filter(({ list }) => list.length > 0);
});

/** The stretch before an incident, and the incident. */
function around({ windowMs, totals }: Report, { id, startMs, endMs }: Incident): [Choice, Choice] {
  // What lasted a moment shows within its window of time.
  const toMs = Math.max(endMs + 1, startMs + windowMs);
  const length = Math.max(TIMES_AS_LONG * (toMs - startMs), WINDOWS_BEFORE * windowMs);
  const fromMs = Math.max(startMs - length, Math.min(totals.firstMs ?? startMs, startMs - 1));
  return [
    {
      key: `before ${id}`,
      label: `Before incident ${id} (${format.duration(startMs - fromMs)})`,
      side: { fromMs, toMs: startMs },
    },
    {
      key: `during ${id}`,
      label: `During incident ${id} (${format.duration(toMs - startMs)})`,
      side: { fromMs: startMs, toMs },
    },
  ];
}
