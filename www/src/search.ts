// The query half of the workers: the engine worker evaluates one selection at a time over all shards, and reads what is on
// screen back from the files; a shard reads its blocks again to search their text.
//
// Searching goes on beside the queue of commands, a block at a time, so that pages can be asked for meanwhile and a newer
// query ends an older one within a block.

import { type Rereader } from "../pkg/logloupe.js";
import { Extraction, type Piece } from "./extract.ts";
import type {
  Command,
  Comparison,
  EngineWorker,
  Histogram,
  RawLine,
  ShardWorker,
  SourceCount,
  TemplateCount,
  Update,
  ValueCounts,
} from "../pkg/logloupe.js";

/** What a shard is asked about the query. */
export type SearchTask =
  | { type: "begin"; filter: Uint8Array }
  | { type: "search" }
  | { type: "searchText"; range: Float64Array; text: Uint8Array }
  | { type: "question"; question: Uint8Array }
  | { type: "contrast"; contrast: Uint8Array };

/** A shard as a search sees it. */
export interface Searcher {
  ask(task: SearchTask, transfer?: Transferable[]): Promise<Uint8Array>;
}

/** Reads bytes of a file, as many as there are. */
export type Read = (file: File, from: number, to: number) => Promise<Uint8Array>;

type CommandOf<T extends Command["type"]> = Extract<Command, { type: T }>;

/** Milliseconds between two accounts of a search. */
const UPDATE_MS = 100;
/** Bytes of a container read at a time. */
const PACKED_READ = 4 * 1024 * 1024;
/** Unpacked blocks in hand at once, all shards together. */
const TEXTS_AHEAD = 3;
/** Bytes of unpacked text that are kept around what was read, and how many such texts. */
const WINDOW_LEN = 16 * 1024 * 1024;
const WINDOWS_KEPT = 2;
/** Lines of one answer. */
const LINES_CAP = 500;

/** A piece of a packed file's text. */
interface Window {
  file: number;
  start: number;
  text: Uint8Array;
}

/** A query that was overtaken by a newer one. */
const OVERTAKEN = { code: "overtaken", message: "another selection was made meanwhile" };

/** Answers what a shard is asked about the query; reads a block while the one before is searched. */
export class ShardSearch {
  #ahead: { key: string; bytes: Promise<Uint8Array> } | null = null;

  constructor(
    readonly files: File[],
    readonly read: Read,
  ) {}

  async work(shard: ShardWorker, task: SearchTask): Promise<Uint8Array> {
    switch (task.type) {
      case "begin":
        this.#ahead = null;
        return shard.beginQuery(task.filter);
      case "question":
        return shard.answer(task.question);
      case "contrast":
        return shard.contrast(task.contrast);
      case "searchText":
        return shard.search(task.range, task.text);
      case "search": {
        const range = shard.wantedText(0);
        if (range.length === 0) return new Uint8Array();
        const bytes = await this.#bytes(shard, range);
        const next = shard.wantedText(1);
        if (next.length > 0) {
          this.#ahead = { key: next.join(), bytes: this.#readRange(shard, next) };
          this.#ahead.bytes.catch(() => undefined);
        }
        return shard.search(range, bytes);
      }
    }
  }

  #bytes(shard: ShardWorker, range: Float64Array): Promise<Uint8Array> {
    const ahead = this.#ahead;
    this.#ahead = null;
    return ahead?.key === range.join() ? ahead.bytes : this.#readRange(shard, range);
  }

  #readRange(shard: ShardWorker, range: Float64Array): Promise<Uint8Array> {
    const [text = 0, , from = 0, to = 0] = range;
    const file = this.files[shard.inputOf(text)];
    if (!file) throw new Error("no such file");
    return this.read(file, from, to);
  }
}

/** The selection of a finished run, and what is asked about it. */
export class Search {
  /** The newest query that was asked for; an older one is not worth going on with. */
  #newest = 0;
  /** The query whose answer the shards keep. */
  #current = 0;
  #doneBytes = 0;
  #totalBytes = 0;
  #lastUpdate = 0;
  /** Text of packed files that was read last. */
  #windows: Window[] = [];
  readonly #extract: Extraction;

  constructor(
    readonly run: number,
    readonly engine: EngineWorker,
    readonly shards: Searcher[],
    readonly files: () => File[],
    readonly read: Read,
    readonly send: (update: Update) => void,
    readonly asFailure: (error: unknown) => { code: string; message: string },
  ) {
    this.#extract = new Extraction(engine, shards, files, read);
  }

  /** Ends what is searched for; to be called as soon as a newer query or a stop is known. */
  overtake(query: number): void {
    this.#newest = Math.max(this.#newest, query);
  }

  /** Stops the search of a query; what was found stays. */
  stop(find: number): void {
    if (this.#newest === find) this.#newest += 0.5;
  }

  /** Evaluates a selection by the columns, and goes on searching text without keeping others waiting. */
  async find(command: CommandOf<"find">): Promise<void> {
    const { query } = command;
    if (query < this.#newest) throw OVERTAKEN;
    const filter = this.engine.beginQuery(command.selection, command.nBins);
    this.#current = query;
    const answers = await Promise.all(this.shards.map((s) => s.ask({ type: "begin", filter })));
    this.#doneBytes = 0;
    this.#totalBytes = 0;
    for (const [shard, answer] of answers.entries()) {
      this.#totalBytes += this.engine.begun(shard, answer);
    }
    if (this.#totalBytes === 0) {
      this.#tell(query, true);
      return;
    }
    this.#lastUpdate = performance.now();
    void this.#search(query).catch((error: unknown) => {
      this.send({ type: "failed", run: this.run, query, ...this.asFailure(error) });
    });
  }

  async #search(query: number): Promise<void> {
    await Promise.all([
      ...this.shards.map((shard) => this.#searchShard(shard, query)),
      this.#searchPacked(query),
    ]);
    if (this.#current === query) this.#tell(query, true);
  }

  async #searchShard(shard: Searcher, query: number): Promise<void> {
    while (this.#newest === query) {
      const answer = await shard.ask({ type: "search" });
      if (answer.length === 0 || this.#current !== query) return;
      this.#add(query, answer);
    }
  }

  /** Unpacks each file once, from its front, and hands the blocks to the shards that keep their records. */
  async #searchPacked(query: number): Promise<void> {
    const searching = new Set<Promise<void>>();
    for (const index of this.engine.packedFiles()) {
      const file = this.files()[index];
      if (!file) continue;
      const again = this.engine.reread(index);
      let at = 0;
      while (!again.isDone && this.#newest === query) {
        const bytes = await this.read(file, at, at + PACKED_READ);
        at += bytes.length;
        again.feed(bytes, at >= file.size);
        await this.#searchTexts(again, query, searching);
      }
      again.free();
    }
    await Promise.all(searching);
  }

  async #searchTexts(again: Rereader, query: number, searching: Set<Promise<void>>): Promise<void> {
    for (;;) {
      const range = again.advance();
      const shard = this.shards[again.shard];
      if (range.length === 0 || !shard || this.#newest !== query) return;
      const text = again.takeText();
      const task = { type: "searchText", range, text } as const;
      const done = shard.ask(task, [text.buffer]).then((answer) => {
        searching.delete(done);
        if (this.#current === query) this.#add(query, answer);
      });
      searching.add(done);
      if (searching.size >= TEXTS_AHEAD) await Promise.race(searching);
    }
  }

  #add(query: number, answer: Uint8Array): void {
    const isFirst = this.#doneBytes === 0;
    this.#doneBytes += this.engine.found(answer);
    if (isFirst || performance.now() - this.#lastUpdate >= UPDATE_MS) this.#tell(query, false);
  }

  #tell(query: number, isFinal: boolean): void {
    this.#lastUpdate = performance.now();
    this.send({
      type: "found",
      run: this.run,
      query,
      total: this.engine.nHits,
      histogram: this.engine.histogram() as Histogram,
      done: this.#totalBytes === 0 ? 1 : Math.min(1, this.#doneBytes / this.#totalBytes),
      isFinal,
    });
  }

  async lines(command: CommandOf<"lines">): Promise<void> {
    this.#check(command.find);
    this.engine.page(command.first, Math.min(command.nLines, LINES_CAP));
    await this.#askAll();
    const texts = await this.#texts(this.engine.places());
    const lines = this.engine.lines(texts) as RawLine[];
    this.send({ type: "lines", run: this.run, query: command.query, lines });
  }

  async seek(command: CommandOf<"seek">): Promise<void> {
    this.#check(command.find);
    const { place } = command;
    if (place.type === "time") this.engine.seekTime(place.ms);
    else this.engine.seekLine(place.file, place.line);
    await this.#askAll();
    this.send({ type: "row", run: this.run, query: command.query, row: this.engine.row });
  }

  async sources(command: CommandOf<"sources">): Promise<void> {
    this.engine.askSources();
    await this.#askAll();
    const [sources, isCut] = this.engine.sources() as [SourceCount[], boolean];
    this.send({ type: "sources", run: this.run, query: command.query, sources, isCut });
  }

  /** The next piece of the selected records as a file. */
  async export(command: CommandOf<"export">): Promise<Piece> {
    this.#check(command.find);
    if (command.isFirst) {
      this.#extract.begin(command.choice, command.format, command.isRedacted);
    }
    return this.#extract.piece();
  }

  /** Hits by template. */
  async facets(command: CommandOf<"facets">): Promise<void> {
    this.#check(command.find);
    this.engine.askFacets();
    await this.#askAll();
    const templates = this.engine.facets() as TemplateCount[];
    this.send({ type: "facets", run: this.run, query: command.query, templates });
  }

  /** What was counted at the place that the selection names. */
  async values(command: CommandOf<"values">): Promise<void> {
    this.#check(command.find);
    this.engine.askValues();
    await this.#askAll();
    const values = this.engine.values() as ValueCounts;
    this.send({ type: "values", run: this.run, query: command.query, values });
  }

  /** Says what differs between two sides; what is selected stays. */
  async compare({ before, after, by, query }: CommandOf<"compare">): Promise<void> {
    const task = { type: "contrast", contrast: this.engine.contrast(before, after) } as const;
    const answers = await Promise.all(this.shards.map((shard) => shard.ask(task)));
    const comparison = this.engine.compared(before, after, by, answers) as Comparison;
    this.send({ type: "compared", run: this.run, query, comparison });
  }

  #check(find: number): void {
    if (find !== this.#current) throw OVERTAKEN;
  }

  /** Puts the engine's questions to all shards until it has none. */
  async #askAll(): Promise<void> {
    for (;;) {
      const question = this.engine.question();
      if (!question) return;
      const task = { type: "question", question } as const;
      this.engine.answer(await Promise.all(this.shards.map((shard) => shard.ask(task))));
    }
  }

  /** Reads places (file, offset, length) back from the files. */
  async #texts(places: Float64Array): Promise<Uint8Array[]> {
    const texts: Uint8Array[] = [];
    const packed = new Map<number, { slots: number[]; places: number[] }>();
    const reads: Promise<void>[] = [];
    for (let slot = 0; slot * 3 < places.length; slot++) {
      const [index = 0, offset = 0, byteLen = 0] = places.subarray(slot * 3, slot * 3 + 3);
      const file = this.files()[index];
      if (!file) throw new Error("no such file");
      if (this.engine.isPacked(index)) {
        const wanted = packed.get(index) ?? { slots: [], places: [] };
        wanted.slots.push(slot);
        wanted.places.push(offset, byteLen);
        packed.set(index, wanted);
      } else {
        reads.push(
          this.read(file, offset, offset + byteLen).then((bytes) => {
            texts[slot] = bytes;
          }),
        );
      }
    }
    await Promise.all(reads);
    for (const [index, { slots, places }] of packed) {
      const found = await this.#unpackedAround(index, places);
      for (const [i, text] of found.entries()) texts[slots[i] ?? 0] = text;
    }
    return texts;
  }

  /** Texts of a packed file; what stands around them is kept, so that scrolling does not unpack it again for every page. */
  async #unpackedAround(index: number, places: number[]): Promise<Uint8Array[]> {
    const offsets = places.filter((_, i) => i % 2 === 0);
    const ends = offsets.map((offset, i) => offset + (places[2 * i + 1] ?? 0));
    const [first, last] = [Math.min(...offsets), Math.max(...ends)];
    const isIn = (window: Window): boolean =>
      window.file === index && window.start <= first && last <= window.start + window.text.length;
    let window = this.#windows.find(isIn);
    if (!window && last - first <= WINDOW_LEN / 2) {
      const start = Math.max(0, first - WINDOW_LEN / 4);
      const [text] = await this.#unpacked(index, [start, WINDOW_LEN]);
      window = { file: index, start, text: text ?? new Uint8Array() };
      this.#windows = [window, ...this.#windows].slice(0, WINDOWS_KEPT);
    }
    if (!window) return this.#unpacked(index, places);
    const { start, text } = window;
    return offsets.map((offset, i) => text.subarray(offset - start, (ends[i] ?? 0) - start));
  }

  /** Unpacks a file from its front up to the last of these places (offset, length). */
  async #unpacked(index: number, places: number[]): Promise<Uint8Array[]> {
    const file = this.files()[index];
    if (!file) throw new Error("no such file");
    const unpacker = this.engine.unpacker(new Float64Array(places));
    let at = 0;
    let isMore = true;
    while (isMore && at < file.size) {
      const bytes = await this.read(file, at, at + PACKED_READ);
      at += bytes.length;
      isMore = unpacker.push(bytes);
    }
    return unpacker.texts();
  }
}
