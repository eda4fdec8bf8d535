// Raw lines as a virtual list: only those in view exist.

import { createRef, type JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { RawLine, Report } from "../../pkg/logloupe.js";
import {
  currentMs,
  currentRow,
  goToRow,
  pointAt,
  pointed,
  viewedRows,
  wantedRow,
} from "../cursor.ts";
import * as filter from "../filter.ts";
import * as format from "../format.ts";
import { showContext } from "../jumps.ts";
import * as marks from "../marks.ts";
import * as state from "../state.ts";
import { timeOf, timeStyle } from "../times.ts";
import { variablesIn } from "../variables.ts";
import { visible } from "../visible.ts";
import { hiddenColumns, isWrapped } from "./lines.tsx";
import { Level, LogText } from "./parts.tsx";
import { LineText } from "./text.tsx";
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
  /** The query whose rows these are. */
  query: number;
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
  // A column that would be empty on every line is none.
  const hasLevels = props.report.levels.some(({ level }) => level !== "");
  const hidden = [...hiddenColumns.value, ...(hasLevels ? [] : ["level"])];
  const hasDates = isTimed && format.date(firstMs) !== format.date(lastMs);
  const { nRows, firstRow, query, pages, fetchPage, unfolded, hasFiles } = props;
  const rows = useVirtualRows({ count: nRows, scroller, estimatePx: 24, overscan: 12 });
  const items = rows.items();
  const [, redraw] = useState(0);
  const drawn = useRef(new WeakMap<RawLine, { key: string; row: JSX.Element }>());

  const wanted = wantedRow.value;
  useLayoutEffect(() => {
    // A line that was jumped to is read with what stands before it.
    const align = wanted?.find === query ? "center" : "start";
    rows.scrollTo(props.startRow, align);
    // From here on the arrow keys go from line to line.
    const isTyping = document.activeElement instanceof HTMLInputElement;
    if (wanted?.find === query && !isTyping) scroller.current?.focus({ preventScroll: true });
  }, [props.startRow, wanted]);
  const current = currentRow.value?.find === query ? currentRow.value.row : null;
  const under = pointed.value;
  const lineAt = (idx: number): RawLine | undefined =>
    pages.get(Math.floor(idx / PAGE))?.lines[idx % PAGE];
  const currentLine = current === null ? undefined : lineAt(current);
  useEffect(() => {
    if (currentLine !== undefined) currentMs.value = currentLine.ms ?? null;
  }, [currentLine]);
  useEffect(() => () => void (currentMs.value = null), []);
  const top = items.find((item) => item.end > rows.top);
  const bottom = rows.top + rows.height;
  const nInView = items.filter(
    (item) => item.end > (top?.start ?? 0) && item.start < bottom,
  ).length;
  useEffect(() => {
    viewedRows.value = { row: firstRow + (top?.index ?? 0), nRows: nInView };
  }, [firstRow, top?.index, nInView]);
  const onKeyDown = (event: KeyboardEvent): void => {
    const steps: Record<string, number> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: nInView,
      PageUp: -nInView,
    };
    const step = steps[event.key];
    const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey;
    const last = firstRow + nRows - 1;
    const to =
      step !== undefined
        ? (current ?? firstRow + (top?.index ?? 0) - Math.sign(step)) + step
        : event.key === "Home"
          ? firstRow
          : event.key === "End"
            ? last
            : null;
    if (to !== null && isPlain) {
      event.preventDefault();
      goToRow(query, Math.max(firstRow, Math.min(last, to)));
    }
  };
  useEffect(() => {
    for (const item of items) {
      void fetchPage(Math.floor((firstRow + item.index) / PAGE));
    }
  });

  /** A row as it was drawn before where nothing of it changed: scrolling then costs only the rows that come into view. */
  const rowOf = (line: RawLine, idx: number): JSX.Element => {
    const aboveMs = timeStyle.value === "before" ? (lineAt(idx - 1)?.ms ?? null) : null;
    const isUnfolded = unfolded.has(idx);
    const key = `${timeStyle.value} ${aboveMs} ${isUnfolded} ${idx}`;
    const known = drawn.current.get(line);
    if (known?.key === key) {
      return known.row;
    }
    const row = (
      <Row
        line={line}
        aboveMs={aboveMs}
        firstMs={firstMs ?? null}
        hasDate={hasDates}
        fileName={hasFiles ? (state.fileNames.value.get(line.file) ?? `file ${line.file + 1}`) : ""}
        isUnfolded={isUnfolded}
        unfold={() => {
          unfolded.add(idx);
          redraw((n) => n + 1);
        }}
      />
    );
    drawn.current.set(line, { key, row });
    return row;
  };

  return (
    <div
      class={`lines-scroller ${isWrapped.value ? "is-wrapped" : ""} ${hasFiles ? "has-files" : ""} ${
        isTimed ? (hasDates ? "has-dates" : "") : "is-untimed"
      } ${hidden.map((column) => `without-${column}`).join(" ")}`}
      ref={scroller}
      tabIndex={0}
      role="region"
      aria-label="Raw lines. Arrow keys choose a line."
      onKeyDown={onKeyDown}
      onPointerLeave={() => pointAt(null)}
    >
      <div class="lines-space" style={{ height: `${rows.totalPx()}px` }}>
        {items.map((item) => {
          const idx = firstRow + item.index;
          const line = lineAt(idx);
          const isCurrent = idx === current;
          const isUnder =
            line?.ms != null && under !== null && line.ms >= under.fromMs && line.ms <= under.toMs;
          return (
            <div
              key={item.index}
              data-index={item.index}
              ref={rows.measured}
              class={`line ${
                line === undefined
                  ? "is-loading"
                  : `band-${format.band(line.score)} edge-${line.level.toLowerCase() || "none"}`
              } ${isCurrent ? "is-current" : ""} ${isUnder ? "is-pointed" : ""} ${
                line !== undefined && marks.isMarked(line) ? "is-marked" : ""
              }`}
              aria-current={isCurrent ? "true" : undefined}
              style={{ transform: `translateY(${item.start}px)` }}
              onPointerEnter={() => pointAt(line?.ms)}
              onClick={() => {
                // Text that was selected is to be copied.
                if (line !== undefined && document.getSelection()?.isCollapsed !== false) {
                  currentRow.value = { find: query, row: idx };
                }
              }}
            >
              {line === undefined ? <span class="line-number">…</span> : rowOf(line, idx)}
              {isCurrent && line !== undefined && <LineActions line={line} row={idx} />}
            </div>
          );
        })}
      </div>
    </div>
  );
}

function Row(props: {
  line: RawLine;
  /** Time of the line above; null where it has none or is not at hand. */
  aboveMs: number | null;
  firstMs: number | null;
  hasDate: boolean;
  fileName: string;
  isUnfolded: boolean;
  unfold: () => void;
}): JSX.Element {
  const { line, fileName, isUnfolded, unfold } = props;
  const { text, rest } = isUnfolded ? { text: line.text, rest: "" } : folded(line.text);
  const template = state.templatesById.value.get(line.template)?.text ?? "";
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
        {timeOf(line.ms, timeStyle.value, props.hasDate, props.firstMs, props.aboveMs)}
      </span>
      <span class="line-level">{line.level !== "" && <Level level={line.level} />}</span>
      <span
        class="line-score"
        title={`Score ${format.score(line.score)} of 100: ${format.band(line.score)}`}
      >
        {line.score >= 25 ? format.score(line.score) : ""}
      </span>
      <span class="line-text log-text" translate={false} spellcheck={false} dir="ltr">
        <LineText text={text} marks={line.marks} variables={variablesIn(text, template)} />
        {rest !== "" && (
          <button type="button" class="unfold" onClick={unfold}>
            … {rest}
          </button>
        )}
      </span>
    </>
  );
}

/** What can be done with the current line. */
function LineActions({ line, row }: { line: RawLine; row: number }): JSX.Element {
  const isMarked = marks.isMarked(line);
  return (
    <span class="line-actions">
      <button type="button" class="button small" onClick={() => void showContext(line, row)}>
        Lines around it <kbd>C</kbd>
      </button>
      <button
        type="button"
        class="button small"
        aria-pressed={isMarked}
        onClick={() => marks.toggle(line)}
      >
        {isMarked ? "Unmark" : "Mark"} <kbd>M</kbd>
      </button>
      <button
        type="button"
        class="button small"
        onClick={() => filter.change({ templates: [line.template], slot: undefined })}
      >
        Only its pattern
      </button>
      <button type="button" class="button small" onClick={() => filter.exclude(line.template)}>
        Without its pattern
      </button>
    </span>
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
