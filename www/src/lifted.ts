// Which parts of the answer hold records that are selected: what the views lift out of the rest.

import { computed } from "@preact/signals";
import * as filter from "./filter.ts";

/** Selected records before each bin of the selection's histogram; null while everything is selected or nothing is known. */
const sums = computed(() => {
  const found = filter.found.value;
  if (!filter.isActive.value || found === null) {
    return null;
  }
  const { startMs, binMs, levels } = found.histogram;
  const nBins = levels[0]?.length ?? 0;
  const before = new Float64Array(nBins + 1);
  for (let bin = 0; bin < nBins; bin++) {
    const n = levels.reduce((sum, counts) => sum + (counts[bin] ?? 0), 0);
    before[bin + 1] = (before[bin] ?? 0) + n;
  }
  return { startMs, binMs, nBins, before };
});

/** Whether anything is lifted out at all. */
export const isLifting = computed(() => sums.value !== null && filter.facets.value !== null);

/** Records that are selected in a stretch of time, as exact as the bins of their histogram; null where all are. */
export function nSelectedIn(fromMs: number, toMs: number): number | null {
  const known = sums.value;
  if (known === null) {
    return null;
  }
  const { startMs, binMs, nBins, before } = known;
  const at = (ms: number): number =>
    Math.max(0, Math.min(nBins, binMs > 0 ? (ms - startMs) / binMs : 0));
  const [first, last] = [Math.floor(at(fromMs)), Math.ceil(at(toMs))];
  return (before[Math.max(last, first)] ?? 0) - (before[first] ?? 0);
}

/** Whether a stretch of time holds what is selected. */
export function isSpanLifted(fromMs: number, toMs: number): boolean {
  return !isLifting.value || (nSelectedIn(fromMs, Math.max(toMs, fromMs + 1)) ?? 1) > 0;
}

/** Whether a pattern has records that are selected. */
export function isTemplateLifted(id: number): boolean {
  return !isLifting.value || filter.facets.value?.has(id) === true;
}

/** The class of what holds nothing that is selected. */
export function outClass(isLifted: boolean): string {
  return isLifted ? "" : "is-out";
}
