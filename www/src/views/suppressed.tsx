// What was left out of the incidents and why, and the marks of a person that can be taken back.

import type { JSX } from "preact";
import type { Report, SuppressedReport, TemplateReport } from "../../pkg/logloupe.js";
import * as format from "../format.ts";
import * as normal from "../normal.ts";
import * as state from "../state.ts";
import { TemplateText } from "./parts.tsx";

/** Why something is left out, in the order in which it is listed. */
const REASONS: [by: string, words: string][] = [
  ["normal", "that you marked as normal"],
  ["minScore", "below the score you want to see"],
  ["recurring", "found again and again all over the log"],
];

export function SuppressedList({ report }: { report: Report }): JSX.Element | null {
  const { suppressed } = report;
  const nMarked = suppressed.filter(({ by }) => by === "normal").length;
  const nElsewhere = normal.marks.value.length - nMarked;
  if (suppressed.length === 0 && nElsewhere <= 0) {
    return null;
  }
  return (
    <div id="suppressed">
      {REASONS.map(([by, words]) => {
        const entries = suppressed.filter((entry) => entry.by === by);
        return (
          entries.length > 0 && (
            <details key={by} class="incident-patterns" open={by === "normal"}>
              <summary>
                Left out: {format.counted(entries.length, "pattern")} {words}
              </summary>
              <ul>
                {entries.map((entry) => (
                  <Entry key={`${entry.template} ${entry.startMs ?? ""}`} entry={entry} />
                ))}
              </ul>
            </details>
          )
        );
      })}
      {nElsewhere > 0 && (
        <p class="about">
          {format.counted(nElsewhere, "mark")} of what is normal {nElsewhere === 1 ? "has" : "have"}{" "}
          nothing to leave out here.
        </p>
      )}
      {normal.marks.value.length > 1 && (
        <button
          type="button"
          class="button small"
          disabled={state.isBusy.value}
          onClick={normal.unmarkAll}
        >
          Nothing is normal: take all marks back
        </button>
      )}
    </div>
  );
}

function Entry({ entry }: { entry: SuppressedReport }): JSX.Element {
  const { text, startMs, endMs, nRecords, nTimes, by } = entry;
  const hasTime = startMs != null && endMs != null;
  return (
    <li>
      {hasTime ? (
        <>Unusual activity, {format.span(startMs, endMs)} UTC</>
      ) : (
        <>
          <TemplateText text={text} />{" "}
          {nTimes === 0
            ? "(no alarm in this log)"
            : `(${format.counted(nRecords, "record")}, ${format.counted(nTimes, "time")})`}
        </>
      )}{" "}
      {by === "normal" && (
        <button
          type="button"
          class="button small"
          disabled={state.isBusy.value}
          onClick={() => normal.unmark(entry)}
        >
          Alarm again
        </button>
      )}
    </li>
  );
}

/** Marks a pattern as normal, or takes the mark back. */
export function NormalPattern({ template }: { template: TemplateReport }): JSX.Element {
  return (
    <button
      type="button"
      class="mark-normal"
      disabled={state.isBusy.value}
      title={
        template.isNormal
          ? "Let this pattern make incidents again"
          : "This pattern makes no incident any more; it stays in all lists and counts"
      }
      onClick={(event) => {
        event.stopPropagation();
        if (template.isNormal) {
          normal.unmark({ key: template.key, startMs: undefined, endMs: undefined });
        } else {
          normal.markTemplate(template);
        }
      }}
    >
      {template.isNormal ? "Marked as normal: alarm again" : "Mark as normal"}
    </button>
  );
}
