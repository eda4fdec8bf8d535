// Files to save: what is in them, made piece by piece by the workers and the core, handed over by a blob: address.

import { signal } from "@preact/signals";
import type { IncidentLines, LineRef, RawLine, Report, Selection } from "../pkg/logloupe.js";
import { EngineError } from "./core.ts";
import type { Engine, Found, RecordExport } from "./engine.ts";
import * as filter from "./filter.ts";
import { plots } from "./plots.ts";
import * as state from "./state.ts";

export const isSaveOpen = signal(false);
/** What is being written; null when nothing is. */
export const saving = signal<Saving | null>(null);
/** How the last one ended, for people. */
export const outcome = signal("");

export interface Saving {
  /** Name of the file. */
  name: string;
  /** Share that is done, 0 to 1. */
  done: number;
  nBytes: number;
}

/** Records of an incident that stand in its row. */
const INCIDENT_LINES = 100;

const CANCELLED = new EngineError("cancelled", "Cancelled. Nothing was saved.");

/** What can be saved, by the name of its file. */
export type Item =
  | { name: string; kind: "page" | "json" | "incidents" | "patterns" }
  | { name: string; kind: "records"; what: Omit<RecordExport, "isRedacted">; isShown: boolean };

let isCancelled = false;

export function cancelSave(): void {
  isCancelled = true;
}

/** Makes a file and gives it to the browser. */
export async function save(item: Item, isRedacted: boolean): Promise<void> {
  const report = state.report.value;
  if (report === null || saving.value !== null) {
    return;
  }
  isCancelled = false;
  outcome.value = "";
  saving.value = { name: item.name, done: 0, nBytes: 0 };
  try {
    const { blob, note } = await made(item, report, isRedacted);
    check();
    offer(blob, item.name);
    outcome.value = `${item.name} is saved${note}.`;
  } catch (error) {
    outcome.value = error instanceof Error ? error.message : String(error);
  }
  saving.value = null;
  if (item.kind === "records" || item.kind === "incidents") {
    filter.again();
  }
}

/** Hands a file to the browser, which asks where to or puts it with the downloads. */
export function offer(blob: Blob, name: string): void {
  const link = document.createElement("a");
  const url = URL.createObjectURL(blob);
  link.href = url;
  link.download = name;
  link.click();
  // The browser has read the address; the bytes stay until it has written them.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

function check(): void {
  if (isCancelled) {
    throw CANCELLED;
  }
}

interface Made {
  blob: Blob;
  note: string;
}

async function made(item: Item, report: Report, isRedacted: boolean): Promise<Made> {
  const drawn = plots.value;
  const core = state.core();
  if (drawn === null || core === null) {
    throw new EngineError("cancelled", "There is nothing to save any more.");
  }
  const whole = (bytes: BlobPart, type: string): Made => ({
    blob: new Blob([bytes], { type }),
    note: "",
  });
  switch (item.kind) {
    case "page":
      return whole(drawn.page(isRedacted), "text/html");
    case "json":
      return whole(drawn.json(isRedacted) as Uint8Array<ArrayBuffer>, "application/json");
    case "patterns":
      return whole((await core.exportPatterns(isRedacted)).bytes, "text/csv");
    case "incidents": {
      const lines: IncidentLines[] = [];
      for (const { id, leadingEdge } of report.incidents) {
        const found = await select({ incident: id });
        const own = await core.lines(found.query, 0, INCIDENT_LINES);
        lines.push({ own, leading: await leadingLine(core, leadingEdge, own) });
        progress(item.name, lines.length / report.incidents.length, 0);
      }
      return whole(drawn.incidentsCsv(lines, isRedacted) as Uint8Array<ArrayBuffer>, "text/csv");
    }
    case "records":
      return records(item, isRedacted);
  }
}

async function records(
  { name, what, isShown }: Extract<Item, { kind: "records" }>,
  isRedacted: boolean,
): Promise<Made> {
  const { query, total } = await select(isShown ? filter.selection.peek() : {});
  const parts: Blob[] = [];
  let nBytes = 0;
  for (let isFirst = true; ; isFirst = false) {
    const piece = await state.core()?.exportPiece(query, { ...what, isRedacted }, isFirst);
    check();
    if (piece === undefined) {
      throw CANCELLED;
    }
    // A blob's bytes are kept by the browser, on disk where they are many, and not in the page's memory.
    parts.push(new Blob([piece.bytes]));
    nBytes += piece.bytes.length;
    progress(name, total === 0 ? 1 : piece.nSeen / total, nBytes);
    if (piece.isFinal) {
      const cut = piece.nCut > 0 ? `; ${piece.nCut} are cut after 1 MiB` : "";
      const type = TYPES[what.format];
      return {
        blob: new Blob(parts, { type }),
        note: ` with ${piece.nWritten.toLocaleString("en-US")} records${cut}`,
      };
    }
  }
}

const TYPES = { csv: "text/csv", ndjson: "application/x-ndjson", text: "text/plain" };

/** The line an incident began with, which need not be one of its first records. */
async function leadingLine(
  core: Engine,
  edge: LineRef,
  own: RawLine[],
): Promise<RawLine | undefined> {
  const isEdge = ({ file, line }: RawLine): boolean => file === edge.file && line === edge.line;
  const known = own.find(isEdge);
  if (known !== undefined || edge.ms == null) {
    return known;
  }
  const { templates, files } = { templates: [edge.template], files: [edge.file] };
  const found = await select({ templates, files, fromMs: edge.ms, toMs: edge.ms + 1 });
  for (let first = 0; first < found.total; first += INCIDENT_LINES) {
    const lines = await core.lines(found.query, first, INCIDENT_LINES);
    const line = lines.find(isEdge);
    if (line !== undefined) {
      return line;
    }
  }
  return undefined;
}

/** Selects records for a file; settles when all of them are found. */
function select(selection: Selection): Promise<Found> {
  return new Promise((resolve, reject) => {
    const core = state.core();
    core?.find(
      selection,
      1,
      (update) => {
        if (isCancelled) {
          core.stop(update.query);
          reject(CANCELLED);
        } else if (update.isFinal) {
          resolve(update);
        }
      },
      reject,
    );
  });
}

function progress(name: string, done: number, nBytes: number): void {
  check();
  saving.value = { name, done, nBytes };
}
