// A plot as a picture: what is on the canvas, or the same as SVG.

import type { JSX } from "preact";
import type { Plots, View } from "../../pkg/logloupe.js";
import { offer } from "../save.ts";

export function SavePlot(props: {
  kind: string;
  canvas: () => HTMLCanvasElement | null;
  drawn: Plots | null;
  view: () => View;
}): JSX.Element {
  const { kind, canvas, drawn, view } = props;
  const savePng = (): void => {
    canvas()?.toBlob((blob) => {
      if (blob !== null) {
        offer(blob, `${kind}.png`);
      }
    });
  };
  const saveSvg = (): void => {
    if (drawn !== null) {
      offer(new Blob([drawn.svg(kind, view())], { type: "image/svg+xml" }), `${kind}.svg`);
    }
  };
  return (
    <div class="save-plot">
      <button
        type="button"
        class="button small"
        aria-label={`Save ${kind} as a PNG image`}
        onClick={savePng}
      >
        PNG
      </button>
      <button
        type="button"
        class="button small"
        aria-label={`Save ${kind} as an SVG drawing`}
        onClick={saveSvg}
      >
        SVG
      </button>
    </div>
  );
}
