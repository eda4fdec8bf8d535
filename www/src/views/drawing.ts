// Canvases draw in the next frame after what they show or their size has changed.

import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { schedule, unschedule } from "../frame.ts";

/** Draws whenever one of `known` has changed; returns what draws for another reason. */
export function useDrawing(
  canvas: RefObject<HTMLCanvasElement | null>,
  draw: () => void,
  known: unknown[],
): () => void {
  const latest = useRef(draw);
  latest.current = draw;
  const drawSoon = (): void => {
    if (canvas.current !== null) schedule(canvas.current, () => latest.current());
  };
  useEffect(drawSoon, known);
  useEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    const observer = new ResizeObserver(drawSoon);
    observer.observe(element);
    return () => {
      observer.disconnect();
      unschedule(element);
    };
  }, []);
  return drawSoon;
}
