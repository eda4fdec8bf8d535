// The lines panel: which records are selected, when they were, and their raw lines, read back from the file page by page.

import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Report } from "../../pkg/logloupe.js";
import { goToRow, wantedRow } from "../cursor.ts";
import { EngineError } from "../core.ts";
import type { Found } from "../engine.ts";
import * as filter from "../filter.ts";
import * as format from "../format.ts";
import * as state from "../state.ts";
import type { LinesView } from "../state.ts";
import { STYLES, timeStyle, type TimeStyle } from "../times.ts";
import { visible } from "../visible.ts";
import { Filters, Menu } from "./filters.tsx";
import { ContextBar } from "./context.tsx";
import { MarksList } from "./marks_list.tsx";
import { Minimap } from "./minimap.tsx";
import { Empty, TemplateText } from "./parts.tsx";
import { ReadAgain } from "./recovery.tsx";
import { PAGE, Rows, type Page } from "./rows.tsx";
import { Strip } from "./strip.tsx";
import { Values } from "./values.tsx";

/** Pages kept; those in view are fetched again when needed. */
const PAGES_KEPT = 20;
/** Rows of one scroll area: more would exceed the height a browser can lay out. */
const ROWS = 50_000;
const COPIED_LINES = 5000;

export const isWrapped = signal(true);

/** What stands beside the text of a line. */
const COLUMNS = [
  ["number", "Line number"],
  ["time", "Time"],
  ["level", "Level"],
  ["score", "Score"],
  ["file", "File"],
] as const;
type Column = (typeof COLUMNS)[number][0];
export const hiddenColumns = signal<readonly Column[]>([]);

export function Lines({ report }: { report: Report }): JSX.Element | null {
  const view = state.linesView.value;
  return view === null ? null : <LinesPanel view={view} report={report} />;
}

function LinesPanel({ view, report }: { view: LinesView; report: Report }): JSX.Element {
  const close = useRef<HTMLButtonElement>(null);
  const { selection } = filter;
  const found = filter.found.value;
  const failure = filter.failure.value;
  const isStale = found !== null && found.query !== filter.find.value;
  // What the panel was opened for is still a part of what is selected.
  const isAsOpened = Object.entries(view.selection).every(
    ([key, value]) =>
      JSON.stringify(selection.value[key as keyof typeof view.selection]) === JSON.stringify(value),
  );

  useEffect(() => {
    const opener = document.activeElement;
    // All lines are opened to be searched, unless a jump opened them.
    const isWhole = Object.keys(view.selection).length === 0 && view.title === "All lines";
    const first = isWhole ? document.getElementById("lines-search") : close.current;
    first?.focus({ preventScroll: true });
    // The panel must not hide what was chosen.
    opener?.scrollIntoView({ block: "nearest" });
    return () => {
      if (opener instanceof HTMLElement) {
        opener.focus({ preventScroll: true });
      }
    };
  }, []);

  return (
    <section
      class={`lines ${isStale ? "is-stale" : ""}`}
      role="dialog"
      aria-label={`Lines: ${isAsOpened ? visible(view.title) : "a selection"}`}
      aria-busy={found === null || isStale || !found.isFinal}
      id="lines"
    >
      <div class="lines-head">
        <div class="lines-title">
          <h2>{isAsOpened ? visible(view.title) : "Lines"}</h2>
          <p class="lines-detail">
            <TemplateText text={isAsOpened ? view.detail : ""} />
          </p>
        </div>
        <div class="lines-tools">
          <Total found={found} report={report} />
          <GoTo report={report} />
          {report.totals.firstMs != null && <TimeChoice />}
          <label class="check">
            <input
              type="checkbox"
              checked={isWrapped.value}
              onChange={(event) => {
                isWrapped.value = event.currentTarget.checked;
              }}
            />
            Wrap
          </label>
          <Columns report={report} />
          <Copy found={found} />
          <button
            type="button"
            class="button small"
            ref={close}
            onClick={state.closeLines}
            aria-keyshortcuts="Escape"
          >
            Close <kbd>Esc</kbd>
          </button>
        </div>
      </div>
      <Filters report={report} />
      <ContextBar />
      <MarksList />
      {found !== null && found.total > 0 && <Strip histogram={found.histogram} />}
      <Values report={report} />
      {failure !== null && !["pattern", "params"].includes(failure.code) ? (
        <Unreadable error={failure} />
      ) : found === null ? null : found.total === 0 && found.isFinal ? (
        <div class="lines-note">
          <Empty>
            {view.selection.fromMs != null && isAsOpened
              ? "There is no record in this stretch of time."
              : "No record is selected by this."}
          </Empty>
        </div>
      ) : (
        <Found key={found.query} found={found} report={report} />
      )}
    </section>
  );
}

/** How many records are selected, and how far the search is. */
function Total({ found, report }: { found: Found | null; report: Report }): JSX.Element {
  const { nRecords } = report.totals;
  if (found === null) {
    return (
      <span class="lines-total" role="status">
        {filter.failure.value === null ? "Reading…" : ""}
      </span>
    );
  }
  const isAll = found.isFinal && found.total === nRecords;
  return (
    <>
      <span class="lines-total" role="status">
        {isAll
          ? format.counted(nRecords, "record")
          : `${format.count(found.total)} of ${format.counted(nRecords, "record")}`}
        {!found.isFinal && ` so far`}
      </span>
      {!found.isFinal && (
        <>
          <progress value={found.done} aria-label="Text searched" />
          <button type="button" class="button small" onClick={filter.stop}>
            Stop
          </button>
        </>
      )}
      {found.isFinal && found.done < 1 && (
        <span class="lines-total">stopped at {format.share(found.done)} of the text</span>
      )}
    </>
  );
}

/** Which columns stand beside the text. */
function Columns({ report }: { report: Report }): JSX.Element {
  const hidden = hiddenColumns.value;
  const there = COLUMNS.filter(([column]) => column !== "file" || report.nFiles > 1);
  return (
    <Menu name="Columns" nChosen={0}>
      <ul class="choices-list" aria-label="Columns">
        {there.map(([column, name]) => (
          <li key={column}>
            <label class="check">
              <input
                type="checkbox"
                name={`column-${column}`}
                checked={!hidden.includes(column)}
                onChange={(event) => {
                  const others = hidden.filter((known) => known !== column);
                  hiddenColumns.value = event.currentTarget.checked ? others : [...others, column];
                }}
              />
              {name}
            </label>
          </li>
        ))}
      </ul>
    </Menu>
  );
}

/** How times are written. */
function TimeChoice(): JSX.Element {
  return (
    <select
      class="time-style"
      aria-label="How times are written"
      value={timeStyle.value}
      onChange={(event) => {
        timeStyle.value = event.currentTarget.value as TimeStyle;
      }}
    >
      {STYLES.map(([style, words]) => (
        <option key={style} value={style}>
          {words}
        </option>
      ))}
    </select>
  );
}

/** Goes to a line of a file. */
function GoTo({ report }: { report: Report }): JSX.Element {
  const [file, setFile] = useState(0);
  const go = async (line: number): Promise<void> => {
    const find = filter.find.peek();
    const row = await filter.rowOf({ type: "line", file, line });
    goToRow(find, row);
  };
  return (
    <form
      class="go-to wide-only"
      onSubmit={(event) => {
        event.preventDefault();
        const line = Number(new FormData(event.currentTarget).get("line"));
        if (Number.isInteger(line) && line > 0) {
          go(line).catch(() => undefined);
        }
      }}
    >
      {report.nFiles > 1 && (
        <select
          aria-label="File of the line to go to"
          value={file}
          onChange={(event) => setFile(Number(event.currentTarget.value))}
        >
          {report.files.map(({ id, name }) => (
            <option key={id} value={id}>
              {visible(name)}
            </option>
          ))}
        </select>
      )}
      <input
        type="number"
        name="line"
        min={1}
        max={report.files.find(({ id }) => id === file)?.nLines}
        placeholder="Go to line"
        aria-label="Go to line"
      />
    </form>
  );
}

function Copy({ found }: { found: Found | null }): JSX.Element {
  const [copied, setCopied] = useState("");
  const copy = async ({ total, query }: Found): Promise<void> => {
    setCopied("Copying…");
    try {
      const texts: string[] = [];
      for (let first = 0; first < Math.min(total, COPIED_LINES); first += 500) {
        const lines = await filter.readLines(query, first, 500);
        texts.push(...lines.map((line) => visible(line.text)));
      }
      await navigator.clipboard.writeText(`${texts.join("\n")}\n`);
      const rest = total > texts.length ? ` of ${format.count(total)}` : "";
      setCopied(`Copied ${format.count(texts.length)}${rest}`);
    } catch (error) {
      setCopied(error instanceof EngineError ? "Not copied" : "The browser refused the clipboard");
    }
  };
  useEffect(() => setCopied(""), [found?.query]);
  return (
    <button
      type="button"
      class="button small"
      disabled={found === null || found.total === 0}
      onClick={() => found !== null && void copy(found)}
    >
      {copied || "Copy"}
    </button>
  );
}

/** The lines of one selection; a new one is a new list: its pages, place and folds start afresh. */
function Found({ found, report }: { found: Found; report: Report }): JSX.Element {
  const { query, total } = found;
  const pages = useRef(new Map<number, Page>());
  const unfolded = useRef(new Set<number>());
  const isMounted = useRef(true);
  const latest = useRef(total);
  latest.current = total;
  const [, redraw] = useState(0);
  const [firstRow, setFirstRow] = useState(0);
  const start = wantedRow.value;
  const goTo = start !== null && start.find === query ? Math.min(start.row, total - 1) : null;

  useEffect(() => () => void (isMounted.current = false), []);
  useEffect(() => {
    if (goTo !== null) {
      setFirstRow(Math.floor(goTo / ROWS) * ROWS);
    }
  }, [start]);

  const fetchPage = async (idx: number): Promise<void> => {
    const held = pages.current.get(idx);
    // While text is searched, records come in between; what is shown stays until the new page is there.
    if (held?.isLoading === true || held?.total === latest.current) {
      return;
    }
    const page: Page = { lines: held?.lines ?? [], total: latest.current, isLoading: true };
    pages.current.set(idx, page);
    try {
      page.lines = await filter.readLines(query, idx * PAGE, PAGE);
    } catch (error) {
      if (isMounted.current && error instanceof EngineError && error.code !== "overtaken") {
        filter.failure.value = error;
      }
      return;
    }
    page.isLoading = false;
    for (const old of pages.current.keys()) {
      if (pages.current.size <= PAGES_KEPT) {
        break;
      }
      pages.current.delete(old);
    }
    if (isMounted.current) {
      redraw((n) => n + 1);
    }
  };

  return (
    <>
      {total > ROWS && <Pager total={total} firstRow={firstRow} setFirstRow={setFirstRow} />}
      <div class="lines-body">
        <Rows
          key={firstRow}
          query={query}
          nRows={Math.min(ROWS, total - firstRow)}
          firstRow={firstRow}
          startRow={goTo !== null && goTo >= firstRow ? goTo - firstRow : 0}
          pages={pages.current}
          fetchPage={fetchPage}
          unfolded={unfolded.current}
          report={report}
          hasFiles={report.nFiles > 1}
        />
        <Minimap found={found} report={report} />
      </div>
    </>
  );
}

/** Why there are no lines, and what a person can do about it. */
function Unreadable({ error }: { error: EngineError }): JSX.Element {
  const recovery = state.recovery.value;
  if (recovery === "reading") {
    return (
      <div class="lines-note" role="status">
        <p>The files are being read again. The lines are here as soon as that is done.</p>
      </div>
    );
  }
  const isChanged = ["unreadable", "changed"].includes(error.code);
  return (
    <div class="lines-note" role="alert">
      <p>
        {isChanged
          ? "The file can no longer be read: it was changed, moved or deleted since the analysis."
          : recovery === "waiting"
            ? "What held the lines stopped. They can be shown once the files have been read again."
            : error.message}
      </p>
      {recovery === "waiting" ? (
        <ReadAgain />
      ) : (
        state.canRetry.value && (
          <button
            type="button"
            class="button"
            onClick={() => (isChanged ? void state.readFresh() : state.retry())}
          >
            {isChanged ? "Open it as it is now" : "Analyse again"}
          </button>
        )
      )}
    </div>
  );
}

function Pager(props: {
  total: number;
  firstRow: number;
  setFirstRow: (row: number) => void;
}): JSX.Element {
  const { total, firstRow, setFirstRow } = props;
  const last = Math.min(total, firstRow + ROWS);
  return (
    <span class="pager">
      <button
        type="button"
        class="button small"
        disabled={firstRow === 0}
        onClick={() => setFirstRow(firstRow - ROWS)}
        aria-label="Earlier records"
      >
        ‹
      </button>
      {format.count(firstRow + 1)} – {format.count(last)}
      <button
        type="button"
        class="button small"
        disabled={last >= total}
        onClick={() => setFirstRow(firstRow + ROWS)}
        aria-label="Later records"
      >
        ›
      </button>
    </span>
  );
}
