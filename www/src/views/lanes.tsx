// The files of the answer as lanes over its span of time; each can be left out again.

import type { JSX } from "preact";
import type { FileReport, Report } from "../../pkg/logloupe.js";
import { visible } from "../visible.ts";
import * as format from "../format.ts";
import * as state from "../state.ts";
import { LogText, Panel, Sparkline } from "./parts.tsx";

export function Files({ report }: { report: Report }): JSX.Element {
  const { files, nFiles } = report;
  return (
    <Panel
      id="files"
      title={nFiles === 1 ? "File" : `Files (${format.count(nFiles)})`}
      about={<Accounts report={report} />}
      class={nFiles > 1 ? "is-wide" : ""}
    >
      <ul class="files">
        {grouped(files).map(({ group, lanes }) =>
          group === "" ? (
            lanes.map((file) => <Lane key={file.id} file={file} report={report} />)
          ) : (
            <li key={group} class="file-group">
              <p class="file-name">
                <LogText text={group} />
                <span class="file-facts"> · {format.count(lanes.length)} parts, by time</span>
              </p>
              <ul class="files">
                {lanes.map((file) => (
                  <Lane key={file.id} file={file} report={report} />
                ))}
              </ul>
            </li>
          ),
        )}
      </ul>
      {files.length < nFiles && (
        <p class="about">
          {format.count(nFiles - files.length)} more are analysed and not listed: those with
          incidents, with unusual records and the largest are.
        </p>
      )}
      {state.nRemoved.value > 0 && (
        <p class="about">
          {format.counted(state.nRemoved.value, "file")} left out.{" "}
          <button
            type="button"
            class="button small"
            id="undo-remove"
            disabled={state.isBusy.value}
            onClick={state.undoRemove}
          >
            Bring back
          </button>
        </p>
      )}
    </Panel>
  );
}

/** Files with those of their kind, in the order of the first of each. */
function grouped(files: FileReport[]): { group: string; lanes: FileReport[] }[] {
  const groups: { group: string; lanes: FileReport[] }[] = [];
  const byName = new Map<string, FileReport[]>();
  for (const file of files) {
    const known = file.group === "" ? undefined : byName.get(file.group);
    if (known !== undefined) {
      known.push(file);
      continue;
    }
    const lanes = [file];
    groups.push({ group: file.group, lanes });
    byName.set(file.group, lanes);
  }
  // A part whose kin are not listed stands alone.
  return groups.map(({ group, lanes }) => ({ group: lanes.length > 1 ? group : "", lanes }));
}

function Lane({ file, report }: { file: FileReport; report: Report }): JSX.Element {
  const { firstMs, lastMs } = file;
  const hasTimes = firstMs != null && lastMs != null;
  return (
    <li class="lane">
      <div>
        <p class="file-name">
          <LogText text={file.name} />
        </p>
        <p class="file-facts">
          {format.bytes(file.textLen)}
          {file.container !== "plain" && ` in ${file.container}`} ·{" "}
          {format.counted(file.nLines, "line")}
          {file.shape !== "lines" && ` · ${shapeInWords(file.shape)}`}
          {file.nAnomalous > 0 && ` · ${format.count(file.nAnomalous)} unusual`}
        </p>
        <p class="file-facts">{hasTimes ? `${format.span(firstMs, lastMs)} UTC` : "no times"}</p>
        {hasTimes && <p class="file-facts file-zone">{zoneInWords(file, report.timezone)}</p>}
        {file.isDayFirst != null && <DayMonth file={file} isDayFirst={file.isDayFirst} />}
        <ul class="formats">
          {file.formats.map((found) => (
            <li key={found.title}>
              <LogText text={found.title} />: {format.counted(found.nRecords, "record")} (
              {format.share(found.nRecords / Math.max(1, file.nRecords))})
            </li>
          ))}
        </ul>
      </div>
      {report.nFiles > 1 && (
        <div class="lane-side">
          <Sparkline
            values={file.sparkline}
            label={`Records of ${visible(file.name)} over the span of the whole log`}
          />
          <button
            type="button"
            class="button small"
            disabled={state.isBusy.value}
            onClick={() => state.removeFile(file)}
            aria-label={`Leave out ${visible(file.name)}`}
          >
            Leave out
          </button>
        </div>
      )}
    </li>
  );
}

/** Where the zone of the times of a file is from. */
function zoneInWords(file: FileReport, timezone: string): string {
  const nTimed = file.nRecords - file.nUntimed;
  if (file.nZoneAssumed === 0) {
    return "The lines tell the time zone.";
  }
  if (file.nZoneAssumed >= nTimed) {
    return `The lines tell no time zone: ${timezone} was assumed.`;
  }
  return `${format.counted(file.nZoneAssumed, "record")} without a time zone: ${timezone} was assumed. The others tell it.`;
}

/** How dates such as 3/4/2025 were read, and a switch to read them the other way round. */
function DayMonth({ file, isDayFirst }: { file: FileReport; isDayFirst: boolean }): JSX.Element {
  const [first, other] = isDayFirst ? ["day", "month"] : ["month", "day"];
  return (
    <p class="file-facts">
      Dates such as 3/4/2025: the {first} comes first
      {file.isDayFirstAssumed ? ", which was assumed because no date tells." : "."}{" "}
      <button
        type="button"
        class="button small day-month"
        disabled={state.isBusy.value}
        onClick={() => state.chooseDayMonth(file.name, !isDayFirst)}
      >
        Read with the {other} first
      </button>
    </p>
  );
}

/** Where every byte and line went; the core has checked the sums. */
function Accounts({ report }: { report: Report }): JSX.Element {
  const { totals } = report;
  const nUnread = totals.byteLen - totals.nBytesRead;
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
      {format.count(totals.nBytesRead)} of {format.count(totals.byteLen)} bytes read
      {nUnread > 0 && `, ${format.count(nUnread)} not read`};{" "}
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
    jsonMembers: "JSON objects with lists of records",
    jsonObjects: "JSON objects spread over lines",
    journalExport: "an export of the systemd journal",
    pattern: "lines as your expression says",
    plain: "plain messages, one a line",
  };
  return words[shape] ?? shape;
}
