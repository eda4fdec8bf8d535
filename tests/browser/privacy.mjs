// Nothing leaves: the policy itself, every way out tried on purpose, a tour with a mark in every line, and the page as one file.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { saved } from "./exports.mjs";

const POLICY =
  "default-src 'none'; script-src 'sha256-…' 'wasm-unsafe-eval'; style-src 'self'; img-src data: blob:; worker-src blob:; " +
  "connect-src 'self'; base-uri 'none'; form-action 'none'; object-src 'none'; frame-src 'none'; " +
  "require-trusted-types-for 'script'; trusted-types logloupe";

/** A server that counts what comes, down to the bytes of connections without a request. */
export async function sink() {
  const came = [];
  const server = createServer((request, response) => {
    came.push(`${request.method} ${request.url}`);
    response.writeHead(200, { "Access-Control-Allow-Origin": "*" });
    response.end("got it");
  });
  const sockets = [];
  server.on("connection", (socket) => sockets.push(socket));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    address: `http://127.0.0.1:${server.address().port}/`,
    came,
    /** Bytes that came, also without a request. */
    nBytes: () => sockets.reduce((sum, socket) => sum + socket.bytesRead, 0),
    nConnections: () => sockets.length,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function sources(folder) {
  return readdirSync(folder).flatMap((name) => {
    const path = `${folder}/${name}`;
    return statSync(path).isDirectory() ? sources(path) : [path];
  });
}

export function privacyChecks(tools) {
  const { openPage, analyse, sample, file, shownLines, requests, root, output } = tools;
  return [
    [
      "the policy is the one that was promised, and the sources write no markup",
      async () => {
        const html = readFileSync(`${root}dist/index.html`, "utf8");
        const [, policy] = html.match(/content="(default-src[^"]*)"/);
        assert.equal(policy.replace(/sha256-[^']*/, "sha256-…"), POLICY);
        assert.ok(html.indexOf("Content-Security-Policy") < html.search(/<(script|link|style)/));
        const [, code] = html.match(/<script type="module">(.*?)<\/script>/s);
        const hash = createHash("sha256").update(code).digest("base64");
        assert.ok(policy.includes(`'sha256-${hash}'`));
        assert.equal(html.match(/<script/g).length, 1);
        for (const path of sources(`${root}www/src`)) {
          const text = readFileSync(path, "utf8");
          const found = text.match(
            /\b(innerHTML|outerHTML|insertAdjacentHTML|dangerouslySetInnerHTML|document\.write|new Function|createContextualFragment|DOMParser)\b/,
          );
          assert.equal(found, null, `${path}: ${found?.[0]}`);
        }
      },
    ],
    [
      "every way out is refused, from the page and from a worker",
      async () => {
        const there = await sink();
        const page = await openPage();
        await analyse(page, sample("text", "sample.log"));
        const verdicts = await page.evaluate((url) => window.logloupe.selfTest(url), there.address);
        await page.waitForTimeout(500);
        assert.deepEqual(there.came, [], "the sink was reached");
        const wrong = verdicts.filter(({ outcome }) => outcome === "open");
        assert.deepEqual(wrong, []);
        const quiet = verdicts
          .filter(({ outcome }) => outcome === "silent")
          .map(({ name }) => name);
        const refused = verdicts.filter(({ outcome }) => outcome === "refused");
        assert.ok(
          refused.length >= 25,
          `only ${refused.length} refused; silent: ${quiet.join(", ")}`,
        );
        assert.ok(refused.filter(({ name }) => name.startsWith("from a worker")).length >= 6);
        // Chromium may greet a host before it asks the policy; not a byte follows.
        assert.equal(there.nBytes(), 0, "bytes came");
        const greeted = there.nConnections();
        there.close();
        return `${verdicts.length} ways, ${refused.length} refused; silent: ${quiet.join(", ") || "none"}; ${greeted} empty connections`;
      },
    ],
    [
      "what is tried does go out where nothing forbids it",
      async () => {
        // The same probes on a page without a policy: a suite that cannot fail proves nothing.
        const there = await sink();
        const bare = createServer((_, response) => {
          const html = readFileSync(`${root}dist/index.html`, "utf8");
          response.writeHead(200, { "Content-Type": "text/html" });
          response.end(html.replace(/<meta\s+http-equiv="Content-Security-Policy"[^>]*>/, ""));
        });
        await new Promise((resolve) => bare.listen(0, "127.0.0.1", resolve));
        const page = await openPage.blank();
        await page.goto(`http://127.0.0.1:${bare.address().port}/`);
        await page.waitForFunction(() => "logloupe" in window);
        const verdicts = await page.evaluate((url) => window.logloupe.selfTest(url), there.address);
        assert.ok(verdicts.filter(({ outcome }) => outcome === "open").length >= 5);
        assert.ok(there.came.length >= 10, there.came.join("\n"));
        there.close();
        bare.close();
        bare.closeAllConnections();
        return `${there.came.length} requests came`;
      },
    ],
    [
      "a tour of everything with a mark in every line makes no request and leaves no trace",
      async () => {
        const mark = "c0ffee00c0ffee00c0ffee00c0ffee00";
        const text = readFileSync(sample("text", "sample.log"), "utf8").replace(
          /^(.+)$/gm,
          `$1 ${mark}`,
        );
        const path = file(`${mark}.log`, text);
        const page = await openPage();
        const nBefore = requests.length;
        await analyse(page, path);
        await page.click(".incident .link-title");
        await shownLines(page);
        await page.fill("#lines-search", mark);
        await page.press("#lines-search", "Enter");
        await page.waitForSelector("#lines[aria-busy=false] mark", { state: "attached" });
        await page.keyboard.press("Escape");
        await page.keyboard.press("Escape");
        await page.fill("#pattern-search", "password");
        await page.hover("#plot-timeline");
        await page.keyboard.press("t");
        await page.keyboard.press("?");
        await page.keyboard.press("Escape");
        assert.ok((await saved(page, "records.ndjson")).includes(mark));
        await saved(page, "report.html");
        await saved(page, "incidents.csv");
        await page.keyboard.press("Escape");
        await page.selectOption("select[name=windowSeconds]", "900");
        await page.click(".choices >> text=Apply");
        await page.waitForFunction(() => window.logloupe.state() === "done");
        await page.waitForTimeout(300);
        const made = requests
          .slice(nBefore)
          .filter((request) => request.page === page && !request.url.startsWith("blob:"));
        assert.deepEqual(
          made.map(({ url }) => url),
          [],
        );
        const traces = await page.evaluate(async () => ({
          title: document.title,
          address: location.href,
          history: JSON.stringify(history.state),
          local: JSON.stringify(localStorage),
          session: JSON.stringify(sessionStorage),
          cookie: document.cookie,
          databases: JSON.stringify(await indexedDB.databases()),
          caches: JSON.stringify(await caches.keys()),
        }));
        assert.ok(!JSON.stringify(traces).includes(mark), JSON.stringify(traces));
        assert.deepEqual(page.faults, []);
        assert.deepEqual(await page.evaluate(() => window.violations), []);
      },
    ],
    [
      "the self-test says what the browser refused",
      async () => {
        const page = await openPage();
        await page.click("button.sealed");
        await page.click("#self-test-run");
        await page.waitForSelector("#self-test-run:text-is('Test again')", { timeout: 60_000 });
        const said = await page.innerText("#self-test [role=status]");
        assert.match(said, /^\d+ ways tried: \d+ refused/);
        assert.ok(!said.includes("went out"), said);
        assert.match(await page.innerText("#self-test"), /WebRTC/);
        await page.screenshot({ path: `${output}self-test.png` });
        return said;
      },
    ],
    [
      "the page as one file runs from a disk and reads a log",
      async () => {
        execFileSync(process.execPath, [`${root}tools/single.mjs`], { stdio: "ignore" });
        const page = await openPage({ address: `file://${root}dist/logloupe.html` });
        const report = await analyse(page, sample("text", "sample.log"));
        assert.equal(report.totals.nLines, 20_000);
        await page.click(".incident .link-title");
        assert.ok((await shownLines(page)).length > 0);
        const made = requests.filter((request) => request.page === page);
        assert.deepEqual(
          made.map(({ url }) => url).filter((url) => !url.startsWith("blob:")),
          [`file://${root}dist/logloupe.html`],
        );
        const said = await page.evaluate(() => getComputedStyle(document.body).margin);
        assert.equal(said, "0px", "the style is not in force");
        assert.deepEqual(page.faults, []);
        assert.deepEqual(await page.evaluate(() => window.violations), []);
      },
    ],
    [
      "the page saves itself as one file without a request, and that file reads a log without a network",
      async () => {
        const page = await openPage();
        const nBefore = requests.length;
        const download = page.waitForEvent("download");
        await page.click("#save-page");
        const path = `${output}saved-page.html`;
        await (await download).saveAs(path);
        const made = requests.slice(nBefore).filter((request) => request.page === page);
        assert.deepEqual(
          made.map(({ url }) => url).filter((url) => !url.startsWith("blob:")),
          [],
        );
        const expected = await analyse(page, sample("text", "sample.log"));
        const saved = await openPage({ address: `file://${path}` });
        assert.equal(await saved.$("#save-page"), null);
        assert.deepEqual(await analyse(saved, sample("text", "sample.log")), expected);
        await saved.click(".incident .link-title");
        assert.ok((await shownLines(saved)).length > 0);
        const looks = (of) => of.evaluate(() => getComputedStyle(document.body).fontFamily);
        assert.equal(await looks(saved), await looks(page));
        assert.match(readFileSync(path, "utf8"), /connect-src 'none'/);
        assert.deepEqual(saved.faults, []);
        assert.deepEqual(await saved.evaluate(() => window.violations), []);
      },
    ],
  ];
}
