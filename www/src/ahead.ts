// Reading ahead of the work: files in pieces, the next few of which are on their way while one is worked on.

/** Bytes of a piece: large enough that asking costs nothing, small enough that those held at once do not count. */
const PIECE = 4 * 1024 * 1024;
/** Pieces that are read ahead. */
const AHEAD = 2;

/** Bytes of a file that somebody will want. */
export interface Piece {
  readonly file: File;
  readonly from: number;
  readonly to: number;
  /** Its bytes once they have been asked for; fewer than wanted where the file has ended or was changed. */
  bytes: Promise<Uint8Array> | undefined;
}

/** Reads pieces in the order in which they were planned, which is that in which they must be taken or dropped. */
export class ReadAhead {
  readonly #waiting: Piece[] = [];
  /** Pieces that were asked for and not yet taken. */
  #nHeld = 0;

  constructor(readonly read: (file: File, from: number, to: number) => Promise<Uint8Array>) {}

  /** Plans to read from here to there, or as far as the file goes. */
  plan(file: File, from: number, to: number): Piece[] {
    const pieces: Piece[] = [];
    const end = Math.min(to, file.size);
    for (let at = from; at < end; at += PIECE) {
      pieces.push({ file, from: at, to: Math.min(at + PIECE, end), bytes: undefined });
    }
    this.#waiting.push(...pieces);
    this.#fill();
    return pieces;
  }

  /** The bytes of a piece. */
  async take(piece: Piece): Promise<Uint8Array> {
    if (!piece.bytes) throw new Error("the piece was not planned, or taken out of turn");
    const bytes = await piece.bytes;
    this.#letGo(piece);
    return bytes;
  }

  /** Gives up what was planned and not taken. */
  drop(pieces: readonly Piece[]): void {
    for (const piece of pieces) {
      const at = this.#waiting.indexOf(piece);
      if (at >= 0) this.#waiting.splice(at, 1);
      else this.#letGo(piece);
    }
  }

  #letGo(piece: Piece): void {
    if (!piece.bytes) return;
    piece.bytes = undefined;
    this.#nHeld -= 1;
    this.#fill();
  }

  #fill(): void {
    while (this.#nHeld < AHEAD) {
      const piece = this.#waiting.shift();
      if (!piece) return;
      piece.bytes = this.read(piece.file, piece.from, piece.to);
      this.#nHeld += 1;
    }
  }
}
