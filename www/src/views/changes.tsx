// What changed: patterns that are new, surge, or fall silent, each with when and by how much.

import type { JSX } from "preact";
import type {
  AmountReport,
  TrendReport,
  ChangeReport,
  LineRef,
  Report,
  SourceChange,
} from "../../pkg/logloupe.js";
import * as format from "../format.ts";
import { isSpanLifted, isTemplateLifted, outClass } from "../lifted.ts";
import * as state from "../state.ts";
import { Empty, Level, LogText, Panel, TemplateText } from "./parts.tsx";
import { visible } from "../visible.ts";

/** Changes of each sort that are shown at once. */
const FIRST_SHOWN = 6;

/** The lines of a pattern while it changes; around the change where there are none. */
function showChange(change: ChangeReport): void {
  const isSilent = change.nRecords === 0;
  const margin = isSilent ? Math.max(change.endMs - change.startMs, 60_000) : 0;
  state.showLines({
    title: isSilent ? "Around a silence" : "A change",
    detail: change.text,
    selection: {
      templates: [change.template],
      fromMs: change.startMs - margin,
      toMs: change.endMs + 1 + margin,
    },
  });
}

export function ChangesPanel({ report }: { report: Report }): JSX.Element | null {
  const { changes, amounts, trends, totals } = report;
  if (totals.firstMs == null) {
    return null;
  }
  return (
    <Panel
      id="changes"
      title={changes.nAll === 0 ? "What changed" : `What changed (${format.count(changes.nAll)})`}
      about="Patterns that come at least twice or at most half as often as usual for a while, more than chance would have it."
    >
      {changes.nAll === 0 && (
        <Empty>
          <strong>No pattern changed.</strong> Each comes as often as it usually does, or too seldom
          to tell.
        </Empty>
      )}
      <Sort title="New" changes={changes.new} />
      <Sort title="Surging" changes={changes.surging} />
      <Sort title="Fewer or silent" changes={changes.vanished} />
      <Sources changes={changes.sources} />
      <Amounts amounts={amounts} />
      <Trends trends={trends} />
    </Panel>
  );
}

/** The lines of a source while it changes; around the change where there are none. */
function showSource({ source, text, nRecords, startMs, endMs }: SourceChange): void {
  const margin = nRecords === 0 ? Math.max(endMs - startMs, 60_000) : 0;
  state.showLines({
    title: nRecords === 0 ? "Around a silence" : "A change",
    detail: text,
    selection: { sources: [source], fromMs: startMs - margin, toMs: endMs + 1 + margin },
  });
}

/** Sources that say more or less than usual, or have more errors. */
function Sources({ changes }: { changes: SourceChange[] }): JSX.Element | null {
  if (changes.length === 0) {
    return null;
  }
  return (
    <section aria-label="Sources that say more or less">
      <h3>Sources that say more or less</h3>
      <ul class="changes">
        {changes.map((change) => (
          <li
            key={`${change.source} ${change.startMs}`}
            class={outClass(isSpanLifted(change.startMs, change.endMs))}
          >
            <button type="button" class="link-title" onClick={() => showSource(change)}>
              <LogText text={change.text} />
            </button>
            <p class="incident-facts">
              <span>{visible(change.reason)}</span>
              <span>{format.span(change.startMs, change.endMs)} UTC</span>
            </p>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The lines of a pattern around one record. */
function showRecord(amount: AmountReport,
  TrendReport, record: LineRef): void {
  const around = record.ms == null ? {} : { fromMs: record.ms, toMs: record.ms + 1 };
  state.showLines({
    title: `Far beyond what is usual: ${record.text}`,
    detail: amount.text,
    selection: { templates: [amount.template], ...around },
  });
}

/** Durations and sizes far larger than usual, each value with its line. */
function Amounts({ amounts }: { amounts: AmountReport[] }): JSX.Element | null {
  if (amounts.length === 0) {
    return null;
  }
  return (
    <section aria-label="Far longer or larger than usual">
      <h3>Far longer or larger than usual</h3>
      <ul class="changes">
        {amounts.map((amount, idx) => (
          <li key={idx}>
            <TemplateText text={amount.text} />
            <p class="incident-facts">
              <span>{amount.reason}</span>
              {amount.records.map((record) => (
                <button
                  key={`${record.file} ${record.offset}`}
                  type="button"
                  class="link-title"
                  title={`line ${format.count(record.line)}`}
                  onClick={() => showRecord(amount, record)}
                >
                  {record.text}
                </button>
              ))}
            </p>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The lines of a pattern whose values rise, while they do. */
function showTrend({ template, text, startMs, endMs }: TrendReport): void {
  state.showLines({
    title: "Rising over time",
    detail: text,
    selection: { templates: [template], fromMs: startMs, toMs: endMs + 1 },
  });
}

/** Durations and sizes that rise over a long time. */
function Trends({ trends }: { trends: TrendReport[] }): JSX.Element | null {
  if (trends.length === 0) {
    return null;
  }
  return (
    <section aria-label="Rising over time">
      <h3>Rising over time</h3>
      <ul class="changes">
        {trends.map((trend, idx) => (
          <li key={idx} class={outClass(isSpanLifted(trend.startMs, trend.endMs))}>
            <button type="button" class="link-title" onClick={() => showTrend(trend)}>
              <TemplateText text={trend.text} />
            </button>
            <p class="incident-facts">
              <span>{visible(trend.reason)}</span>
              <span>{format.counted(trend.nRecords, "value")}</span>
            </p>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Sort({ title, changes }: { title: string; changes: ChangeReport[] }): JSX.Element | null {
  if (changes.length === 0) {
    return null;
  }
  const rest = changes.slice(FIRST_SHOWN);
  return (
    <section aria-label={title}>
      <h3>{title}</h3>
      <List changes={changes.slice(0, FIRST_SHOWN)} />
      {rest.length > 0 && (
        <details class="incident-patterns">
          <summary>{format.count(rest.length)} more</summary>
          <List changes={rest} />
        </details>
      )}
    </section>
  );
}

function List({ changes }: { changes: ChangeReport[] }): JSX.Element {
  return (
    <ul class="changes">
      {changes.map((change) => (
        <li
          key={`${change.template} ${change.startMs}`}
          class={outClass(
            isTemplateLifted(change.template) && isSpanLifted(change.startMs, change.endMs),
          )}
        >
          <button type="button" class="link-title" onClick={() => showChange(change)}>
            <TemplateText text={change.text} />
          </button>
          <p class="incident-facts">
            {change.level !== "" && <Level level={change.level} />}
            <span>{visible(change.reason)}</span>
            <span>{format.span(change.startMs, change.endMs)} UTC</span>
          </p>
        </li>
      ))}
    </ul>
  );
}
