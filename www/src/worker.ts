// One script, two roles. The engine worker owns a run: it asks the core what to do next, hands blocks to the shards and merges
// what they find. A shard worker turns blocks into summaries and answers questions about the records it keeps.
//
// Every message goes through one promise queue: handlers that await would otherwise interleave.

import {
  EngineWorker,
  initSync,
  SampleWriter,
  ShardWorker,
  version,
  type Command,
  type FileMeta,
  type PreviewLine,
  type Similar,
  type Update,
} from "../pkg/logloupe.js";
import { Search, ShardSearch, type SearchTask } from "./search.ts";

interface Boot {
  type: "boot";
  module: WebAssembly.Module;
  role: "engine" | "shard";
  ports: MessagePort[];
}

/** The page asks whether the worker still lives. */
interface Ping {
  type: "ping";
}

interface Failure {
  code: string;
  message: string;
}

type ShardTask =
  | { type: "setup"; setup: Uint8Array; files: File[] }
  | {
      type: "block";
      job: Uint8Array;
      input: number;
      offset: number;
      byteLen: number;
      bytes: Uint8Array | undefined;
    }
  | { type: "names"; naming: Uint8Array }
  | { type: "survey"; survey: Uint8Array }
  | SearchTask;

type ShardAnswer = { type: "answer"; bytes: Uint8Array } | ({ type: "failed" } & Failure);

/** Bytes a shard reads beyond its block at first, and then again as long as the block needs more. */
const READ_AHEAD = 64 * 1024;
/** Bytes read at a time where files are compared. */
const COMPARED_READ = 4 * 1024 * 1024;

/** Everything a browser says about a file that cannot be read is one thing to a person. */
function unreadable(name: string): Failure {
  return {
    code: "unreadable",
    message: `${name} cannot be read: it was changed, moved or removed, or access was denied`,
  };
}

function pong(): void {
  postMessage({ type: "pong" });
}

let memory: WebAssembly.Memory | undefined;
/** WebAssembly can address 4 GiB; a trap with nearly as much in use is an allocation that failed. */
const MEMORY_FULL = 3.5 * 2 ** 30;

/** Whether there was no memory left, in WebAssembly or outside of it. */
function isOutOfMemory(error: unknown): boolean {
  if (error instanceof RangeError) return true;
  const isTrap = error instanceof WebAssembly.RuntimeError;
  return isTrap && (memory?.buffer.byteLength ?? 0) >= MEMORY_FULL;
}

function asFailure(error: unknown): Failure {
  if (
    typeof error === "object" &&
    error !== null &&
    "code" in error &&
    "message" in error &&
    typeof error.code === "string"
  ) {
    return { code: error.code, message: String(error.message) };
  }
  const message = error instanceof Error ? error.message : String(error);
  if (isOutOfMemory(error)) {
    return { code: "memory", message: `There was no memory left (${message}).` };
  }
  return {
    code: "crashed",
    message: `The analysis stopped unexpectedly (${message}). The page is ready for another file.`,
  };
}

async function read(file: File, from: number, to: number): Promise<Uint8Array> {
  const wanted = Math.min(to, file.size) - from;
  if (wanted <= 0) return new Uint8Array();
  let bytes: Uint8Array;
  try {
    bytes = new Uint8Array(await file.slice(from, from + wanted).arrayBuffer());
  } catch {
    throw unreadable(file.name);
  }
  // A file that shrinks while it is read gives fewer bytes and no error.
  if (bytes.length !== wanted) throw unreadable(file.name);
  return bytes;
}

/** What can be read of a file whose beginning has been read: nothing once it was changed, which is for the core to find out. */
async function readOn(file: File, from: number, to: number): Promise<Uint8Array> {
  try {
    return await read(file, from, to);
  } catch {
    return new Uint8Array();
  }
}

/** Whether two files of one length hold the same bytes. */
async function isSame(a: File, b: File): Promise<boolean> {
  for (let at = 0; at < a.size; at += COMPARED_READ) {
    const [left, right] = await Promise.all([
      readOn(a, at, at + COMPARED_READ),
      readOn(b, at, at + COMPARED_READ),
    ]);
    if (left.length === 0 || left.length !== right.length) return false;
    if (left.some((byte, idx) => byte !== right[idx])) return false;
  }
  return true;
}

/** Runs jobs one after the other. */
function queue(onError: (error: unknown) => void): (job: () => Promise<void> | void) => void {
  let last: Promise<void> = Promise.resolve();
  return (job) => {
    last = last.then(job).catch(onError);
  };
}

function shardRole(port: MessagePort): void {
  let shard: ShardWorker | undefined;
  let files: File[] = [];
  let search: ShardSearch | undefined;
  const answer = (message: ShardAnswer): void => {
    port.postMessage(message, message.type === "answer" ? [message.bytes.buffer] : []);
  };
  const enqueue = queue((error) => answer({ type: "failed", ...asFailure(error) }));

  // The next block is read while the one before is worked on.
  const reads = new Map<ShardTask, Promise<Uint8Array>>();
  const prefetch = (task: ShardTask): void => {
    if (task.type !== "block" || task.bytes) return;
    const file = files[task.input];
    if (!file) return;
    reads.set(task, readOn(file, task.offset, task.offset + task.byteLen + READ_AHEAD));
  };

  const work = async (task: ShardTask): Promise<void> => {
    if (task.type === "setup") {
      shard?.free();
      shard = new ShardWorker(task.setup);
      search = new ShardSearch(task.files, read);
      return;
    }
    if (!shard || !search) throw new Error("no run was set up");
    switch (task.type) {
      case "block": {
        shard.begin(task.job);
        if (task.bytes) {
          shard.push(task.bytes);
        } else {
          const file = files[task.input];
          if (!file) throw new Error("no such file");
          let bytes = (await reads.get(task)) ?? new Uint8Array();
          reads.delete(task);
          let at = task.offset + bytes.length;
          while (shard.push(bytes) && bytes.length > 0 && at < file.size) {
            bytes = await readOn(file, at, at + 4 * READ_AHEAD);
            at += bytes.length;
          }
        }
        answer({ type: "answer", bytes: shard.end() });
        break;
      }
      case "names":
        shard.nameMessages(task.naming);
        break;
      case "survey":
        answer({ type: "answer", bytes: shard.survey(task.survey) });
        break;
      default:
        answer({ type: "answer", bytes: await search.work(shard, task) });
    }
  };

  port.onmessage = (event: MessageEvent<ShardTask>) => {
    const task = event.data;
    if (task.type === "setup") files = task.files;
    prefetch(task);
    enqueue(() => work(task));
  };
}

/** A shard as the engine sees it: answers come in the order of the questions. */
class ShardPort {
  readonly #waiting: {
    resolve: (bytes: Uint8Array) => void;
    reject: (failure: Failure) => void;
  }[] = [];

  constructor(readonly port: MessagePort) {
    port.onmessage = (event: MessageEvent<ShardAnswer>) => {
      const waiting = this.#waiting.shift();
      if (event.data.type === "answer") waiting?.resolve(event.data.bytes);
      else waiting?.reject(event.data);
    };
  }

  get nWaiting(): number {
    return this.#waiting.length;
  }

  tell(task: ShardTask): void {
    this.port.postMessage(task);
  }

  ask(task: ShardTask, transfer: Transferable[] = []): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.port.postMessage(task, transfer);
    });
  }
}

class Run {
  readonly search: Search;
  readonly #engine: EngineWorker;
  readonly #owners = new Map<string, ShardPort>();
  /** The files of the run, without those that were left out. */
  #files: File[] = [];
  #names: string[] = [];
  #doneBytes = 0;
  #lastUpdate = 0;

  constructor(
    readonly id: number,
    readonly shards: ShardPort[],
    options: ConstructorParameters<typeof EngineWorker>[0],
    readonly send: (update: Update) => void,
  ) {
    this.#engine = new EngineWorker(options);
    this.search = new Search(id, this.#engine, shards, () => this.#files, read, send, asFailure);
  }

  async analyze(files: File[], metas: FileMeta[]): Promise<Uint8Array> {
    const engine = this.#engine;
    await this.#openAll(files, metas);
    const setup = engine.setup();
    for (const shard of this.shards) shard.tell({ type: "setup", setup, files: this.#files });
    this.#progress("reading", true);
    await this.#readAll();
    this.#progress("analyzing", true);
    return this.#conclude();
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
          for (const names of engine.merge(file, block, summary)) {
            const owner = this.#owners.get(`${names.file}:${names.block}`);
            owner?.tell({ type: "names", naming: names.naming() });
            names.free();
          }
          // Bytes of a stream were counted when they were read.
          if (!bytes) this.#doneBytes += byteLen;
          this.#progress("reading");
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
  async #freeShard(pending: Set<Promise<void>>): Promise<ShardPort> {
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

  preview(command: Extract<Command, { type: "preview" }>): void {
    const lines = this.#engine.preview(command.file, command.pattern ?? undefined) as PreviewLine[];
    this.send({ type: "preview", run: command.run, query: command.query, lines });
  }

  similar(command: Extract<Command, { type: "similar" }>): void {
    const similar = this.#engine.similar(command.template) as Similar;
    this.send({ type: "similar", run: command.run, query: command.query, similar });
  }
}

function sampleFile(seed: number, nLines: number): File {
  const writer = new SampleWriter(seed, nLines);
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for (let part = writer.nextLines(); part.length > 0; part = writer.nextLines())
    parts.push(part.slice());
  writer.free();
  return new File(parts, "sample.log", { lastModified: Date.UTC(2026, 2, 3) });
}

function engineRole(ports: MessagePort[]): void {
  const shards = ports.map((port) => new ShardPort(port));
  let run: Run | undefined;
  const send = (update: Update): void => postMessage(update);
  const enqueue = queue((error) => {
    throw error;
  });

  const start = async (
    id: number,
    files: File[],
    metas: FileMeta[],
    options: ConstructorParameters<typeof EngineWorker>[0],
  ): Promise<void> => {
    run = new Run(id, shards, options, send);
    finish(id, await run.analyze(files, metas));
  };

  const finish = (id: number, report: Uint8Array): void => {
    postMessage({ type: "finished", run: id, report }, { transfer: [report.buffer] });
  };

  const change = async (command: Extract<Command, { type: "change" }>): Promise<void> => {
    if (run?.id !== command.run) return;
    let report: Uint8Array | undefined;
    try {
      report = await run.change(command);
    } catch (error) {
      const failure = asFailure(error);
      if (failure.code !== "params") throw error;
      send({ type: "unchanged", run: command.run, ...failure });
      return;
    }
    if (report) finish(command.run, report);
    else send({ type: "unchanged", run: command.run, code: "mustRead", message: "" });
  };

  const obey = async (command: Command, files: File[]): Promise<void> => {
    try {
      switch (command.type) {
        case "open":
          await start(command.run, files, command.files, command.options);
          break;
        case "sample": {
          const file = sampleFile(command.seed, command.nLines);
          const meta = { name: file.name, byteLen: file.size, modifiedMs: file.lastModified };
          await start(command.run, [file], [meta], command.options);
          break;
        }
        case "change":
          await change(command);
          break;
        case "find":
          if (run?.id === command.run) await run.search.find(command);
          break;
        case "lines":
          if (run?.id === command.run) await run.search.lines(command);
          break;
        case "seek":
          if (run?.id === command.run) await run.search.seek(command);
          break;
        case "sources":
          if (run?.id === command.run) await run.search.sources(command);
          break;
        case "similar":
          if (run?.id === command.run) run.similar(command);
          break;
        case "compare":
          if (run?.id === command.run) await run.search.compare(command);
          break;
        case "stop":
          break;
        case "preview":
          if (run?.id === command.run) run.preview(command);
          break;
      }
    } catch (error) {
      const query = "query" in command ? command.query : undefined;
      send({ type: "failed", run: command.run, query, ...asFailure(error) });
    }
  };

  onmessage = (event: MessageEvent<Ping | { command: Command; files?: File[] }>) => {
    if ("type" in event.data) {
      pong();
      return;
    }
    const { command, files } = event.data;
    // What is searched for ends before its turn comes.
    if (command.type === "find" && run?.id === command.run) run.search.overtake(command.query);
    if (command.type === "stop" && run?.id === command.run) run.search.stop(command.find);
    enqueue(() => obey(command, files ?? []));
  };
  send({ type: "ready", version: version() });
}

onmessage = (event: MessageEvent<Boot>) => {
  const { module, role, ports } = event.data;
  memory = initSync({ module }).memory;
  onmessage = pong;
  const first = ports[0];
  if (role === "engine") engineRole(ports);
  else if (first) shardRole(first);
};
