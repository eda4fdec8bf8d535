// What the page loads before it is sealed: the compiled module and the script of its workers; and how failures are told.

import wasmUrl from "../pkg/logloupe_bg.wasm.xz?url";
import { loadPart } from "./parts.ts";
import workerUrl from "./worker.ts?worker&url";

/** What the page loads before it is sealed. */
export interface Core {
  module: WebAssembly.Module;
  workerScript: Blob;
}

/** Changes with every version of the page: what was kept by another is not taken. */
export const CORE_VERSION = `${wasmUrl} ${workerUrl}`;

/** Why a run or a query ended without a result: a stable code and a sentence. */
export class EngineError extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** Fetches and compiles everything the analysis needs. */
export async function loadCore(): Promise<Core> {
  if (typeof WebAssembly === "undefined" || typeof Worker === "undefined") {
    throw new EngineError("tooOld", "this browser has no WebAssembly or no workers");
  }
  const [bytes, script] = await Promise.all([part("wasm", wasmUrl), part("worker", workerUrl)]);
  const workerScript = new Blob([script], { type: "text/javascript" });
  try {
    return { module: await WebAssembly.compile(bytes), workerScript };
  } catch (error) {
    throw new EngineError(
      "tooOld",
      `this browser cannot compile the analysis (${messageOf(error)})`,
    );
  }
}

async function part(name: string, url: string): Promise<ArrayBuffer> {
  try {
    return await loadPart(name, url);
  } catch (error) {
    const why = `a part of the page could not be loaded (${messageOf(error)})`;
    throw new EngineError("offline", why);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
