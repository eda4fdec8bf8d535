// Serves a folder as any plain static host would: no special headers, no listing, one MIME type per file name ending.
//
//   node tools/serve.mjs [--base /some/path/] [--port 8080] [FOLDER]
//
// Tests import `serve` and take port 0, which means any free one.

import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, resolve, sep } from "node:path";
import { pipeline } from "node:stream";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const MIME_TYPES = {
  ".css": "text/css; charset=utf-8",
  ".csv": "text/csv; charset=utf-8",
  ".gz": "application/gzip",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".log": "text/plain; charset=utf-8",
  ".map": "application/json; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
  ".woff2": "font/woff2",
  ".xz": "application/x-xz",
};

/** Turns a request path into a file of `root`; null for everything outside of `base` or of `root`. */
function fileOf(root, base, requestUrl) {
  let path;
  try {
    // Not `new URL`: it would fold `..` away before we can refuse it.
    path = decodeURIComponent(requestUrl.split(/[?#]/, 1)[0]);
  } catch {
    return null;
  }
  if (!path.startsWith(base) || path.includes("\0") || path.split(/[/\\]/).includes("..")) {
    return null;
  }
  const file = join(root, path.slice(base.length));
  return file === root || file.startsWith(root + sep) ? file : null;
}

/**
 * Serves `root` below `base` (begins and ends with a slash) on the loopback interface.
 * Resolves to the address of the start page, the paths that were asked for so far, and a function that closes the server.
 */
export async function serve({ root, base = "/", port = 0 }) {
  root = resolve(root);
  if (!base.startsWith("/") || !base.endsWith("/")) {
    throw new Error(`the base path must begin and end with a slash: ${base}`);
  }

  const asked = [];
  const server = createServer(async (request, response) => {
    asked.push(request.url);
    const refuse = (status, text, headers = {}) => {
      response.writeHead(status, { "Content-Type": "text/plain; charset=utf-8", ...headers });
      response.end(request.method === "HEAD" ? undefined : `${text}\n`);
    };
    if (request.method !== "GET" && request.method !== "HEAD") {
      return refuse(405, "only GET and HEAD", { Allow: "GET, HEAD" });
    }
    if (request.url + "/" === base) {
      return refuse(301, "moved", { Location: base });
    }
    let file = fileOf(root, base, request.url);
    let info = file && (await stat(file).catch(() => null));
    if (info?.isDirectory()) {
      file = join(file, "index.html");
      info = await stat(file).catch(() => null);
    }
    if (!info?.isFile()) {
      return refuse(404, "not found");
    }
    response.writeHead(200, {
      "Content-Type": MIME_TYPES[extname(file).toLowerCase()] ?? "application/octet-stream",
      "Content-Length": info.size,
      // A rebuilt page must show at the next reload.
      "Cache-Control": "no-cache",
    });
    if (request.method === "HEAD") {
      return response.end();
    }
    // A browser that goes away halfway is no error; the pipeline closes both ends.
    pipeline(createReadStream(file), response, () => {});
  });

  await new Promise((resolveListening, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolveListening);
  });
  return {
    address: `http://127.0.0.1:${server.address().port}${base}`,
    asked,
    close: () =>
      new Promise((resolveClosed) => {
        server.close(resolveClosed);
        server.closeAllConnections();
      }),
  };
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const dist = fileURLToPath(new URL("../dist", import.meta.url));
  const port = process.env.PORT ?? "8080";
  try {
    const { values, positionals } = parseArgs({
      options: {
        base: { type: "string", default: "/" },
        port: { type: "string", default: port },
      },
      allowPositionals: true,
    });
    const root = positionals[0] ?? dist;
    const { address } = await serve({ root, base: values.base, port: Number(values.port) });
    console.log(`Logloupe is at ${address} (Ctrl+C ends it)`);
  } catch (error) {
    const hint =
      error.code === "EADDRINUSE"
        ? `port ${port} is taken; choose another: make serve PORT=8081`
        : error.message;
    console.error(`serve: ${hint}`);
    process.exitCode = 1;
  }
}
