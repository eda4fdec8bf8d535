// Records that an identifier ties together, those that are unlike the others, and how well scores agree with labels.

import { signal } from "@preact/signals";
import type { JSX } from "preact";
import type { Evaluation, Report, SessionReport, Sessions } from "../../pkg/logloupe.js";
import * as format from "../format.ts";
import { isSpanLifted, outClass } from "../lifted.ts";
import * as state from "../state.ts";
import { Head, ShowAll, Table } from "./listing.tsx";
import { Empty, LogText, Panel, Score, TemplateText } from "./parts.tsx";

const FIRST_SHOWN = 10;
const shownInFull = signal<string | null>(null);

function showSession(session: SessionReport): void {
  const text = { pattern: session.id, isRegex: false, isCaseSensitive: true };
  const span =
    session.startMs == null || session.endMs == null
      ? {}
      : { fromMs: session.startMs, toMs: session.endMs + 1 };
  state.showLines({
    title: "Session",
    detail: session.id,
    selection: { text, ...span },
  });
}

export function SessionsPanel({ report }: { report: Report }): JSX.Element | null {
  const { sessions, evaluation } = report;
  if (sessions.length === 0 && evaluation == null) {
    return null;
  }
  return (
    <Panel
      id="sessions"
      title="Sessions"
      about="Records that share an identifier, found in the log itself, are one session; these are unlike the others. Choose one to read its lines."
    >
      {evaluation != null && <Agreement evaluation={evaluation} />}
      {sessions.map((found) => (
        <OfIdentifier key={found.identifier} found={found} />
      ))}
    </Panel>
  );
}

function OfIdentifier({ found }: { found: Sessions }): JSX.Element {
  const areAllShown = shownInFull.value === found.identifier;
  const list = areAllShown ? found.list : found.list.slice(0, FIRST_SHOWN);
  return (
    <>
      <h3>
        <TemplateText text={found.identifier} />
      </h3>
      <p class="about">
        {format.counted(found.nSessions, "session")} in {format.counted(found.nRecords, "record")},{" "}
        {format.count(found.nAnomalous)} of them unusual.
      </p>
      {found.list.length === 0 ? (
        <Empty>No session is unlike the others.</Empty>
      ) : (
        <Table
          class="windows"
          heads={
            <>
              <Head>Score</Head>
              <Head>Session</Head>
              <Head>Why</Head>
            </>
          }
        >
          {list.map((session) => (
            <tr
              key={session.id}
              role="row"
              class={outClass(
                session.startMs == null ||
                  session.endMs == null ||
                  isSpanLifted(session.startMs, session.endMs),
              )}
            >
              <td role="cell">
                <Score value={session.score} />
              </td>
              <td role="cell">
                <button type="button" class="link-title" onClick={() => showSession(session)}>
                  <LogText text={session.id} />
                </button>
              </td>
              <td role="cell">
                <TemplateText text={session.reason} />
                {agrees(session.forest) && (
                  <p class="about">
                    An isolation forest, which looks at how often it says what, agrees.
                  </p>
                )}
              </td>
            </tr>
          ))}
        </Table>
      )}
      <ShowAll
        nAll={found.list.length}
        nFirst={FIRST_SHOWN}
        areAllShown={areAllShown}
        toggle={() => {
          shownInFull.value = areAllShown ? null : found.identifier;
        }}
      />
      {found.nAnomalous > found.list.length && (
        <p class="about">
          The {format.count(found.list.length)} strangest of {format.count(found.nAnomalous)} are
          listed.
        </p>
      )}
    </>
  );
}

/** Whether a second opinion finds the session unusual as well. */
function agrees(score: number | null | undefined): boolean {
  return score != null && ["unusual", "alarming"].includes(format.band(score));
}

/** How well the scores agree with labels that were given with the log. */
function Agreement({ evaluation }: { evaluation: Evaluation }): JSX.Element {
  const part = (value: number | null | undefined): string =>
    value == null ? "–" : value.toFixed(3);
  const facts: [name: string, value: string][] = [
    ["Precision", part(evaluation.precision)],
    ["Recall", part(evaluation.recall)],
    ["F1", part(evaluation.f1)],
    ["ROC AUC", part(evaluation.rocAuc)],
    ["Average precision", part(evaluation.averagePrecision)],
    ["Best F1", `${part(evaluation.bestF1)} from score ${format.score(evaluation.bestThreshold)}`],
    ["Found", format.count(evaluation.truePositives)],
    ["Falsely found", format.count(evaluation.falsePositives)],
    ["Missed", format.count(evaluation.falseNegatives)],
    ["Rightly left", format.count(evaluation.trueNegatives)],
  ];
  return (
    <>
      <h3>Agreement with the labels</h3>
      <p class="about">
        {format.count(evaluation.matched)} of {format.count(evaluation.labelled)} labelled{" "}
        {evaluation.kind} are in the log. Labels take no part in the scores.
      </p>
      <dl class="numbers">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <Examples name="Found" texts={evaluation.foundExamples} />
      <Examples name="Falsely found" texts={evaluation.falseExamples} />
      <Examples name="Missed" texts={evaluation.missedExamples} />
    </>
  );
}

function Examples({ name, texts }: { name: string; texts: string[] }): JSX.Element | null {
  if (texts.length === 0) {
    return null;
  }
  return (
    <details class="incident-patterns">
      <summary>{name}: examples</summary>
      <ul>
        {texts.map((text) => (
          <li key={text}>
            <TemplateText text={text} />
          </li>
        ))}
      </ul>
    </details>
  );
}
