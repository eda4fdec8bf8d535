// Choices that plots, their tools and their tables share.

import { signal } from "@preact/signals";
import type { Report } from "../../pkg/logloupe.js";

/** Whether the heatmap shows correlation by rank. */
export const isRanked = signal(false);
/** The two features (along, up) by which the windows are drawn in place of the heatmap. */
export const pair = signal<[along: number, up: number] | null>(null);

export function pairInWords({ features }: Report, [along, up]: [number, number]): string {
  return `${features.names[along] ?? ""} × ${features.names[up] ?? ""}`;
}

/** Whether a finger draws a line around points of the map of messages, in place of scrolling the page. */
export const isDrawing = signal(false);
