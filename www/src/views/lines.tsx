// The lines panel: raw lines of whatever was chosen, read back from the file page by page.

import { signal } from "@preact/signals";
import { createRef, type JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { RawLine, Report } from "../../pkg/logloupe.js";
import { EngineError } from "../engine.ts";
import * as format from "../format.ts";
import * as state from "../state.ts";
import type { LinesView } from "../state.ts";
import { pieces, visible } from "../visible.ts";
import { Empty, Level, LogText, TemplateText } from "./parts.tsx";
import { useVirtualRows } from "./virtual.ts";

/** Records fetched at once. */
const PAGE = 100;
/** Pages kept; those in view are fetched again when needed. */
const PAGES_KEPT = 20;
/** Rows of one scroll area: more would exceed the height a browser can lay out. */
const ROWS = 50_000;
/** Physical lines of a record shown before it is unfolded. */
const FOLDED_LINES = 6;
/** Characters of a line shown before it is unfolded. */
const FOLDED_CHARS = 4000;
const COPIED_LINES = 5000;

const isWrapped = signal(true);
const scroller = createRef<HTMLDivElement>();

export function Lines({ report }: { report: Report }): JSX.Element | null {
  const view = state.linesView.value;
  // A new selection is a new list: its pages, place and folds start afresh.
  return view === null ? null : (
    <LinesPanel key={JSON.stringify(view.selection)} view={view} report={report} />
  );
}

function LinesPanel({ view, report }: { view: LinesView; report: Report }): JSX.Element {
  const pages = useRef(new Map<number, RawLine[] | "loading">());
  const [total, setTotal] = useState<number | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [, redraw] = useState(0);
  const [firstRow, setFirstRow] = useState(0);
  const [copied, setCopied] = useState("");
  const unfolded = useRef(new Set<number>());
  const isMounted = useRef(true);
  const close = useRef<HTMLButtonElement>(null);

  const fetchPage = async (page: number): Promise<void> => {
    if (pages.current.has(page)) {
      return;
    }
    pages.current.set(page, "loading");
    try {
      const answer = await state.readLines(view.selection, page * PAGE, PAGE);
      if (!isMounted.current) {
        return;
      }
      pages.current.set(page, answer.lines);
      for (const old of pages.current.keys()) {
        if (pages.current.size <= PAGES_KEPT) {
          break;
        }
        pages.current.delete(old);
      }
      setTotal(answer.total);
      redraw((n) => n + 1);
    } catch (error) {
      if (isMounted.current) {
        setFailure(reasonOf(error));
      }
    }
  };

  useEffect(() => {
    isMounted.current = true;
    const opener = document.activeElement;
    close.current?.focus({ preventScroll: true });
    // The panel must not hide what was chosen.
    opener?.scrollIntoView({ block: "nearest" });
    void fetchPage(0);
    return () => {
      isMounted.current = false;
      if (opener instanceof HTMLElement) {
        opener.focus({ preventScroll: true });
      }
    };
  }, []);

  const copy = async (): Promise<void> => {
    setCopied("Copying…");
    try {
      const texts: string[] = [];
      for (let first = 0; first < Math.min(total ?? 0, COPIED_LINES); first += 500) {
        const answer = await state.readLines(view.selection, first, 500);
        texts.push(...answer.lines.map((line) => visible(line.text)));
      }
      await navigator.clipboard.writeText(`${texts.join("\n")}\n`);
      const rest = total !== null && total > texts.length ? ` of ${format.count(total)}` : "";
      setCopied(`Copied ${format.count(texts.length)}${rest}`);
    } catch (error) {
      setCopied(error instanceof EngineError ? "Not copied" : "The browser refused the clipboard");
    }
  };

  const nRows = total === null ? 0 : Math.min(ROWS, total - firstRow);
  return (
    <section class="lines" role="dialog" aria-label={`Lines: ${view.title}`} id="lines">
      <header class="lines-head">
        <div class="lines-title">
          <h2>{view.title}</h2>
          <p class="lines-detail">
            <TemplateText text={view.detail} />
          </p>
        </div>
        <div class="lines-tools">
          <span class="lines-total" role="status">
            {total === null
              ? failure === null
                ? "Reading…"
                : ""
              : format.counted(total, "record")}
            {report.totals.firstMs != null && <span class="wide-only">, times in UTC</span>}
          </span>
          {total !== null && total > ROWS && (
            <Pager total={total} firstRow={firstRow} setFirstRow={setFirstRow} />
          )}
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
          <button
            type="button"
            class="button small"
            disabled={total === null || total === 0}
            onClick={() => void copy()}
          >
            {copied || "Copy"}
          </button>
          <button
            type="button"
            class="button small"
            ref={close}
            onClick={state.closeLines}
            aria-label="Close the lines"
            aria-keyshortcuts="Escape"
          >
            Close <kbd>Esc</kbd>
          </button>
        </div>
      </header>
      {failure !== null ? (
        <div class="lines-note" role="alert">
          <p>{failure}</p>
          {state.canRetry.value && (
            <button type="button" class="button" onClick={state.retry}>
              Analyse again
            </button>
          )}
        </div>
      ) : total === 0 ? (
        <div class="lines-note">
          <Empty>
            {view.selection.fromMs != null
              ? "There is no record in this stretch of time."
              : "No record is selected by this."}
          </Empty>
        </div>
      ) : (
        <Rows
          key={firstRow}
          nRows={nRows}
          firstRow={firstRow}
          pages={pages.current}
          fetchPage={fetchPage}
          unfolded={unfolded.current}
          report={report}
          hasFiles={report.nFiles > 1}
        />
      )}
    </section>
  );
}

function reasonOf(error: unknown): string {
  if (error instanceof EngineError) {
    switch (error.code) {
      case "unreadable":
      case "changed":
        return "The file can no longer be read: it was changed, moved or deleted since the analysis. Open it again.";
      case "crashed":
      case "cancelled":
        return "The part that reads lines was restarted. Analyse the log again to read its lines.";
    }
    return error.message;
  }
  return String(error);
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

function Rows(props: {
  nRows: number;
  firstRow: number;
  pages: Map<number, RawLine[] | "loading">;
  fetchPage: (page: number) => Promise<void>;
  unfolded: Set<number>;
  report: Report;
  hasFiles: boolean;
}): JSX.Element {
  // The date need not stand on every line where all are of one day.
  const { firstMs, lastMs } = props.report.totals;
  const isTimed = firstMs != null && lastMs != null;
  const hasDates = isTimed && format.date(firstMs) !== format.date(lastMs);
  const { nRows, firstRow, pages, fetchPage, unfolded, hasFiles } = props;
  const rows = useVirtualRows({ count: nRows, scroller, estimatePx: 24, overscan: 12 });
  const items = rows.getVirtualItems();
  const [, redraw] = useState(0);

  useEffect(() => {
    for (const item of items) {
      void fetchPage(Math.floor((firstRow + item.index) / PAGE));
    }
  });

  return (
    <div
      class={`lines-scroller ${isWrapped.value ? "is-wrapped" : ""} ${hasFiles ? "has-files" : ""} ${
        isTimed ? (hasDates ? "has-dates" : "") : "is-untimed"
      }`}
      ref={scroller}
      tabIndex={0}
      role="region"
      aria-label="Raw lines"
    >
      <div class="lines-space" style={{ height: `${rows.getTotalSize()}px` }}>
        {items.map((item) => {
          const idx = firstRow + item.index;
          const page = pages.get(Math.floor(idx / PAGE));
          const line = page === undefined || page === "loading" ? undefined : page[idx % PAGE];
          return (
            <div
              key={item.key}
              data-index={item.index}
              ref={rows.measureElement}
              class={`line ${line === undefined ? "is-loading" : `band-${format.band(line.score)}`}`}
              style={{ transform: `translateY(${item.start}px)` }}
            >
              {line === undefined ? (
                <span class="line-number">…</span>
              ) : (
                <Row
                  line={line}
                  hasDate={hasDates}
                  fileName={
                    hasFiles
                      ? (state.fileNames.value.get(line.file) ?? `file ${line.file + 1}`)
                      : ""
                  }
                  isUnfolded={unfolded.has(idx)}
                  unfold={() => {
                    unfolded.add(idx);
                    redraw((n) => n + 1);
                  }}
                />
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}

function Row(props: {
  line: RawLine;
  hasDate: boolean;
  fileName: string;
  isUnfolded: boolean;
  unfold: () => void;
}): JSX.Element {
  const { line, fileName, isUnfolded, unfold } = props;
  const { text, rest } = isUnfolded ? { text: line.text, rest: "" } : folded(line.text);
  return (
    <>
      {fileName !== "" && (
        <span class="line-file" title={visible(fileName)}>
          <LogText text={fileName} />
        </span>
      )}
      <span class="line-number" title={`Line ${format.count(line.line)}`}>
        {line.line}
      </span>
      <span
        class="line-time"
        title={line.ms != null ? `${format.dateTime(line.ms)} UTC` : "No time"}
      >
        {line.ms == null ? "–" : props.hasDate ? format.dateTime(line.ms) : format.clock(line.ms)}
      </span>
      <span class="line-level">{line.level !== "" && <Level level={line.level} />}</span>
      <span
        class="line-score"
        title={`Score ${format.score(line.score)} of 100: ${format.band(line.score)}`}
      >
        {line.score >= 25 ? format.score(line.score) : ""}
      </span>
      <span class="line-text log-text" translate={false} spellcheck={false} dir="ltr">
        {pieces(text).map((piece) =>
          piece.isSymbol ? <span class="symbol">{piece.text}</span> : piece.text,
        )}
        {rest !== "" && (
          <button type="button" class="unfold" onClick={unfold}>
            … {rest}
          </button>
        )}
      </span>
    </>
  );
}

/** The beginning of a long record, and what is left out: a stack trace or a very long line need not fill the screen. */
function folded(text: string): { text: string; rest: string } {
  let end = -1;
  for (let nLines = 0; nLines < FOLDED_LINES; nLines++) {
    end = text.indexOf("\n", end + 1);
    if (end === -1) {
      break;
    }
  }
  if (end === -1 || end > FOLDED_CHARS) {
    end = Math.min(text.length, FOLDED_CHARS);
  }
  const hidden = text.slice(end);
  // Not worth a button for a few characters.
  if (hidden.length < 40) {
    return { text, rest: "" };
  }
  const nLines = hidden.split("\n").length - 1;
  const rest =
    nLines > 0
      ? format.counted(nLines, "more line")
      : format.counted(hidden.length, "more character");
  return { text: text.slice(0, end), rest };
}
