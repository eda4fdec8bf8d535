// The parts that the page needs beside its script: fetched from beside it, or unpacked from the page itself where it is saved
// as one file (`make single`), which may fetch nothing at all.

import { XzReadableStream } from "xz-decompress";

type Packing = "gzip" | "xz";

/** A part as it was loaded, to be saved with the page. */
export interface KeptPart {
  name: string;
  packing: Packing;
  packed: Blob;
}

const kept: KeptPart[] = [];

/** The parts that were fetched; none where the page holds them itself. */
export function keptParts(): readonly KeptPart[] {
  return kept;
}

/** The bytes of a part; `name` is what the page calls it where it holds it. One whose address ends in `.xz` is unpacked. */
export async function loadPart(name: string, url: string): Promise<ArrayBuffer> {
  const held = document.getElementById(`part-${name}`);
  if (held !== null) {
    const packed = Uint8Array.from(atob(held.textContent.trim()), (c) => c.charCodeAt(0));
    const packing = held.dataset["packing"] as Packing;
    held.remove();
    return unpacked(new Blob([packed]), packing);
  }
  const response = await fetch(url);
  if (!response.ok) {
    throw new Error(`HTTP ${response.status}`);
  }
  const loaded = await response.blob();
  if (url.endsWith(".xz")) {
    kept.push({ name, packing: "xz", packed: loaded });
    return unpacked(loaded, "xz");
  }
  const packing = loaded.stream().pipeThrough(new CompressionStream("gzip"));
  kept.push({ name, packing: "gzip", packed: await new Response(packing).blob() });
  return loaded.arrayBuffer();
}

function unpacked(packed: Blob, packing: Packing): Promise<ArrayBuffer> {
  // Browsers unpack gzip themselves. What calculates is a quarter smaller as xz, and no browser knows that.
  const text =
    packing === "gzip"
      ? packed.stream().pipeThrough(new DecompressionStream("gzip"))
      : new XzReadableStream(packed.stream());
  return new Response(text as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer();
}
