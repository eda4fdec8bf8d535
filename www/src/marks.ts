// Lines that a person marked, with a note each. What they say stays in memory, as it quotes the log; where they stand may be kept
// (`recent.ts`), and they can be copied and saved by hand.

import { computed, signal } from "@preact/signals";
import type { RawLine } from "../pkg/logloupe.js";
import type { Engine } from "./engine.ts";
import * as filter from "./filter.ts";
import * as format from "./format.ts";
import type { KeptMark } from "./kept.ts";
import * as state from "./state.ts";
import { visible } from "./visible.ts";

export interface Mark {
  file: number;
  /** Name of the file: another answer may number it anew. */
  name: string;
  line: number;
  ms: number | null;
  /** Beginning of the line. */
  text: string;
  note: string;
}

/** Characters of a line that are kept with its mark. */
const TEXT_CAP = 400;
/** Lines that can be marked. */
const MARKS_CAP = 2000;

const byKey = signal<Map<string, Mark>>(new Map());
/** In the order of time, then of files and lines. */
export const marks = computed(() =>
  [...byKey.value.values()].sort(
    (a, b) => (a.ms ?? -Infinity) - (b.ms ?? -Infinity) || a.file - b.file || a.line - b.line,
  ),
);

function keyOf({ file, line }: { file: number; line: number }): string {
  return `${file}:${line}`;
}

export function isMarked(line: RawLine): boolean {
  return byKey.value.has(keyOf(line));
}

function markOf({ file, line, ms, text }: RawLine, note: string): Mark {
  return {
    file,
    name: state.fileNames.peek().get(file) ?? "",
    line,
    ms: ms ?? null,
    text: text.split("\n", 1)[0]?.slice(0, TEXT_CAP) ?? "",
    note,
  };
}

/** Marks a line or takes its mark away; answers whether it is marked now. */
export function toggle(line: RawLine): boolean {
  const next = new Map(byKey.peek());
  const key = keyOf(line);
  if (!next.delete(key) && next.size < MARKS_CAP) {
    next.set(key, markOf(line, ""));
  }
  byKey.value = next;
  return next.has(key);
}

export function setNote(mark: Mark, note: string): void {
  const next = new Map(byKey.peek());
  next.set(keyOf(mark), { ...mark, note });
  byKey.value = next;
}

export function remove(mark: Mark): void {
  const next = new Map(byKey.peek());
  next.delete(keyOf(mark));
  byKey.value = next;
}

export function clear(): void {
  byKey.value = new Map();
}

/** All marks as text: when, where, what it says, what was noted. */
export function asText(): string {
  const entries = marks.peek().map((mark) => {
    const when = mark.ms === null ? "no time" : `${format.dateTime(mark.ms)} UTC`;
    const note = mark.note === "" ? "" : `\n  note: ${visible(mark.note)}`;
    return `${when}  ${visible(mark.name)}:${mark.line}\n  ${visible(mark.text)}${note}`;
  });
  return `${entries.join("\n")}\n`;
}

/** Where the marked lines stand, without what they say. */
export function places(): KeptMark[] {
  return marks.peek().map(({ name, line, ms, text, note }) => {
    return { name, line, ms, sum: sumOf(text), note };
  });
}

/** FNV-1a: tells two lines apart and says nothing of either. */
function sumOf(text: string): number {
  let sum = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    sum = Math.imul(sum ^ text.charCodeAt(at), 0x01000193);
  }
  return sum >>> 0;
}

/** Tries to read marked lines back while a person may be selecting something else. */
const TRIES = 5;

/**
 * Marks the lines that stand at these places of the answer, in place of those marked before. Answers how many places there were
 * where the line is not the one that was marked, by its time and text.
 */
export async function restore(kept: KeptMark[]): Promise<number> {
  byKey.value = new Map();
  const core = state.core();
  if (core === null || kept.length === 0) return 0;
  const report = state.report.peek();
  for (let tries = 0; tries < TRIES && report === state.report.peek(); tries++) {
    // The view that the answer is shown with comes first: the workers hold one selection at a time.
    await new Promise((resolve) => setTimeout(resolve));
    if (filter.find.peek() !== 0) await filter.settled();
    const found = await marked(core, kept).catch(() => null);
    filter.again();
    if (found === null || report !== state.report.peek()) continue;
    byKey.value = new Map([...found.map((mark) => [keyOf(mark), mark] as const), ...byKey.peek()]);
    return kept.length - found.length;
  }
  return 0;
}

/** The lines at these places that are still what they were. */
async function marked(core: Engine, kept: KeptMark[]): Promise<Mark[]> {
  const query = await new Promise<number>((resolve, reject) => {
    core.find({}, 1, ({ query, isFinal }) => isFinal && resolve(query), reject);
  });
  const ids = new Map([...state.fileNames.peek()].map(([id, name]) => [name, id]));
  const found: Mark[] = [];
  for (const { name, line, ms, sum, note } of kept) {
    const file = ids.get(name);
    if (file === undefined) continue;
    const row = await core.seek(query, { type: "line", file, line });
    const [read] = await core.lines(query, row, 1);
    const isThere = read?.file === file && read.line === line && (read.ms ?? null) === ms;
    const mark = isThere ? markOf(read, note) : null;
    if (mark !== null && (sum === undefined || sum === sumOf(mark.text))) found.push(mark);
  }
  return found;
}
