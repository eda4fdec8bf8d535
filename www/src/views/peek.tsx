// The first lines of what is being read, at once: read on the page itself, whatever the workers are at.

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import * as state from "../state.ts";
import { LogText } from "./parts.tsx";

/** Bytes that are read, lines and characters of a line that are shown. */
const HEAD_LEN = 64 * 1024;
const LINES = 60;
const CHARS = 400;

/** First bytes of what is packed or is no text; the workers tell what it is. */
const PACKED = ["1f8b", "28b52ffd", "425a68", "fd377a585a00", "504b0304"];

export function Peek(): JSX.Element | null {
  const file = state.firstFile.value;
  const [lines, setLines] = useState<string[]>([]);
  useEffect(() => {
    setLines([]);
    if (file === null) return;
    let isCurrent = true;
    headOf(file).then(
      (head) => {
        if (isCurrent) setLines(head);
      },
      // The workers say why it cannot be read.
      () => undefined,
    );
    return () => {
      isCurrent = false;
    };
  }, [file]);
  return lines.length === 0 ? null : (
    <section class="peek" id="peek" aria-label="First lines">
      <h2>First lines</h2>
      <ol tabIndex={0} aria-label="First lines">
        {lines.map((line, idx) => (
          <li key={idx}>
            <LogText text={line} />
          </li>
        ))}
      </ol>
    </section>
  );
}

async function headOf(file: File): Promise<string[]> {
  const bytes = new Uint8Array(await file.slice(0, HEAD_LEN).arrayBuffer());
  const first = Array.from(bytes.subarray(0, 6), (byte) => byte.toString(16).padStart(2, "0")).join(
    "",
  );
  if (PACKED.some((magic) => first.startsWith(magic))) {
    return [];
  }
  const encoding = first.startsWith("fffe")
    ? "utf-16le"
    : first.startsWith("feff")
      ? "utf-16be"
      : "utf-8";
  const text = new TextDecoder(encoding).decode(bytes);
  const lines = text.split(/\r?\n/);
  // The last one may be cut.
  const whole = bytes.length < file.size && lines.length > 1 ? lines.slice(0, -1) : lines;
  return whole
    .slice(0, LINES)
    .map((line) => (line.length > CHARS ? `${line.slice(0, CHARS)}…` : line));
}
