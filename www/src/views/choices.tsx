// How the log was read, and the choices that read it again.

import type { JSX } from "preact";
import type { Options } from "../../pkg/logloupe.js";
import * as state from "../state.ts";
import { Panel } from "./parts.tsx";
import { PatternChoice, patternOf } from "./pattern.tsx";

/** Widths of a window that can be chosen, in seconds. */
const WIDTHS: [seconds: number, words: string][] = [
  [1, "1 second"],
  [5, "5 seconds"],
  [15, "15 seconds"],
  [60, "1 minute"],
  [300, "5 minutes"],
  [900, "15 minutes"],
  [3600, "1 hour"],
  [21600, "6 hours"],
  [86400, "1 day"],
];

/** Zones offered while typing; every IANA name and offset is taken. */
const ZONES = ["UTC", "Europe/London", "Europe/Berlin", "America/New_York", "Asia/Tokyo"];

export function Choices(): JSX.Element {
  const { timezone, windowSeconds, plain, isLatin1, clusterer, minClusterSize, minScore } =
    state.options.value;
  const zones = new Set([Intl.DateTimeFormat().resolvedOptions().timeZone, ...ZONES]);
  const readAgain = (event: Event): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    // What is marked as normal is no matter of this form.
    const chosen: Partial<Options> = {
      normal: state.options.value.normal ?? [],
      dayMonth: state.options.value.dayMonth ?? [],
    };
    const zone = String(form.get("timezone") ?? "").trim();
    const seconds = Number(form.get("windowSeconds"));
    if (zone !== "") {
      chosen.timezone = zone;
    }
    if (seconds > 0) {
      chosen.windowSeconds = seconds;
    }
    if (form.get("clusterer") === "hdbscan") {
      chosen.clusterer = "hdbscan";
      const size = Number(form.get("minClusterSize"));
      if (size >= 2) {
        chosen.minClusterSize = size;
      }
    }
    if (Number(form.get("minScore")) > 0) {
      chosen.minScore = Number(form.get("minScore"));
    }
    if (form.has("plain")) {
      chosen.plain = true;
    }
    if (form.has("isLatin1")) {
      chosen.isLatin1 = true;
    }
    const pattern = patternOf(form);
    if (pattern !== undefined) {
      chosen.pattern = pattern;
    }
    state.choose(chosen);
  };
  return (
    <Panel
      id="choices"
      title="Read it another way"
      about="Nothing here is needed: these choices are for logs that are not what they seem."
    >
      <form class="choices" onSubmit={readAgain}>
        <label>
          <span>Width of a window</span>
          <select name="windowSeconds">
            <option value="" selected={windowSeconds == null}>
              by the length of the log
            </option>
            {WIDTHS.map(([seconds, words]) => (
              <option key={seconds} value={seconds} selected={windowSeconds === seconds}>
                {words}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span>Time zone of times without one</span>
          <input
            name="timezone"
            list="zones"
            defaultValue={timezone ?? "UTC"}
            placeholder="UTC, +02:00 or Europe/Berlin"
            autocomplete="off"
            spellcheck={false}
          />
          <datalist id="zones">
            {[...zones].map((zone) => (
              <option key={zone} value={zone} />
            ))}
          </datalist>
        </label>
        <label>
          <span>Groups of messages</span>
          <select name="clusterer">
            <option value="dbscan" selected={clusterer !== "hdbscan"}>
              as near as one distance says (DBSCAN)
            </option>
            <option value="hdbscan" selected={clusterer === "hdbscan"}>
              each as dense as it is (HDBSCAN)
            </option>
          </select>
        </label>
        <label>
          <span>Records a group needs, with HDBSCAN</span>
          <input
            name="minClusterSize"
            type="number"
            min="2"
            defaultValue={String(minClusterSize ?? 5)}
          />
        </label>
        <label>
          <span>Leave out incidents that score less than (0 to 100)</span>
          <input
            name="minScore"
            type="number"
            min="0"
            max="100"
            defaultValue={String(minScore ?? 0)}
          />
        </label>
        <label class="choice-check">
          <input type="checkbox" name="plain" defaultChecked={plain === true} />
          <span>Every line is a message: no time, level or source in it</span>
        </label>
        <label class="choice-check">
          <input type="checkbox" name="isLatin1" defaultChecked={isLatin1 === true} />
          <span>Bytes that are not UTF-8 are Latin-1 (Windows-1252)</span>
        </label>
        <PatternChoice />
        <div class="drop-actions">
          <button type="submit" class="button primary" disabled={state.isBusy.value}>
            Apply
          </button>
          {state.isSample.value && (
            <button type="button" class="button" onClick={state.openAnotherSample}>
              Another sample
            </button>
          )}
        </div>
      </form>
    </Panel>
  );
}
