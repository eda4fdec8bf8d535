// A shard worker: turns blocks into summaries and answers questions about the records it keeps; and its port as the engine
// worker holds it.

import { ShardWorker } from "../pkg/logloupe.js";
import { ReadAhead, type Piece } from "./ahead.ts";
import { asFailure, queue, read, readOn, type Failure } from "./reading.ts";
import { ShardSearch, type SearchTask } from "./search.ts";

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
  | { type: "halt" }
  | { type: "names"; naming: Uint8Array }
  | { type: "save"; file: number; block: number }
  | { type: "restore"; records: Uint8Array }
  | { type: "survey"; survey: Uint8Array }
  | SearchTask;

type ShardAnswer = { type: "answer"; bytes: Uint8Array } | ({ type: "failed" } & Failure);

/** Bytes a shard reads beyond its block at first, and then again as long as the block needs more. */
const READ_AHEAD = 64 * 1024;
/** Bytes handed to the core at once: they are copied for it, and what fits a cache is copied for less. */
const PUSHED = 256 * 1024;

/** Feeds a block; `false` when it needs no more. */
function push(shard: ShardWorker, bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; at += PUSHED) {
    if (!shard.push(bytes.subarray(at, at + PUSHED))) return false;
  }
  return true;
}

/** Does what the engine worker asks for over the port. */
export function shardRole(port: MessagePort): void {
  let shard: ShardWorker | undefined;
  let files: File[] = [];
  let search: ShardSearch | undefined;
  /** No block is begun any more: one without bytes ends its file. */
  let isHalted = false;
  const answer = (message: ShardAnswer): void => {
    port.postMessage(message, message.type === "answer" ? [message.bytes.buffer] : []);
  };
  const enqueue = queue((error) => answer({ type: "failed", ...asFailure(error) }));

  // What comes next is read while what came before is worked on, also from one block to the next.
  const ahead = new ReadAhead(readOn);
  const planned = new Map<ShardTask, Piece[]>();
  const plan = (task: ShardTask): void => {
    if (task.type !== "block" || task.bytes) return;
    const file = files[task.input];
    if (!file) return;
    planned.set(task, ahead.plan(file, task.offset, task.offset + task.byteLen + READ_AHEAD));
  };

  /** Reads a block until it has what it needs. */
  const readBlock = async (of: ShardWorker, task: ShardTask & { type: "block" }): Promise<void> => {
    const file = files[task.input];
    if (!file) throw new Error("no such file");
    const pieces = planned.get(task) ?? [];
    planned.delete(task);
    if (isHalted) {
      ahead.drop(pieces);
      return;
    }
    let at = task.offset;
    for (const piece of pieces) {
      const bytes = await ahead.take(piece);
      at += bytes.length;
      if (push(of, bytes) && bytes.length > 0) continue;
      ahead.drop(pieces);
      return;
    }
    while (at < file.size) {
      const bytes = await readOn(file, at, at + 4 * READ_AHEAD);
      at += bytes.length;
      if (!push(of, bytes) || bytes.length === 0) return;
    }
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
        if (task.bytes) push(shard, task.bytes);
        else await readBlock(shard, task);
        answer({ type: "answer", bytes: shard.end() });
        break;
      }
      case "halt":
        break;
      case "names":
        shard.nameMessages(task.naming);
        break;
      case "save":
        answer({ type: "answer", bytes: shard.saved(task.file, task.block) });
        break;
      case "restore":
        shard.restore(task.records);
        answer({ type: "answer", bytes: new Uint8Array() });
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
    // Ahead of the blocks that wait.
    if (task.type === "halt") isHalted = true;
    plan(task);
    enqueue(() => work(task));
  };
}

/** A shard as the engine sees it: answers come in the order of the questions. */
export class ShardPort {
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
