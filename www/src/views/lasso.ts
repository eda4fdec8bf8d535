// A line drawn around points → the messages they stand for, selected for every view.

import * as filter from "../filter.ts";

interface Place {
  x: number;
  y: number;
}

/** Numbers of a target as `Plots.targets` gives them. */
const FIELDS = 8;
const MESSAGE = 1;

/** Whether a place is inside: a ray from it crosses the line an odd number of times. */
function isWithin({ x, y }: Place, path: readonly Place[]): boolean {
  let isIn = false;
  let before = path.at(-1);
  for (const corner of path) {
    if (before !== undefined && corner.y > y !== before.y > y) {
      const share = (y - before.y) / (corner.y - before.y);
      if (x < before.x + share * (corner.x - before.x)) isIn = !isIn;
    }
    before = corner;
  }
  return isIn;
}

/** Selects the messages whose points lie within; `path` in CSS pixels, `targets` in device pixels. */
export function selectWithin(targets: Float64Array, path: readonly Place[]): void {
  const ratio = window.devicePixelRatio || 1;
  const messages: number[] = [];
  for (let at = 0; at < targets.length; at += FIELDS) {
    const [what, message = 0, , shape, x = 0, y = 0] = targets.subarray(at, at + FIELDS);
    if (what === MESSAGE && shape === 1 && isWithin({ x: x / ratio, y: y / ratio }, path)) {
      messages.push(message);
    }
  }
  if (messages.length > 0) filter.change({ messages });
}
