// Rows of different heights, most of them as high as usual → where each begins, and which one is at a place.
//
// What differs from the usual height is kept in a Fenwick tree (Fenwick, A new data structure for cumulative frequency tables,
// 1994): to learn a height, to find where a row begins or which row is at a place takes a few steps, however many rows there are.

export class RowHeights {
  readonly #differing = new Map<number, number>();
  /** Sums of what rows are higher than usual. */
  readonly #extra: Float64Array;

  constructor(
    readonly nRows: number,
    readonly usual: number,
  ) {
    this.#extra = new Float64Array(nRows + 1);
  }

  /** The same rows, fewer or more of them. */
  resized(nRows: number): RowHeights {
    const resized = new RowHeights(nRows, this.usual);
    for (const [row, height] of this.#differing) {
      if (row < nRows) resized.set(row, height);
    }
    return resized;
  }

  of(row: number): number {
    return this.#differing.get(row) ?? this.usual;
  }

  /** Learns the height of a row; answers by how much it is higher than it was taken to be. */
  set(row: number, height: number): number {
    const change = height - this.of(row);
    if (change === 0) return 0;
    this.#differing.set(row, height);
    for (let at = row + 1; at <= this.nRows; at += at & -at) {
      this.#extra[at] = (this.#extra[at] ?? 0) + change;
    }
    return change;
  }

  /** Where a row begins; that after the last begins where all of them end. */
  start(row: number): number {
    let sum = row * this.usual;
    for (let at = row; at > 0; at -= at & -at) sum += this.#extra[at] ?? 0;
    return sum;
  }

  /** The row at a place; the first or the last where there is none. */
  at(y: number): number {
    let row = 0;
    let rest = y;
    for (let step = 1 << (31 - Math.clz32(this.nRows | 1)); step > 0; step >>= 1) {
      const next = row + step;
      const height = step * this.usual + (this.#extra[next] ?? 0);
      if (next <= this.nRows && height <= rest) {
        row = next;
        rest -= height;
      }
    }
    return Math.max(0, Math.min(row, this.nRows - 1));
  }
}
