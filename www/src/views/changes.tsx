// What changed: patterns that are new, surge, or fall silent, each with when and by how much.

import type { JSX } from "preact";
import type {
  AmountReport,
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
  const { changes, amounts, totals } = report;
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
      {AMOUNT_TITLES.map(([kind, title]) => (
        <Amounts
          key={kind}
          title={title}
          amounts={amounts.filter((amount) => amount.kind === kind)}
        />
      ))}
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

/** Sources that say more or less than usual. */
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
function showRecord(amount: AmountReport, record: LineRef): void {
  const around = record.ms == null ? {} : { fromMs: record.ms, toMs: record.ms + 1 };
  const what = amount.kind === "far" ? "Far beyond what is usual" : "One of the largest";
  state.showLines({
    title: `${what}: ${record.text}`,
    detail: amount.text,
    selection: { templates: [amount.template], ...around },
  });
}

/** What durations and sizes do, by the kind in the report. */
const AMOUNT_TITLES = [
  ["shift", "Longer or larger than usual for a while"],
  ["far", "Far longer or larger than usual"],
  ["rise", "Longer and longer, or larger and larger"],
] as const;

function showStretch(amount: AmountReport, fromMs: number, toMs: number): void {
  state.showLines({
    title: amount.reason,
    detail: amount.text,
    selection: { templates: [amount.template], fromMs, toMs },
  });
}

/** When a shift or a rise lasts, as a way to its lines. */
function Stretch({ amount }: { amount: AmountReport }): JSX.Element | null {
  const { startMs, endMs } = amount;
  if (startMs == null || endMs == null) {
    return null;
  }
  return (
    <button type="button" class="link-title" onClick={() => showStretch(amount, startMs, endMs)}>
      {format.span(startMs, endMs)} UTC
    </button>
  );
}

/** Durations and sizes that do one thing, each value with its line. */
function Amounts({
  title,
  amounts,
}: {
  title: string;
  amounts: AmountReport[];
}): JSX.Element | null {
  if (amounts.length === 0) {
    return null;
  }
  return (
    <section aria-label={title}>
      <h3>{title}</h3>
      <ul class="changes">
        {amounts.map((amount, idx) => (
          <li key={idx}>
            <TemplateText text={amount.text} />
            <p class="incident-facts">
              <span>{amount.reason}</span>
              <Stretch amount={amount} />
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
