// The page as one file that runs by itself, from a disk, without any network: put together from what was loaded, because by the
// time it is asked for nothing more can be. The same file as `make single` writes, but for its style, which is as this browser
// understood it.

import { keptParts } from "./parts.ts";
import { offer } from "./save.ts";

/** Whether this is not such a file itself. */
export const canSavePage = (): boolean => keptParts().length > 0;

function quoted(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
}

/** An element of the head as it was written: none of them has content. */
function written(element: Element): string {
  const attributes = Array.from(element.attributes, ({ name, value }) =>
    value === "" ? name : `${name}="${quoted(value)}"`,
  );
  return `<${[element.localName, ...attributes].join(" ")}>`;
}

async function base64(bytes: ArrayBuffer): Promise<string> {
  const reader = new FileReader();
  const read = new Promise<string>((resolve, reject) => {
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error ?? new Error("the part could not be read"));
  });
  reader.readAsDataURL(new Blob([bytes]));
  const address = await read;
  return address.slice(address.indexOf(",") + 1);
}

/** Saves the page as one file. */
export async function savePage(): Promise<void> {
  const script = document.querySelector('script[type="module"]')?.textContent ?? "";
  const rules = Array.from(document.styleSheets, (sheet) => Array.from(sheet.cssRules));
  const style = rules
    .flat()
    .map((rule) => rule.cssText)
    .join("\n")
    .replaceAll("</", "<\\/");
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(style));
  // The first policy is the one the page came with; the seal adds another.
  const policy = document
    .querySelector<HTMLMetaElement>("meta[http-equiv=Content-Security-Policy]")
    ?.content.replace("connect-src 'self'", "connect-src 'none'")
    .replace("style-src 'self'", `style-src 'sha256-${await base64(digest)}'`);
  if (policy === undefined) throw new Error("the page has no policy");
  const others = document.querySelectorAll(
    "head meta:not([http-equiv]):not([charset]), link[rel=icon]",
  );
  const parts = keptParts().map(
    async ({ name, packing, packed }) =>
      `<script type="text/plain" id="part-${name}" data-packing="${packing}">${await base64(await packed.arrayBuffer())}</script>`,
  );
  const pieces = [
    `<!doctype html>\n<html lang="en"><head><meta charset="utf-8">`,
    `<meta http-equiv="Content-Security-Policy" content="${quoted(policy)}">`,
    ...Array.from(others, written),
    `<title>Logloupe</title><style>${style}</style></head><body><div id="app"></div>`,
    ...(await Promise.all(parts)),
    `<script type="module">`,
    script,
    `</script></body></html>\n`,
  ];
  offer(new Blob(pieces, { type: "text/html" }), "logloupe.html");
}
