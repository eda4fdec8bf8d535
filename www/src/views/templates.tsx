// The patterns: lines that say the same thing, with how often, when, and how strange.

import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { Report, TemplateReport } from "../../pkg/logloupe.js";
import * as format from "../format.ts";
import * as filter from "../filter.ts";
import { isTemplateLifted, outClass } from "../lifted.ts";
import * as state from "../state.ts";
import { Head, ShowAll, Table, toggled } from "./listing.tsx";
import { Empty, Level, LogText, Panel, Score, Sparkline, TemplateText } from "./parts.tsx";
import { isWhole, PatternTools, showValues } from "./pattern_tools.tsx";
import { SimilarPatterns } from "./similar.tsx";
import { NormalPattern } from "./suppressed.tsx";
import { SortHeader, sorted, type Order } from "./sort.tsx";

type Column = "score" | "nRecords" | "firstMs" | "lastMs";

const FIRST_SHOWN = 20;
const search = signal("");
const order = signal<Order<Column>>({ column: "score", isDescending: true });
const areAllShown = signal(false);

export function showTemplate(template: TemplateReport): void {
  state.showLines({
    title: "Pattern",
    detail: template.text,
    selection: { templates: [template.id] },
  });
}

export function Templates({ report }: { report: Report }): JSX.Element {
  const { templates, totals } = report;
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  const found = useMemo(() => {
    const matching = templates.filter((template) => {
      const text = `${template.text} ${template.level} ${template.reason}`.toLowerCase();
      return words.every((word) => text.includes(word));
    });
    return sorted(matching, order.value, (template, column) => template[column] ?? null);
  }, [templates, search.value, order.value]);
  const shown = areAllShown.value || words.length > 0 ? found : found.slice(0, FIRST_SHOWN);
  const hasTimes = totals.firstMs != null;
  const isCut = totals.nTemplates > templates.length;

  return (
    <Panel
      id="patterns"
      title={`Patterns (${format.count(totals.nTemplates)})`}
      about={
        <>
          Lines that say the same thing are one pattern; <span class="slot">{"<ip>"}</span> and the
          like stand for what varies, <span class="slot">{"<*>"}</span> where it is of no one kind.
          Choose one to read its lines, or what varies in it to see its values.
          {isCut &&
            ` The ${format.count(templates.length)} strangest and most frequent of ${format.count(totals.nTemplates)} are listed; all were analysed.`}
        </>
      }
      actions={
        <>
          <SortChoice hasTimes={hasTimes} />
          <label class="search">
            <span class="visually-hidden">Search the patterns</span>
            <input
              id="pattern-search"
              type="search"
              placeholder="Search patterns  /"
              autocomplete="off"
              spellcheck={false}
              value={search.value}
              aria-keyshortcuts="/"
              onInput={(event) => {
                search.value = event.currentTarget.value;
              }}
            />
          </label>
        </>
      }
    >
      {found.length === 0 ? (
        <Empty>
          {templates.length === 0
            ? "There are no patterns: no line has text."
            : "No pattern has these words."}
        </Empty>
      ) : (
        <Table
          class="templates"
          heads={
            <>
              <SortHeader
                order={order}
                column="score"
                title="Score"
                hint="0 to 100, larger is stranger"
              />
              <Head>Level</Head>
              <Head>Pattern</Head>
              <SortHeader
                order={order}
                column="nRecords"
                title="Count"
                hint="Records, and their share of all"
                isNumber
              />
              {hasTimes && <Head>Over time</Head>}
              {hasTimes && (
                <SortHeader
                  order={order}
                  column="firstMs"
                  title="First, last seen (UTC)"
                  hint="Time of its first record, and of its last"
                />
              )}
            </>
          }
        >
          {shown.map((template) => (
            <Row
              key={template.id}
              template={template}
              nRecords={totals.nRecords}
              hasTimes={hasTimes}
            />
          ))}
        </Table>
      )}
      {words.length === 0 && (
        <ShowAll
          nAll={found.length}
          nFirst={FIRST_SHOWN}
          areAllShown={areAllShown.value}
          toggle={toggled(areAllShown)}
        />
      )}
    </Panel>
  );
}

function Row(props: {
  template: TemplateReport;
  nRecords: number;
  hasTimes: boolean;
}): JSX.Element {
  const { template, hasTimes } = props;
  const open = (): void => showTemplate(template);
  const nSelected = filter.facets.value?.get(template.id) ?? 0;
  const isLifted = isTemplateLifted(template.id);
  return (
    <tr
      role="row"
      class={`clickable ${outClass(isLifted)}`}
      onClick={open}
      data-template={template.id}
    >
      <td role="cell" class="cell-score">
        <Score value={template.score} />
      </td>
      <td role="cell" class="cell-level">
        {template.level === "" ? <span class="none">–</span> : <Level level={template.level} />}
      </td>
      <td role="cell" class="cell-text">
        <button
          type="button"
          class="row-button"
          onClick={(event) => {
            event.stopPropagation();
            const slot = (event.target as Element).closest<HTMLElement>("[data-place]");
            if (slot === null) open();
            else showValues(template, Number(slot.dataset["place"]));
          }}
        >
          <TemplateText
            text={template.text}
            slots={template.slots}
            areOpening={isWhole(template)}
          />
        </button>
        {template.reason !== "" && (
          <span class="reason">
            <LogText text={template.reason} />
          </span>
        )}
        <div class="row-tools">
          <PatternTools template={template} />
          <SimilarPatterns template={template} />
          <NormalPattern template={template} />
        </div>
      </td>
      <td role="cell" class="cell-count number">
        {format.count(template.nRecords)}
        <span class="share">{format.share(template.nRecords / Math.max(1, props.nRecords))}</span>
        {filter.facets.value !== null && isLifted && nSelected < template.nRecords && (
          <span class="selected-count">{format.count(nSelected)} selected</span>
        )}
      </td>
      {hasTimes && (
        <td role="cell" class="cell-trend">
          <Sparkline values={template.sparkline} label={trendOf(template)} />
        </td>
      )}
      {hasTimes && (
        <td role="cell" class="cell-first" title={lastSeen(template)}>
          {template.firstMs != null ? (
            <>
              {format.dateTime(wholeSecond(template.firstMs))}
              {template.lastMs != null && template.lastMs > template.firstMs && (
                <span class="last-seen">{format.dateTime(wholeSecond(template.lastMs))}</span>
              )}
            </>
          ) : (
            <span class="none">no time</span>
          )}
        </td>
      )}
    </tr>
  );
}

/** Orders by name, for those who do not think in columns. */
const ORDERS: [name: string, order: Order<Column>][] = [
  ["Strangest first", { column: "score", isDescending: true }],
  ["Rarest first", { column: "nRecords", isDescending: false }],
  ["Most frequent first", { column: "nRecords", isDescending: true }],
  ["Newest first", { column: "firstMs", isDescending: true }],
  ["Last seen first", { column: "lastMs", isDescending: true }],
];

function SortChoice({ hasTimes }: { hasTimes: boolean }): JSX.Element {
  const { column, isDescending } = order.value;
  const offered = ORDERS.filter(([, { column: of }]) => hasTimes || !of.endsWith("Ms"));
  const now = offered.findIndex(
    ([, known]) => known.column === column && known.isDescending === isDescending,
  );
  return (
    <select
      id="pattern-order"
      aria-label="Order of the patterns"
      value={now}
      onChange={(event) => {
        const chosen = offered[Number(event.currentTarget.value)];
        if (chosen !== undefined) order.value = chosen[1];
      }}
    >
      {now === -1 && <option value={-1}>By column</option>}
      {offered.map(([name], idx) => (
        <option key={name} value={idx}>
          {name}
        </option>
      ))}
    </select>
  );
}

/** Seconds are enough in a list. */
function wholeSecond(ms: number): number {
  return Math.floor(ms / 1000) * 1000;
}

function lastSeen(template: TemplateReport): string {
  return template.lastMs != null
    ? `Last seen ${format.dateTime(template.lastMs)} UTC`
    : "Without a time";
}

function trendOf({ sparkline }: TemplateReport): string {
  const peak = sparkline.indexOf(Math.max(...sparkline));
  const nActive = sparkline.filter((value) => value > 0).length;
  return `In ${nActive} of ${sparkline.length} slices of the log's time, most in slice ${peak + 1}`;
}
