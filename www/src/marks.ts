// Lines that a person marked, with a note each: in memory only, as they quote the log; they can be copied and saved by hand.

import { computed, signal } from "@preact/signals";
import type { RawLine } from "../pkg/logloupe.js";
import * as format from "./format.ts";
import * as state from "./state.ts";
import { visible } from "./visible.ts";

export interface Mark {
  file: number;
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

/** Marks a line or takes its mark away; answers whether it is marked now. */
export function toggle(line: RawLine): boolean {
  const next = new Map(byKey.peek());
  const key = keyOf(line);
  if (!next.delete(key) && next.size < MARKS_CAP) {
    const { file, ms, text } = line;
    next.set(key, {
      file,
      line: line.line,
      ms: ms ?? null,
      text: text.split("\n", 1)[0]?.slice(0, TEXT_CAP) ?? "",
      note: "",
    });
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
    const name = state.fileNames.peek().get(mark.file) ?? `file ${mark.file + 1}`;
    const note = mark.note === "" ? "" : `\n  note: ${visible(mark.note)}`;
    return `${when}  ${visible(name)}:${mark.line}\n  ${visible(mark.text)}${note}`;
  });
  return `${entries.join("\n")}\n`;
}
