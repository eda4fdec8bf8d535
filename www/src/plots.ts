// The plots of the current report: drawn by the same core, on the page's own canvases.

import { signal } from "@preact/signals";
import init, { Plots, type Timeline } from "../pkg/logloupe.js";

export const plots = signal<Plots | null>(null);
/** Of what was read so far: nothing but a timeline. */
export const filling = signal<Plots | null>(null);

/** Makes the drawing code usable; to be called once. */
export async function loadPlots(module: WebAssembly.Module): Promise<void> {
  await init({ module_or_path: module });
}

export function openFilling(timeline: Timeline): void {
  const next = timeline.nBins > 0 ? Plots.ofTimeline(timeline) : null;
  closeFilling();
  filling.value = next;
}

function closeFilling(): void {
  filling.value?.free();
  filling.value = null;
}

export function openPlots(report: Uint8Array<ArrayBuffer>): void {
  const next = new Plots(report);
  closeFilling();
  plots.value?.free();
  plots.value = next;
}

export function closePlots(): void {
  closeFilling();
  plots.value?.free();
  plots.value = null;
}
