// An analysis in the browser's own storage: what was found in each block of the files, so that files that have not changed need
// not be read again. Written and read by the engine worker.
//
// One byte says whether the rest is whole; then the length of a header and the header, as JSON; then pieces, each behind its kind,
// file, block and length.

import type { FileMeta } from "../pkg/logloupe.js";

/** The folder of all of them. */
export const FOLDER = "analyses";
/** Bytes that one may take. */
const BYTES_CAP = 2 ** 30;
/** Bytes before the header, and before each piece. */
const START = 8;
const HEAD = 16;
/** What is looked at of a file to tell whether it is still the same: its ends, and places between them. */
const END_LEN = 65_536;
const PLACE_LEN = 4096;
const N_PLACES = 30;

type Kind = "summary" | "records";
const KINDS: Kind[] = ["summary", "records"];

/** Where an analysis is kept. */
export interface Keep {
  name: string;
  /** Of the page: another may write and read pieces in another way. */
  version: string;
}

/** What must be the same for an analysis to hold. */
interface Header {
  version: string;
  files: (FileMeta & { digest: string })[];
  /** The choices the files were read with. */
  options: object;
}

/** A file that a worker reads and writes at once; not all browsers have it. */
interface Access {
  read(into: Uint8Array, at: { at: number }): number;
  write(from: Uint8Array, at: { at: number }): number;
  truncate(byteLen: number): void;
  getSize(): number;
  flush(): void;
  close(): void;
}

/** Tells a file from what it was. Not all of it is read: one that is written to has another date or length as well. */
async function digestOf(file: File): Promise<string> {
  const parts = [file.slice(0, END_LEN), file.slice(Math.max(0, file.size - END_LEN))];
  for (let place = 1; place <= N_PLACES; place++) {
    const at = Math.floor((file.size / (N_PLACES + 1)) * place);
    parts.push(file.slice(at, at + PLACE_LEN));
  }
  const bytes = await new Blob(parts).arrayBuffer();
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function filesOf(files: File[], metas: FileMeta[]): Promise<Header["files"]> {
  const digests = await Promise.all(files.map(digestOf));
  return metas.map((meta, idx) => ({ ...meta, digest: digests[idx] ?? "" }));
}

export class SavedRun {
  readonly #access: Access;
  readonly #pieces = new Map<string, { at: number; byteLen: number }>();
  #header: Header | null = null;
  #end = 0;
  #isOpen = true;

  private constructor(access: Access) {
    this.#access = access;
  }

  /** Opens or makes the file; null where the browser has no such files or another tab holds it. */
  static async at(name: string): Promise<SavedRun | null> {
    try {
      const root = await navigator.storage.getDirectory();
      const folder = await root.getDirectoryHandle(FOLDER, { create: true });
      const handle = (await folder.getFileHandle(name, {
        create: true,
      })) as FileSystemFileHandle & {
        createSyncAccessHandle(): Promise<Access>;
      };
      const saved = new SavedRun(await handle.createSyncAccessHandle());
      try {
        saved.#readHeader();
      } catch {
        // It is damaged, and is written anew.
        saved.#header = null;
      }
      return saved;
    } catch {
      return null;
    }
  }

  #readHeader(): void {
    if (this.#access.getSize() === 0) return;
    const start = this.#bytesAt(0, START);
    if (start[0] !== 1) return;
    const byteLen = new DataView(start.buffer).getUint32(4);
    const text = new TextDecoder().decode(this.#bytesAt(START, byteLen));
    this.#header = JSON.parse(text) as Header;
    for (let at = START + byteLen; at < this.#access.getSize();) {
      const head = new DataView(this.#bytesAt(at, HEAD).buffer);
      const [kind, file, block] = [head.getUint32(0), head.getUint32(4), head.getUint32(8)];
      const pieceLen = head.getUint32(12);
      this.#pieces.set(`${KINDS[kind]}:${file}:${block}`, { at: at + HEAD, byteLen: pieceLen });
      at += HEAD + pieceLen;
    }
  }

  /** The choices with which the files were read, where what is kept is whole and of these very files. */
  async optionsFor(keep: Keep, files: File[], metas: FileMeta[]): Promise<object | null> {
    const header = this.#header;
    if (header === null || header.version !== keep.version) return null;
    const now = await filesOf(files, metas);
    return JSON.stringify(now) === JSON.stringify(header.files) ? header.options : null;
  }

  #bytesAt(at: number, byteLen: number): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(byteLen);
    if (this.#access.read(bytes, { at }) < byteLen) throw new Error("what was kept is cut off");
    return bytes;
  }

  /** What was kept of a block. */
  get(kind: Kind, file: number, block: number): Uint8Array<ArrayBuffer> | undefined {
    const piece = this.#pieces.get(`${kind}:${file}:${block}`);
    return piece && this.#bytesAt(piece.at, piece.byteLen);
  }

  /** Begins anew, for files that are going to be read. */
  async begin(keep: Keep, files: File[], metas: FileMeta[], options: object): Promise<void> {
    const now = await filesOf(files, metas).catch(() => null);
    if (now === null) {
      // What cannot be read is told where it is read for the answer.
      this.drop();
      return;
    }
    const header: Header = { version: keep.version, files: now, options };
    const text = new TextEncoder().encode(JSON.stringify(header));
    const start = new Uint8Array(START);
    new DataView(start.buffer).setUint32(4, text.length);
    this.#header = header;
    this.#pieces.clear();
    this.#access.truncate(0);
    this.#end = 0;
    this.#append(start);
    this.#append(text);
  }

  #append(bytes: Uint8Array): void {
    if (!this.#isOpen) return;
    try {
      if (this.#end + bytes.length > BYTES_CAP) throw new Error("larger than may be kept");
      this.#end += this.#access.write(bytes, { at: this.#end });
    } catch {
      this.drop();
    }
  }

  add(kind: Kind, file: number, block: number, bytes: Uint8Array): void {
    const head = new DataView(new ArrayBuffer(HEAD));
    [KINDS.indexOf(kind), file, block, bytes.length].forEach((n, idx) =>
      head.setUint32(4 * idx, n),
    );
    this.#append(new Uint8Array(head.buffer));
    this.#append(bytes);
  }

  /** All of it is there, if the files still are what they were when it began. Answers whether it is kept. */
  async finish(files: File[], metas: FileMeta[]): Promise<boolean> {
    const now = await filesOf(files, metas);
    if (!this.#isOpen || JSON.stringify(now) !== JSON.stringify(this.#header?.files)) {
      this.drop();
      return false;
    }
    this.#access.flush();
    this.#access.write(Uint8Array.of(1), { at: 0 });
    this.close();
    return true;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Keeps nothing. */
  drop(): void {
    if (!this.#isOpen) return;
    this.#access.truncate(0);
    this.close();
  }

  close(): void {
    if (this.#isOpen) this.#access.close();
    this.#isOpen = false;
  }
}
