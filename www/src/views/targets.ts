// What is at a place of a plot: what to say about it, and which lines it stands for.

import type { PlotKind, Plots, Report, View } from "../../pkg/logloupe.js";
import * as format from "../format.ts";
import { showWindow } from "./windows.tsx";

export interface Target {
  label: string;
  /** The stretch of time it covers, if it is one. */
  span?: { fromMs: number; toMs: number };
  open(): void;
}

export function targetAt(
  plots: Plots,
  report: Report,
  kind: PlotKind,
  x: number,
  y: number,
  view: View,
): Target | null {
  const pick = plots.pick(kind, x, y, view);
  if (pick === undefined) {
    return null;
  }
  if (pick.type === "bin") {
    const { timeline } = report;
    const fromMs = timeline.startMs + pick.bin * timeline.binMs;
    const toMs = fromMs + timeline.binMs;
    const counts = timeline.series
      .map(({ level, nRecords }) => ({ level, n: nRecords[pick.bin] ?? 0 }))
      .filter(({ n }) => n > 0)
      .map(({ level, n }) => `${level || "no level"}: ${format.count(n)}`);
    return {
      label: [`${format.span(fromMs, toMs)} UTC`, ...counts].join("\n"),
      span: { fromMs, toMs },
      open: () => showWindow(fromMs, toMs),
    };
  }
  return null;
}
