// Choices that the heatmap, its tools and its table share.

import { signal } from "@preact/signals";

/** Whether the heatmap shows correlation by rank. */
export const isRanked = signal(false);
/** The two features (along, up) by which the windows are drawn in place of the heatmap. */
export const pair = signal<[along: number, up: number] | null>(null);
