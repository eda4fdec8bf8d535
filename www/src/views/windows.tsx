// The stretches of time that are unlike the others, and why.

import { signal } from "@preact/signals";
import type { JSX } from "preact";
import type { Report, WindowReport } from "../../pkg/logloupe.js";
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
  const { windows, nAnomalousWindows, windowMs, features } = report;
  const found = sorted(windows, order.value, (window, column) => window[column]);
  const shown = areAllShown.value ? found : found.slice(0, FIRST_SHOWN);
  return (
    <Panel
      id="windows"
      title={`Unusual windows (${format.count(nAnomalousWindows)})`}
      about={
        windowMs > 0
          ? `The log is cut into windows of ${format.duration(windowMs)}; these are unlike the others. Choose one to read its lines.`
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
              <Head>Why</Head>
            </>
          }
        >
          {shown.map((window) => (
            <Row key={window.startMs} window={window} names={features.names} />
          ))}
        </Table>
      )}
      <ShowAll
        nAll={found.length}
        nFirst={FIRST_SHOWN}
        areAllShown={areAllShown.value}
        toggle={toggled(areAllShown)}
      />
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
};

function agreement({ detectors }: WindowReport): string {
  const said = detectors.flatMap((name) => SAID[name] ?? []);
  return said.length === 0 ? "" : `${said.length} of 3 methods: ${said.join(", ")}`;
}

function Row({ window, names }: { window: WindowReport; names: string[] }): JSX.Element {
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
      <td role="cell" class="cell-why">
        <LogText text={window.reason} />
        <span class="agreeing">{agreement(window)}</span>
      </td>
    </tr>
  );
}
