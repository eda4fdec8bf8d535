// One run in the engine worker: asks the core what to do next, hands blocks to the shards and merges what they find.

import {
  EngineWorker,
  SampleWriter,
  type Command,
  type FileMeta,
  type PreviewLine,
  type Similar,
  type Timeline,
  type Update,
} from "../pkg/logloupe.js";
import type { Piece } from "./extract.ts";
import { asFailure, isSame, read, readOn } from "./reading.ts";
import type { SavedRun } from "./saved.ts";
import { Search } from "./search.ts";
import type { ShardPort } from "./shard_role.ts";

/** Milliseconds between two pictures of a timeline that fills. */
const FILLING_MS = 200;

/** Choices as the core takes them. */
export type RunOptions = ConstructorParameters<typeof EngineWorker>[0];

export class Run {
  readonly search: Search;
  readonly #engine: EngineWorker;
  readonly #owners = new Map<string, ShardPort>();
  /** Where what is found in each block is kept. */
  #saved: SavedRun | null = null;
  /** The files of the run, without those that were left out. */
  #files: File[] = [];
  #names: string[] = [];
  #doneBytes = 0;
  #lastUpdate = 0;
  /** When the timeline is next worth being sent. */
  #fillingDue = 0;
  #isReading = false;

  constructor(
    readonly id: number,
    readonly shards: ShardPort[],
    options: RunOptions,
    readonly send: (update: Update) => void,
    readonly fill: (timeline: Timeline) => void,
  ) {
    this.#engine = new EngineWorker(options);
    this.search = new Search(id, this.#engine, shards, () => this.#files, read, send, asFailure);
  }

  /** Reads the files and works the answer out; what is found in each block goes to `saved` as well. */
  async analyze(
    files: File[],
    metas: FileMeta[],
    saved: SavedRun | null = null,
  ): Promise<Uint8Array> {
    const engine = this.#engine;
    this.#saved = saved;
    await this.#openAll(files, metas);
    this.#progress("reading", true);
    this.#fill();
    const setup = engine.setup();
    for (const shard of this.shards) shard.tell({ type: "setup", setup, files: this.#files });
    this.#isReading = true;
    await this.#readAll();
    this.#isReading = false;
    this.#progress("analyzing", true);
    return this.#conclude();
  }

  /** Works the answer out of what was kept, in place of reading; throws where that is not all there. */
  async restore(
    files: File[],
    metas: FileMeta[],
    saved: SavedRun,
    options: RunOptions,
  ): Promise<Uint8Array> {
    const engine = this.#engine;
    await this.#openAll(files, metas);
    const setup = engine.setup();
    for (const shard of this.shards) shard.tell({ type: "setup", setup, files: this.#files });
    this.#progress("reading", true);
    const pending = new Set<Promise<unknown>>();
    for (let task = engine.nextTask(); task.kind !== "done"; task = engine.nextTask()) {
      const { kind, file, block } = task;
      task.free();
      const summary = saved.get("summary", file, block);
      const records = saved.get("records", file, block);
      if (kind !== "block" || !summary || !records) throw new Error("not all was kept");
      const shard = await this.#freeShard(pending);
      this.#owners.set(`${file}:${block}`, shard);
      const taken = shard.ask({ type: "restore", records }, [records.buffer]);
      pending.add(taken);
      void taken.then(
        () => pending.delete(taken),
        () => undefined,
      );
      this.#merge(file, block, summary);
    }
    await Promise.all(pending);
    if (!engine.change(options, new Uint32Array(), false)) throw new Error("read in another way");
    this.#doneBytes = Infinity;
    this.#progress("analyzing", true);
    return this.#conclude();
  }

  /** Keeps the records of all blocks, after what was found in them; answers whether all is kept. */
  async save(files: File[], metas: FileMeta[], saved: SavedRun): Promise<boolean> {
    for (const [key, shard] of this.#owners) {
      const [file = 0, block = 0] = key.split(":").map(Number);
      if (!saved.isOpen) break;
      saved.add("records", file, block, await shard.ask({ type: "save", file, block }));
    }
    return saved.finish(files, metas);
  }

  /** Takes a block's summary, and tells the shards what messages are called. */
  #merge(file: number, block: number, summary: Uint8Array): void {
    for (const names of this.#engine.merge(file, block, summary)) {
      const owner = this.#owners.get(`${names.file}:${names.block}`);
      owner?.tell({ type: "names", naming: names.naming() });
      names.free();
    }
  }

  /** Reads no further: what the shards have begun is finished, and then all of it is worked out. */
  stopReading(): void {
    if (!this.#isReading) return;
    // What is not all of a file is not to be taken for it the next time.
    this.#saved?.drop();
    this.#engine.stopReading();
    for (const shard of this.shards) shard.tell({ type: "halt" });
  }

  /** Works out what was read, as often as it is asked. */
  async #conclude(): Promise<Uint8Array> {
    const engine = this.#engine;
    const survey = engine.analyze();
    const answers = await Promise.all(
      this.shards.map((shard) => shard.ask({ type: "survey", survey })),
    );
    return engine.conclude(answers);
  }

  /** Takes other choices or other files; undefined where the files have to be read again for it. */
  async change(command: Extract<Command, { type: "change" }>): Promise<Uint8Array | undefined> {
    const { options, without, isUndo } = command;
    const isChanged = this.#engine.change(options, new Uint32Array(without), isUndo);
    return isChanged ? this.#conclude() : undefined;
  }

  /** Opens the files; one that is no log does not cost the answer about the others. */
  async #openAll(files: File[], metas: FileMeta[]): Promise<void> {
    let refusal: unknown;
    for (const [index, file] of files.entries()) {
      const meta = metas[index];
      if (!meta) continue;
      try {
        const head = await read(file, 0, 1 << 20);
        const twin = this.#engine.twinOf(meta, head);
        const other = twin === undefined ? undefined : this.#files[twin];
        if (other && (await isSame(file, other))) {
          this.#engine.leaveOut(
            `${meta.name} holds the same as ${this.#names[twin ?? 0]}; it is counted once`,
          );
          continue;
        }
        this.#engine.open(meta, head);
        this.#files.push(file);
        this.#names.push(meta.name);
      } catch (error) {
        const { code, message } = asFailure(error);
        if (!["emptyFile", "binary", "unreadable"].includes(code)) throw error;
        refusal ??= error;
        this.#engine.leaveOut(message);
      }
    }
    if (this.#files.length === 0) throw refusal;
  }

  async #readAll(): Promise<void> {
    const engine = this.#engine;
    const pending = new Set<Promise<void>>();
    for (;;) {
      const task = engine.nextTask();
      const { kind, input, file, block, offset, byteLen } = task;
      if (kind === "done") break;
      if (kind === "read") {
        // Where its blocks lie is known only by unpacking it.
        this.#saved?.drop();
        const bytes = await readOn(this.#file(input), offset, offset + byteLen);
        engine.feed(input, bytes);
        this.#doneBytes += bytes.length;
        this.#progress("reading");
        continue;
      }
      const bytes = task.takeBytes();
      const shard = await this.#freeShard(pending);
      this.#owners.set(`${file}:${block}`, shard);
      const done = shard
        .ask(
          { type: "block", job: task.job(), input, offset, byteLen, bytes },
          bytes ? [bytes.buffer] : [],
        )
        .then((summary) => {
          this.#saved?.add("summary", file, block, summary);
          this.#merge(file, block, summary);
          // Bytes of a stream were counted when they were read.
          if (!bytes) this.#doneBytes += byteLen;
          this.#progress("reading");
          this.#fill();
        });
      task.free();
      pending.add(done);
      void done.then(
        () => pending.delete(done),
        () => undefined,
      );
    }
    await Promise.all(pending);
    await this.#checkUnchanged();
  }

  #file(input: number): File {
    const file = this.#files[input];
    if (!file) throw new Error("no such file");
    return file;
  }

  /** A browser that notices a change refuses all that is read after it, also when lines are shown. */
  async #checkUnchanged(): Promise<void> {
    for (const [index, file] of this.#files.entries()) {
      const last = await readOn(file, file.size - 1, file.size);
      if (last.length === 0) this.#engine.noteChanged(index);
    }
  }

  /** A shard with fewer than two blocks in hand: one to work on, one to read ahead. */
  async #freeShard(pending: Set<Promise<unknown>>): Promise<ShardPort> {
    for (;;) {
      const least = this.shards.reduce((a, b) => (b.nWaiting < a.nWaiting ? b : a));
      if (least.nWaiting < 2) return least;
      await Promise.race(pending);
    }
  }

  #progress(stage: "reading" | "analyzing", isDue = false): void {
    const now = performance.now();
    if (!isDue && now - this.#lastUpdate < 50) return;
    this.#lastUpdate = now;
    const totalBytes = this.#files.reduce((sum, file) => sum + file.size, 0);
    this.send({
      type: "progress",
      run: this.id,
      stage,
      doneBytes: Math.min(this.#doneBytes, totalBytes),
      totalBytes,
      nLines: this.#engine.nLines,
      nTemplates: this.#engine.nTemplates,
    });
  }

  /** Sends the timeline as far as it goes, not so often that reading would be held up. */
  #fill(): void {
    const start = performance.now();
    if (start < this.#fillingDue) return;
    this.fill(this.#engine.filling());
    const end = performance.now();
    this.#fillingDue = end + Math.max(FILLING_MS, 30 * (end - start));
  }

  preview(command: Extract<Command, { type: "preview" }>): void {
    const lines = this.#engine.preview(command.file, command.pattern ?? undefined) as PreviewLine[];
    this.send({ type: "preview", run: command.run, query: command.query, lines });
  }

  patterns(command: Extract<Command, { type: "exportPatterns" }>): Piece {
    const bytes = this.#engine.patternsCsv(command.isRedacted) as Uint8Array<ArrayBuffer>;
    return { bytes, nSeen: 0, nWritten: 0, nCut: 0, isFinal: true };
  }

  similar(command: Extract<Command, { type: "similar" }>): void {
    const similar = this.#engine.similar(command.template) as Similar;
    this.send({ type: "similar", run: command.run, query: command.query, similar });
  }
}

export function sampleFile(seed: number, nLines: number): File {
  const writer = new SampleWriter(seed, nLines);
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for (let part = writer.nextLines(); part.length > 0; part = writer.nextLines())
    parts.push(part.slice());
  writer.free();
  return new File(parts, "sample.log", { lastModified: Date.UTC(2026, 2, 3) });
}
