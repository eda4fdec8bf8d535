// Files as the workers read them: bytes or a reason in plain words, and jobs one after the other.

export interface Failure {
  code: string;
  message: string;
}

/** Bytes read at a time where files are compared. */
const COMPARED_READ = 4 * 1024 * 1024;

/** Everything a browser says about a file that cannot be read is one thing to a person. */
export function unreadable(name: string): Failure {
  return {
    code: "unreadable",
    message: `${name} cannot be read: it was changed, moved or removed, or access was denied`,
  };
}

let memory: WebAssembly.Memory | undefined;

/** Tells whose memory a trap may have filled. */
export function watchMemory(used: WebAssembly.Memory): void {
  memory = used;
}

/** WebAssembly can address 4 GiB; a trap with nearly as much in use is an allocation that failed. */
const MEMORY_FULL = 3.5 * 2 ** 30;

/** Whether there was no memory left, in WebAssembly or outside of it. */
function isOutOfMemory(error: unknown): boolean {
  if (error instanceof RangeError) return true;
  const isTrap = error instanceof WebAssembly.RuntimeError;
  return isTrap && (memory?.buffer.byteLength ?? 0) >= MEMORY_FULL;
}

export function asFailure(error: unknown): Failure {
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

export async function read(file: File, from: number, to: number): Promise<Uint8Array> {
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
export async function readOn(file: File, from: number, to: number): Promise<Uint8Array> {
  try {
    return await read(file, from, to);
  } catch {
    return new Uint8Array();
  }
}

/** Whether two files of one length hold the same bytes. */
export async function isSame(a: File, b: File): Promise<boolean> {
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
export function queue(
  onError: (error: unknown) => void,
): (job: () => Promise<void> | void) => void {
  let last: Promise<void> = Promise.resolve();
  return (job) => {
    last = last.then(job).catch(onError);
  };
}
