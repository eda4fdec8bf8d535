// How the log was read, and the choices that read it again.

import type { JSX } from "preact";
import type { Options } from "../../pkg/logloupe.js";
import * as state from "../state.ts";
import { Panel } from "./parts.tsx";
import { Parameters, parametersOf } from "./parameters.tsx";
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
  const { timezone, windowSeconds, plain, isLatin1, clusterer, scaling, session } =
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
    }
    const tie = form.get("session");
    if (tie === "off") {
      chosen.session = { type: "off" };
    } else if (tie === "pattern") {
      chosen.session = { type: "pattern", regex: String(form.get("sessionRegex") ?? "") };
    }
    if (form.get("scaling") === "robust") {
      chosen.scaling = "robust";
    }
    Object.assign(chosen, parametersOf(form));
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
      about="Nothing here is needed: these choices are for logs that are not what they seem. Numbers and methods are kept on this computer for the next log; text such as an expression or a zone is not."
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
          <span class="about">
            The log is compared stretch by stretch. Narrower: shorter bursts stand out, but each
            stretch holds fewer lines to judge by.
          </span>
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
          <span class="about">
            Usually UTC. A wrong one moves all such times by the same hours; all times on the page
            are in UTC.
          </span>
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
          <span class="about">How messages that use the same words are put into groups.</span>
        </label>
        <label>
          <span>What ties lines to one session (a request, a job)</span>
          <select name="session">
            <option value="" selected={session == null}>
              found in the log
            </option>
            <option value="pattern" selected={session?.type === "pattern"}>
              what the expression below finds
            </option>
            <option value="off" selected={session?.type === "off"}>
              nothing: no sessions
            </option>
          </select>
        </label>
        <label>
          <span>Expression for it: its first group is what lines of one session share</span>
          <input
            name="sessionRegex"
            class="mono"
            defaultValue={session?.type === "pattern" ? session.regex : ""}
            placeholder="request=([0-9a-f-]+)"
            autocomplete="off"
            spellcheck={false}
          />
        </label>
        <label>
          <span>Scale of what is measured in windows</span>
          <select name="scaling">
            <option value="standard" selected={scaling !== "robust"}>
              mean and standard deviation
            </option>
            <option value="robust" selected={scaling === "robust"}>
              median and quartiles, not moved by outliers
            </option>
          </select>
          <span class="about">
            What a number is compared with. The second takes a log with a few enormous values
            better.
          </span>
        </label>
        <label class="choice-check">
          <input type="checkbox" name="plain" defaultChecked={plain === true} />
          <span>Every line is a message: no time, level or source in it</span>
        </label>
        <label class="choice-check">
          <input type="checkbox" name="isLatin1" defaultChecked={isLatin1 === true} />
          <span>Bytes that are not UTF-8 are Latin-1 (Windows-1252)</span>
        </label>
        <Parameters options={state.options.value} />
        <PatternChoice />
        <div class="drop-actions">
          <button type="submit" class="button primary" disabled={state.isBusy.value}>
            Apply
          </button>
          <button
            type="button"
            class="button"
            disabled={state.isBusy.value || Object.keys(state.options.value).length === 0}
            onClick={(event) => {
              event.currentTarget.form?.reset();
              // What is marked as normal is taken back where it was marked.
              state.choose({ normal: state.options.value.normal ?? [] });
            }}
          >
            Back to the usual settings
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
