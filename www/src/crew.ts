// The workers of the page: one engine worker, which takes commands and answers, and the shard workers, which read and hold the
// lines. They are made, asked whether they still live, and ended, all of them together: never is one repaired. That takes
// milliseconds, frees all memory (WebAssembly's never shrinks by itself), and no state of an earlier run can leak into the next.

import type { Command, Timeline, Update } from "../pkg/logloupe.js";
import type { Core } from "./core.ts";
import type { Piece } from "./extract.ts";
import type { Keep } from "./saved.ts";
import { workerScriptUrl } from "./seal.ts";

/** A worker's sign of life. */
interface Pong {
  type: "pong";
}

export interface Finished {
  type: "finished";
  run: number;
  report: Uint8Array<ArrayBuffer>;
  isRestored: boolean;
}

interface KeptMessage {
  type: "kept";
  run: number;
  isKept: boolean;
}

/** What was read so far, over time. */
interface Filling {
  type: "filling";
  run: number;
  timeline: Timeline;
}

/** A piece of a file that is exported. */
export type Exported = { type: "exported"; run: number; query: number } & Piece;

/** What the workers say, but for signs of life. */
export type Message = Update | Filling | Finished | KeptMessage | Exported;

export interface CrewListener {
  received(message: Message): void;
  /** A worker died, and why; the others are still there. */
  died(why: string): void;
}

/** How often workers are asked whether they still live. */
const PING_MS = 5000;
/** Questions in a row a worker may leave unanswered: a browser may end one without a word. */
const SILENCE_CAP = 6;
/** The same while the whole is worked out, which is one long step. */
const LONG_SILENCE_CAP = 60;

export class Crew {
  readonly #core: Core;
  readonly #listener: CrewListener;
  #workers: Worker[] = [];
  #engine: Worker | null = null;
  /** Questions that each worker has left unanswered. */
  readonly #silences = new Map<Worker, number>();
  /** Whether they take commands by now. */
  hasStarted = false;
  /** In the long step in which the whole is worked out. */
  isAnalyzing = false;

  constructor(core: Core, listener: CrewListener) {
    this.#core = core;
    this.#listener = listener;
    this.#spawn();
    setInterval(() => this.#ping(), PING_MS);
  }

  post(command: Command, files?: File[], keep?: Keep): void {
    this.#engine?.postMessage({ command, files, keep });
  }

  /** Ends all of them and makes others. */
  replace(): void {
    this.end();
    this.#spawn();
  }

  /** Ends all of them. */
  end(): void {
    for (const worker of this.#workers) {
      worker.onmessage = null;
      worker.onerror = null;
      worker.onmessageerror = null;
      worker.terminate();
    }
    this.#workers = [];
    this.#engine = null;
  }

  #spawn(): void {
    this.hasStarted = false;
    this.isAnalyzing = false;
    this.#silences.clear();
    const url = URL.createObjectURL(this.#core.workerScript);
    const make = (name: string): Worker => {
      const worker = new Worker(workerScriptUrl(url), { name });
      worker.onerror = (event) => this.#listener.died(event.message);
      worker.onmessageerror = () => this.#listener.died("a message could not be read");
      worker.onmessage = ({ data }: MessageEvent<Message | Pong>) => {
        this.#silences.set(worker, 0);
        if (data.type === "pong") return;
        if (data.type === "ready") this.hasStarted = true;
        this.#listener.received(data);
      };
      return worker;
    };

    const ports: MessagePort[] = [];
    this.#workers = [];
    for (let shardIdx = 0; shardIdx < shardCount(); shardIdx++) {
      const { port1, port2 } = new MessageChannel();
      ports.push(port1);
      const shard = make(`shard ${shardIdx + 1}`);
      shard.postMessage(
        { type: "boot", module: this.#core.module, role: "shard", ports: [port2] },
        [port2],
      );
      this.#workers.push(shard);
    }
    const engine = make("engine");
    engine.postMessage({ type: "boot", module: this.#core.module, role: "engine", ports }, ports);
    this.#workers.push(engine);
    this.#engine = engine;
    // The workers keep their script; the address only occupies memory.
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  }

  #ping(): void {
    if (!this.hasStarted) {
      return;
    }
    const cap = this.isAnalyzing ? LONG_SILENCE_CAP : SILENCE_CAP;
    for (const worker of this.#workers) {
      const silence = this.#silences.get(worker) ?? 0;
      if (silence >= cap) {
        this.#listener.died("a worker does not answer any more");
        return;
      }
      this.#silences.set(worker, silence + 1);
      worker.postMessage({ type: "ping" });
    }
  }
}

function shardCount(): number {
  // The engine worker only merges while shards read, so two cores carry two shards; more leave one to it and to the page.
  const nCores = navigator.hardwareConcurrency;
  return Math.min(8, nCores > 2 ? nCores - 1 : nCores);
}
