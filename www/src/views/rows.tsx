// Raw lines as a virtual list: only those in view exist.

import { createRef, type JSX } from "preact";
import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import type { RawLine, Report } from "../../pkg/logloupe.js";
import * as format from "../format.ts";
import { pieces, visible } from "../visible.ts";
import * as state from "../state.ts";
import { isWrapped } from "./lines.tsx";
import { Level, LogText } from "./parts.tsx";
import { useVirtualRows } from "./virtual.ts";

/** Records fetched at once. */
export const PAGE = 100;
/** Physical lines of a record shown before it is unfolded. */
const FOLDED_LINES = 6;
/** Characters of a line shown before it is unfolded. */
const FOLDED_CHARS = 4000;

const scroller = createRef<HTMLDivElement>();

/** Lines of a page, as they were when the selection had so many. */
export interface Page {
  lines: RawLine[];
  total: number;
  isLoading: boolean;
}

export function Rows(props: {
  nRows: number;
  firstRow: number;
  /** Row to show first, counted from `firstRow`. */
  startRow: number;
  pages: Map<number, Page>;
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

  useLayoutEffect(() => rows.scrollToIndex(props.startRow, { align: "start" }), [props.startRow]);
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
          const line = pages.get(Math.floor(idx / PAGE))?.lines[idx % PAGE];
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
        <Marked text={text} marks={line.marks} />
        {rest !== "" && (
          <button type="button" class="unfold" onClick={unfold}>
            … {rest}
          </button>
        )}
      </span>
    </>
  );
}

/** Log text with what was searched for marked in it. */
function Marked({ text, marks }: { text: string; marks: number[] }): JSX.Element {
  const parts: JSX.Element[] = [];
  let end = 0;
  for (let idx = 0; idx + 1 < marks.length && end < text.length; idx += 2) {
    const [from = 0, to = 0] = marks.slice(idx, idx + 2);
    parts.push(<Inert text={text.slice(end, from)} />);
    const marked = text.slice(from, to);
    if (marked !== "") {
      parts.push(
        <mark>
          <Inert text={marked} />
        </mark>,
      );
    }
    end = to;
  }
  parts.push(<Inert text={text.slice(end)} />);
  return <>{parts}</>;
}

function Inert({ text }: { text: string }): JSX.Element {
  return (
    <>
      {pieces(text).map((piece) =>
        piece.isSymbol ? <span class="symbol">{piece.text}</span> : piece.text,
      )}
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
