// The plots of the current report: drawn by the same core, on the page's own canvases.

import { signal } from "@preact/signals";
import init, { Plots } from "../pkg/logloupe.js";

export const plots = signal<Plots | null>(null);

/** Makes the drawing code usable; to be called once. */
export async function loadPlots(module: WebAssembly.Module): Promise<void> {
  await init({ module_or_path: module });
}

export function openPlots(report: Uint8Array<ArrayBuffer>): void {
  const next = new Plots(report);
  plots.value?.free();
  plots.value = next;
}

export function closePlots(): void {
  plots.value?.free();
  plots.value = null;
}
