// The bar that says what is selected while the lines are closed: it is lifted out in every view.

import type { JSX } from "preact";
import type { Report } from "../../pkg/logloupe.js";
import * as filter from "../filter.ts";
import * as format from "../format.ts";
import * as state from "../state.ts";
import { Chips } from "./chips.tsx";

export function SelectionBar({ report }: { report: Report }): JSX.Element | null {
  if (!filter.isActive.value || state.linesView.value !== null) {
    return null;
  }
  const found = filter.found.value;
  const isKnown = found !== null && found.query === filter.find.value;
  const { failure } = filter;
  return (
    <div class="selection-bar" id="selection" role="region" aria-label="What is selected">
      <span class="selection-count" role="status">
        {failure.value !== null
          ? failure.value.message
          : isKnown
            ? `${format.count(found.total)} of ${format.counted(report.totals.nRecords, "record")} selected${found.isFinal ? "" : " so far"}`
            : "Selecting…"}
      </span>
      <Chips report={report} />
      <button
        type="button"
        class="button small primary"
        onClick={() => showSelected()}
        aria-keyshortcuts="Enter"
      >
        Show the lines
      </button>
    </div>
  );
}

/** Opens the lines of what is selected. */
export function showSelected(): boolean {
  if (state.report.value === null) {
    return false;
  }
  state.showLines({
    title: filter.isActive.value ? "Selection" : "Lines",
    detail: "",
    selection: filter.selection.value,
  });
  return true;
}
