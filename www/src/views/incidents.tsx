// What belongs together, worst first: what, when, how sure, why, and the line it began with.

import { signal } from "@preact/signals";
import type { JSX } from "preact";
import type { Incident, Report } from "../../pkg/logloupe.js";
import { visible } from "../visible.ts";
import { compareIncident } from "../compare.ts";
import * as format from "../format.ts";
import * as filter from "../filter.ts";
import { isSpanLifted, isTemplateLifted, outClass } from "../lifted.ts";
import { markIncident } from "../normal.ts";
import * as state from "../state.ts";
import { ShowAll, toggled } from "./listing.tsx";
import { Empty, Level, LogText, Panel, Score, TemplateText } from "./parts.tsx";
import { SuppressedList } from "./suppressed.tsx";

const FIRST_SHOWN = 6;
const areAllShown = signal(false);

export function showIncident(incident: Incident): void {
  state.showLines({
    title: `Incident ${incident.id}`,
    detail: incident.title,
    selection: { incident: incident.id },
  });
}

/** Everything that was logged from shortly before to shortly after, usual or not. */
function showAround(incident: Incident): void {
  const marginMs = 30_000;
  state.showLines({
    title: `Around incident ${incident.id}`,
    detail: `everything from 30 s before to 30 s after: ${incident.title}`,
    selection: { fromMs: incident.startMs - marginMs, toMs: incident.endMs + marginMs },
  });
}

/** Zooms the timeline to an incident, with as much before and after. */
function showWhen(report: Report, incident: Incident): void {
  const margin = Math.max(incident.endMs - incident.startMs, 5 * report.timeline.binMs);
  state.range.value = { fromMs: incident.startMs - margin, toMs: incident.endMs + margin };
  document.getElementById("timeline")?.scrollIntoView({ block: "start" });
}

/** Neither messages nor windows were enough to say what is unusual. */
function isTooLittle({ skipped }: Report): boolean {
  const hasFew = (stages: string[]): boolean =>
    skipped.some(({ stage, code }) => stages.includes(stage) && code !== "noVariance");
  return hasFew(["rarity"]) && hasFew(["windows", "windows/scores"]);
}

export function Incidents({ report }: { report: Report }): JSX.Element {
  const { incidents, nIncidents } = report;
  const nStrangeSessions = report.sessions.reduce((sum, { nAnomalous }) => sum + nAnomalous, 0);
  const shown = areAllShown.value ? incidents : incidents.slice(0, FIRST_SHOWN);
  return (
    <Panel
      id="incidents"
      title={nIncidents === 0 ? "Incidents" : `Incidents (${format.count(nIncidents)})`}
      about="Unusual lines that are close in time and alike in content, or within one unusual stretch of time, are one incident; the worst comes first."
    >
      {incidents.length === 0 ? (
        <Empty>
          {isTooLittle(report) ? (
            <>
              <strong>Too little to compare.</strong> What is unusual shows only against several
              different messages or windows of time. The patterns below say what is in the log.
            </>
          ) : nStrangeSessions > 0 ? (
            <>
              <strong>No incident.</strong> What is unusual are{" "}
              {format.counted(nStrangeSessions, "session")}, listed below, that do not come together
              in time.
            </>
          ) : report.totals.nAnomalous === 0 && report.nAnomalousWindows === 0 ? (
            <>
              <strong>Nothing stands out.</strong> No line and no stretch of time is unlike the
              rest. The patterns below say what is in the log.
            </>
          ) : (
            <>
              <strong>No incident.</strong> There are unusual lines or windows, listed below, but
              none that are close in time and alike in content.
            </>
          )}
        </Empty>
      ) : (
        <ol class="incidents">
          {shown.map((incident) => (
            <Card key={incident.id} incident={incident} report={report} />
          ))}
        </ol>
      )}
      <ShowAll
        nAll={incidents.length}
        nFirst={FIRST_SHOWN}
        areAllShown={areAllShown.value}
        toggle={toggled(areAllShown)}
      />
      <SuppressedList report={report} />
      {nIncidents > incidents.length && (
        <p class="about">
          The {format.count(incidents.length)} worst of {format.count(nIncidents)} incidents are
          listed.
        </p>
      )}
    </Panel>
  );
}

/** Where the unusual lines come from, each with its lines. */
function Sources({ incident }: { incident: Incident }): JSX.Element {
  const { sources, nSources } = incident;
  return (
    <p class="edge incident-sources">
      <span class="edge-label">
        {nSources === 1 ? "Source" : `${format.count(nSources)} sources`}
      </span>
      {sources.map(({ name, text, nRecords }, idx) => (
        <span key={name}>
          {idx > 0 && ", "}
          <button
            type="button"
            class="row-button"
            title="Show its lines in this incident"
            onClick={() =>
              state.showLines({
                title: `Incident ${incident.id}`,
                detail: name === "" ? "lines without a source" : name,
                selection: { incident: incident.id, sources: [name] },
              })
            }
          >
            {name === "" ? "none" : <LogText text={text} />} ({format.count(nRecords)})
          </button>
        </span>
      ))}
      {nSources > sources.length && `, and ${format.count(nSources - sources.length)} more`}
    </p>
  );
}

/** Whether an incident holds anything that is selected. */
function isLifted({ id, startMs, endMs, templates }: Incident): boolean {
  if (filter.selection.value.incident === id) {
    return true;
  }
  const isSaid = templates.length === 0 || templates.some(isTemplateLifted);
  return isSaid && isSpanLifted(startMs, endMs);
}

function Card({ incident, report }: { incident: Incident; report: Report }): JSX.Element {
  const edge = incident.leadingEdge;
  const templates = incident.templates.flatMap((id) => state.templatesById.value.get(id) ?? []);
  return (
    <li
      class={`incident band-${format.band(incident.score)} ${outClass(isLifted(incident))}`}
      id={`incident-${incident.id}`}
    >
      <div class="incident-rank" aria-hidden="true">
        {incident.id}
      </div>
      <div class="incident-body">
        <h3>
          <button type="button" class="link-title" onClick={() => showIncident(incident)}>
            <TemplateText text={incident.title} />
          </button>
        </h3>
        <p class="incident-facts">
          <Score value={incident.score} hasWord />
          {incident.level !== "" && <Level level={incident.level} />}
          <span>
            {format.span(incident.startMs, incident.endMs)} UTC
            {incident.endMs > incident.startMs &&
              ` (${format.duration(incident.endMs - incident.startMs)})`}
          </span>
          {incident.messages.length > 0 && (
            <span>{format.counted(incident.nRecords, "record")}</span>
          )}
        </p>
        <p class="incident-reason" title={visible(`Ranked by ${incident.rank}`)}>
          <LogText text={incident.reason} />
        </p>
        <p class="edge">
          <span class="edge-label">
            Began with{" "}
            {report.nFiles > 1 && (
              <LogText text={`${state.fileNames.value.get(edge.file) ?? ""}, `} />
            )}
            line {format.count(edge.line)}
          </span>
          <TemplateText text={edge.text} />
        </p>
        {incident.trigger != null && (
          <p class="edge">
            <span class="edge-label">
              Likely trigger, <LogText text={incident.trigger.reason} />
            </span>
            <TemplateText text={incident.trigger.text} />
          </p>
        )}
        {incident.sources.length > 0 && <Sources incident={incident} />}
        {incident.changes.length > 0 && (
          <details class="incident-patterns">
            <summary>{format.counted(incident.changes.length, "pattern")} changed with it</summary>
            <ul>
              {incident.changes.map((change) => (
                <li key={change.template}>
                  <strong>{change.mark}</strong> <TemplateText text={change.text} /> (
                  {change.reason})
                </li>
              ))}
            </ul>
          </details>
        )}
        {templates.length > 1 && (
          <details class="incident-patterns">
            <summary>{format.counted(templates.length, "pattern")} involved</summary>
            <ul>
              {templates.map((template) => (
                <li key={template.id}>
                  <TemplateText text={template.text} slots={template.slots} />
                </li>
              ))}
            </ul>
          </details>
        )}
        <div class="incident-actions">
          <button type="button" class="button small" onClick={() => showIncident(incident)}>
            Show its lines
          </button>
          <button type="button" class="button small" onClick={() => showAround(incident)}>
            What happened around it
          </button>
          <button type="button" class="button small" onClick={() => showWhen(report, incident)}>
            Zoom the timeline
          </button>
          <button
            type="button"
            class="button small"
            onClick={() => compareIncident(report, incident)}
            title="What comes more often, less often or for the first time than before it"
          >
            Compare with before
          </button>
          <button
            type="button"
            class="button small"
            disabled={state.isBusy.value}
            onClick={() => markIncident(incident)}
            title="Its patterns make no incident any more; this can be taken back below the incidents"
          >
            This is normal
          </button>
        </div>
      </div>
    </li>
  );
}
