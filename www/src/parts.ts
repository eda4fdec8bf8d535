// The parts that the page needs beside its script: fetched from beside it, or unpacked from the page itself where it is saved
// as one file (`make single`), which may fetch nothing at all.

import { XzReadableStream } from "xz-decompress";

type Packing = "gzip" | "xz";

/** The bytes of a part; `name` is what the page calls it where it holds it. One whose address ends in `.xz` is unpacked. */
export async function loadPart(name: string, url: string): Promise<ArrayBuffer> {
  const held = document.getElementById(`part-${name}`);
  if (held !== null) {
    const packed = Uint8Array.from(atob(held.textContent.trim()), (c) => c.charCodeAt(0));
    const packing = held.dataset["packing"] as Packing;
    held.remove();
    return unpacked(new Blob([packed]).stream(), packing);
  }
  const response = await fetch(url);
  if (!response.ok) {
    throw new Error(`HTTP ${response.status}`);
  }
  const isPacked = url.endsWith(".xz") && response.body !== null;
  return isPacked ? unpacked(response.body, "xz") : response.arrayBuffer();
}

function unpacked(
  packed: ReadableStream<Uint8Array<ArrayBuffer>>,
  packing: Packing,
): Promise<ArrayBuffer> {
  // Browsers unpack gzip themselves. What calculates is a quarter smaller as xz, and no browser knows that.
  const text =
    packing === "gzip"
      ? packed.pipeThrough(new DecompressionStream("gzip"))
      : new XzReadableStream(packed);
  return new Response(text as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer();
}
