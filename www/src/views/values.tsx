// What stands at a place of a pattern that varies: the most frequent values, and how numbers are spread, over all records that
// are selected.

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Report, ValueCounts } from "../../pkg/logloupe.js";
import * as filter from "../filter.ts";
import * as format from "../format.ts";
import * as state from "../state.ts";
import { LogText } from "./parts.tsx";

/** Values that are shown at first. */
const FIRST_SHOWN = 8;
/** From this share of numbers on their spread is drawn. */
const MOSTLY = 0.9;

export function Values({ report }: { report: Report }): JSX.Element | null {
  const { slot, templates } = filter.selection.value;
  const found = filter.found.value;
  const [values, setValues] = useState<{ find: number; values: ValueCounts } | null>(null);
  const find = filter.find.value;
  const isDone = found?.query === find && found.isFinal;
  useEffect(() => {
    if (slot == null || !isDone) return;
    state
      .core()
      ?.values(find)
      .then(
        (answer) => {
          if (answer !== null && find === filter.find.peek()) setValues({ find, values: answer });
        },
        () => setValues(null),
      );
  }, [slot, find, isDone]);
  if (slot == null || templates?.length !== 1) {
    return null;
  }
  const template = report.templates.find(({ id }) => id === templates[0]);
  const kind = template?.slots[slot] ?? "<*>";
  const known = values?.find === find ? values.values : null;
  return (
    <section
      class="values"
      id="values"
      aria-label="Values at this place"
      aria-busy={known === null}
    >
      <header>
        <h3>
          Values of <span class="slot">{kind}</span>, place {slot + 1}
        </h3>
        <PlaceChoice slots={template?.slots ?? []} slot={slot} />
        <button
          type="button"
          class="button small"
          onClick={() => filter.change({ slot: undefined })}
        >
          Close
        </button>
      </header>
      {known === null ? (
        <p class="about" role="status">
          Reading every record of the pattern…
          {found !== null && found.query === find && ` ${format.share(found.done)}`}
        </p>
      ) : (
        <Known values={known} />
      )}
    </section>
  );
}

function PlaceChoice({ slots, slot }: { slots: string[]; slot: number }): JSX.Element | null {
  return slots.length < 2 ? null : (
    <select
      aria-label="Place in the pattern"
      value={slot}
      onChange={(event) => filter.change({ slot: Number(event.currentTarget.value) })}
    >
      {slots.map((kind, idx) => (
        <option key={idx} value={idx}>
          {idx + 1}: {kind}
        </option>
      ))}
    </select>
  );
}

function Known({ values }: { values: ValueCounts }): JSX.Element {
  const { top, nRecords, nUnread, nDistinct, isCut, nOther, nNumbers } = values;
  const [areAllShown, setAllShown] = useState(false);
  const nRead = Math.max(1, nRecords - nUnread);
  const shown = areAllShown ? top : top.slice(0, FIRST_SHOWN);
  const most = Math.max(1, ...top.map((of) => of.nRecords));
  const rest = nOther + top.slice(shown.length).reduce((sum, of) => sum + of.nRecords, 0);
  return (
    <div class="values-body">
      <div>
        <p class="about">
          {isCut ? "About " : ""}
          {format.counted(nDistinct, "different value")} in {format.counted(nRead, "record")}.
          {nUnread > 0 && ` In ${format.counted(nUnread, "record")} the place was not found.`}
          {isCut &&
            " That is more than are kept: those listed are the most frequent of an even sample of the values; their counts are exact."}
        </p>
        <ul class="value-list">
          {shown.map(({ value, nRecords: n }) => (
            <li key={value}>
              <button
                type="button"
                class="row-button"
                title="Only lines with this value"
                onClick={() =>
                  filter.change({
                    text: { pattern: value, isRegex: false, isCaseSensitive: true },
                  })
                }
              >
                <LogText text={value} />
              </button>
              <span class="bar" aria-hidden="true">
                <span class="level-fill fill-info" style={{ width: `${(n / most) * 100}%` }} />
              </span>
              <span class="number">{format.count(n)}</span>
              <span class="share">{format.share(n / nRead)}</span>
            </li>
          ))}
          {rest > 0 && (
            <li class="value-rest">
              <span>all other values</span>
              <span />
              <span class="number">{format.count(rest)}</span>
              <span class="share">{format.share(rest / nRead)}</span>
            </li>
          )}
        </ul>
        {top.length > FIRST_SHOWN && (
          <button type="button" class="button small" onClick={() => setAllShown(!areAllShown)}>
            {areAllShown ? `The first ${FIRST_SHOWN}` : `The first ${top.length}`}
          </button>
        )}
      </div>
      {nNumbers / nRead >= MOSTLY && <Spread values={values} />}
    </div>
  );
}

/** How numbers are spread, as bars; each bar is wider than the one before where they span several sizes. */
function Spread({ values }: { values: ValueCounts }): JSX.Element | null {
  const { bins, unit, median, p95 } = values;
  const first = bins[0];
  const last = bins.at(-1);
  if (first === undefined || last === undefined) {
    return null;
  }
  const most = Math.max(1, ...bins.map((bin) => bin.nRecords));
  const said = `Half are at most about ${number(median, unit)}, 95 of 100 at most about ${number(p95, unit)}.`;
  return (
    <figure class="spread">
      <svg
        viewBox={`0 0 ${bins.length * 10} 60`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`From ${number(first.from, unit)} to ${number(last.to, unit)}. ${said}`}
      >
        {bins.map((bin, idx) => {
          const height = bin.nRecords === 0 ? 0 : Math.max(1.5, (bin.nRecords / most) * 60);
          return (
            <rect
              key={idx}
              class="fill-info"
              x={idx * 10 + 1}
              y={60 - height}
              width={8}
              height={height}
            >
              <title>
                {`${number(bin.from, unit)} to ${number(bin.to, unit)}: ${format.counted(bin.nRecords, "record")}`}
              </title>
            </rect>
          );
        })}
      </svg>
      <p class="spread-ends" aria-hidden="true">
        <span>{number(first.from, unit)}</span>
        <span>{number(last.to, unit)}</span>
      </p>
      <figcaption class="about">{said}</figcaption>
    </figure>
  );
}

function number(value: number | null | undefined, unit: string): string {
  if (value == null) {
    return "–";
  }
  if (unit === "ms") {
    return value < 1 ? `${Number(value.toPrecision(2))} ms` : format.duration(value);
  }
  return Math.abs(value) >= 100
    ? format.count(Math.round(value))
    : Number(value.toPrecision(3)).toString();
}
