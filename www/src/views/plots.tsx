// The panels of plots: the timeline with its buttons, and the others with what each shows and what can be chosen for it.

import type { JSX } from "preact";
import { Plots, type Report } from "../../pkg/logloupe.js";
import * as filter from "../filter.ts";
import * as format from "../format.ts";
import { plots } from "../plots.ts";
import * as state from "../state.ts";
import * as zoom from "../zoom.ts";
import { Picking } from "./compare.tsx";
import { NetworkTable } from "./network.tsx";
import { Empty, Panel } from "./parts.tsx";
import { Plot } from "./plot.tsx";
import { isDrawing, isRanked, pair, pairInWords } from "./ranked.ts";
import { showSelected } from "./selection.tsx";
import { showAllLines } from "./top.tsx";

export function TimelinePanel({ report }: { report: Report }): JSX.Element {
  const { timeline, totals } = report;
  const range = state.range.value;
  const selected = filter.selection.value;
  const hasTimes = timeline.nBins > 0;
  return (
    <Panel
      id="timeline"
      title="Timeline"
      about={
        hasTimes
          ? `Records per ${format.duration(timeline.binMs)}, stacked by level; marked stretches are unusual, numbered lines are incidents. Drag to select a stretch, choose a bar to read its lines, Ctrl and wheel to zoom.${
              totals.nUntimed > 0
                ? ` ${format.counted(totals.nUntimed, "record")} without a time are not drawn.`
                : ""
            }`
          : undefined
      }
      actions={
        <>
          {hasTimes && <ZoomButtons />}
          {selected.fromMs != null && selected.toMs != null && (
            <button
              type="button"
              class="button small"
              onClick={() => zoom.zoomTo(selected.fromMs ?? 0, selected.toMs ?? 0)}
            >
              Zoom to the selection <kbd>F</kbd>
            </button>
          )}
          {range !== null && (
            <button type="button" class="button small" onClick={zoom.fit}>
              Whole log <kbd>0</kbd>
            </button>
          )}
          {filter.isActive.value ? (
            <button type="button" class="button small" onClick={() => showSelected()}>
              Lines of the selection
            </button>
          ) : (
            <button type="button" class="button small" onClick={showAllLines}>
              All lines <kbd>L</kbd>
            </button>
          )}
        </>
      }
    >
      <Picking />
      {hasTimes ? (
        <Plot kind="timeline" report={report} />
      ) : (
        <Empty>
          No line has a time that could be read, so there is no timeline. Patterns and scores work
          without.
        </Empty>
      )}
    </Panel>
  );
}

/** Zooming without a wheel or a keyboard. */
function ZoomButtons(): JSX.Element {
  const steps: [sign: string, label: string, run: () => void][] = [
    ["‹", "Earlier", () => zoom.pan(-1)],
    ["›", "Later", () => zoom.pan(1)],
    ["−", "Zoom out", () => zoom.zoom(-2)],
    ["+", "Zoom in", () => zoom.zoom(2)],
  ];
  return (
    <span class="zoom-buttons" role="group" aria-label="Zoom the timeline">
      {steps.map(([sign, label, run]) => (
        <button
          key={label}
          type="button"
          class="button small"
          aria-label={label}
          title={label}
          onClick={run}
        >
          {sign}
        </button>
      ))}
    </span>
  );
}

/** What a plot shows, in a line; a plot not named here speaks for itself. */
const ABOUT: Record<string, string> = {
  swimlanes:
    "A lane for each source, the part of the system that wrote the line; bars are its records, each lane by its own highest. Choose a place to read its lines.",
  scatter:
    "Each point is a stretch of time in which a message came; the higher, the stranger: from 50 it is unusual. Colours are patterns. Choose a point to read its lines.",
  clusters:
    "Each point is a distinct message; near points use the same words, and those of one group (a cluster) have one colour. What is like nothing else is pale. Drag around points to select their messages; by keys, arrows go to a point, Shift and arrows stretch a frame, Enter selects.",
  heatmap:
    "Which numbers of a window, a stretch of time, move together: +1 together, −1 against each other, 0 independently. Choose a cell to see every window by its two numbers.",
  network:
    "Each point is a pattern of an incident; the larger, the more lines. Strong lines link patterns that say alike things, faint ones those that only come at the same time. Choose a point to read its lines.",
  scatter3d:
    "Each point is a window of time: its failed logins, events, and how spread out its addresses are. Drag or use the arrow keys to turn.",
};

/** All pairs of features, or the windows by one of them. */
function HeatmapTools({ report }: { report: Report }): JSX.Element {
  const { names, correlation } = report.features;
  const pairs = names.flatMap((_, row) =>
    Array.from({ length: row }, (_, column): [number, number] => [column, row]),
  );
  const strength = ([column, row]: [number, number]): number =>
    Math.abs(correlation[row]?.[column] ?? 0);
  const shown = pair.value;
  return (
    <>
      {pairs.length > 0 && (
        <select
          class="pair-choice"
          aria-label="Windows by two features"
          value={shown?.join(" ") ?? ""}
          onChange={(event) => {
            const [along, up] = event.currentTarget.value.split(" ").map(Number);
            pair.value = along === undefined || up === undefined ? null : [along, up];
          }}
        >
          <option value="">All pairs</option>
          {pairs
            .toSorted((a, b) => strength(b) - strength(a))
            .map((of) => (
              <option key={of.join(" ")} value={of.join(" ")}>
                {pairInWords(report, of)}
              </option>
            ))}
        </select>
      )}
      {shown === null ? (
        <RankToggle />
      ) : (
        <button type="button" class="button small" onClick={() => (pair.value = null)}>
          Back to all pairs
        </button>
      )}
    </>
  );
}

/** Lets a finger draw instead of scroll; a mouse draws anyway. */
function DrawToggle(): JSX.Element {
  return (
    <button
      type="button"
      class="button small for-touch"
      id="draw-around"
      aria-pressed={isDrawing.value}
      onClick={() => (isDrawing.value = !isDrawing.value)}
    >
      Draw around points
    </button>
  );
}

/** What each number of a window says, for those whose names do not. */
const FEATURES: Record<string, string> = {
  events: "records",
  burstiness: "from −1, records at even distances, to 1, all at once",
  "IP entropy": "how spread out the addresses are: 0 is a single one, each 1 more is twice as many",
  "error share": "errors among all records",
  "time of day": "where on the clock's round it is, as two numbers, so that 23:59 is near 00:00",
  weekday: "where in the week it is, as two numbers, so that Sunday is near Monday",
  patterns: "different patterns in it",
  "new patterns": "patterns seen for the first time",
};

function FeatureWords({ names }: { names: string[] }): JSX.Element {
  const known = Object.entries(FEATURES).filter(([word]) =>
    names.some((name) => name === word || name.startsWith(`${word} (`)),
  );
  return (
    <details class="feature-words">
      <summary>What these numbers are</summary>
      <dl>
        {known.map(([word, meaning]) => (
          <div key={word}>
            <dt>{word}</dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

function RankToggle(): JSX.Element {
  return (
    <label class="choice-check" title="Spearman's correlation: only the order counts, not how far">
      <input
        type="checkbox"
        checked={isRanked.value}
        onChange={(event) => {
          isRanked.value = event.currentTarget.checked;
        }}
      />
      <span>By rank</span>
    </label>
  );
}

function aboutPlot(kind: string, report: Report): string | undefined {
  const { clusters } = report;
  if (kind === "heatmap" && pair.value !== null) {
    return `Each point is a window of time by ${pairInWords(report, pair.value)}; the larger and darker, the stranger. Choose a point to read its lines.`;
  }
  const isHdbscan = kind === "clusters" && clusters.method === "hdbscan";
  return isHdbscan ? `${ABOUT[kind]} Clusters are those of HDBSCAN.` : ABOUT[kind];
}

/** Whether a plot has nothing to draw; it then says so in words. */
function isEmpty(kind: string, report: Report): boolean {
  const { points, space, features, clusters, network, swimlanes } = report;
  switch (kind) {
    case "scatter":
      return points.length === 0;
    case "scatter3d":
      return space.length === 0;
    case "heatmap":
      return features.correlation.length === 0;
    case "clusters":
      return clusters.points.length === 0;
    case "swimlanes":
      return swimlanes.lanes.length === 0;
    case "network":
      return network.nodes.length === 0;
    default:
      return false;
  }
}

export function PlotGrid({ report }: { report: Report }): JSX.Element {
  const drawn = plots.value;
  return (
    <div class="plot-grid" id="plots">
      {Plots.kinds()
        .filter(({ name }) => name !== "timeline")
        .map(({ name, title }) => (
          <Panel
            key={name}
            id={name}
            title={title}
            about={aboutPlot(name, report)}
            actions={
              name === "heatmap" ? (
                <HeatmapTools report={report} />
              ) : name === "clusters" && !isEmpty(name, report) ? (
                <DrawToggle />
              ) : undefined
            }
          >
            {isEmpty(name, report) ? (
              <Empty>{drawn?.describe(name)}</Empty>
            ) : (
              <Plot kind={name} report={report} />
            )}
            {name === "network" && <NetworkTable report={report} />}
            {name === "heatmap" && <FeatureWords names={report.features.names} />}
          </Panel>
        ))}
    </div>
  );
}
