// The bar at the top: name, ways to open a log, theme, help.

import type { JSX } from "preact";
import { isSaveOpen } from "../save.ts";
import { isDark, toggleTheme } from "../settings.ts";
import * as state from "../state.ts";
import { pickFiles } from "./files.tsx";
import { isSelfTestOpen } from "./selftest.tsx";

export function Top(): JSX.Element {
  const isReady = state.readiness.value.kind === "ready";
  const hasStarted = state.phase.value !== "idle";
  return (
    <header class="top">
      <button type="button" class="brand" onClick={state.reset} title="Back to the start">
        <svg viewBox="0 0 32 32" width="22" height="22" aria-hidden="true">
          <circle cx="13" cy="13" r="9.5" fill="none" stroke="currentColor" stroke-width="4" />
          <path
            d="M20.5 20.5 29 29"
            stroke="currentColor"
            stroke-width="5"
            stroke-linecap="round"
          />
        </svg>
        <span>Logloupe</span>
      </button>
      {isReady && (
        <button
          type="button"
          class="sealed"
          title="The browser refuses every network request of this page since it has loaded. Test it yourself."
          onClick={() => {
            isSelfTestOpen.value = true;
          }}
        >
          <svg viewBox="0 0 16 16" width="13" height="13" aria-hidden="true">
            <path
              d="M4.5 7V5a3.5 3.5 0 0 1 7 0v2"
              fill="none"
              stroke="currentColor"
              stroke-width="1.6"
            />
            <rect x="2.8" y="7" width="10.4" height="7.2" rx="1.5" fill="currentColor" />
          </svg>
          <span class="sealed-word">
            Sealed<span class="wide-only">: no network</span>
          </span>
        </button>
      )}
      {state.phase.value === "done" && <Sections />}
      <span class="spacer" />
      {hasStarted && (
        <>
          <button
            type="button"
            class="button"
            disabled={!isReady}
            onClick={pickFiles}
            aria-keyshortcuts="Control+O"
          >
            <span>
              Open<span class="wide-only"> files</span>…
            </span>
          </button>
          {state.phase.value === "done" && (
            <button
              type="button"
              class="button"
              id="save-button"
              onClick={() => {
                isSaveOpen.value = true;
              }}
              aria-keyshortcuts="Control+S"
              aria-label="Save…"
            >
              <span class="save-word">Save…</span>
              <span class="save-sign" aria-hidden="true">
                ⤓
              </span>
            </button>
          )}
          <button
            type="button"
            class="button wide-only sample-again"
            disabled={!isReady}
            onClick={state.openSample}
          >
            Try a sample
          </button>
        </>
      )}
      <button
        type="button"
        class="button icon"
        onClick={toggleTheme}
        aria-label="Switch between light and dark"
      >
        {isDark() ? "☀" : "☾"}
      </button>
      <button
        type="button"
        class="button icon"
        onClick={() => {
          state.isHelpOpen.value = true;
        }}
        aria-label="Keys and help"
        aria-keyshortcuts="?"
      >
        ?
      </button>
    </header>
  );
}

const SECTIONS: [id: string, name: string][] = [
  ["timeline", "Timeline"],
  ["incidents", "Incidents"],
  ["plots", "Plots"],
  ["patterns", "Patterns"],
  ["sessions", "Sessions"],
  ["windows", "Windows"],
  ["levels", "Details"],
];

/** Buttons, not links: an address would add to the history that closes the lines panel. */
function Sections(): JSX.Element {
  const report = state.report.value;
  const hasSessions = report != null && (report.sessions.length > 0 || report.evaluation != null);
  const there = SECTIONS.filter(([id]) => id !== "sessions" || hasSessions);
  return (
    <nav class="sections" aria-label="Parts of the answer">
      {there.map(([id, name]) => (
        <button
          key={id}
          type="button"
          onClick={() => document.getElementById(id)?.scrollIntoView({ block: "start" })}
        >
          {name}
        </button>
      ))}
      <button type="button" onClick={showAllLines} aria-keyshortcuts="L">
        All lines
      </button>
    </nav>
  );
}

/** Opens the lines of the whole log, to be searched; answers whether there is one. */
export function showAllLines(): boolean {
  if (state.report.value === null) {
    return false;
  }
  state.showLines({ title: "All lines", detail: "", selection: {} });
  return true;
}
