// The timeline while it is read: what was merged so far, drawn as it will be drawn at the end.

import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { filling } from "../plots.ts";
import { isDark } from "../settings.ts";
import { useDrawing } from "./drawing.ts";
import { plotScale } from "./plot.tsx";

export function Filling(): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const draw = (): void => {
    const element = canvas.current;
    const drawn = filling.peek();
    if (element === null || drawn === null || element.clientWidth === 0) {
      return;
    }
    const ratio = window.devicePixelRatio || 1;
    drawn.draw(element, "timeline", {
      width: Math.round(element.clientWidth * ratio),
      height: Math.round(element.clientHeight * ratio),
      scale: plotScale(),
      isDark: isDark(),
      yaw: 0,
      pitch: 0,
      isRanked: false,
    });
  };
  useDrawing(canvas, draw, [filling.value, isDark()]);
  return (
    <section class="filling" id="filling" aria-label="Timeline so far">
      <h2>Timeline so far</h2>
      <div class="plot plot-timeline">
        <canvas
          ref={canvas}
          role="img"
          aria-label="Records over time, as far as they have been read"
          data-drawn={filling.value !== null}
        />
      </div>
    </section>
  );
}
