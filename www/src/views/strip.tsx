// How the selected records lie in time, as a strip of bars above the lines; a click or a drag on it narrows the time.

import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import type { Histogram } from "../../pkg/logloupe.js";
import * as filter from "../filter.ts";
import * as format from "../format.ts";

const HEIGHT = 40;
/** As the entries of a histogram. */
const LEVELS = ["none", "trace", "debug", "info", "notice", "warn", "error", "fatal"];

export function Strip({ histogram }: { histogram: Histogram }): JSX.Element | null {
  const { startMs, binMs, levels } = histogram;
  const nBins = levels[0]?.length ?? 0;
  const bars = useRef<HTMLDivElement>(null);
  const [drag, setDrag] = useState<[from: number, to: number] | null>(null);
  const [at, setAt] = useState<number | null>(null);
  const sums = Array.from({ length: nBins }, (_, bin) =>
    levels.reduce((sum, counts) => sum + (counts[bin] ?? 0), 0),
  );
  const max = Math.max(...sums);
  if (nBins === 0 || !(max > 0)) {
    return null;
  }

  const binAt = (event: PointerEvent): number => {
    const box = bars.current?.getBoundingClientRect();
    const share = box === undefined ? 0 : (event.clientX - box.left) / box.width;
    return Math.max(0, Math.min(nBins - 1, Math.floor(share * nBins)));
  };
  const spanOf = (from: number, to: number): [fromMs: number, toMs: number] => [
    startMs + Math.min(from, to) * binMs,
    startMs + (Math.max(from, to) + 1) * binMs,
  ];
  const narrow = (from: number, to: number): void => {
    const [fromMs, toMs] = spanOf(from, to);
    // A bin of a microsecond cannot be cut further.
    if (toMs > fromMs) {
      filter.change({ fromMs, toMs });
    }
  };
  const onKey = (event: KeyboardEvent): void => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step !== undefined) {
      setAt(Math.max(0, Math.min(nBins - 1, (at ?? -1) + step)));
    } else if (event.key === "Enter" && at !== null) {
      narrow(at, at);
    } else {
      return;
    }
    event.preventDefault();
  };

  const [first, last] = [sums.findIndex((n) => n > 0), sums.findLastIndex((n) => n > 0)];
  const peak = sums.indexOf(max);
  const said =
    at === null
      ? `${format.counted(max, "record")} at most, at ${format.dateTime(startMs + peak * binMs)}`
      : `${format.span(...spanOf(at, at))}: ${format.counted(sums[at] ?? 0, "record")}`;
  const chosen = drag ?? (at === null ? null : [at, at]);
  const left = chosen === null ? 0 : Math.min(chosen[0] ?? 0, chosen[1] ?? 0);
  const width = chosen === null ? 0 : Math.abs((chosen[0] ?? 0) - (chosen[1] ?? 0)) + 1;
  return (
    <div class="strip">
      <div
        ref={bars}
        class="strip-bars"
        role="slider"
        tabIndex={0}
        aria-label={`Records over time, from ${format.dateTime(startMs + first * binMs)} to ${format.dateTime(
          startMs + (last + 1) * binMs,
        )} UTC. Arrow keys choose a bar, Enter narrows the time to it.`}
        aria-valuemin={0}
        aria-valuemax={nBins - 1}
        aria-valuenow={at ?? peak}
        aria-valuetext={said}
        onKeyDown={onKey}
        onBlur={() => setAt(null)}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          setDrag([binAt(event), binAt(event)]);
        }}
        onPointerMove={(event) => {
          const bin = binAt(event);
          setAt(bin);
          setDrag(drag === null ? null : [drag[0], bin]);
        }}
        onPointerUp={(event) => {
          setDrag(null);
          if (drag !== null) {
            narrow(drag[0], binAt(event));
          }
        }}
        onPointerCancel={() => setDrag(null)}
        onPointerLeave={() => setAt(null)}
      >
        <svg viewBox={`0 0 ${nBins} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
          {LEVELS.map((level, idx) => (
            <path key={level} class={`fill-${level}`} d={barsOf(levels, idx, sums, max)} />
          ))}
          {chosen !== null && (
            <rect class="strip-chosen" x={left} y={0} width={width} height={HEIGHT} />
          )}
        </svg>
      </div>
      <p class="strip-said" aria-hidden="true">
        <span>{format.dateTime(Math.floor(startMs))}</span>
        <span>{at === null ? "" : said}</span>
        <span>{format.dateTime(Math.floor(startMs + nBins * binMs))}</span>
      </p>
    </div>
  );
}

/** The bars of one level, on top of those of the worse ones. */
function barsOf(levels: number[][], level: number, sums: number[], max: number): string {
  return (levels[level] ?? [])
    .map((n, bin) => {
      if (n === 0) {
        return "";
      }
      let below = 0;
      for (let worse = level + 1; worse < levels.length; worse++) {
        below += levels[worse]?.[bin] ?? 0;
      }
      // What occurs at all can be seen.
      const total = Math.max((sums[bin] ?? 0) / max, 0.06) * HEIGHT;
      const scale = total / (sums[bin] ?? 1);
      const [top, height] = [HEIGHT - (below + n) * scale, n * scale];
      return `M${bin} ${top.toFixed(2)}h1v${height.toFixed(2)}h-1z`;
    })
    .join("");
}
