// Questions about a log and their answers, whoever works on them: a run is begun, changed, asked, ended.
//
// Cancel, crash and a new run are one path: the workers of before are replaced by fresh ones (`crew.ts`).

import type {
  Command,
  CompareBy,
  Comparison,
  LinePattern,
  Options,
  Place,
  PreviewLine,
  RawLine,
  Selection,
  Side,
  Similar,
  SourceCount,
  TemplateCount,
  Timeline,
  Update,
  ValueCounts,
} from "../pkg/logloupe.js";
import { CORE_VERSION, EngineError, type Core } from "./core.ts";
import { Crew, type Exported, type Message } from "./crew.ts";
import type { Piece } from "./extract.ts";
import type { Source } from "./sources.ts";

export interface SourcesAnswer {
  sources: SourceCount[];
  isCut: boolean;
}

export type Found = Extract<Update, { type: "found" }>;
/** Which records a file gets and how they are written. */
export type RecordExport = Pick<
  Extract<Command, { type: "export" }>,
  "choice" | "format" | "isRedacted"
>;

export type Progress = Extract<Update, { type: "progress" }>;

/** Updates of the current run; those of earlier ones never arrive. */
export interface EngineListener {
  ready(version: string): void;
  progress(update: Progress): void;
  /** Records over time as far as they were read. */
  filling(timeline: Timeline): void;
  /** `isRestored`: out of what was kept, without reading. */
  finished(report: Uint8Array<ArrayBuffer>, isRestored: boolean): void;
  /** Whether the analysis is kept now. */
  kept(isKept: boolean): void;
  failed(error: EngineError): void;
  /** Nothing came of a change; the run is as it was. */
  unchanged(error: EngineError): void;
  /** A worker died. Nothing can be asked about the run it worked on; `hasStarted` is false if it never got ready. */
  crashed(error: EngineError, hasStarted: boolean): void;
}

interface PendingQuery {
  answered(update: Answer): void;
  reject(error: EngineError): void;
}

type Answer =
  | Exported
  | Extract<
      Update,
      {
        type:
          | "compared"
          | "facets"
          | "found"
          | "lines"
          | "preview"
          | "row"
          | "similar"
          | "sources"
          | "values";
      }
    >;

const GONE = new EngineError(
  "cancelled",
  "Nothing can be asked about the lines until the files have been read again.",
);
/** What became of questions that were on their way. */
const LOST = new EngineError(
  "crashed",
  "A part of the analysis stopped before it could answer. Ask once more when the files have been read again.",
);

/** Crashes in a row after which workers are not made afresh. */
const CRASHES_CAP = 3;

export class Engine {
  readonly #crew: Crew;
  readonly #listener: EngineListener;
  readonly #pending = new Map<number, PendingQuery>();
  /** Crashes since a run was last asked for. */
  #nCrashes = 0;
  #isUsed = false;
  #isFinished = false;
  #run = 0;
  #query = 0;

  constructor(core: Core, listener: EngineListener) {
    this.#listener = listener;
    this.#crew = new Crew(core, {
      received: (message) => this.#onMessage(message),
      died: (why) => this.#onCrash(why),
    });
  }

  /** Reads and analyses files; whatever ran before is cancelled. The analysis is kept under the name `keep`, or restored. */
  open(sources: Source[], options: Options, keep: string | null): void {
    const metas = sources.map(({ file, path }) => ({
      name: path,
      byteLen: file.size,
      modifiedMs: file.lastModified,
    }));
    this.#begin();
    const files = sources.map(({ file }) => file);
    const command: Command = { type: "open", run: this.#run, files: metas, options };
    const kept = keep === null ? undefined : { name: keep, version: CORE_VERSION };
    this.#crew.post(command, files, kept);
  }

  /** Generates and analyses a sample log; whatever ran before is cancelled. */
  sample(seed: number, nLines: number, options: Options): void {
    this.#begin();
    this.#crew.post({ type: "sample", run: this.#run, seed, nLines, options });
  }

  /** Works the finished run out again without reading: answered by `finished` or `unchanged`. */
  change(options: Options, without: number[], isUndo: boolean): void {
    this.#crew.isAnalyzing = true;
    this.#crew.post({ type: "change", run: this.#run, options, without, isUndo });
  }

  /** What would become of the first lines of a file of the finished run; without a pattern, what became of them. */
  async preview(file: number, pattern: LinePattern | undefined): Promise<PreviewLine[]> {
    const answer = await this.#ask((run, query) => ({
      type: "preview",
      run,
      query,
      file,
      pattern,
    }));
    return answer.type === "preview" ? answer.lines : [];
  }

  /**
   * Selects records of the finished run in place of those selected before, and says what is found, several times while text
   * is searched. Answers with what names the selection.
   */
  find(
    selection: Selection,
    nBins: number,
    found: (update: Found) => void,
    failed: (error: EngineError) => void,
  ): number {
    const query = ++this.#query;
    if (!this.#isFinished) {
      failed(GONE);
      return query;
    }
    this.#pending.set(query, {
      answered: (update) => {
        if (update.type === "found") found(update);
      },
      reject: failed,
    });
    this.#crew.post({ type: "find", run: this.#run, query, selection, nBins });
    return query;
  }

  /** Searches no further; what was found stays. */
  stop(find: number): void {
    this.#crew.post({ type: "stop", run: this.#run, find });
  }

  /** Reads lines of a selection back; at most 500 at a time. Always settles, also when a worker dies. */
  async lines(find: number, first: number, nLines: number): Promise<RawLine[]> {
    const answer = await this.#ask((run, query) => ({
      type: "lines",
      run,
      query,
      find,
      first,
      nLines,
    }));
    return answer.type === "lines" ? answer.lines : [];
  }

  /** At which record of a selection a place is. */
  async seek(find: number, place: Place): Promise<number> {
    const answer = await this.#ask((run, query) => ({ type: "seek", run, query, find, place }));
    return answer.type === "row" ? answer.row : 0;
  }

  /** Records of each pattern in a selection. */
  async facets(find: number): Promise<TemplateCount[]> {
    const answer = await this.#ask((run, query) => ({ type: "facets", run, query, find }));
    return answer.type === "facets" ? answer.templates : [];
  }

  /** What stands at the place whose values a selection asks for, as far as it was counted. */
  async values(find: number): Promise<ValueCounts | null> {
    const answer = await this.#ask((run, query) => ({ type: "values", run, query, find }));
    return answer.type === "values" ? answer.values : null;
  }

  /** The sources of the finished run, most frequent first. */
  async sources(): Promise<SourcesAnswer> {
    const answer = await this.#ask((run, query) => ({ type: "sources", run, query }));
    return answer.type === "sources" ? answer : { sources: [], isCut: false };
  }

  /** Which patterns and words mean much the same as a pattern of the finished run. */
  async similar(template: number): Promise<Similar> {
    const answer = await this.#ask((run, query) => ({ type: "similar", run, query, template }));
    return answer.type === "similar" ? answer.similar : { templates: [], words: [] };
  }

  /** The next piece of the records of a selection as a file; `isFirst` begins with the first. */
  async exportPiece(find: number, what: RecordExport, isFirst: boolean): Promise<Piece> {
    const answer = await this.#ask((run, query) => ({
      type: "export",
      run,
      query,
      find,
      ...what,
      isFirst,
    }));
    return pieceOf(answer);
  }

  /** All patterns as CSV. */
  async exportPatterns(isRedacted: boolean): Promise<Piece> {
    const answer = await this.#ask((run, query) => ({
      type: "exportPatterns",
      run,
      query,
      isRedacted,
    }));
    return pieceOf(answer);
  }

  /** What differs between two sides of the finished run; null where nothing was read. */
  async compare(before: Side, after: Side, by: CompareBy): Promise<Comparison | null> {
    const answer = await this.#ask((run, query) => ({
      type: "compare",
      run,
      query,
      before,
      after,
      by,
    }));
    return answer.type === "compared" ? answer.comparison : null;
  }

  #ask(command: (run: number, query: number) => Command): Promise<Answer> {
    if (!this.#isFinished) return Promise.reject(GONE);
    const query = ++this.#query;
    return new Promise((resolve, reject) => {
      this.#pending.set(query, { answered: resolve, reject });
      this.#crew.post(command(this.#run, query));
    });
  }

  /** Reads no further; the run finishes with what was read. */
  stopReading(): void {
    this.#crew.post({ type: "stopReading", run: this.#run });
  }

  /** Ends the current run at once. */
  cancel(): void {
    this.#run += 1;
    this.#replace(new EngineError("cancelled", "the run was cancelled"));
  }

  #begin(): void {
    this.#run += 1;
    if (this.#isUsed) {
      this.#replace(new EngineError("cancelled", "another run began"));
    }
    this.#isUsed = true;
    this.#nCrashes = 0;
  }

  #replace(reason: EngineError): void {
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const query of pending) {
      query.reject(reason);
    }
    this.#isUsed = false;
    this.#isFinished = false;
    this.#crew.replace();
  }

  #onMessage(update: Message): void {
    if (update.type === "ready") {
      this.#listener.ready(update.version);
      return;
    }
    if (update.type === "failed" && update.code === "crashed") {
      this.#onCrash(update.message);
      return;
    }
    if (update.run !== this.#run) {
      return;
    }
    switch (update.type) {
      case "progress":
        this.#crew.isAnalyzing = update.stage === "analyzing";
        this.#listener.progress(update);
        break;
      case "filling":
        this.#listener.filling(update.timeline);
        break;
      case "finished":
        this.#isFinished = true;
        this.#crew.isAnalyzing = false;
        this.#listener.finished(update.report, update.isRestored);
        break;
      case "kept":
        this.#listener.kept(update.isKept);
        break;
      case "unchanged":
        this.#crew.isAnalyzing = false;
        this.#listener.unchanged(new EngineError(update.code, update.message));
        break;
      case "exported":
      case "compared":
      case "facets":
      case "found":
      case "lines":
      case "preview":
      case "row":
      case "sources":
      case "similar":
      case "values":
        this.#pending.get(update.query)?.answered(update);
        if (update.type !== "found" || update.isFinal) this.#pending.delete(update.query);
        break;
      case "failed": {
        const error = new EngineError(update.code, update.message);
        if (update.query == null) {
          // Other shards still have blocks in hand and would report progress of a run that is over.
          this.#run += 1;
          this.#replace(error);
          this.#listener.failed(error);
        } else {
          this.#pending.get(update.query)?.reject(error);
          this.#pending.delete(update.query);
        }
        break;
      }
    }
  }

  #onCrash(message: string): void {
    const error = new EngineError("crashed", message);
    this.#nCrashes += 1;
    // A shard that cannot start would crash and be made afresh for ever.
    const hasStarted = this.#crew.hasStarted && this.#nCrashes <= CRASHES_CAP;
    this.#run += 1;
    if (hasStarted) {
      this.#replace(LOST);
    } else {
      // Workers that cannot start will not start the next time either.
      this.#crew.end();
    }
    this.#listener.crashed(error, hasStarted);
  }
}

function pieceOf(answer: Answer): Piece {
  if (answer.type !== "exported") throw new EngineError("wire", "a file was expected");
  return answer;
}
