// The plots: canvases drawn by the core, with tooltips, clicks, a brush on the timeline and a turn of the 3D scatter.

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Plots, type Report, type View } from "../../pkg/logloupe.js";
import * as compare from "../compare.ts";
import { pointAt } from "../cursor.ts";
import * as filter from "../filter.ts";
import * as format from "../format.ts";
import { schedule, unschedule } from "../frame.ts";
import { plots } from "../plots.ts";
import { isDark } from "../settings.ts";
import * as state from "../state.ts";
import { visible } from "../visible.ts";
import * as zoom from "../zoom.ts";
import { Picking } from "./compare.tsx";
import { useDrawing } from "./drawing.ts";
import { NetworkTable } from "./network.tsx";
import { Overlay } from "./overlay.tsx";
import { showSelected } from "./selection.tsx";
import { showAllLines } from "./top.tsx";
import { Empty, LogText, Panel } from "./parts.tsx";
import { PlotTable } from "./plottable.tsx";
import { selectWithin } from "./lasso.ts";
import { isRanked, pair } from "./ranked.ts";
import { SavePlot } from "./saveplot.tsx";
import { targetAt, type Target } from "./targets.ts";

const START_YAW = 0.6;
const START_PITCH = 0.35;
/** Size of the page's text at which a plot's text has its own size. */
const BASE_FONT_PX = 15;

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
  scatter:
    "Each point is an episode of one message; the higher, the stranger. Colours are patterns.",
  clusters:
    "Each point is a distinct message; near points use the same words. What is in no cluster is drawn as noise. Drag around points to select their messages.",
  heatmap:
    "How the features of the windows move: +1 together, −1 against each other, 0 independently. Choose a cell to see every window by its two features.",
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

function pairInWords({ features }: Report, [along, up]: [number, number]): string {
  return `${features.names[along] ?? ""} × ${features.names[up] ?? ""}`;
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
function isEmpty(kind: string, { points, space, features, clusters, network }: Report): boolean {
  switch (kind) {
    case "scatter":
      return points.length === 0;
    case "scatter3d":
      return space.length === 0;
    case "heatmap":
      return features.correlation.length === 0;
    case "clusters":
      return clusters.points.length === 0;
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
            actions={name === "heatmap" ? <HeatmapTools report={report} /> : undefined}
          >
            {isEmpty(name, report) ? (
              <Empty>{drawn?.describe(name)}</Empty>
            ) : (
              <Plot kind={name} report={report} />
            )}
            {name === "network" && <NetworkTable report={report} />}
          </Panel>
        ))}
    </div>
  );
}

type SizedView = View & { width: number; height: number; scale: number };

interface Place {
  x: number;
  y: number;
}

/** Device pixels per unit of a plot: its text grows with the text of the page. */
export function plotScale(): number {
  const ratio = window.devicePixelRatio || 1;
  return (ratio * parseFloat(getComputedStyle(document.documentElement).fontSize)) / BASE_FONT_PX;
}

function Plot({ kind, report }: { kind: string; report: Report }): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const angle = useRef({ yaw: START_YAW, pitch: START_PITCH });
  const [hover, setHover] = useState<{ at: Place; target: Target } | null>(null);
  const [brush, setBrush] = useState<{ from: number; to: number } | null>(null);
  const press = useRef<{ at: Place; last: Place; isDrag: boolean } | null>(null);
  const pointer = useRef({});
  const cursor = useRef<number | null>(null);
  const [turned, setTurned] = useState(0);
  const [lasso, setLasso] = useState<Place[]>([]);
  const isTurnable = kind === "scatter3d";
  const isTimeline = kind === "timeline";
  const isHeatmap = kind === "heatmap";
  const hasLasso = kind === "clusters";
  const isTimed = isTimeline || kind === "scatter";

  const viewNow = (): SizedView => {
    const element = canvas.current;
    const ratio = window.devicePixelRatio || 1;
    const range = isTimed ? state.range.value : null;
    return {
      width: Math.max(1, Math.round((element?.clientWidth ?? 1) * ratio)),
      height: Math.max(1, Math.round((element?.clientHeight ?? 1) * ratio)),
      scale: plotScale(),
      isDark: isDark(),
      yaw: angle.current.yaw,
      pitch: angle.current.pitch,
      fromMs: range?.fromMs,
      toMs: range?.toMs,
      isRanked: isRanked.value,
      pair: isHeatmap ? (pair.value ?? undefined) : undefined,
    };
  };

  const draw = (): void => {
    const element = canvas.current;
    const drawn = plots.value;
    if (element === null || drawn === null || element.clientWidth === 0) {
      return;
    }
    const view = viewNow();
    // Setting the size clears the canvas: in the same frame as the new picture, so that no blank one is ever seen.
    if (element.width !== view.width || element.height !== view.height) {
      element.width = view.width;
      element.height = view.height;
    }
    drawn.draw(element, kind, view);
  };
  // Theme, zoom and report are read here so that a change of any of them draws again.
  const dark = isDark();
  const range = state.range.value;
  const drawn = plots.value;
  const ranked = isRanked.value;
  const features = isHeatmap ? pair.value : null;
  const drawSoon = useDrawing(canvas, draw, [dark, range, drawn, ranked, features]);

  const find = (at: Place): Target | null => {
    const ratio = window.devicePixelRatio || 1;
    return drawn === null
      ? null
      : targetAt(drawn, report, kind, at.x * ratio, at.y * ratio, viewNow());
  };
  const placeOf = (event: PointerEvent): Place => {
    const box = canvas.current?.getBoundingClientRect();
    return { x: event.clientX - (box?.left ?? 0), y: event.clientY - (box?.top ?? 0) };
  };
  const turn = (dx: number, dy: number): void => {
    const { yaw, pitch } = angle.current;
    angle.current = { yaw: yaw + dx, pitch: Math.max(-1.5, Math.min(1.5, pitch + dy)) };
    setTurned((n) => n + 1);
    drawSoon();
  };

  const onPointerDown = (event: PointerEvent): void => {
    if (event.button === 0) {
      const at = placeOf(event);
      press.current = { at, last: at, isDrag: false };
      if (isTurnable || isTimeline || hasLasso) {
        canvas.current?.setPointerCapture(event.pointerId);
      }
    }
  };
  const onPointerMove = (event: PointerEvent): void => {
    const at = placeOf(event);
    const pressed = press.current;
    if (pressed === null) {
      // Several moves can come within one frame.
      schedule(pointer.current, () => {
        const target = find(at);
        setHover(target === null ? null : { at, target });
        pointAt(target?.span?.fromMs, target?.span?.toMs);
      });
      return;
    }
    pressed.isDrag ||= Math.hypot(at.x - pressed.at.x, at.y - pressed.at.y) > 4;
    if (pressed.isDrag) {
      setHover(null);
      if (isTurnable) {
        turn((at.x - pressed.last.x) * 0.01, (at.y - pressed.last.y) * 0.01);
      } else if (isTimeline) {
        setBrush({ from: Math.min(pressed.at.x, at.x), to: Math.max(pressed.at.x, at.x) });
      } else if (hasLasso && event.pointerType !== "touch") {
        setLasso((path) => (path.length === 0 ? [pressed.at, at] : [...path, at]));
      }
      pressed.last = at;
    }
  };
  const onPointerUp = (event: PointerEvent): void => {
    const pressed = press.current;
    press.current = null;
    setBrush(null);
    setLasso([]);
    if (pressed === null) {
      return;
    }
    const at = placeOf(event);
    if (lasso.length > 2 && drawn !== null) {
      selectWithin(drawn.targets(kind, viewNow()), lasso);
    } else if (!pressed.isDrag) {
      find(at)?.open?.();
    } else if (isTimeline) {
      selectTime(Math.min(pressed.at.x, at.x), Math.max(pressed.at.x, at.x));
    }
  };
  const selectTime = (fromX: number, toX: number): void => {
    const from = timeNear(fromX, 1);
    const to = timeNear(toX, -1);
    if (from !== null && to !== null && to.toMs > from.fromMs) {
      const range = { fromMs: from.fromMs, toMs: to.toMs };
      if (!compare.takeRange(range)) {
        filter.change(range);
      }
    }
  };
  /** The bar at a place, or the next one in a direction: a drag may begin in the margin. */
  const timeNear = (x: number, step: 1 | -1): { fromMs: number; toMs: number } | null => {
    const element = canvas.current;
    for (let at = x; element !== null && at >= 0 && at <= element.clientWidth; at += step) {
      const found = find({ x: at, y: element.clientHeight / 2 });
      if (found?.span != null) {
        return found.span;
      }
    }
    return null;
  };

  // Not a property: Preact would listen passively, and the page would scroll or zoom instead.
  useEffect(() => {
    const element = canvas.current;
    if (element === null || !isTimeline) {
      return;
    }
    const onWheel = (event: WheelEvent): void => {
      const isZoom = event.ctrlKey || event.metaKey;
      const sideways = event.shiftKey ? event.deltaY || event.deltaX : event.deltaX;
      if (!isZoom && (sideways === 0 || Math.abs(sideways) < Math.abs(event.deltaY))) {
        return;
      }
      event.preventDefault();
      if (isZoom) {
        const share = event.offsetX / Math.max(1, element.clientWidth);
        zoom.zoom(Math.max(-3, Math.min(3, -event.deltaY / 100)), share);
      } else {
        zoom.pan(Math.max(-2, Math.min(2, sideways / 100)));
      }
    };
    element.addEventListener("wheel", onWheel, { passive: false });
    return () => element.removeEventListener("wheel", onWheel);
  }, []);

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const sideways = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    const upwards = event.key === "ArrowUp" ? 1 : event.key === "ArrowDown" ? -1 : 0;
    if (isTurnable && (sideways !== 0 || upwards !== 0)) {
      event.preventDefault();
      turn(sideways * 0.1, upwards * 0.1);
    } else if (isTimeline && zoomByKey(event.key)) {
      event.preventDefault();
      event.stopPropagation();
    } else if (isTimeline && sideways !== 0) {
      event.preventDefault();
      stepBar(sideways);
    } else if (event.key === "Enter" && hover !== null) {
      event.preventDefault();
      hover.target.open?.();
    }
  };
  const stepBar = (direction: number): void => {
    const element = canvas.current;
    if (element === null) {
      return;
    }
    const y = element.clientHeight / 2;
    const start = cursor.current ?? (direction > 0 ? 0 : element.clientWidth);
    const before = hover?.target.label;
    for (let x = start; x >= 0 && x <= element.clientWidth; x += direction) {
      const target = find({ x, y });
      if (target !== null && target.label !== before) {
        cursor.current = x;
        setHover({ at: { x, y }, target });
        pointAt(target.span?.fromMs, target.span?.toMs);
        return;
      }
    }
  };

  const isRight = hover !== null && hover.at.x > (canvas.current?.clientWidth ?? 0) / 2;
  return (
    <>
      <div
        class={`plot plot-${kind} ${isTurnable ? "is-turnable" : ""} ${isTimeline ? "has-brush" : ""} ${
          hover?.target.open == null ? "" : "is-over-target"
        }`}
      >
        <canvas
          ref={canvas}
          id={`plot-${kind}`}
          tabIndex={0}
          role={isTurnable || isTimeline ? "application" : "img"}
          aria-roledescription="plot"
          aria-label={visible(
            features === null
              ? (drawn?.describe(kind) ?? "")
              : `Each window of time as a point: ${pairInWords(report, features)}.`,
          )}
          onPointerDown={onPointerDown}
          onPointerMove={onPointerMove}
          onPointerUp={onPointerUp}
          onPointerCancel={() => {
            press.current = null;
            setBrush(null);
            setLasso([]);
          }}
          onPointerLeave={() => {
            unschedule(pointer.current);
            if (press.current === null) {
              setHover(null);
            }
            pointAt(null);
          }}
          onBlur={() => {
            setHover(null);
            pointAt(null);
            cursor.current = null;
          }}
          onKeyDown={onKeyDown}
        />
        {(!isHeatmap || features !== null) && (
          <Overlay kind={kind} viewNow={viewNow} turned={turned} />
        )}
        {lasso.length > 0 && (
          <svg class="lasso" aria-hidden="true">
            <polygon points={lasso.map(({ x, y }) => `${x},${y}`).join(" ")} />
          </svg>
        )}
        {brush !== null && (
          <div
            class="brush"
            style={{ left: `${brush.from}px`, width: `${brush.to - brush.from}px` }}
          />
        )}
        {hover !== null && (
          <div
            class="tooltip"
            role="status"
            style={{
              transform: `translate(${hover.at.x}px, ${hover.at.y}px) translate(${
                isRight ? "calc(-100% - 12px)" : "12px"
              }, 12px)`,
            }}
          >
            <LogText text={hover.target.label} />
          </div>
        )}
      </div>
      {features === null && <Legend kind={kind} />}
      <SavePlot kind={kind} canvas={() => canvas.current} drawn={drawn} view={viewNow} />
      <PlotTable kind={kind} report={report} />
    </>
  );
}

/** WASD on the timeline, as on other timelines; answers whether the key was one of them. */
function zoomByKey(key: string): boolean {
  const steps: Record<string, () => void> = {
    w: () => zoom.zoom(1),
    s: () => zoom.zoom(-1),
    a: () => zoom.pan(-1),
    d: () => zoom.pan(1),
  };
  const run = steps[key.toLowerCase()];
  run?.();
  return run !== undefined;
}

function Legend({ kind }: { kind: string }): JSX.Element | null {
  const entries = plots.value?.legend(kind, isDark()) ?? [];
  return entries.length === 0 ? null : (
    <ul class="legend" aria-label="Legend">
      {entries.map((entry) => (
        <li key={entry.label}>
          <span class="swatch" style={{ background: entry.color }} />
          <LogText text={entry.label} />
        </li>
      ))}
    </ul>
  );
}
