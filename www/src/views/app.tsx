// The page: what is shown in which state, and the keys that work everywhere.

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Report } from "../../pkg/logloupe.js";
import { actionOf } from "../actions.ts";
import * as compare from "../compare.ts";
import * as filter from "../filter.ts";
import * as state from "../state.ts";
import { ChangesPanel } from "./changes.tsx";
import { Choices } from "./choices.tsx";
import { ComparePanel } from "./compare.tsx";
import { Levels, Notes } from "./facts.tsx";
import { FileInput } from "./files.tsx";
import { Help } from "./help.tsx";
import { Incidents } from "./incidents.tsx";
import { Files } from "./lanes.tsx";
import { Lines } from "./lines.tsx";
import { GoToTime, Palette } from "./palette.tsx";
import { LogText } from "./parts.tsx";
import { PlotGrid, TimelinePanel } from "./plots.tsx";
import { Recovery } from "./recovery.tsx";
import { Failed, Running, Start } from "./start.tsx";
import { Save } from "./save.tsx";
import { SelfTest } from "./selftest.tsx";
import { SessionsPanel } from "./sessions.tsx";
import { SelectionBar } from "./selection.tsx";
import { Summary } from "./summary.tsx";
import { Templates } from "./templates.tsx";
import { Top } from "./top.tsx";
import { Windows } from "./windows.tsx";

export function App(): JSX.Element {
  useEffect(listenForKeys, []);
  const { report } = state;
  return (
    <>
      <Top />
      <FileInput />
      <Offer />
      <Said />
      <Recovery />
      {report.value !== null && <SelectionBar report={report.value} />}
      <Body />
      {report.value !== null && <Lines report={report.value} />}
      <Save />
      <SelfTest />
      <Help />
      <Palette />
      <GoToTime />
    </>
  );
}

function Body(): JSX.Element {
  switch (state.phase.value) {
    case "idle":
      return <Start />;
    case "reading":
    case "analyzing":
      return <Running />;
    case "failed":
      return state.readiness.value.kind === "broken" ? <Start /> : <Failed />;
    case "done":
      return state.report.value === null ? <Start /> : <Answer report={state.report.value} />;
  }
}

/** Parts of the answer in the order in which they are shown: the first at once, each other a frame later, so that no task is
 * long. */
const PARTS: ((props: { report: Report }) => JSX.Element | null)[] = [
  Summary,
  TimelinePanel,
  Incidents,
  ChangesPanel,
  ComparePanel,
  PlotGrid,
  Templates,
  Windows,
  SessionsPanel,
  ({ report }) => (
    <div class="facts">
      <Levels report={report} />
      <Files report={report} />
      <Notes report={report} />
      <Choices />
    </div>
  ),
];
/** Parts that are shown at once: what fits a screen. */
const FIRST_PARTS = 2;

function Answer({ report }: { report: Report }): JSX.Element {
  const main = useRef<HTMLElement>(null);
  const [nParts, setParts] = useState(FIRST_PARTS);
  useEffect(() => main.current?.focus({ preventScroll: true }), []);
  useEffect(() => {
    // A timer, not a frame: a tab in the background has none.
    if (nParts < PARTS.length) {
      const timer = setTimeout(() => setParts(nParts + 1));
      return () => clearTimeout(timer);
    }
    return undefined;
  }, [nParts]);
  const isWhole = nParts >= PARTS.length;
  return (
    <main
      class={`answer ${state.linesView.value === null ? "" : "has-lines"}`}
      ref={main}
      tabIndex={-1}
      aria-busy={state.isBusy.value || !isWhole}
      {...(isWhole ? { "data-done": true } : {})}
    >
      {PARTS.slice(0, nParts).map((Part, idx) => (
        <Part key={idx} report={report} />
      ))}
    </main>
  );
}

/** What to do with files that came while there is an answer. */
function Offer(): JSX.Element | null {
  const offered = state.offered.value;
  if (offered === null) {
    return null;
  }
  const [first] = offered;
  return (
    <div class="said" id="offer" role="status">
      <span>
        {first !== undefined && offered.length === 1 ? (
          <LogText text={first.path} />
        ) : (
          `${offered.length} files`
        )}
        : add to what is shown, or show instead?
      </span>
      <button type="button" class="button small" onClick={state.addOffered}>
        Add
      </button>
      <button type="button" class="button small primary" onClick={state.openOffered}>
        Replace
      </button>
      <button
        type="button"
        class="button small"
        onClick={() => {
          state.offered.value = null;
        }}
      >
        Neither
      </button>
    </div>
  );
}

/** The line under the top bar that says what just happened. */
function Said(): JSX.Element {
  const text = state.notice.value;
  return (
    <div role="status" class={text === null ? "" : "said"}>
      <span class="visually-hidden">
        {state.phase.value === "done" ? "The analysis is done." : ""}
      </span>
      {text !== null && (
        <>
          <span>{text}</span>
          <button
            type="button"
            class="button small"
            onClick={() => {
              state.notice.value = null;
            }}
          >
            Close
          </button>
        </>
      )}
    </div>
  );
}

function listenForKeys(): () => void {
  const onKey = (event: KeyboardEvent): void => {
    // The keys of an open dialog are its own.
    if (event.defaultPrevented || document.querySelector("dialog[open]") !== null) {
      return;
    }
    const { target } = event;
    const isTyping =
      target instanceof HTMLSelectElement ||
      (target instanceof HTMLInputElement && target.type !== "checkbox");
    if (event.key === "Escape") {
      onEscape(event, isTyping);
      return;
    }
    // Enter on a button presses it.
    const isOnControl =
      target instanceof HTMLElement && target.closest("button, a, summary, canvas");
    if (event.key === "Enter" && isOnControl !== null && isOnControl !== false) {
      return;
    }
    const action = actionOf(event, isTyping);
    if (action !== undefined) {
      event.preventDefault();
      action.run();
    }
  };
  window.addEventListener("keydown", onKey);
  return () => window.removeEventListener("keydown", onKey);
}

/** Ends or closes the innermost thing that is open. */
function onEscape(event: KeyboardEvent, isTyping: boolean): void {
  if (state.isRunning.value) {
    // A key that is held down asks once.
    if (!event.repeat) {
      state.cancel();
    }
  } else if (isTyping) {
    (event.target as HTMLElement).blur();
  } else if (compare.picking.value !== null) {
    compare.picking.value = null;
  } else if (state.linesView.value !== null) {
    state.closeLines();
  } else if (state.offered.value !== null) {
    state.offered.value = null;
  } else if (state.notice.value !== null) {
    state.notice.value = null;
  } else if (filter.isActive.value) {
    filter.clearAll();
  } else {
    state.range.value = null;
  }
}
