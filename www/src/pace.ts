// How far reading is, how fast it goes, and when it will be over.

import type { Progress } from "./engine.ts";

export interface RunProgress {
  doneBytes: number;
  totalBytes: number;
  nLines: number;
  nTemplates: number;
  /** Bytes a second over the last seconds; null until there is something to measure. */
  rate: number | null;
  secondsLeft: number | null;
}

/** What the speed is measured over. */
const RATE_SPAN_MS = 4000;
/** Less than this says nothing. */
const RATE_LEAST_MS = 200;

let samples: { at: number; doneBytes: number }[] = [];

/** Begins anew, with another run. */
export function measureAnew(): void {
  samples = [];
}

export function measured({ doneBytes, totalBytes, nLines, nTemplates }: Progress): RunProgress {
  const now = performance.now();
  samples.push({ at: now, doneBytes });
  while (samples.length > 2 && now - (samples[0]?.at ?? now) > RATE_SPAN_MS) {
    samples.shift();
  }
  const oldest = samples[0];
  let rate: number | null = null;
  if (oldest !== undefined && now - oldest.at >= RATE_LEAST_MS) {
    rate = ((doneBytes - oldest.doneBytes) / (now - oldest.at)) * 1000;
  }
  const secondsLeft = rate !== null && rate > 0 ? (totalBytes - doneBytes) / rate : null;
  return { doneBytes, totalBytes, nLines, nTemplates, rate, secondsLeft };
}
