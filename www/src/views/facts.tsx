// How the answer came about: levels, what the reader should know, and what gave no result.

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
  const { skipped } = report;
  // The zone stands beside the times.
  const notices = report.notices.filter(({ code }) => code !== "zoneAssumed");
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
