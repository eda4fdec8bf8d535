// From one thing on a plot to the next by the arrow keys, so that what a pointer finds is found without one.

export interface Place {
  x: number;
  y: number;
}

/** Numbers of a target as `Plots.targets` gives them. */
const FIELDS = 8;
/** How much a step to the side counts against a step ahead. */
const ASIDE = 2;

/** The middles of all targets, in CSS pixels. */
function middles(targets: Float64Array): Place[] {
  const ratio = window.devicePixelRatio || 1;
  const places: Place[] = [];
  for (let at = 0; at < targets.length; at += FIELDS) {
    const [shape, a = 0, b = 0, c = 0, d = 0] = targets.subarray(at + 3, at + FIELDS);
    const [x, y] = shape === 0 ? [(a + c) / 2, (b + d) / 2] : [a, b];
    places.push({ x: x / ratio, y: y / ratio });
  }
  return places;
}

/** The next target from a place in a direction (one of dx and dy is ±1); the first one where there is no place yet. */
export function nextPlace(
  targets: Float64Array,
  from: Place | null,
  dx: number,
  dy: number,
): Place | null {
  const places = middles(targets);
  if (from === null) {
    // The leftmost of those at the top reads first.
    return places.reduce<Place | null>(
      (best, place) => (best === null || place.x + place.y < best.x + best.y ? place : best),
      null,
    );
  }
  let next: Place | null = null;
  let least = Infinity;
  for (const place of places) {
    const ahead = (place.x - from.x) * dx + (place.y - from.y) * dy;
    const aside = Math.abs((place.x - from.x) * dy) + Math.abs((place.y - from.y) * dx);
    const far = ahead + ASIDE * aside;
    if (ahead > 1 && far < least) {
      least = far;
      next = place;
    }
  }
  return next;
}
