// One script, two roles. The engine worker owns a run (run.ts): it asks the core what to do next, hands blocks to the shards and
// merges what they find. A shard worker (shard_role.ts) turns blocks into summaries and answers questions about its records.
//
// Every message goes through one promise queue: handlers that await would otherwise interleave.

import {
  initSync,
  version,
  type Command,
  type FileMeta,
  type Timeline,
  type Update,
} from "../pkg/logloupe.js";
import type { Piece } from "./extract.ts";
import { asFailure, queue, watchMemory } from "./reading.ts";
import { Run, sampleFile, type RunOptions } from "./run.ts";
import { SavedRun, type Keep } from "./saved.ts";
import { ShardPort, shardRole } from "./shard_role.ts";

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

/** A command with the files it is about, and where their analysis is kept. */
interface Order {
  command: Command;
  files?: File[];
  keep?: Keep;
}

function pong(): void {
  postMessage({ type: "pong" });
}

function engineRole(ports: MessagePort[]): void {
  const shards = ports.map((port) => new ShardPort(port));
  let run: Run | undefined;
  const send = (update: Update): void => postMessage(update);
  const enqueue = queue((error) => {
    throw error;
  });

  const fill =
    (id: number) =>
    (timeline: Timeline): void =>
      postMessage({ type: "filling", run: id, timeline });

  const start = async (
    id: number,
    files: File[],
    metas: FileMeta[],
    options: RunOptions,
    keep?: Keep,
  ): Promise<void> => {
    const saved = keep === undefined ? null : await SavedRun.at(keep.name);
    const restored = keep && saved && (await restore(id, files, metas, options, keep, saved));
    if (restored) {
      finish(id, restored, true);
      return;
    }
    if (keep) await saved?.begin(keep, files, metas, options);
    const reading = new Run(id, shards, options, send, fill(id));
    run = reading;
    try {
      finish(id, await reading.analyze(files, metas, saved));
    } catch (error) {
      saved?.drop();
      throw error;
    }
    // Besides what is asked about the answer, which need not wait for it.
    const keeping = saved && reading.save(files, metas, saved).catch(() => (saved.drop(), false));
    void keeping?.then((isKept) => postMessage({ type: "kept", run: id, isKept }));
  };

  /** Works the answer out of what was kept; nothing where the files have to be read. */
  const restore = async (
    id: number,
    files: File[],
    metas: FileMeta[],
    options: RunOptions,
    keep: Keep,
    saved: SavedRun,
  ): Promise<Uint8Array | undefined> => {
    try {
      const readWith = await saved.optionsFor(keep, files, metas);
      if (readWith === null) return undefined;
      run = new Run(id, shards, readWith as RunOptions, send, fill(id));
      const report = await run.restore(files, metas, saved, options);
      saved.close();
      return report;
    } catch {
      return undefined;
    }
  };

  const finish = (id: number, report: Uint8Array, isRestored = false): void => {
    postMessage({ type: "finished", run: id, report, isRestored }, { transfer: [report.buffer] });
  };

  const exported = ({ run: id, query }: { run: number; query: number }, piece: Piece): void => {
    const message = { type: "exported", run: id, query, ...piece };
    postMessage(message, { transfer: [piece.bytes.buffer] });
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

  const obey = async (command: Command, files: File[], keep?: Keep): Promise<void> => {
    try {
      switch (command.type) {
        case "open":
          await start(command.run, files, command.files, command.options, keep);
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
        case "facets":
          if (run?.id === command.run) await run.search.facets(command);
          break;
        case "values":
          if (run?.id === command.run) await run.search.values(command);
          break;
        case "similar":
          if (run?.id === command.run) run.similar(command);
          break;
        case "export":
          if (run?.id === command.run) exported(command, await run.search.export(command));
          break;
        case "exportPatterns":
          if (run?.id === command.run) exported(command, run.patterns(command));
          break;
        case "compare":
          if (run?.id === command.run) await run.search.compare(command);
          break;
        case "stop":
        case "stopReading":
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

  onmessage = (event: MessageEvent<Ping | Order>) => {
    if ("type" in event.data) {
      pong();
      return;
    }
    const { command, files, keep } = event.data;
    // What is searched for ends before its turn comes.
    if (command.type === "find" && run?.id === command.run) run.search.overtake(command.query);
    if (command.type === "stop" && run?.id === command.run) run.search.stop(command.find);
    if (command.type === "stopReading" && run?.id === command.run) run.stopReading();
    enqueue(() => obey(command, files ?? [], keep));
  };
  send({ type: "ready", version: version() });
}

onmessage = (event: MessageEvent<Boot>) => {
  const { module, role, ports } = event.data;
  watchMemory(initSync({ module }).memory);
  onmessage = pong;
  const first = ports[0];
  if (role === "engine") engineRole(ports);
  else if (first) shardRole(first);
};
