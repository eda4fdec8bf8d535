// The answer in one sentence, and the numbers behind it.

import type { ComponentChildren, JSX } from "preact";
import type { Report } from "../../pkg/logloupe.js";
import * as format from "../format.ts";
import * as state from "../state.ts";
import { LogText, TemplateText } from "./parts.tsx";

/** Notices without which the sentence would mislead: a part of what was dropped is not in the answer. */
const IMPORTANT = ["conservation", "stopped", "changed", "damaged", "leftOut"];

export function Summary({ report }: { report: Report }): JSX.Element {
  const { totals, files } = report;
  const nErrors = report.levels
    .filter(({ level }) => level === "ERROR" || level === "FATAL")
    .reduce((sum, { nRecords }) => sum + nRecords, 0);
  const hasLevels = report.levels.some(({ level }) => level !== "");
  const { firstMs, lastMs } = totals;
  // With a record from 1970 among those of today the span says nothing.
  const hasOutlyingTimes = report.notices.some(({ code }) => code === "outlyingTimes");
  return (
    <section class="summary" aria-label="Summary">
      <p class="summary-source">
        <LogText
          text={
            report.nFiles === 1
              ? (files[0]?.name ?? state.source.value)
              : `${format.count(report.nFiles)} files`
          }
        />
        <span> · {format.bytes(totals.byteLen)}</span>
        {firstMs != null && lastMs != null && <span> · {format.span(firstMs, lastMs)} UTC</span>}
        <Zone report={report} />
      </p>
      <h1 class="sentence" id="sentence">
        <TemplateText text={report.sentence} />
      </h1>
      <WorstTrigger report={report} />
      {report.notices
        .filter(({ code }) => IMPORTANT.includes(code))
        .map(({ code, message }) => (
          <p key={message} class="caution" data-code={code}>
            <LogText text={message} />
            {["changed", "stopped"].includes(code) && !state.isSample.value && (
              <button type="button" class="button small" onClick={() => void state.readFresh()}>
                Read again
              </button>
            )}
          </p>
        ))}
      <dl class="numbers">
        <Figure term="lines" hint="Physical lines; where each of them went is said under Files.">
          {format.count(totals.nLines)}
        </Figure>
        {firstMs != null && lastMs != null && !hasOutlyingTimes && (
          <Figure term="time span" hint={`${format.span(firstMs, lastMs)} UTC`}>
            {format.duration(lastMs - firstMs)}
          </Figure>
        )}
        <Figure term="patterns" hint="Lines that say the same thing are one pattern.">
          {format.count(totals.nTemplates)}
        </Figure>
        {hasLevels && (
          <Figure term="errors" hint="Records of level ERROR or FATAL." isBad={nErrors > 0}>
            {format.count(nErrors)}
          </Figure>
        )}
        <Figure
          term="unusual records"
          hint="Records whose score is at or above the alarm threshold."
        >
          {format.count(totals.nAnomalous)}
        </Figure>
        <Figure
          term="incidents"
          hint="Unusual records that belong together in time and content."
          isBad={report.nIncidents > 0}
        >
          {format.count(report.nIncidents)}
        </Figure>
      </dl>
    </section>
  );
}

/** How times without a zone were read, in passing: it is so with most logs. */
function Zone({ report }: { report: Report }): JSX.Element | null {
  if (!report.notices.some(({ code }) => code === "zoneAssumed")) {
    return null;
  }
  const change = (): void => {
    const box = document.querySelector<HTMLElement>("#choices [name=timezone]");
    box?.scrollIntoView({ block: "center" });
    box?.focus({ preventScroll: true });
  };
  return (
    <span class="zone">
      {" "}
      · times without a zone read as {report.timezone} ·{" "}
      <button type="button" class="link" onClick={change}>
        change
      </button>
    </span>
  );
}

/** What probably set the worst incident off: the first thing to look at. */
function WorstTrigger({ report }: { report: Report }): JSX.Element | null {
  const trigger = report.incidents[0]?.trigger;
  if (trigger == null) {
    return null;
  }
  const show = (): void =>
    state.showLines({
      title: "Likely trigger",
      detail: trigger.text,
      selection: { templates: [trigger.template], fromMs: trigger.ms, toMs: trigger.ms + 1 },
    });
  return (
    <p class="worst-trigger">
      Likely set off by{" "}
      <button type="button" class="link-title" onClick={show}>
        <TemplateText text={trigger.text} />
      </button>
      : <LogText text={trigger.reason} />, at {format.dateTime(trigger.ms)} UTC.
    </p>
  );
}

function Figure(props: {
  term: string;
  hint: string;
  isBad?: boolean;
  children: ComponentChildren;
}): JSX.Element {
  return (
    <div class={props.isBad === true ? "is-bad" : ""} title={props.hint}>
      <dd>{props.children}</dd>
      <dt>{props.term}</dt>
    </div>
  );
}
