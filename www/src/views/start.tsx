// Before there is an answer: the drop zone, progress, and what to do when something failed.

import type { ComponentChildren, JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import * as format from "../format.ts";
import { canSavePage, savePage } from "../offline.ts";
import * as state from "../state.ts";
import { canPickFolder, pickFiles, pickFolder } from "./files.tsx";
import { Filling } from "./filling.tsx";
import { LogText } from "./parts.tsx";
import { Peek } from "./peek.tsx";
import { RecentFiles } from "./recent.tsx";

export function Start(): JSX.Element {
  const readiness = state.readiness.value;
  if (readiness.kind === "broken") {
    return <Broken code={readiness.code} message={readiness.message} />;
  }
  const isReady = readiness.kind === "ready";
  return (
    <main class="start">
      <h1>What went wrong, and when?</h1>
      <p class="lead">
        Drop a log of any size. Logloupe reads every line and says what stands out.
      </p>
      <div class={`drop-zone ${isReady ? "is-ready" : ""}`} id="drop-zone" aria-busy={!isReady}>
        {isReady ? (
          <>
            <p class="drop-title">Drop log files anywhere on this page</p>
            <div class="drop-actions">
              <button
                type="button"
                class="button primary"
                onClick={pickFiles}
                aria-keyshortcuts="Control+O"
              >
                Choose files…
              </button>
              {canPickFolder && (
                <button type="button" class="button" onClick={pickFolder}>
                  Choose a folder…
                </button>
              )}
              <button type="button" class="button" onClick={state.openSample}>
                Try a sample
              </button>
            </div>
            <p class="drop-hint">
              Text, CSV, JSON or NDJSON, as it is or packed (gzip, zstd, bzip2, xz, zip, tar).
              Several files at once, a folder, or paste text with Ctrl+V.
            </p>
          </>
        ) : (
          <p class="drop-title">Getting ready…</p>
        )}
      </div>
      {isReady && <RecentFiles />}
      <ul class="promises">
        <li>
          <strong>Nothing is uploaded.</strong> Files are read in this tab. Once the page has
          loaded, the browser itself refuses its network requests; you can switch the network off
          and it still works.
          {isReady && canSavePage() && (
            <button
              type="button"
              class="button small"
              id="save-page"
              onClick={() => void savePage()}
            >
              Save this page to use it without a network
            </button>
          )}
        </li>
        <li>
          <strong>Every line counts.</strong> No sampling: all lines are parsed, grouped into
          patterns and scored.
        </li>
        <li>
          <strong>Every finding is explained</strong> in words and leads to its lines in the file.
        </li>
      </ul>
    </main>
  );
}

/** What a person can do about a page that cannot start. */
function Broken({ code, message }: { code: string; message: string }): JSX.Element {
  const advice: Record<string, string> = {
    framed:
      "Logloupe opens no files while it is shown inside another page, because that page could show something else on top of it. Open it in a tab of its own.",
    tooOld:
      "This browser is too old to run the analysis: it needs WebAssembly with SIMD and Web Workers. Chrome or Edge 119, Firefox 120 and Safari 17.5 or newer have them.",
    offline: "A part of the page could not be loaded. Check the connection and reload the page.",
    noWorkers:
      "The analysis could not be started in a worker. Reload the page; if that does not help, an extension or a browser setting may forbid workers or WebAssembly.",
  };
  return (
    <main class="start">
      <h1>Logloupe cannot start here</h1>
      <div class="alert" role="alert">
        <p>
          {advice[code] ??
            "Something the page needs is missing. Reload the page; a current browser may help."}
        </p>
        <p class="alert-detail">{message}</p>
        {code === "framed" ? (
          <a class="button" href="./" target="_blank" rel="noopener noreferrer">
            Open in its own tab
          </a>
        ) : (
          <button type="button" class="button" onClick={() => window.location.reload()}>
            Reload
          </button>
        )}
      </div>
    </main>
  );
}

export function Running(): JSX.Element {
  // The same element each time: progress comes many times a second, and the lines do not change with it.
  const peek = useMemo(() => <Peek />, []);
  const filling = useMemo(() => <Filling />, []);
  const current = state.progress.value;
  const isReading = state.phase.value === "reading";
  const part =
    current !== null && current.totalBytes > 0
      ? Math.min(1, current.doneBytes / current.totalBytes)
      : null;
  const percent = part === null ? null : Math.floor(part * 100);
  const isStopping = state.isStopping.value;
  const title = !isReading
    ? "Looking for what stands out"
    : isStopping
      ? "Finishing what was begun"
      : "Reading";
  return (
    <main class="start">
      <h1>
        {title}{" "}
        <span class="source-name">{isReading && <LogText text={state.source.value} />}</span>
      </h1>
      <div class="progress-card">
        <div
          class={`progress-bar ${isReading && percent !== null ? "" : "is-open"}`}
          role="progressbar"
          aria-label={title}
          aria-valuemin={0}
          aria-valuemax={100}
          {...(isReading && percent !== null ? { "aria-valuenow": percent } : {})}
        >
          <span style={{ width: isReading ? `${(part ?? 0) * 100}%` : "100%" }} />
        </div>
        <dl class="progress-facts">
          <Fact term="Read">
            {current === null
              ? "…"
              : isReading && percent !== null
                ? `${percent} % of ${format.bytes(current.totalBytes)}`
                : format.bytes(current.doneBytes)}
          </Fact>
          <Fact term="Speed">
            {isReading && !isStopping && current?.rate != null
              ? `${format.bytes(current.rate)}/s`
              : isReading && !isStopping
                ? "…"
                : "–"}
          </Fact>
          <Fact term="Time left">
            {isReading && !isStopping
              ? current?.secondsLeft != null
                ? timeLeft(current.secondsLeft)
                : "…"
              : "a moment: patterns, windows, incidents"}
          </Fact>
          <Fact term="Lines">{format.count(current?.nLines ?? 0)}</Fact>
          <Fact term="Patterns">{format.count(current?.nTemplates ?? 0)}</Fact>
        </dl>
        <button
          type="button"
          class="button"
          id="cancel"
          onClick={state.cancel}
          aria-keyshortcuts="Escape"
        >
          {state.canStop.value ? "Stop, and show what was read" : "Cancel"} <kbd>Esc</kbd>
        </button>
        {isStopping && (
          <p class="drop-hint">
            The answer will be about what has been read so far. Cancel once more to drop that too.
          </p>
        )}
      </div>
      {isReading && filling}
      {isReading && peek}
      <Announcement text={isReading ? `Reading, ${percent ?? 0} percent` : title} />
    </main>
  );
}

function timeLeft(seconds: number): string {
  return seconds < 1 ? "under a second" : `about ${format.duration(Math.round(seconds) * 1000)}`;
}

function Fact({ term, children }: { term: string; children: ComponentChildren }): JSX.Element {
  return (
    <div>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** Says where it is to a screen reader, but not with every percent. */
function Announcement({ text }: { text: string }): JSX.Element {
  const latest = useRef(text);
  latest.current = text;
  const [said, setSaid] = useState(text);
  useEffect(() => {
    const timer = setInterval(() => setSaid(latest.current), 3000);
    return () => clearInterval(timer);
  }, []);
  return (
    <p class="visually-hidden" role="status">
      {said}
    </p>
  );
}

/** Headline and advice for each way a run can fail. */
const FAILURES: Record<string, [headline: string, advice: string]> = {
  params: [
    "A setting cannot be used",
    "“Try again” reads the log with the usual settings; the setting named below can then be changed.",
  ],
  emptyFile: [
    "The file is empty",
    "There is nothing to analyse in it. If it should hold something, check that it was written and copied completely.",
  ],
  binary: [
    "This is not a log",
    "Logloupe reads text: log lines, CSV, JSON or NDJSON, as it is or packed as gzip, zstd, bzip2, xz, zip or tar. Unpack other archives first.",
  ],
  unreadable: [
    "The file could not be read",
    "It may have been moved, deleted, locked, or written to since you chose it. Choose it again.",
  ],
  crashed: [
    "The analysis stopped unexpectedly",
    "This is a fault in Logloupe, not in your log. Everything has been restarted and the page works on. Trying again may help; if it stops again, a part of the file may still work.",
  ],
  memory: [
    "The log needs more memory than the browser gives",
    "Close other tabs, or drop a part of the log, for example one day of it.",
  ],
};

/** What could not be read is opened anew; for the rest the files are as they were. */
function tryAgain(): void {
  if (state.failure.value?.code === "unreadable") {
    void state.readFresh();
  } else {
    state.retry();
  }
}

export function Failed(): JSX.Element {
  const { code, message } = state.failure.value ?? { code: "", message: "" };
  const [headline, advice] = FAILURES[code] ?? [
    "The log could not be analysed",
    "The page works on: try again, or try another file.",
  ];
  return (
    <main class="start">
      <h1>{headline}</h1>
      <div class="alert" role="alert" data-code={code}>
        <p class="source-name">
          <LogText text={state.source.value} />
        </p>
        <p>{advice}</p>
        <p class="alert-detail">
          <LogText text={message} />
        </p>
        <div class="drop-actions">
          <button type="button" class="button primary" onClick={pickFiles}>
            Choose files…
          </button>
          {state.canRetry.value && (
            <button type="button" class="button" onClick={tryAgain}>
              Try again
            </button>
          )}
          <button type="button" class="button" onClick={state.reset}>
            Back to the start
          </button>
        </div>
      </div>
    </main>
  );
}
