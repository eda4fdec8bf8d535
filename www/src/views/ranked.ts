// A choice that the heatmap and its table share.

import { signal } from "@preact/signals";

/** Whether the heatmap shows correlation by rank. */
export const isRanked = signal(false);
