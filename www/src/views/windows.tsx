// The stretches of time that are unlike the others, and why.

import { signal } from "@preact/signals";
import type { JSX } from "preact";
import type { DetectorReport, Report, WindowReport } from "../../pkg/logloupe.js";
import * as format from "../format.ts";
import { isSpanLifted, outClass } from "../lifted.ts";
import * as state from "../state.ts";
import { Head, ShowAll, Table, toggled } from "./listing.tsx";
import { Empty, LogText, Panel, Score } from "./parts.tsx";
import { SortHeader, sorted, type Order } from "./sort.tsx";

type Column = "score" | "startMs";

const FIRST_SHOWN = 12;
const order = signal<Order<Column>>({ column: "score", isDescending: true });
const areAllShown = signal(false);

export function showWindow(fromMs: number, toMs: number): void {
  state.showLines({
    title: "Time window",
    detail: `${format.span(fromMs, toMs)} UTC`,
    selection: { fromMs, toMs },
  });
}

export function Windows({ report }: { report: Report }): JSX.Element {
  const { windows, nAnomalousWindows, windowMs, features, detectors } = report;
  const found = sorted(windows, order.value, (window, column) => window[column]);
  const shown = areAllShown.value ? found : found.slice(0, FIRST_SHOWN);
  return (
    <Panel
      id="windows"
      title={`Unusual windows (${format.count(nAnomalousWindows)})`}
      about={
        windowMs > 0
          ? `The log is cut into windows of ${format.duration(windowMs)}; these are unlike the others, as so many of the methods that judge them say. Choose one to read its lines.`
          : undefined
      }
    >
      {windows.length === 0 ? (
        <Empty>
          {windowMs > 0
            ? "No window is unlike the others."
            : "No line has a time that could be read, so there are no windows of time."}
        </Empty>
      ) : (
        <Table
          class="windows"
          heads={
            <>
              <SortHeader
                order={order}
                column="score"
                title="Score"
                hint="0 to 100, larger is stranger"
              />
              <SortHeader
                order={order}
                column="startMs"
                title="Window (UTC)"
                hint="When it began"
              />
              <Head>Methods</Head>
              <Head>Why</Head>
            </>
          }
        >
          {shown.map((window) => (
            <Row key={window.startMs} window={window} names={features.names} all={detectors} />
          ))}
        </Table>
      )}
      <ShowAll
        nAll={found.length}
        nFirst={FIRST_SHOWN}
        areAllShown={areAllShown.value}
        toggle={toggled(areAllShown)}
      />
      <Detectors all={detectors} />
      {nAnomalousWindows > windows.length && (
        <p class="about">
          The {format.count(windows.length)} strangest of {format.count(nAnomalousWindows)} are
          listed.
        </p>
      )}
    </Panel>
  );
}

/** What each detector says of a window, where it is an alarm to it. */
const SAID: Record<string, string> = {
  usualRange: "far from what is usual",
  isolationForest: "unlike the other windows",
  halfSpaceTrees: "unlike the windows before",
  autoencoder: "its features do not go together as usual",
  centroid: "all features together far from normal",
};

function agreement({ detectors }: WindowReport): string {
  return detectors.flatMap((name) => SAID[name] ?? []).join(", ");
}

/** How many of the detectors that can tell take the window for an alarm; what each says, in full. */
function Agreeing({ window, all }: { window: WindowReport; all: DetectorReport[] }): JSX.Element {
  const said = window.opinions.flatMap((score) => score ?? []);
  const each = all.map(({ name }, idx) => {
    const score = window.opinions[idx];
    return `${SAID[name] ?? name}: ${score == null ? "cannot tell" : Math.round(score)}`;
  });
  if (window.detectors.includes("silence")) {
    return <span title={each.join("\n")}>silence</span>;
  }
  return (
    <span title={each.join("\n")}>
      {window.detectors.length} of {said.length}
    </span>
  );
}

/** How often each detector raised its hand, and how the one that is trained learned. */
function Detectors({ all }: { all: DetectorReport[] }): JSX.Element | null {
  const trained = all.find(({ losses }) => losses.length > 0);
  if (all.length === 0) {
    return null;
  }
  return (
    <details class="detectors">
      <summary>How the methods judged</summary>
      <p class="about">
        A window is an alarm when it is far from what is usual and at least two of the other methods
        say that it is unlike the log. Windows that each alone takes for unusual:
      </p>
      <ul>
        {all.map(({ name, nAlarms }) => (
          <li key={name}>
            {SAID[name] ?? name}: {format.count(nAlarms)}
          </li>
        ))}
      </ul>
      {trained !== undefined && <Learning {...trained} />}
    </details>
  );
}

function Learning({ losses, isStoppedEarly }: DetectorReport): JSX.Element {
  const first = losses[0] ?? 0;
  const last = losses[losses.length - 1] ?? 0;
  const top = Math.max(...losses, Number.MIN_VALUE);
  const points = losses.map((loss, idx) => {
    const x = (idx / Math.max(losses.length - 1, 1)) * 200;
    return `${x.toFixed(1)},${(38 - (loss / top) * 36).toFixed(1)}`;
  });
  const ended = isStoppedEarly ? "then it learned no more" : "as often as it may";
  const words = `mean error ${first.toFixed(3)} at first, ${last.toFixed(3)} at the end`;
  return (
    <figure class="learning">
      <svg viewBox="0 0 200 40" role="img" aria-label={words} preserveAspectRatio="none">
        <polyline points={points.join(" ")} />
      </svg>
      <figcaption>
        What goes together was learned in {format.count(losses.length)} passes ({ended}): {words}.
      </figcaption>
    </figure>
  );
}

function Row({
  window,
  names,
  all,
}: {
  window: WindowReport;
  names: string[];
  all: DetectorReport[];
}): JSX.Element {
  const open = (): void => showWindow(window.startMs, window.endMs);
  const values = window.values.map(
    (value, idx) => `${names[idx] ?? "?"}: ${Math.round(value * 1000) / 1000}`,
  );
  return (
    <tr
      role="row"
      class={`clickable ${outClass(isSpanLifted(window.startMs, window.endMs))}`}
      onClick={open}
      title={values.join("\n")}
    >
      <td role="cell" class="cell-score">
        <Score value={window.score} />
      </td>
      <td role="cell" class="cell-when">
        <button
          type="button"
          class="row-button"
          onClick={(event) => (event.stopPropagation(), open())}
        >
          {format.span(window.startMs, window.endMs)}
        </button>
      </td>
      <td role="cell" class="cell-agree">
        <Agreeing window={window} all={all} />
      </td>
      <td role="cell" class="cell-why">
        <LogText text={window.reason} />
        <span class="agreeing">{agreement(window)}</span>
      </td>
    </tr>
  );
}
