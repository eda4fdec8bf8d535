// The stretch of time the timeline shows: zooming about a moment, panning, and back to all of it.

import * as state from "./state.ts";
import type { TimeRange } from "./state.ts";

/** Bins of which at least so many stay in view. */
const LEAST_BINS = 4;
/** Share of the view that one step moves. */
const STEP = 0.15;
/** How much one step of zoom widens or narrows the view. */
const FACTOR = 1.25;

/** The whole stretch of the timeline; null where nothing has a time. */
function whole(): TimeRange | null {
  const timeline = state.report.peek()?.timeline;
  if (timeline === undefined || timeline.nBins === 0) {
    return null;
  }
  const { startMs, binMs, nBins } = timeline;
  return { fromMs: startMs, toMs: startMs + binMs * nBins };
}

/** What is in view. */
export function viewed(): TimeRange | null {
  return state.range.peek() ?? whole();
}

function show(fromMs: number, toMs: number): void {
  const all = whole();
  const binMs = state.report.peek()?.timeline.binMs ?? 0;
  if (all === null) {
    return;
  }
  const least = Math.min(LEAST_BINS * binMs, all.toMs - all.fromMs);
  const span = Math.max(least, Math.min(toMs - fromMs, all.toMs - all.fromMs));
  const middle = (fromMs + toMs) / 2;
  const from = Math.max(all.fromMs, Math.min(all.toMs - span, middle - span / 2));
  const isAll = span >= all.toMs - all.fromMs;
  state.range.value = isAll ? null : { fromMs: from, toMs: from + span };
}

/** Narrows (`steps` > 0) or widens the view; the moment at `share` of it stays where it is. */
export function zoom(steps: number, share = 0.5): void {
  const now = viewed();
  if (now !== null) {
    const span = now.toMs - now.fromMs;
    const next = span / FACTOR ** steps;
    const fixed = now.fromMs + span * share;
    const binMs = state.report.peek()?.timeline.binMs ?? 0;
    if (next >= LEAST_BINS * binMs || steps < 0) {
      show(fixed - next * share, fixed + next * (1 - share));
    }
  }
}

/** Moves the view by steps. */
export function pan(steps: number): void {
  const now = viewed();
  if (now !== null) {
    const by = (now.toMs - now.fromMs) * STEP * steps;
    show(now.fromMs + by, now.toMs + by);
  }
}

/** Shows a stretch with a margin around it. */
export function zoomTo(fromMs: number, toMs: number): void {
  const margin = Math.max((toMs - fromMs) * 0.1, 1);
  show(fromMs - margin, toMs + margin);
}

/** All of it. */
export function fit(): void {
  state.range.value = null;
}
