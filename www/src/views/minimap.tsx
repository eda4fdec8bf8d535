// The strip beside the lines: where among all rows of the selection errors, warnings, unusual lines and marks are.

import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import type { Report } from "../../pkg/logloupe.js";
import { currentRow, goToRow, viewedRows } from "../cursor.ts";
import type { Found } from "../engine.ts";
import * as marks from "../marks.ts";
import { isDark } from "../settings.ts";
import { useDrawing } from "./drawing.ts";

/** From this score on a line is unusual. */
const UNUSUAL = 50;
const [WARN, ERROR, FATAL] = [5, 6, 7];

/** What each column of ticks stands for, from left to right. */
const COLUMNS = 4;

export function Minimap(props: { found: Found; report: Report }): JSX.Element {
  const { found, report } = props;
  const viewed = viewedRows.value;
  /** Ticks change seldom, what is in view with every frame of a scroll. */
  const ticks = useRef<{ key: unknown[]; picture: HTMLCanvasElement } | null>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const { total, query } = found;
  const dark = isDark();
  const now = currentRow.value;

  const ticksOf = (width: number, height: number, ratio: number): HTMLCanvasElement => {
    const key = [found, report, dark, marks.marks.peek(), width, height];
    const known = ticks.current;
    if (known !== null && known.key.every((part, idx) => part === key[idx])) {
      return known.picture;
    }
    const picture = document.createElement("canvas");
    picture.width = width;
    picture.height = height;
    const context = picture.getContext("2d");
    if (context !== null) drawTicks(context, found, report, dark, width, height, ratio);
    ticks.current = { key, picture };
    return picture;
  };
  const draw = (): void => {
    const element = canvas.current;
    const context = element?.getContext("2d") ?? null;
    if (element === null || context === null) return;
    const ratio = window.devicePixelRatio || 1;
    const width = Math.max(1, Math.round(element.clientWidth * ratio));
    const height = Math.max(1, Math.round(element.clientHeight * ratio));
    if (element.width !== width) element.width = width;
    if (element.height !== height) element.height = height;
    context.clearRect(0, 0, width, height);
    context.drawImage(ticksOf(width, height, ratio), 0, 0);
    const yOf = (row: number): number => (row / Math.max(1, total)) * height;
    const { row, nRows } = viewedRows.peek();
    context.strokeStyle = dark ? "#9aa8ae" : "#536066";
    context.lineWidth = ratio;
    context.strokeRect(ratio / 2, yOf(row), width - ratio, Math.max(4 * ratio, yOf(nRows)));
    if (now?.find === query) {
      context.fillStyle = dark ? "#e6ebec" : "#1a2124";
      context.fillRect(0, yOf(now.row), width, ratio);
    }
  };
  useDrawing(canvas, draw, [found, report, dark, now, marks.marks.value, viewed.row, viewed.nRows]);

  const rowAtPointer = (event: PointerEvent): number => {
    const box = canvas.current?.getBoundingClientRect();
    const share = box === undefined ? 0 : (event.clientY - box.top) / Math.max(1, box.height);
    return Math.max(0, Math.min(total - 1, Math.floor(share * total)));
  };
  return (
    <canvas
      ref={canvas}
      class="minimap"
      // The keys e, w, a and m do the same without a pointer.
      aria-hidden="true"
      title="From left to right: warnings, errors, unusual lines, marks. Click to go there."
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        goToRow(query, rowAtPointer(event));
      }}
      onPointerMove={(event) => {
        if (event.buttons === 1) goToRow(query, rowAtPointer(event));
      }}
    />
  );
}

/** Warnings, errors, unusual lines and marks by the rows they are in, a column each. */
function drawTicks(
  context: CanvasRenderingContext2D,
  found: Found,
  report: Report,
  dark: boolean,
  width: number,
  height: number,
  ratio: number,
): void {
  const { levels, startMs, binMs, nTimeless } = found.histogram;
  const column = width / COLUMNS;
  const yOf = (row: number): number => (row / Math.max(1, found.total)) * height;
  const tick = (at: number, row: number, nRows: number, fill: string): void => {
    context.fillStyle = fill;
    context.fillRect(at * column + 1, yOf(row), column - 1, Math.max(2 * ratio, yOf(nRows)));
  };
  const nBins = levels[0]?.length ?? 0;
  const rowOfBin: number[] = [nTimeless];
  for (let bin = 0; bin < nBins; bin++) {
    const n = levels.reduce((sum, counts) => sum + (counts[bin] ?? 0), 0);
    const row = rowOfBin[bin] ?? 0;
    const nErrors = (levels[ERROR]?.[bin] ?? 0) + (levels[FATAL]?.[bin] ?? 0);
    if ((levels[WARN]?.[bin] ?? 0) > 0) tick(0, row, n, dark ? "#f0b93a" : "#e9a820");
    if (nErrors > 0) tick(1, row, n, dark ? "#e84a3c" : "#d63a2f");
    rowOfBin.push(row + n);
  }
  const rowAt = (ms: number): number => {
    const bin = (ms - startMs) / binMs;
    const whole = Math.max(0, Math.min(nBins - 1, Math.floor(bin)));
    const [from = 0, to = 0] = rowOfBin.slice(whole, whole + 2);
    return from + (to - from) * Math.max(0, Math.min(1, bin - whole));
  };
  const endMs = startMs + binMs * nBins;
  for (const { ms, score } of report.points) {
    if (score >= UNUSUAL && ms >= startMs && ms <= endMs) {
      tick(2, rowAt(ms), 0, dark ? "#ff9a4d" : "#a64a00");
    }
  }
  for (const { ms } of marks.marks.peek()) {
    if (ms !== null && ms >= startMs && ms <= endMs) {
      tick(3, rowAt(ms), 0, dark ? "#56c2c9" : "#0b6b72");
    }
  }
}
