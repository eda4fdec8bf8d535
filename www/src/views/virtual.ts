// TanStack's virtual list as a Preact hook: only the rows in view exist.

import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  Virtualizer,
  type VirtualizerOptions,
} from "@tanstack/virtual-core";
import type { RefObject } from "preact";
import { useLayoutEffect, useReducer, useRef } from "preact/hooks";

type RowVirtualizer = Virtualizer<HTMLElement, HTMLElement>;

export function useVirtualRows(props: {
  count: number;
  scroller: RefObject<HTMLElement | null>;
  estimatePx: number;
  overscan: number;
}): RowVirtualizer {
  const [, redraw] = useReducer((n: number) => n + 1, 0);
  const options: VirtualizerOptions<HTMLElement, HTMLElement> = {
    count: props.count,
    getScrollElement: () => props.scroller.current,
    estimateSize: () => props.estimatePx,
    overscan: props.overscan,
    scrollToFn: elementScroll,
    observeElementRect,
    observeElementOffset,
    onChange: () => redraw(null as never),
  };
  const kept = useRef<RowVirtualizer | null>(null);
  kept.current ??= new Virtualizer(options);
  const virtualizer = kept.current;
  virtualizer.setOptions(options);
  useLayoutEffect(() => virtualizer._didMount(), [virtualizer]);
  useLayoutEffect(() => virtualizer._willUpdate());
  return virtualizer;
}
