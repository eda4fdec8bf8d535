// What lies over a plot without drawing it again: what is selected, lifted out of the rest, and the moment that is pointed at.

import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import type { Plots, View } from "../../pkg/logloupe.js";
import { currentMs, pointed } from "../cursor.ts";
import * as filter from "../filter.ts";
import { isLifting, nSelectedIn } from "../lifted.ts";
import { plots } from "../plots.ts";
import { isDark } from "../settings.ts";
import * as state from "../state.ts";
import { useDrawing } from "./drawing.ts";

/** Numbers of a target: what it is and two numbers of it, then its shape and four numbers of that. */
const FIELDS = 8;
const [WINDOW, MESSAGE, PATTERN] = [0, 1, 5];

type SizedView = View & { width: number; height: number; scale: number };

interface Colors {
  accent: string;
  veil: string;
  ink: string;
}

/** The targets of a plot as it is drawn now; asked for again only where the view is another. */
class Targets {
  #of: Plots | null = null;
  #key = "";
  #numbers: Float64Array = new Float64Array();

  at(drawn: Plots, kind: string, view: View): Float64Array {
    const key = JSON.stringify(view);
    if (drawn !== this.#of || key !== this.#key) {
      this.#numbers = drawn.targets(kind, view);
      this.#of = drawn;
      this.#key = key;
    }
    return this.#numbers;
  }
}

export function Overlay(props: {
  kind: string;
  viewNow: () => SizedView;
  /** Changes when the plot is drawn at another angle. */
  turned: number;
}): JSX.Element {
  const { kind } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const targets = useRef(new Targets());
  const isBlank = useRef(true);
  const latest = useRef(props);
  latest.current = props;

  const draw = (): void => {
    const element = canvas.current;
    const drawn = plots.value;
    const context = element?.getContext("2d") ?? null;
    if (element === null || context === null || drawn === null) {
      return;
    }
    const isPointed = pointed.peek() !== null || currentMs.peek() !== null;
    const isNeeded = isLifting.peek() || (kind === "timeline" && isPointed);
    // To ask for the size would have the page laid out for nothing.
    if (!isNeeded && isBlank.current) {
      return;
    }
    isBlank.current = !isNeeded;
    const view = latest.current.viewNow();
    if (element.width !== view.width || element.height !== view.height) {
      element.width = view.width;
      element.height = view.height;
    }
    context.clearRect(0, 0, view.width, view.height);
    if (!isNeeded) {
      return;
    }
    const style = getComputedStyle(document.documentElement);
    const dark = isDark();
    const colors: Colors = {
      accent: dark ? "#56c2c9" : "#0b6b72",
      veil: dark ? "rgb(21 25 30 / 72%)" : "rgb(255 255 255 / 72%)",
      ink: style.color,
    };
    const numbers = targets.current.at(drawn, kind, view);
    if (kind === "timeline") {
      drawTimeline(context, view, numbers, colors);
    } else {
      drawDiscs(context, view, numbers, colors, kind === "scatter");
    }
  };
  const isTimed = kind === "timeline";
  useDrawing(canvas, draw, [
    filter.facets.value,
    filter.found.value,
    filter.selection.value,
    isLifting.value,
    isTimed || kind === "scatter" ? state.range.value : null,
    isTimed ? pointed.value : null,
    isTimed ? currentMs.value : null,
    isDark(),
    plots.value,
    props.turned,
  ]);
  return <canvas ref={canvas} class="overlay" aria-hidden="true" data-overlay={kind} />;
}

/** Where time stands on the timeline, by the bars that are drawn. */
export interface TimeAxis {
  at: (ms: number) => number;
  top: number;
  bottom: number;
  left: number;
  right: number;
}

export function axisOf(numbers: Float64Array): TimeAxis | null {
  let first: number | null = null;
  let last: number | null = null;
  for (let at = 0; at < numbers.length; at += FIELDS) {
    if (numbers[at] === WINDOW && numbers[at + 3] === 0) {
      first ??= at;
      last = at;
    }
  }
  if (first === null || last === null) {
    return null;
  }
  const of = (at: number, field: number): number => numbers[at + field] ?? 0;
  // Bars at the edges may be cut; the middles of those within are not.
  const [a, b] = last - first >= 3 * FIELDS ? [first + FIELDS, last - FIELDS] : [first, last];
  const msOf = (at: number): number => of(at, 1);
  const [ms0, ms1] = [msOf(a), last > first ? msOf(b) : of(b, 2)];
  const [x0, x1] = [of(a, 4), last > first ? of(b, 4) : of(b, 6)];
  const perMs = ms1 > ms0 ? (x1 - x0) / (ms1 - ms0) : 0;
  return {
    at: (ms) => x0 + (ms - ms0) * perMs,
    top: of(a, 5),
    bottom: of(a, 7),
    left: of(first, 4),
    right: of(last, 6),
  };
}

function drawTimeline(
  context: CanvasRenderingContext2D,
  { scale }: SizedView,
  numbers: Float64Array,
  { accent, veil }: Colors,
): void {
  const axis = axisOf(numbers);
  if (axis === null) {
    return;
  }
  const { top, bottom, left, right } = axis;
  const clamp = (x: number): number => Math.max(left, Math.min(right, x));
  // The first bar begins with the first line: rounding must not put that line before it.
  const isWithin = (x: number): boolean => Math.abs(x - clamp(x)) <= scale;
  if (isLifting.peek()) {
    const strip = Math.round(5 * scale);
    for (let at = 0; at < numbers.length; at += FIELDS) {
      if (numbers[at] !== WINDOW || numbers[at + 3] !== 0) continue;
      const n = nSelectedIn(numbers[at + 1] ?? 0, numbers[at + 2] ?? 0) ?? 0;
      const [x0 = 0, , x1 = 0] = numbers.subarray(at + 4, at + 8);
      context.fillStyle = n > 0 ? accent : veil;
      if (n > 0) context.fillRect(x0, bottom - strip, Math.max(1, x1 - x0), strip);
      else context.fillRect(x0, top, x1 - x0, bottom - top);
    }
    const { fromMs, toMs } = filter.selection.peek();
    context.fillStyle = accent;
    for (const edge of [fromMs, toMs]) {
      if (edge == null) continue;
      const x = axis.at(edge);
      if (x >= left && x <= right) context.fillRect(x - scale, top, 2 * scale, bottom - top);
    }
  }
  const now = currentMs.peek();
  const under = pointed.peek();
  context.fillStyle = accent;
  if (now !== null && isWithin(axis.at(now))) {
    const x = clamp(axis.at(now));
    context.fillRect(Math.round(x - scale / 2), top, Math.max(1, Math.round(scale)), bottom - top);
    context.beginPath();
    context.moveTo(x - 5 * scale, top);
    context.lineTo(x + 5 * scale, top);
    context.lineTo(x, top + 7 * scale);
    context.fill();
  }
  if (under !== null) {
    const [x0, x1] = [clamp(axis.at(under.fromMs)), clamp(axis.at(under.toMs))];
    context.globalAlpha = 0.75;
    if (x1 - x0 > 2 * scale) {
      context.strokeStyle = accent;
      context.lineWidth = Math.max(1, scale);
      context.strokeRect(x0, top, x1 - x0, bottom - top);
    } else if (isWithin(axis.at(under.fromMs))) {
      context.fillRect(
        Math.round(x0 - scale / 2),
        top,
        Math.max(1, Math.round(scale)),
        bottom - top,
      );
    }
    context.globalAlpha = 1;
  }
}

/** Everything but the points that hold what is selected steps back. */
function drawDiscs(
  context: CanvasRenderingContext2D,
  { width, height, scale }: SizedView,
  numbers: Float64Array,
  { accent, veil }: Colors,
  hasTimes: boolean,
): void {
  const { facets, selection } = filter;
  const points = state.report.peek()?.points ?? [];
  /** Whether a point of the time × score plot is at a time that is selected. */
  const isThen = (row: number): boolean => {
    const ms = hasTimes ? points[row]?.ms : undefined;
    return ms === undefined || (nSelectedIn(ms, ms + 1) ?? 1) > 0;
  };
  const { messages, incident } = selection.peek();
  /** Whether a pattern of an incident is selected. */
  const isPatternIn = (template: number, of: number): boolean =>
    facets.peek()?.has(template) === true && (incident == null || incident === of);
  const discs: [x: number, y: number, radius: number][] = [];
  let nPoints = 0;
  for (let at = 0; at < numbers.length; at += FIELDS) {
    const [what = 0, a = 0, b = 0, shape = 0, x = 0, y = 0, radius = 0, row = 0] = numbers.subarray(
      at,
      at + FIELDS,
    );
    if (shape !== 1) continue;
    nPoints += 1;
    const isIn =
      what === MESSAGE
        ? messages == null
          ? facets.peek()?.has(b) === true && isThen(row)
          : messages.includes(a)
        : what === PATTERN
          ? isPatternIn(a, b)
          : what === WINDOW && (nSelectedIn(a, b) ?? 0) > 0;
    if (isIn) discs.push([x, y, radius]);
  }
  if (nPoints === 0) {
    return;
  }
  context.fillStyle = veil;
  context.fillRect(0, 0, width, height);
  context.fillStyle = accent;
  for (const [x, y, radius] of discs) {
    context.beginPath();
    context.arc(x, y, Math.max(radius, 2 * scale), 0, 2 * Math.PI);
    context.fill();
  }
}
