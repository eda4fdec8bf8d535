// A list of which only the rows in view exist, whatever their heights: they are measured when they come into view.

import type { RefObject } from "preact";
import { useLayoutEffect, useReducer, useRef } from "preact/hooks";
import { RowHeights } from "../row_heights.ts";

/** How long a row that was scrolled to is held in its place while those around it are measured. */
const HELD_MS = 500;

export interface VirtualRow {
  index: number;
  start: number;
  end: number;
}

type Align = "start" | "center";

export class VirtualRows {
  /** How far the list is scrolled, and how much of it is in view. */
  top = 0;
  height = 0;
  readonly #sizes = new ResizeObserver((entries) => this.#measure(entries));
  #heights: RowHeights;
  #scroller: HTMLElement | null = null;
  #drawn = "";
  #held: { row: number; align: Align; until: number } | null = null;

  constructor(
    usualPx: number,
    readonly overscan: number,
    readonly redraw: () => void,
  ) {
    this.#heights = new RowHeights(0, usualPx);
  }

  setCount(nRows: number): void {
    if (nRows !== this.#heights.nRows) this.#heights = this.#heights.resized(nRows);
  }

  /** Watches the element that scrolls; answers how to end that. */
  attach(scroller: HTMLElement): () => void {
    this.#scroller = scroller;
    this.top = scroller.scrollTop;
    this.height = scroller.clientHeight;
    const resized = new ResizeObserver(() => {
      this.height = scroller.clientHeight;
      this.#hold();
      this.#redrawIfMoved();
    });
    resized.observe(scroller);
    const onScroll = (): void => {
      this.top = scroller.scrollTop;
      this.#redrawIfMoved();
    };
    const letGo = (): void => {
      this.#held = null;
    };
    scroller.addEventListener("scroll", onScroll, { passive: true });
    const byHand = ["wheel", "pointerdown", "touchstart", "keydown"];
    for (const name of byHand) scroller.addEventListener(name, letGo, { passive: true });
    this.redraw();
    return () => {
      resized.disconnect();
      this.#sizes.disconnect();
      scroller.removeEventListener("scroll", onScroll);
      for (const name of byHand) scroller.removeEventListener(name, letGo);
    };
  }

  /** The rows to draw: those in view and some around them. */
  items(): VirtualRow[] {
    const [first, last] = this.#range();
    this.#drawn = `${first} ${last}`;
    const items: VirtualRow[] = [];
    let start = this.#heights.start(first);
    for (let index = first; index <= last; index++) {
      const end = start + this.#heights.of(index);
      items.push({ index, start, end });
      start = end;
    }
    return items;
  }

  totalPx(): number {
    return this.#heights.start(this.#heights.nRows);
  }

  /** For a row's element, which says its number in `data-index`. */
  readonly measured = (element: HTMLElement | null): void => {
    if (element !== null) this.#sizes.observe(element);
  };

  scrollTo(row: number, align: Align): void {
    this.#held = { row, align, until: performance.now() + HELD_MS };
    this.#hold();
    this.#redrawIfMoved();
  }

  #range(): [first: number, last: number] {
    const { nRows } = this.#heights;
    const first = Math.max(0, this.#heights.at(this.top) - this.overscan);
    const last = Math.min(nRows - 1, this.#heights.at(this.top + this.height) + this.overscan);
    return [first, last];
  }

  #redrawIfMoved(): void {
    if (this.#range().join(" ") !== this.#drawn) this.redraw();
  }

  /** Keeps the row that was scrolled to where it belongs. */
  #hold(): void {
    const held = this.#held;
    if (held === null || this.#scroller === null) return;
    if (performance.now() > held.until) {
      this.#held = null;
      return;
    }
    const start = this.#heights.start(held.row);
    const above = (this.height - this.#heights.of(held.row)) / 2;
    this.#moveTo(held.align === "center" ? start - Math.max(0, above) : start);
  }

  #moveTo(top: number): void {
    if (this.#scroller === null) return;
    this.#scroller.scrollTop = top;
    this.top = this.#scroller.scrollTop;
  }

  #measure(entries: ResizeObserverEntry[]): void {
    let isChanged = false;
    let above = 0;
    for (const { target, borderBoxSize } of entries) {
      const height = borderBoxSize[0]?.blockSize ?? 0;
      if (!(target instanceof HTMLElement) || !target.isConnected) {
        this.#sizes.unobserve(target);
        continue;
      }
      const row = Number(target.dataset.index);
      if (height === 0 || !(row < this.#heights.nRows)) continue;
      const isAbove = this.#heights.start(row) < this.top;
      const change = this.#heights.set(row, height);
      isChanged ||= change !== 0;
      if (isAbove) above += change;
    }
    if (!isChanged) return;
    if (this.#held !== null) this.#hold();
    // What is read stays where it is when rows above it turn out to be higher.
    else if (above !== 0) this.#moveTo(this.top + above);
    this.redraw();
  }
}

export function useVirtualRows(props: {
  count: number;
  scroller: RefObject<HTMLElement | null>;
  estimatePx: number;
  overscan: number;
}): VirtualRows {
  const [, redraw] = useReducer((n: number, _: null) => n + 1, 0);
  const kept = useRef<VirtualRows | null>(null);
  kept.current ??= new VirtualRows(props.estimatePx, props.overscan, () => redraw(null));
  const rows = kept.current;
  rows.setCount(props.count);
  useLayoutEffect(() => {
    const element = props.scroller.current;
    return element === null ? undefined : rows.attach(element);
  }, [rows]);
  return rows;
}
