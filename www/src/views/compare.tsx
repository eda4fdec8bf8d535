// Two stretches of time or two files side by side: what differs, in a table, the most certain first.

import { signal } from "@preact/signals";
import type { JSX } from "preact";
import type {
  CompareBy,
  Comparison,
  Difference,
  DifferenceKind,
  Report,
  SideFacts,
} from "../../pkg/logloupe.js";
import * as compare from "../compare.ts";
import type { Choice, Which } from "../compare.ts";
import * as format from "../format.ts";
import * as state from "../state.ts";
import { Empty, Level, LogText, Panel, TemplateText } from "./parts.tsx";

const FIRST_SHOWN = 15;
const areAllShown = signal(false);
const kind = signal<DifferenceKind | "">("");

const KINDS: [DifferenceKind, string, string][] = [
  ["pattern", "pattern", "Patterns"],
  ["level", "level", "Levels"],
  ["source", "source", "Sources"],
  ["value", "value", "Values"],
];

export function ComparePanel({ report }: { report: Report }): JSX.Element | null {
  const answer = compare.answer.value;
  const { before, after } = compare.sides.value;
  if (compare.choices.value.length === 0) {
    return null;
  }
  const hasTimes = report.timeline.nBins > 0;
  return (
    <Panel
      id="compare"
      title="Compare"
      about="Two stretches of time, or two files: what comes more often, less often, for the first time or not at all any more. Every line counts; what chance alone could make is left out."
    >
      <div class="compare-sides">
        <SideChoice which="before" title="A: what it was like" choice={before} />
        <SideChoice which="after" title="B: what it is like" choice={after} />
        <div class="compare-actions">
          {hasTimes && (
            <button type="button" class="button small" onClick={compare.pickOnTimeline}>
              Choose on the timeline
            </button>
          )}
          <button
            type="button"
            class="button small"
            onClick={compare.swap}
            disabled={before === null && after === null}
          >
            Swap A and B
          </button>
        </div>
      </div>
      <div class="compare-options">
        <ByChoice />
        <KindChoice />
      </div>
      <div
        aria-live="polite"
        aria-busy={answer?.kind === "asked"}
        data-compare={answer?.kind ?? ""}
      >
        {answer === null && (
          <Empty>
            Choose A and B, or choose “Compare with before” at an incident. The table then says what
            is different in B.
          </Empty>
        )}
        {answer?.kind === "asked" && <Empty>Counting…</Empty>}
        {answer?.kind === "failed" && (
          <Empty>This could not be compared: {answer.message}. Choose other sides.</Empty>
        )}
        {answer?.kind === "known" && (
          <Table comparison={answer.comparison} before={answer.before} after={answer.after} />
        )}
      </div>
    </Panel>
  );
}

/** What the next drag over the timeline does, while sides are chosen there. */
export function Picking(): JSX.Element | null {
  const which = compare.picking.value;
  return which === null ? null : (
    <p class="picking" role="status">
      {which === "before"
        ? "Drag over the stretch that is the measure (A)."
        : "Now drag over the stretch to compare with it (B)."}{" "}
      <button
        type="button"
        class="button small"
        onClick={() => {
          compare.picking.value = null;
        }}
      >
        Do not choose <kbd>Esc</kbd>
      </button>
    </p>
  );
}

function SideChoice(props: { which: Which; title: string; choice: Choice | null }): JSX.Element {
  const { which, title, choice } = props;
  const groups = compare.choices.value;
  const all = groups.flatMap(({ list }) => list);
  return (
    <label class="compare-side">
      <span>{title}</span>
      <select
        id={`compare-${which}`}
        value={choice?.key ?? ""}
        onChange={({ currentTarget }) => {
          compare.choose(which, all.find(({ key }) => key === currentTarget.value) ?? null);
        }}
      >
        <option value="">choose …</option>
        {groups.map(({ title, list }) => (
          <optgroup key={title} label={title}>
            {list.map(({ key, label }) => (
              <option key={key} value={key} translate={false}>
                {label}
              </option>
            ))}
          </optgroup>
        ))}
        {choice !== null && !all.some(({ key }) => key === choice.key) && (
          <option value={choice.key}>{choice.label}</option>
        )}
      </select>
    </label>
  );
}

function ByChoice(): JSX.Element {
  const ways: [CompareBy, string, string][] = [
    ["rate", "how often", "Records an hour, so that a longer stretch does not look busier"],
    [
      "share",
      "share of lines",
      "Out of all records, so that a busier stretch does not look different",
    ],
  ];
  return (
    <fieldset class="compare-by">
      <legend>Compare</legend>
      {ways.map(([way, title, hint]) => (
        <label key={way} title={hint} class="choice-check">
          <input
            type="radio"
            name="compare-by"
            checked={compare.by.value === way}
            onChange={() => {
              compare.by.value = way;
            }}
          />
          <span>{title}</span>
        </label>
      ))}
    </fieldset>
  );
}

function KindChoice(): JSX.Element {
  return (
    <label class="compare-kind">
      <span>Show</span>
      <select
        id="compare-kind"
        value={kind.value}
        onChange={({ currentTarget }) => {
          kind.value = currentTarget.value as DifferenceKind | "";
        }}
      >
        <option value="">everything</option>
        {KINDS.map(([value, , title]) => (
          <option key={value} value={value}>
            {title.toLowerCase()} only
          </option>
        ))}
      </select>
    </label>
  );
}

function Table(props: { comparison: Comparison; before: Choice; after: Choice }): JSX.Element {
  const { comparison, before, after } = props;
  const found = comparison.rows.filter((row) => kind.value === "" || row.kind === kind.value);
  const shown = areAllShown.value ? found : found.slice(0, FIRST_SHOWN);
  return (
    <>
      <p class="about" id="compare-said">
        {said(comparison)}
      </p>
      {shown.length > 0 && (
        <div class="table-wrap">
          <table class="table compare" role="table">
            <thead role="rowgroup">
              <tr role="row">
                <th role="columnheader" scope="col">
                  What
                </th>
                <th role="columnheader" scope="col" class="number">
                  A <Facts facts={comparison.before} />
                </th>
                <th role="columnheader" scope="col" class="number">
                  B <Facts facts={comparison.after} />
                </th>
                <th role="columnheader" scope="col" class="number">
                  Change
                </th>
              </tr>
            </thead>
            <tbody role="rowgroup">
              {shown.map((row, idx) => (
                <Row key={idx} row={row} by={comparison.by} before={before} after={after} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {shown.length < found.length && (
        <button
          type="button"
          class="button more"
          onClick={() => {
            areAllShown.value = true;
          }}
        >
          Show all {format.count(found.length)}
        </button>
      )}
      {comparison.nDifferent > comparison.rows.length && (
        <p class="about">
          The {format.count(comparison.rows.length)} most certain of{" "}
          {format.count(comparison.nDifferent)} are listed.
        </p>
      )}
    </>
  );
}

/** The answer in a sentence or two. */
function said(comparison: Comparison): string {
  const { by, nDifferent, nCompared, before, after } = comparison;
  const empty = [before, after].findIndex(({ nRecords }) => nRecords === 0);
  if (empty !== -1) {
    return `There is no line on side ${empty === 0 ? "A" : "B"}, so there is nothing to compare.`;
  }
  const what = `${format.count(nDifferent)} of ${format.count(nCompared)} patterns, levels, sources and values`;
  const rate = "come at least 10 % more or less often in the same time";
  const share = "are at least 10 % more or less of all lines";
  const parts = [`${what} ${by === "rate" ? rate : share}, beyond chance; the most certain first.`];
  if (nDifferent === 0) {
    parts[0] = `None of ${format.count(nCompared)} patterns, levels, sources and values differs by more than chance.`;
  }
  if (compare.by.value === "rate" && by === "share") {
    parts.push("One side has no times, so shares of lines are compared.");
  }
  if (comparison.hasTooManySources) {
    parts.push("There are more than 10,000 sources; they are not compared.");
  }
  if (comparison.isOverlapping) {
    parts.push("A and B overlap: lines in both count on both sides, which hides differences.");
  }
  return parts.join(" ");
}

function Facts({ facts }: { facts: SideFacts }): JSX.Element {
  return <span class="compare-facts">{format.counted(facts.nRecords, "line")}</span>;
}

function Row(props: {
  row: Difference;
  by: CompareBy;
  before: Choice;
  after: Choice;
}): JSX.Element {
  const { row, by, before, after } = props;
  const open = ({ side, label }: Choice): void =>
    state.showLines({
      title: titleOf(row.kind),
      detail: `${row.name === "" ? "none" : row.name}, ${label}`,
      selection: { ...row.selection, ...side },
    });
  const isGone = row.direction === "vanished" || row.direction === "fewer";
  const openMore = (): void => open(isGone ? before : after);
  const cells: [Choice, number, number, string][] = [
    [before, row.before, row.nBefore, "A"],
    [after, row.after, row.nAfter, "B"],
  ];
  return (
    <tr role="row" class="clickable" onClick={openMore}>
      <td role="cell" class="cell-text">
        <span class="compare-kind-mark">{KINDS.find(([kind]) => kind === row.kind)?.[1]}</span>{" "}
        <button
          type="button"
          class="row-button"
          onClick={(event) => (event.stopPropagation(), openMore())}
        >
          <Name row={row} />
        </button>
        {row.place != null && (
          <span class="compare-place">
            instead of <ValuePlace text={row.place.text} slot={row.place.slot} />
          </span>
        )}
      </td>
      {cells.map(([choice, amount, n, name]) => (
        <td role="cell" class="number" key={name} data-side={name}>
          <span>
            {row.kind === "value" || by === "share" ? format.share(amount) : rate(amount)}
          </span>
          <button
            type="button"
            class="row-button compare-count"
            disabled={n === 0}
            title={`Show these lines of side ${name}`}
            onClick={(event) => (event.stopPropagation(), open(choice))}
          >
            {format.counted(n, "line")}
          </button>
        </td>
      ))}
      <td role="cell" class={`number compare-change is-${row.direction}`} title={chance(row.p)}>
        {change(row)}
      </td>
    </tr>
  );
}

function Name({ row }: { row: Difference }): JSX.Element {
  switch (row.kind) {
    case "level":
      return <Level level={row.name} />;
    case "pattern":
      return <TemplateText text={row.name} />;
    default:
      return row.name === "" ? <em>no source</em> : <LogText text={row.name} />;
  }
}

/** A pattern with the place of a value marked. */
function ValuePlace({ text, slot }: { text: string; slot: number }): JSX.Element {
  const slots = text.split("<*>").map((_, idx) => (idx === slot ? "<this>" : "<*>"));
  return <TemplateText text={text} slots={slots} />;
}

function titleOf(kind: DifferenceKind): string {
  return kind.slice(0, 1).toUpperCase() + kind.slice(1);
}

/** Records an hour, with enough digits that a little is not nothing. */
function rate(perHour: number): string {
  if (perHour === 0) {
    return "none";
  }
  const digits = perHour >= 10 ? 0 : perHour >= 1 ? 1 : 2;
  const text = perHour > 0 && perHour < 0.01 ? "< 0.01" : perHour.toFixed(digits);
  return `${perHour >= 1000 ? format.count(Math.round(perHour)) : text}/h`;
}

function change({ direction, ratio }: Difference): string {
  if (direction === "new" || direction === "vanished") {
    return direction === "new" ? "new" : "gone";
  }
  const times = ratio ?? 1;
  if (times >= 2) {
    return `× ${times >= 10 ? format.count(Math.round(times)) : times.toFixed(1)}`;
  }
  const percent = Math.round((times - 1) * 100);
  return percent > 0 ? `+${percent} %` : `−${Math.min(99, -percent)} %`;
}

function chance(p: number): string {
  return p < 1e-6
    ? "By chance: less than once in a million"
    : `By chance: ${(p * 100).toPrecision(2)} %, corrected for the number of things compared`;
}
