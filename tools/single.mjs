// Writes dist/logloupe.html: the whole page in one file that runs by itself, from a disk, without any network.
//
//   node tools/single.mjs        after `make dist`
//
// The script stays as it is, with its hash in the policy; the style sheet gets one too. The module and the worker's script
// lie in the page as packed text, which no browser runs. The policy forbids every connection from the first byte on.

import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const DIST = fileURLToPath(new URL("../dist/", import.meta.url));
const assets = readdirSync(`${DIST}assets`);

function asset(pattern) {
  const [name, ...others] = assets.filter((file) => pattern.test(file));
  if (name === undefined || others.length > 0) {
    throw new Error(`dist/assets holds not exactly one file like ${pattern}`);
  }
  return readFileSync(`${DIST}assets/${name}`);
}

function replaced(html, from, to) {
  if (!(from instanceof RegExp ? from.test(html) : html.includes(from))) {
    throw new Error(`dist/index.html has no ${from}`);
  }
  return html.replace(from, () => to);
}

const part = (name, packing, bytes) =>
  `<script type="text/plain" id="part-${name}" data-packing="${packing}">${bytes.toString("base64")}</script>`;

const worker = gzipSync(asset(/^worker.*\.js$/), { level: 9 });
const style = asset(/\.css$/).toString();
const styleHash = createHash("sha256").update(style).digest("base64");
let html = readFileSync(`${DIST}index.html`, "utf8");
html = replaced(html, "connect-src 'self'", "connect-src 'none'");
html = replaced(html, "style-src 'self'", `style-src 'sha256-${styleHash}'`);
html = replaced(html, /<link rel="stylesheet"[^>]*>/, `<style>${style}</style>`);
html = replaced(
  html,
  '<script type="module">',
  `${part("wasm", "xz", asset(/\.xz$/))}${part("worker", "gzip", worker)}<script type="module">`,
);
writeFileSync(`${DIST}logloupe.html`, html);
const hash = createHash("sha256").update(html).digest("hex");
console.log(
  `dist/logloupe.html: ${(Buffer.byteLength(html) / 1e6).toFixed(1)} MB, SHA-256 ${hash}`,
);
