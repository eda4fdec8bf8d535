// The files that can be saved: what is in each, how large it will be, and how far it is.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import "../dialogs.css";
import type { Report } from "../../pkg/logloupe.js";
import * as filter from "../filter.ts";
import * as format from "../format.ts";
import { cancelSave, isSaveOpen, outcome, save, saving, type Item } from "../save.ts";
import * as state from "../state.ts";
import { Sheet } from "./dialog.tsx";

interface Row {
  item: Item;
  title: string;
  about: string;
  size: string;
}

export function Save(): JSX.Element | null {
  const report = state.report.value;
  return isSaveOpen.value && report !== null ? <SaveDialog report={report} /> : null;
}

function SaveDialog({ report }: { report: Report }): JSX.Element {
  const [isRedacted, setRedacted] = useState(false);
  const running = saving.value;
  const close = (): void => {
    cancelSave();
    outcome.value = "";
    isSaveOpen.value = false;
  };
  return (
    <Sheet name="save" title="Save" onClose={close}>
      <p class="about">
        Files are made here and go to your downloads; nothing is sent. Cells that a spreadsheet
        would calculate get a ' in front, and characters that cannot be seen are written out.
      </p>
      <label class="check">
        <input
          type="checkbox"
          checked={isRedacted}
          disabled={running !== null}
          onChange={(event) => setRedacted(event.currentTarget.checked)}
        />
        Hide addresses, users and secrets
      </label>
      {isRedacted && (
        <p class="about">
          What is recognised becomes ⟨ip 1⟩, ⟨user 2⟩, ⟨secret⟩; the same thing keeps its number.
          What no rule knows stays, so read the file before you send it.
        </p>
      )}
      <ul class="save-list">
        {rowsOf(report).map(({ item, title, about, size }) => (
          <li key={item.name}>
            <div>
              <strong>{title}</strong> <span class="save-size">{size}</span>
              <p class="about">{about}</p>
            </div>
            <button
              type="button"
              class="button small"
              disabled={running !== null}
              aria-label={`Save ${item.name}`}
              onClick={() => void save(item, isRedacted)}
            >
              {item.name}
            </button>
          </li>
        ))}
      </ul>
      <div class="save-state" role="status" aria-live="polite">
        {running !== null ? (
          <>
            <span>Writing {running.name}…</span>
            <progress value={running.done} aria-label={`How much of ${running.name} is written`} />
            {running.nBytes > 0 && <span>{format.bytes(running.nBytes)}</span>}
            <button type="button" class="button small" onClick={cancelSave}>
              Cancel
            </button>
          </>
        ) : (
          outcome.value
        )}
      </div>
    </Sheet>
  );
}

/** Bytes that a table says about a record beside its text, about. */
const FACTS_LEN = 190;

function rowsOf(report: Report): Row[] {
  const { nRecords, nAnomalous, nTemplates, textLen } = report.totals;
  const table = (n: number): string =>
    n === 0
      ? "none"
      : `${format.counted(n, "record")}, about ${format.bytes(n * FACTS_LEN + (textLen * n) / Math.max(1, nRecords))}`;
  const rows: Row[] = [
    {
      item: { name: "report.html", kind: "page" },
      title: "Report to attach to a ticket",
      about:
        "One page with the pictures, incidents and patterns. It has no script and loads nothing.",
      size: "",
    },
    {
      item: { name: "incidents.csv", kind: "incidents" },
      title: "Incidents",
      about: "A row each: the line it began with, when, and the lines that belong to it.",
      size: format.counted(report.incidents.length, "incident"),
    },
    {
      item: { name: "patterns.csv", kind: "patterns" },
      title: "Patterns",
      about: "What the lines say, how often, when first and last, and how strange it is.",
      size: format.counted(nTemplates, "pattern"),
    },
  ];
  const both = (
    file: string,
    title: string,
    about: string,
    size: string,
    isShown: boolean,
  ): void => {
    const choice = file === "anomalies" ? ("anomalous" as const) : ("all" as const);
    for (const kind of ["csv", "ndjson"] as const) {
      rows.push({
        item: { name: `${file}.${kind}`, kind: "records", what: { choice, format: kind }, isShown },
        title: kind === "csv" ? `${title} as a table` : `${title} as JSON, one a line`,
        about: kind === "csv" ? about : "The same for programs, with the text exactly as it is.",
        size,
      });
    }
  };
  both(
    "anomalies",
    "Unusual lines",
    "Records with a score of 50 or more, with their pattern and incident.",
    table(nAnomalous),
    false,
  );
  const shown = filter.found.value;
  if (state.linesView.value !== null && shown !== null) {
    both(
      "selection",
      "Lines in the panel",
      "The records that are selected there, with what was found about each.",
      table(shown.total),
      true,
    );
  }
  both(
    "records",
    "All lines",
    "Every record with its time, level, pattern, score and incident, file by file.",
    table(nRecords),
    false,
  );
  rows.push(
    {
      item: {
        name: "normal.txt",
        kind: "records",
        what: { choice: "normal", format: "text" },
        isShown: false,
      },
      title: "Ordinary lines as text",
      about: "What is left without the unusual ones, to compare with or to learn from.",
      size: `${format.counted(nRecords - nAnomalous, "record")}, at most ${format.bytes(textLen)}`,
    },
    {
      item: { name: "report.json", kind: "json" },
      title: "Report for programs",
      about: "Everything this page shows, as JSON.",
      size: "",
    },
  );
  return rows;
}
