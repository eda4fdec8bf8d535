// The workers' half of exports: the selected records, read back in the order of the files, as pieces of a file.
//
// Each file is read, and each packed one unpacked, once from its front; the page asks for a piece when it has taken the one
// before, so nothing piles up and nobody has to be told to stop.

import type { EngineWorker, ForwardText, RecordChoice, RecordFormat } from "../pkg/logloupe.js";
import type { Read, Searcher } from "./search.ts";

export interface Piece {
  bytes: Uint8Array<ArrayBuffer>;
  /** Records of the selection that were looked at so far. */
  nSeen: number;
  /** Records written so far. */
  nWritten: number;
  /** Records of them of which only the first MiB was written. */
  nCut: number;
  isFinal: boolean;
}

/** A piece is handed over when it has this many bytes or took this long. */
const PIECE_BYTES = 4 * 1024 * 1024;
const PIECE_MS = 150;
/** Bytes between two records that are read rather than skipped. */
const GAP = 64 * 1024;
/** Bytes of a packed file read at a time. */
const PACKED_READ = 4 * 1024 * 1024;

interface Unpacked {
  input: number;
  text: ForwardText;
  /** Bytes of the file that were read. */
  at: number;
}

export class Extraction {
  #unpacked: Unpacked | null = null;

  constructor(
    readonly engine: EngineWorker,
    readonly shards: Searcher[],
    readonly files: () => File[],
    readonly read: Read,
  ) {}

  begin(choice: RecordChoice, format: RecordFormat, isRedacted: boolean): void {
    this.#close();
    this.engine.beginExport(choice, format, isRedacted);
  }

  async piece(): Promise<Piece> {
    const parts: Uint8Array[] = [];
    const start = performance.now();
    let byteLen = 0;
    let state: Float64Array;
    do {
      const part = await this.#part();
      parts.push(part);
      byteLen += part.length;
      state = this.engine.exportState();
    } while (state[3] === 0 && byteLen < PIECE_BYTES && performance.now() - start < PIECE_MS);
    const [nSeen = 0, nWritten = 0, nCut = 0, isDone = 1] = state;
    if (isDone === 1) this.#close();
    return { bytes: joined(parts, byteLen), nSeen, nWritten, nCut, isFinal: isDone === 1 };
  }

  #close(): void {
    this.#unpacked?.text.free();
    this.#unpacked = null;
  }

  async #part(): Promise<Uint8Array> {
    const question = this.engine.exportQuestion();
    let places = new Float64Array();
    if (question) {
      const task = { type: "question", question } as const;
      const answers = await Promise.all(this.shards.map((shard) => shard.ask(task)));
      places = this.engine.exportPlaces(answers) as Float64Array<ArrayBuffer>;
    }
    const texts = await this.#texts(places);
    const lens = new Uint32Array(texts.map((text) => text.length));
    const byteLen = lens.reduce((sum, len) => sum + len, 0);
    return this.engine.exportPiece(joined(texts, byteLen), lens);
  }

  /** The texts at places (file, offset, length), which are of one file and move forward in it. */
  async #texts(places: Float64Array): Promise<Uint8Array[]> {
    const n = places.length / 3;
    const offset = (idx: number): number => places[3 * idx + 1] ?? 0;
    const byteLen = (idx: number): number => places[3 * idx + 2] ?? 0;
    const end = (idx: number): number => offset(idx) + byteLen(idx);
    const texts: Uint8Array[] = [];
    for (let first = 0; first < n;) {
      const input = places[3 * first] ?? 0;
      let last = first;
      while (last + 1 < n && offset(last + 1) - end(last) < GAP) last += 1;
      const from = offset(first);
      if (this.engine.isPacked(input)) {
        const { text } = await this.#seek(input, from, end(last));
        for (let idx = first; idx <= last; idx++) texts.push(text.text(offset(idx), byteLen(idx)));
      } else {
        const bytes = await this.read(this.#file(input), from, end(last));
        for (let idx = first; idx <= last; idx++) {
          texts.push(bytes.subarray(offset(idx) - from, end(idx) - from));
        }
      }
      first = last + 1;
    }
    return texts;
  }

  async #seek(input: number, from: number, to: number): Promise<Unpacked> {
    const file = this.#file(input);
    let unpacked = this.#unpacked;
    if (unpacked?.input !== input || !unpacked.text.reachesBack(from)) {
      this.#close();
      unpacked = { input, text: this.engine.forward(), at: 0 };
      this.#unpacked = unpacked;
    }
    while (!unpacked.text.seek(from, to)) {
      const bytes = await this.read(file, unpacked.at, unpacked.at + PACKED_READ);
      unpacked.at += bytes.length;
      unpacked.text.feed(bytes, unpacked.at >= file.size);
    }
    return unpacked;
  }

  #file(input: number): File {
    const file = this.files()[input];
    if (!file) throw new Error("no such file");
    return file;
  }
}

function joined(parts: Uint8Array[], byteLen: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(byteLen);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
