// One plot: a canvas drawn by the core, with tooltips, clicks, a brush on the timeline, a turn of the 3D scatter, and a line drawn
// around points of the map of messages; all of it by mouse, touch and keys.

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Report, View } from "../../pkg/logloupe.js";
import * as compare from "../compare.ts";
import { pointAt } from "../cursor.ts";
import * as filter from "../filter.ts";
import { schedule, unschedule } from "../frame.ts";
import { plots } from "../plots.ts";
import { isDark } from "../settings.ts";
import * as state from "../state.ts";
import { visible } from "../visible.ts";
import * as zoom from "../zoom.ts";
import { useDrawing } from "./drawing.ts";
import { selectWithin } from "./lasso.ts";
import { Overlay } from "./overlay.tsx";
import { LogText } from "./parts.tsx";
import { PlotTable } from "./plottable.tsx";
import { isDrawing, isRanked, pair, pairInWords } from "./ranked.ts";
import { SavePlot } from "./saveplot.tsx";
import { targetAt, type Target } from "./targets.ts";
import { nextPlace, type Place } from "./walk.ts";

const START_YAW = 0.6;
const START_PITCH = 0.35;
/** Size of the page's text at which a plot's text has its own size. */
const BASE_FONT_PX = 15;
/** How far a key stretches a rectangle, and how much wider it is than the places it is between. */
const STRETCH_PX = 24;
const EDGE_PX = 8;

/** The corners of a rectangle between two places. */
function rectangle(a: Place, b: Place): Place[] {
  const [x0, x1] = [Math.min(a.x, b.x) - EDGE_PX, Math.max(a.x, b.x) + EDGE_PX];
  const [y0, y1] = [Math.min(a.y, b.y) - EDGE_PX, Math.max(a.y, b.y) + EDGE_PX];
  return [
    { x: x0, y: y0 },
    { x: x1, y: y0 },
    { x: x1, y: y1 },
    { x: x0, y: y1 },
  ];
}

type SizedView = View & { width: number; height: number; scale: number };

/** Device pixels per unit of a plot: its text grows with the text of the page. */
export function plotScale(): number {
  const ratio = window.devicePixelRatio || 1;
  return (ratio * parseFloat(getComputedStyle(document.documentElement).fontSize)) / BASE_FONT_PX;
}

export function Plot({ kind, report }: { kind: string; report: Report }): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const angle = useRef({ yaw: START_YAW, pitch: START_PITCH });
  const [hover, setHover] = useState<{ at: Place; target: Target } | null>(null);
  const [brush, setBrush] = useState<{ from: number; to: number } | null>(null);
  const press = useRef<{ at: Place; last: Place; isDrag: boolean } | null>(null);
  const pointer = useRef({});
  const cursor = useRef<number | null>(null);
  const [turned, setTurned] = useState(0);
  const [lasso, setLasso] = useState<Place[]>([]);
  /** Where the arrow keys are, and where Shift began to hold a corner. */
  const walked = useRef<{ at: Place; corner: Place } | null>(null);
  const isTurnable = kind === "scatter3d";
  const isTimeline = kind === "timeline";
  const isHeatmap = kind === "heatmap";
  const hasLasso = kind === "clusters";
  const isTimed = isTimeline || kind === "scatter" || kind === "swimlanes";

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
      } else if (hasLasso && (isDrawing.value || event.pointerType !== "touch")) {
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
      isDrawing.value = false;
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
    } else if (!isTimeline && (sideways !== 0 || upwards !== 0)) {
      event.preventDefault();
      walk(sideways, -upwards, hasLasso && event.shiftKey);
    } else if (event.key === "Enter" && lasso.length > 0 && drawn !== null) {
      event.preventDefault();
      selectWithin(drawn.targets(kind, viewNow()), lasso);
      letGo();
    } else if (event.key === "Escape" && lasso.length > 0) {
      event.preventDefault();
      letGo();
    } else if (event.key === "Enter" && hover !== null) {
      event.preventDefault();
      hover.target.open?.();
    }
  };
  const letGo = (): void => {
    walked.current = null;
    setLasso([]);
    setHover(null);
  };
  /** To the next thing in a direction, or with Shift one side of a rectangle further. */
  const walk = (dx: number, dy: number, isStretching: boolean): void => {
    const element = canvas.current;
    if (drawn === null || element === null) return;
    const before = walked.current;
    if (isStretching && before !== null) {
      const at = {
        x: Math.max(0, Math.min(element.clientWidth, before.at.x + dx * STRETCH_PX)),
        y: Math.max(0, Math.min(element.clientHeight, before.at.y + dy * STRETCH_PX)),
      };
      walked.current = { at, corner: before.corner };
      setHover(null);
      setLasso(rectangle(before.corner, at));
      return;
    }
    const at = nextPlace(drawn.targets(kind, viewNow()), before?.at ?? null, dx, dy);
    if (at === null) return;
    walked.current = { at, corner: at };
    setLasso([]);
    const target = find(at);
    setHover(target === null ? null : { at, target });
    pointAt(target?.span?.fromMs, target?.span?.toMs);
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
        } ${hasLasso && isDrawing.value ? "is-drawing" : ""}`}
      >
        <canvas
          ref={canvas}
          id={`plot-${kind}`}
          tabIndex={0}
          role="application"
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
            letGo();
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
