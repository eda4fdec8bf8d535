// How the answer came about: levels, formats, files, what the reader should know, and what gave no result.

import type { JSX } from "preact";
import type { Report } from "../../pkg/logloupe.js";
import * as format from "../format.ts";
import { Level, LogText, Panel } from "./parts.tsx";

export function Levels({ report }: { report: Report }): JSX.Element {
  const all = Math.max(1, report.totals.nRecords);
  const isEmpty = report.levels.every(({ level, nRecords }) => level === "" || nRecords === 0);
  return (
    <Panel
      id="levels"
      title="Levels"
      about={isEmpty ? "No record of this log states a level." : undefined}
    >
      <ul class="bars">
        {report.levels.map(({ level, nRecords }) => (
          <li key={level}>
            <Level level={level} />
            <span class="bar" aria-hidden="true">
              <span
                class={`level-fill fill-${level.toLowerCase() || "none"}`}
                style={{ width: `${(nRecords / all) * 100}%` }}
              />
            </span>
            <span class="number">{format.count(nRecords)}</span>
            <span class="share">{format.share(nRecords / all)}</span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

export function Files({ report }: { report: Report }): JSX.Element {
  return (
    <Panel
      id="files"
      title={report.files.length === 1 ? "File" : `Files (${format.count(report.files.length)})`}
      about={<Accounts report={report} />}
    >
      <ul class="files">
        {report.files.map((file, idx) => (
          <li key={idx}>
            <p class="file-name">
              <LogText text={file.name} />
            </p>
            <p class="file-facts">
              {format.bytes(file.byteLen)}
              {file.container !== "plain" &&
                ` ${file.container}, ${format.bytes(file.textLen)} of text`}{" "}
              · {format.counted(file.nLines, "line")}
              {file.shape !== "lines" && ` · ${shapeInWords(file.shape)}`}
            </p>
            <ul class="formats">
              {file.formats.map((found) => (
                <li key={found.title}>
                  <LogText text={found.title} />: {format.counted(found.nRecords, "record")} (
                  {format.share(found.nRecords / Math.max(1, file.nRecords))})
                </li>
              ))}
            </ul>
          </li>
        ))}
      </ul>
      <p class="about">Times without a zone were read as {report.timezone}.</p>
    </Panel>
  );
}

/** Where every byte and line went; the core has checked the sums. */
function Accounts({ report }: { report: Report }): JSX.Element {
  const { totals } = report;
  const nContinued = totals.nRecordLines - totals.nRecords;
  const parts = [
    nContinued >= 0
      ? format.counted(totals.nRecords, "record")
      : `${format.count(totals.nRecordLines)} with ${format.counted(totals.nRecords, "record")}`,
    nContinued > 0 ? `${format.count(nContinued)} that continue one` : "",
    totals.nBlankLines > 0 ? `${format.count(totals.nBlankLines)} blank` : "",
    totals.nStructureLines > 0 ? `${format.count(totals.nStructureLines)} of structure` : "",
  ].filter(Boolean);
  return (
    <span id="accounts">
      {format.count(totals.nBytesRead)} of {format.count(totals.byteLen)} bytes read;{" "}
      {format.counted(totals.nLines, "line")} = {parts.join(" + ")}.
      {totals.nUntimed > 0 && ` ${format.counted(totals.nUntimed, "record")} without a time.`}
    </span>
  );
}

function shapeInWords(shape: string): string {
  const words: Record<string, string> = {
    csv: "CSV",
    directives: "columns named by directives",
    jsonArray: "a JSON array",
    jsonObjects: "JSON objects spread over lines",
    journalExport: "an export of the systemd journal",
    pattern: "lines as your expression says",
    plain: "plain messages, one a line",
  };
  return words[shape] ?? shape;
}

/** What the stages of the core are for, in words. */
const STAGES: Record<string, string> = {
  windows: "Windows of time",
  "windows/scores": "Unusual windows",
  "windows/clusters": "Groups of windows",
  dbscan: "Groups of messages",
  layout: "Map of messages",
  isolationForest: "Unusual wording",
  rarity: "Rare messages",
};

export function Notes({ report }: { report: Report }): JSX.Element | null {
  const { notices, skipped } = report;
  if (notices.length === 0 && skipped.length === 0) {
    return null;
  }
  return (
    <Panel
      id="notes"
      title="Good to know"
      about="How the answer came about, and what it does not cover."
    >
      <ul class="notes">
        {notices.map((note) => (
          <li key={`${note.code}${note.message}`} data-code={note.code}>
            <LogText text={sentence(note.message)} />
          </li>
        ))}
        {skipped.map(({ stage, code, message }) => (
          <li key={`${stage}${code}`} data-code={code}>
            <strong>{STAGES[stage] ?? stage}: no result,</strong>{" "}
            <LogText text={sentence(message)} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}

/** Messages of the core begin small and end without a stop. */
function sentence(message: string): string {
  return /[.!?]$/.test(message) ? message : `${message}.`;
}
