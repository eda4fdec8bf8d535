// The parts that the page needs beside its script: fetched from beside it, or unpacked from the page itself where it is saved
// as one file (`make single`), which may fetch nothing at all.

/** The bytes of a part; `name` is what the page calls it where it holds it. */
export async function loadPart(name: string, url: string): Promise<ArrayBuffer> {
  const held = document.getElementById(`part-${name}`);
  if (held !== null) {
    const packed = Uint8Array.from(atob(held.textContent.trim()), (c) => c.charCodeAt(0));
    held.remove();
    const text = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(text).arrayBuffer();
  }
  const response = await fetch(url);
  if (!response.ok) {
    throw new Error(`HTTP ${response.status}`);
  }
  return response.arrayBuffer();
}
