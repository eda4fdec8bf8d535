// What is at a place of a plot → what to say about it, and which lines it stands for.

import type { Pick, Plots, Report, Swimlane, View } from "../../pkg/logloupe.js";
import * as state from "../state.ts";
import { showIncident } from "./incidents.tsx";
import { showNode } from "./network.tsx";
import { pair } from "./ranked.ts";
import { showWindow } from "./windows.tsx";

export interface Target {
  label: string;
  /** The stretch of time it covers, if it is one. */
  span: { fromMs: number; toMs: number } | null;
  /** Shows its lines; null where it stands for none. */
  open: (() => void) | null;
}

export function targetAt(
  plots: Plots,
  report: Report,
  kind: string,
  x: number,
  y: number,
  view: View,
): Target | null {
  const picked = plots.pick(kind, x, y, view);
  return picked == null
    ? null
    : { label: picked.lines.join("\n"), ...linesOf(picked.pick, report) };
}

/** Lines of a source in a stretch of time. */
export function showLane({ source, text }: Swimlane, fromMs?: number, toMs?: number): void {
  state.showLines({
    title: "Source",
    detail: text,
    selection: { sources: [source], fromMs, toMs },
  });
}

function linesOf(pick: Pick, report: Report): { span: Target["span"]; open: Target["open"] } {
  switch (pick.type) {
    case "window":
      return {
        span: { fromMs: pick.startMs, toMs: pick.endMs },
        open: () => showWindow(pick.startMs, pick.endMs),
      };
    case "message": {
      const text = state.templatesById.value.get(pick.template)?.text ?? "";
      return {
        span: null,
        open: () =>
          state.showLines({
            title: "Message",
            detail: text,
            selection: { messages: [pick.message] },
          }),
      };
    }
    case "cluster": {
      const name = report.clusters.groups.find(({ id }) => id === pick.id)?.name ?? "";
      return {
        span: null,
        open: () =>
          state.showLines({ title: "Cluster", detail: name, selection: { cluster: pick.id } }),
      };
    }
    case "pattern": {
      const { template, incident } = pick;
      const node = report.network.nodes.find(
        (node) => node.template === template && node.incident === incident,
      );
      return { span: null, open: node === undefined ? null : () => showNode(node) };
    }
    case "source": {
      const lane = report.swimlanes.lanes[pick.lane];
      const { startMs, endMs } = pick;
      return {
        span: { fromMs: startMs, toMs: endMs },
        open: lane === undefined ? null : () => showLane(lane, startMs, endMs),
      };
    }
    case "incident": {
      const incident = report.incidents.find(({ id }) => id === pick.id);
      return {
        span: null,
        open: incident === undefined ? null : () => showIncident(incident),
      };
    }
    case "cell": {
      const { row, column } = pick;
      return { span: null, open: () => (pair.value = [column, row]) };
    }
  }
}
