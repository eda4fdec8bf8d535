// End to end: the built page below a sub-path of a static host, in a real Chromium, with real files.
//
//   node tests/browser/run.mjs [WORD …]      all checks, or those whose name contains one of the words
//
// Chromium: $CHROME, or /usr/bin/chromium. Screenshots of what was checked go to tests/browser/output/.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { serve } from "../../tools/serve.mjs";
import { chromium } from "../../www/node_modules/playwright-core/index.mjs";
import { accessChecks } from "./access.mjs";
import { exportChecks } from "./exports.mjs";
import { hostileChecks } from "./hostile.mjs";
import { privacyChecks } from "./privacy.mjs";
import { compareChecks } from "./compare.mjs";
import { exploreChecks } from "./explore.mjs";
import { queryChecks } from "./queries.mjs";
import { recentChecks } from "./recent.mjs";
import { recoverChecks } from "./recover.mjs";
import { checkUnits } from "./units.mjs";
import { viewChecks } from "./views.mjs";
import { until } from "./wait.mjs";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const OUTPUT = `${ROOT}tests/browser/output/`;
const LOGS = `${OUTPUT}logs/`;
const N_LINES = 20_000;
const BIG_BYTES = 400_000_000;

// ---------------------------------------------------------------------------------------------- files

/** The generator's sample as a file; made once. */
function sample(format, name, nLines = N_LINES, seed = 7) {
  const path = LOGS + name;
  if (!existsSync(path)) {
    const args = ["--format", format, "--lines", String(nLines), "--seed", String(seed), path];
    execFileSync("cargo", ["run", "--quiet", "--locked", "--example", "sample", "--", ...args], {
      cwd: ROOT,
      stdio: ["ignore", "ignore", "inherit"],
    });
  }
  return path;
}

function file(name, content) {
  const path = LOGS + name;
  writeFileSync(path, content);
  return path;
}

/** A log that takes seconds to read: the sample, over and over. */
function bigLog() {
  const path = `${LOGS}big.log`;
  if (!existsSync(path)) {
    const once = readFileSync(sample("text", "sample.log"));
    for (let size = 0; size < BIG_BYTES; size += once.length) {
      appendFileSync(path, once);
    }
  }
  return path;
}

// ---------------------------------------------------------------------------------------------- page

let browser;
let site;
/** Every request of every page, with the time it was made. */
const requests = [];

async function openPage(options = {}) {
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1280, height: options.height ?? 900 },
    deviceScaleFactor: options.scale ?? 1,
    colorScheme: options.colorScheme ?? "light",
    // Smooth scrolling would move what a test is about to click.
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  if (options.nCores !== undefined) {
    await page.addInitScript((n) => {
      Object.defineProperty(navigator, "hardwareConcurrency", { get: () => n });
    }, options.nCores);
  }
  page.faults = [];
  page.on("pageerror", (error) => page.faults.push(String(error.stack ?? error)));
  page.on("console", (message) => message.type() === "error" && page.faults.push(message.text()));
  page.on("request", (request) => requests.push({ page, url: request.url() }));
  await page.addInitScript(() => {
    window.violations = [];
    document.addEventListener("securitypolicyviolation", (event) => {
      window.violations.push(`${event.effectiveDirective} ${event.blockedURI}`);
    });
  });
  await page.goto(options.address ?? site.address);
  await page.waitForSelector("#drop-zone.is-ready", { timeout: 30_000 });
  return page;
}

const stateOf = (page) => page.evaluate(() => window.logloupe.state());
const reportOf = (page) => page.evaluate(() => window.logloupe.report());

/** Waits until the page is in one of these states. */
async function waitFor(page, states, timeoutMs = 120_000) {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const state = await stateOf(page);
    if (states.includes(state)) {
      return state;
    }
    assert.ok(
      Date.now() < end,
      `still ${state} after ${timeoutMs} ms, expected ${states.join(" or ")}`,
    );
    await page.waitForTimeout(20);
  }
}

/** Chooses files in place of those that are shown. */
async function choose(page, ...paths) {
  const isAnswered = (await stateOf(page)) === "done";
  await page.setInputFiles("#file-input", paths);
  if (!isAnswered) return;
  // The sample and files that were asked for again are replaced without a question.
  const asked = await until(async () =>
    (await page.$("#offer")) !== null ? "offered" : (await stateOf(page)) !== "done" && "reading",
  );
  if (asked === "offered") await page.click("#offer button:text-is('Replace')");
}

/** Chooses a large log and waits until some of it has been read. */
async function beginReading(page, path = bigLog()) {
  await choose(page, path);
  await page.waitForSelector("[role=progressbar][aria-valuenow]:not([aria-valuenow='0'])");
  assert.equal(await stateOf(page), "reading");
}

async function analyse(page, ...paths) {
  await choose(page, ...paths);
  const state = await waitFor(page, ["done", "failed"]);
  if (state === "failed") {
    assert.fail(`the run failed: ${await page.innerText("[role=alert]")}`);
  }
  await page.waitForSelector("[data-done]");
  return reportOf(page);
}

/** Percent that the page says it has read. */
async function shownPercent(page) {
  const bar = await page.$("[role=progressbar][aria-valuenow]");
  return Number((await bar?.getAttribute("aria-valuenow").catch(() => null)) ?? 0);
}

async function alertCode(page) {
  await waitFor(page, ["failed"]);
  return page.getAttribute("[role=alert]", "data-code");
}

/** Share of a canvas that is not of its background's colour. */
function inkOf(page, id) {
  return page.evaluate((canvasId) => {
    const canvas = document.getElementById(canvasId);
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    const pixels = new Uint32Array(data.buffer);
    const background = pixels[0];
    let n = 0;
    for (const pixel of pixels) {
      n += pixel === background ? 0 : 1;
    }
    return n / pixels.length;
  }, id);
}

/** Waits until a plot has been drawn: several are, one after the other. */
const drawn = (page, id) =>
  until(
    () => inkOf(page, id),
    (ink) => ink > 0.002,
    `${id} has no ink`,
  );

const frames = (page, n = 3) =>
  page.evaluate(
    (count) =>
      new Promise((resolve) => {
        const next = (left) =>
          left === 0 ? resolve() : requestAnimationFrame(() => next(left - 1));
        next(count);
      }),
    n,
  );

/** The lines in the panel, as numbers and texts. */
async function shownLines(page) {
  // Those of the selection before may still be there.
  await frames(page);
  await page.waitForSelector("#lines[aria-busy=false] .line:not(.is-loading)");
  return page.$$eval("#lines .line:not(.is-loading)", (rows) =>
    rows.map((row) => ({
      line: Number(row.querySelector(".line-number").textContent),
      text: row.querySelector(".line-text").textContent,
    })),
  );
}

/** What the lines panel says is selected, once the search is over. */
async function totalOf(page) {
  await frames(page);
  await page.waitForSelector("#lines[aria-busy=false]");
  const said = await page.innerText("#lines .lines-total");
  return Number(said.match(/^[\d,]+/)[0].replaceAll(",", ""));
}

/** Clicks the middle of the timeline. */
async function clickTimeline(page) {
  const canvas = page.locator("#plot-timeline");
  const { width, height } = await canvas.boundingBox();
  await canvas.click({ position: { x: width / 2, y: height * 0.6 } });
}

/** Asserts that what the panel shows is what stands in the file at that line. */
async function assertLinesAreOf(page, path) {
  const physical = readFileSync(path, "utf8").split("\n");
  const shown = await shownLines(page);
  assert.ok(shown.length > 0, "no line is shown");
  for (const { line, text } of shown) {
    const first = text.split("\n")[0];
    assert.ok(
      physical[line - 1].startsWith(first.slice(0, 200)),
      `line ${line}: ${first}\nin the file: ${physical[line - 1]}`,
    );
  }
  return shown;
}

// ---------------------------------------------------------------------------------------------- checks

const checks = [];
const check = (name, run) => checks.push({ name, run });

const CANVASES = [
  "plot-timeline",
  "plot-scatter",
  "plot-clusters",
  "plot-heatmap",
  "plot-scatter3d",
  "plot-network",
];

check("units", checkUnits);

check("a plain log: summary, plots, tables and lines", async () => {
  const path = sample("text", "sample.log");
  const page = await openPage();
  const report = await analyse(page, path);

  assert.equal(report.totals.nLines, N_LINES);
  assert.ok((await page.innerText("#sentence")).includes("20,000") || report.sentence.length > 0);
  assert.equal(await page.innerText("#sentence"), report.sentence);
  assert.ok(report.nIncidents > 0, "the planted incidents are not found");
  assert.ok((await page.$$(".incident")).length > 0, "no incident is shown");
  assert.ok((await page.$$(".templates tbody tr")).length > 0, "no pattern is shown");
  assert.ok((await page.$$(".windows tbody tr")).length > 0, "no window is shown");
  await frames(page);
  for (const id of CANVASES) {
    await drawn(page, id);
    assert.ok(await page.getAttribute(`#${id}`, "aria-label"), `${id} has no description`);
  }

  await page.click(".incident .link-title");
  await assertLinesAreOf(page, path);
  await page.keyboard.press("Escape");
  await page.waitForSelector("#lines", { state: "detached" });

  await page.click(".templates .row-button");
  const shown = await assertLinesAreOf(page, path);
  const template = await page.getAttribute(".templates tbody tr", "data-template");
  const { text } = report.templates.find(({ id }) => String(id) === template);
  const longest = text
    .split("<*>")
    .sort((a, b) => b.length - a.length)[0]
    .trim();
  assert.ok(shown[0].text.includes(longest), `${shown[0].text} is not of ${text}`);
  await page.goBack();
  await page.waitForSelector("#lines", { state: "detached" });

  await page.click(".windows .row-button");
  await assertLinesAreOf(page, path);
  await page.keyboard.press("Escape");
  await page.waitForSelector("#lines", { state: "detached" });

  await clickTimeline(page);
  await assertLinesAreOf(page, path);
  await page.keyboard.press("Escape");
  await page.waitForSelector("#lines", { state: "detached" });

  await page.fill("#pattern-search", "password");
  await until(
    () =>
      page.$$eval(".templates tbody tr", (rows) =>
        rows.map((row) => row.textContent.toLowerCase()),
      ),
    (rows) => rows.length > 0 && rows.every((row) => row.includes("password")),
    "patterns with password",
  );
  await page.fill("#pattern-search", "");
  await page.click(".templates th .sort:has-text('Count')");
  await until(
    () =>
      page.$$eval(".templates .cell-count", (cells) =>
        cells.map((cell) => Number(cell.firstChild.textContent.replaceAll(",", ""))),
      ),
    (counts) => counts.length > 5 && counts.every((n, at) => at === 0 || n <= counts[at - 1]),
    "patterns by count",
  );

  assert.deepEqual(page.faults, []);
  assert.deepEqual(await page.evaluate(() => window.violations), []);
});

check("gzip, CSV, NDJSON and JSON array hold the same", async () => {
  const plain = sample("text", "sample.log");
  const gz = file("sample.log.gz", gzipSync(readFileSync(plain)));
  const page = await openPage();
  const expected = await analyse(page, plain);
  const fromGzip = await analyse(page, gz);
  assert.equal(fromGzip.files[0].container, "gzip");
  assert.deepEqual(fromGzip.templates, expected.templates);
  assert.deepEqual(fromGzip.incidents, expected.incidents);
  await page.click(".incident .link-title");
  await assertLinesAreOf(page, plain);
  for (const [format, name] of [
    ["csv", "sample.csv"],
    ["ndjson", "sample.ndjson"],
    ["json-array", "sample.json"],
  ]) {
    const path = sample(format, name);
    const report = await analyse(page, path);
    assert.equal(report.totals.nRecords, expected.totals.nRecords, `${format}: records`);
    assert.equal(
      report.totals.nUntimed,
      expected.totals.nUntimed,
      `${format}: records without a time`,
    );
    assert.ok((await page.$$(".incident")).length > 0, `${format}: no incident`);
    await page.click(".templates .row-button");
    assert.ok((await shownLines(page)).length > 0, `${format}: no lines`);
    await page.keyboard.press("Escape");
    await page.waitForSelector("#lines", { state: "detached" });
  }
  assert.deepEqual(page.faults, []);
});

/** A page of its own that watches for faults and opens nothing yet. */
openPage.blank = async () => {
  const page = await (await browser.newContext()).newPage();
  page.faults = [];
  page.on("pageerror", (error) => page.faults.push(String(error.stack ?? error)));
  page.on("console", (message) => message.type() === "error" && page.faults.push(message.text()));
  return page;
};

const tools = {
  root: ROOT,
  output: OUTPUT,
  requests,
  bigLog,
  beginReading,
  choose,
  drawn,
  stateOf,
  waitFor,
  inkOf,
  openPage,
  analyse,
  sample,
  file,
  shownLines,
  totalOf,
  frames,
  gzipSync,
  readFileSync,
  reportOf,
};
for (const [name, run] of [
  ...queryChecks(tools),
  ...compareChecks(tools),
  ...exploreChecks(tools),
  ...viewChecks(tools),
  ...exportChecks(tools),
  ...privacyChecks(tools),
  ...accessChecks(tools),
  ...hostileChecks(tools),
  ...recoverChecks(tools),
  ...recentChecks(tools),
]) {
  check(name, run);
}

check("the sample needs no file", async () => {
  const page = await openPage();
  await page.click("text=Try a sample");
  await waitFor(page, ["done"]);
  assert.equal((await reportOf(page)).totals.nLines, 20_000);
  await page.click(".incident .link-title");
  assert.ok((await shownLines(page)).length > 0);
  assert.deepEqual(page.faults, []);
});

check("the log can be read another way", async () => {
  const page = await openPage();
  await page.click("text=Try a sample");
  await waitFor(page, ["done"]);
  const first = await reportOf(page);
  assert.equal(first.windowMs, 300_000);
  await page.selectOption("select[name=windowSeconds]", "900");
  await page.fill("input[name=timezone]", "Asia/Tokyo");
  await page.click(".choices >> text=Apply");
  await waitFor(page, ["done"]);
  const second = await reportOf(page);
  assert.equal(second.windowMs, 900_000);
  assert.equal(second.totals.firstMs, first.totals.firstMs - 9 * 3600_000);
  await page.fill("input[name=timezone]", "Mars/Base");
  await page.click(".choices >> text=Apply");
  await page.waitForSelector("[data-code=params]");
  assert.match(await page.textContent(".alert-detail"), /timezone.*Mars\/Base/);
  await page.getByRole("button", { name: "Try again" }).click();
  await waitFor(page, ["done"]);
  assert.equal((await reportOf(page)).windowMs, 300_000);
  await page.click("text=Another sample");
  await waitFor(page, ["done"]);
  assert.notDeepEqual((await reportOf(page)).totals, first.totals);
  assert.deepEqual(page.faults, []);
});

check("another zone is worked out without reading; day and month change places", async () => {
  const line = (n) => `03/05/2024 10:00:${10 + n} INFO web: request ${n} done\n`;
  const text = Array.from({ length: 40 }, (_, n) => line(n)).join("");
  const page = await openPage();
  const gone = file("gone.log", text);
  const first = (await analyse(page, gone)).totals.firstMs;
  assert.equal(first, Date.UTC(2024, 2, 5, 10, 0, 10));
  assert.match(await page.innerText(".file-zone"), /no time zone: UTC was assumed/);
  // Said once beside the span, not among what to worry about.
  assert.equal(await page.$("#notes [data-code=zoneAssumed]"), null);
  await page.click(".zone button");
  await page.waitForFunction(() => document.activeElement?.getAttribute("name") === "timezone");
  // What is no longer there cannot be read.
  rmSync(gone);
  await page.fill("input[name=timezone]", "Asia/Tokyo");
  await page.click(".choices >> text=Apply");
  const startsAt = (ms) =>
    page.waitForFunction(
      (ms) => window.logloupe.state() === "done" && window.logloupe.report()?.totals.firstMs === ms,
      ms,
    );
  await startsAt(first - 9 * 3600_000);
  assert.match(await page.innerText(".file-zone"), /Asia\/Tokyo was assumed/);
  assert.equal((await reportOf(page)).totals.nRecords, 40);

  await analyse(page, file("dates.log", text));
  assert.match(await page.innerText("#files"), /the month comes first, which was assumed/);
  await page.click(".day-month");
  await startsAt(Date.UTC(2024, 4, 3, 10, 0, 10));
  assert.match(await page.innerText("#files"), /the day comes first\./);
  await page.click(".day-month");
  await startsAt(first);
  assert.deepEqual(page.faults, []);
});

check("a file chosen before the page is ready is read once it is", async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(site.address, { waitUntil: "commit" });
  await page.setInputFiles("#file-input", sample("text", "sample.log"));
  await waitFor(page, ["done"]);
  assert.equal((await reportOf(page)).totals.nLines, N_LINES);
  await context.close();
});

/** The sample in parts of whole records, as rotation leaves it. */
function rotated() {
  const lines = readFileSync(sample("text", "sample.log"), "utf8").split(/(?<=\n)/);
  const borders = [0, 6000, 13000].map((at) =>
    at === 0 ? 0 : lines.findIndex((line, idx) => idx >= at && line.startsWith("2026")),
  );
  return borders.map((from, idx) => lines.slice(from, borders[idx + 1]).join(""));
}

check(
  "files are lanes of one log, can be left out and brought back, and are offered to be added",
  async () => {
    const [first, second, third] = rotated();
    const paths = [
      file("app.log", third),
      file("app.log.2.gz", gzipSync(first)),
      file("app.log.1", second),
    ];
    const page = await openPage({ nCores: 5 });
    const whole = await analyse(page, sample("text", "sample.log"));
    const all = await analyse(page, ...paths);
    assert.deepEqual(
      all.files.map(({ name }) => name),
      ["app.log.2.gz", "app.log.1", "app.log"],
    );
    assert.deepEqual(all.timeline, whole.timeline);
    assert.equal(all.totals.nAnomalous, whole.totals.nAnomalous);
    await page.click(".incident .link-title");
    assert.ok((await shownLines(page)).length > 0);
    await page.screenshot({ path: `${OUTPUT}lanes-lines.png` });
    await page.keyboard.press("Escape");

    await page.click("[aria-label='Leave out app.log.1']");
    await waitFor(page, ["done"]);
    const without = await reportOf(page);
    assert.equal(without.nFiles, 2);
    await page.locator("#files").scrollIntoViewIfNeeded();
    await page.screenshot({ path: `${OUTPUT}lanes-without.png` });
    await page.click(".templates .row-button");
    assert.ok((await shownLines(page)).length > 0);
    await page.keyboard.press("Escape");
    await page.click("#undo-remove");
    await waitFor(page, ["done"]);
    assert.deepEqual(await reportOf(page), all);
    const fresh = await analyse(page, paths[0], paths[1]);
    assert.deepEqual(without, fresh);

    await page.setInputFiles("#file-input", [paths[2], paths[0]]);
    await page.screenshot({ path: `${OUTPUT}lanes-offer.png` });
    await page.click("#offer button:text-is('Add')");
    await page.waitForFunction(
      () => window.logloupe.state() === "done" && window.logloupe.report()?.nFiles === 3,
    );
    assert.deepEqual((await reportOf(page)).templates, all.templates);
    assert.match(await page.innerText(".said"), /chosen twice/);

    // The same bytes under another name.
    const twin = await analyse(page, paths[2], file("copy.log", second));
    assert.equal(twin.nFiles, 1);
    assert.ok(twin.notices.some(({ message }) => message.includes("holds the same as")));
    assert.deepEqual(page.faults, []);
  },
);

check("entries of an archive are files of their own, and their lines are found", async () => {
  const [first, second, third] = rotated();
  for (const [name, text] of [
    ["one.log", first],
    ["two.log", second],
    ["notes.csv", "time,message\n2026-03-02 07:00:00,from a table\n"],
  ]) {
    file(name, text);
  }
  writeFileSync(`${LOGS}pixel.png`, Buffer.from("89504e470d0a1a0a0000000d", "hex"));
  file("three.log", third);
  rmSync(`${LOGS}logs.tar.gz`, { force: true });
  execFileSync("tar", ["czf", "logs.tar.gz", "one.log", "pixel.png", "notes.csv", "two.log"], {
    cwd: LOGS,
  });
  const page = await openPage({ nCores: 4 });
  const report = await analyse(page, `${LOGS}logs.tar.gz`, `${LOGS}three.log`);
  assert.deepEqual(
    report.files.map(({ name, shape }) => `${name} ${shape}`),
    [
      "logs.tar.gz \u203a one.log lines",
      "logs.tar.gz \u203a notes.csv csv",
      "logs.tar.gz \u203a two.log lines",
      "three.log lines",
    ],
  );
  assert.ok(report.notices.some(({ message }) => message.includes("pixel.png (a PNG image)")));
  const physical = new Map(
    [
      ["one.log", first],
      ["two.log", second],
      ["three.log", third],
    ].map(([name, text]) => [name, text.split("\n")]),
  );
  let n = 0;
  for (const idx of [0, 1, 2, 3]) {
    await page.locator(".templates .row-button").nth(idx).click();
    await page.waitForSelector("#lines .line:not(.is-loading)");
    const rows = await page.$$eval("#lines .line:not(.is-loading)", (all) =>
      all.map((row) => [
        row.querySelector(".line-number").textContent,
        row.querySelector(".line-text").textContent,
        row.textContent,
      ]),
    );
    for (const [number, text, whole] of rows) {
      const name = [...physical.keys()].find((key) => whole.includes(key));
      if (name === undefined) continue;
      const line = physical.get(name)[Number(number.replaceAll(",", "")) - 1];
      assert.ok(
        line.startsWith(text.split("\n")[0].slice(0, 200)),
        `${name}:${number} ${text}\n${line}`,
      );
      n += 1;
    }
    await page.keyboard.press("Escape");
    await page.waitForSelector("#lines", { state: "detached" });
  }
  assert.ok(n > 4, `only ${n} lines were compared`);
  await page.locator("#files").scrollIntoViewIfNeeded();
  await page.screenshot({ path: `${OUTPUT}lanes-archive.png` });
  assert.deepEqual(page.faults, []);
  return `${n} lines compared`;
});

check("a drop anywhere opens the files", async () => {
  const page = await openPage();
  const text = readFileSync(sample("text", "sample.log"), "utf8");
  const transfer = await page.evaluateHandle((content) => {
    const data = new DataTransfer();
    data.items.add(new File([content], "dropped.log"));
    return data;
  }, text);
  await page.dispatchEvent("body", "dragenter", { dataTransfer: transfer });
  await page.waitForSelector(".drop-overlay");
  await page.dispatchEvent("body", "drop", { dataTransfer: transfer });
  await waitFor(page, ["done"]);
  assert.equal((await reportOf(page)).files[0].name, "dropped.log");
  await page.waitForSelector(".drop-overlay", { state: "detached" });
});

check(
  "stopped while it reads, it answers about what was read, and reads all of it again",
  async () => {
    const page = await openPage({ nCores: 3 });
    const path = bigLog();
    await beginReading(page, path);
    await page.waitForFunction(() => window.logloupe.canStop());
    await page.keyboard.press("Escape");
    await waitFor(page, ["done"]);
    const { totals, notices } = await reportOf(page);
    assert.ok(totals.nBytesRead > 0 && totals.nBytesRead < totals.byteLen, totals.nBytesRead);
    const wasRead = readFileSync(path).subarray(0, totals.nBytesRead);
    let nLines = 0;
    for (const byte of wasRead) nLines += byte === 10 ? 1 : 0;
    assert.equal(totals.nLines, nLines);
    assert.ok(!notices.some(({ code }) => ["changed", "conservation"].includes(code)));
    const said = await page.innerText(".summary .caution[data-code=stopped]");
    assert.match(said, /Reading was stopped at \d+ %.*MB of \d+ MB.*lines.*were not read/s);
    assert.match(await page.innerText("#accounts"), /not read/);
    await page.screenshot({ path: `${OUTPUT}stopped.png` });
    await page.click(".incident .link-title");
    await assertLinesAreOf(page, path);
    await page.keyboard.press("Escape");
    await page.waitForSelector("#lines", { state: "detached" });
    await page.click(".summary .caution[data-code=stopped] button");
    await waitFor(page, ["reading"]);
    await waitFor(page, ["done"]);
    const again = await reportOf(page);
    assert.equal(again.totals.nBytesRead, again.totals.byteLen);
    assert.ok(!again.notices.some(({ code }) => code === "stopped"));
    assert.deepEqual(page.faults, []);
    return `${((100 * totals.nBytesRead) / totals.byteLen).toFixed(0)} % were read`;
  },
);

check("cancelled twice, or before anything was read, it is as before the drop", async () => {
  const page = await openPage();
  await choose(page, bigLog());
  await page.evaluate(() => window.logloupe.cancel());
  await page.waitForSelector("#drop-zone.is-ready");
  await page.waitForSelector(".said:has-text('Nothing was kept')");
  await beginReading(page);
  await page.waitForFunction(() => window.logloupe.canStop());
  const ms = await page.evaluate(async () => {
    document.getElementById("cancel").click();
    const start = performance.now();
    document.getElementById("cancel").click();
    while (window.logloupe.state() !== "idle" || document.getElementById("drop-zone") === null) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    return performance.now() - start;
  });
  await analyse(page, sample("text", "sample.log"));
  assert.deepEqual(page.faults, []);
  return `${Math.round(ms)} ms`;
});

check("the timeline fills while the log is read", async () => {
  const page = await openPage();
  await choose(page, bigLog());
  await page.waitForSelector("#filling canvas[data-drawn=true]");
  assert.equal(await stateOf(page), "reading");
  const ink = () =>
    page.evaluate(() => {
      const canvas = document.querySelector("#filling canvas");
      if (canvas === null || canvas.width === 0) return 0;
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      const pixels = new Uint32Array(data.buffer);
      return pixels.filter((pixel) => pixel !== pixels[0]).length / pixels.length;
    });
  await until(ink, (share) => share > 0.01, "ink of the timeline");
  await page.screenshot({ path: `${OUTPUT}filling.png` });
  await waitFor(page, ["done"]);
  await page.waitForSelector("#filling", { state: "detached" });
  assert.deepEqual(page.faults, []);
});

check("progress is shown and is true", async () => {
  const page = await openPage();
  await page.setInputFiles("#file-input", bigLog());
  await page.waitForSelector("[role=progressbar][aria-valuenow]");
  const seen = [];
  while ((await stateOf(page)) === "reading") {
    const bar = await page.$("[role=progressbar][aria-valuenow]");
    if (bar !== null) {
      const percent = await bar.getAttribute("aria-valuenow").catch(() => null);
      // The bar may have gone meanwhile.
      if (percent !== null) seen.push(Number(percent));
      if (seen.length === 20) {
        await page.screenshot({ path: `${OUTPUT}progress.png` });
      }
    }
    await page.waitForTimeout(50);
  }
  assert.ok(new Set(seen).size > 3, `only ${new Set(seen).size} steps of progress`);
  assert.deepEqual(
    seen,
    [...seen].sort((a, b) => a - b),
  );
  await waitFor(page, ["done"]);
});

check("a second drop while reading replaces the first", async () => {
  const page = await openPage();
  await beginReading(page);
  const report = await analyse(page, sample("text", "sample.log"));
  assert.deepEqual(
    report.files.map(({ name }) => name),
    ["sample.log"],
  );
  assert.deepEqual(page.faults, []);
});

check("a worker that vanishes without a word is noticed", async () => {
  const page = await openPage();
  await analyse(page, sample("text", "sample.log"));
  const names = await Promise.all(page.workers().map((worker) => worker.evaluate(() => self.name)));
  const worker = page.workers()[names.indexOf("shard 1")];
  // What says that the lines are read again is gone within half a second; the fresh worker stays.
  const fresh = page.waitForEvent("worker", { timeout: 90_000 });
  await worker.evaluate(() => setTimeout(() => self.close()));
  await fresh;
  await page.waitForSelector("#recovery:not(.said)", { state: "attached" });
  await page.click(".templates .row-button");
  assert.ok((await shownLines(page)).length > 0);
});

check("files that are no logs are named as what they are", async () => {
  const page = await openPage();
  const png = Buffer.from(
    "89504e470d0a1a0a0000000d49484452000000100000001008060000001ff3ff61",
    "hex",
  );
  for (const [name, content, code] of [
    ["empty.log", "", "emptyFile"],
    ["picture.log", Buffer.concat([png, Buffer.alloc(4000)]), "binary"],
  ]) {
    await page.setInputFiles("#file-input", file(name, content));
    assert.equal(await alertCode(page), code);
    assert.ok((await page.innerText("[role=alert]")).includes(name));
    await page.screenshot({ path: `${OUTPUT}failed-${code}.png` });
  }
  await analyse(page, sample("text", "sample.log"));
  assert.deepEqual(page.faults, []);
});

check("a file that is no log does not cost the answer about the others", async () => {
  const page = await openPage();
  const log = sample("text", "sample.log");
  const report = await analyse(page, file("empty.log", ""), log);
  assert.equal(report.totals.nLines, N_LINES);
  assert.equal(report.files.length, 1);
  const said = await page.innerText(".summary .caution");
  assert.ok(said.includes("empty.log is empty"), said);
  await page.click(".incident .link-title");
  await assertLinesAreOf(page, log);
  assert.deepEqual(page.faults, []);
});

check("several shards find what one finds", async () => {
  const one = await openPage({ nCores: 1 });
  const several = await openPage({ nCores: 5 });
  const path = bigLog();
  const expected = await analyse(one, path);
  assert.deepEqual(await analyse(several, path), expected);
  await several.click(".incident .link-title");
  await assertLinesAreOf(several, path);
});

check("a file that changes while it is read keeps what was read, and is read again", async () => {
  // With several shards one fails while the others still read.
  const page = await openPage({ nCores: 5 });
  const whole = readFileSync(bigLog());
  const more = "2026-03-03 10:00:00 INFO one more line\n";
  for (const [name, change] of [
    ["gone.log", (path) => rmSync(path)],
    ["growing.log", (path) => appendFileSync(path, more)],
    ["shrunk.log", (path) => truncateSync(path, 5_000_000)],
  ]) {
    const path = file(name, whole);
    await choose(page, path);
    while (!((await stateOf(page)) === "reading" && (await shownPercent(page)) >= 15)) {
      await page.waitForTimeout(5);
    }
    change(path);
    assert.equal(await waitFor(page, ["done", "failed"]), "done", name);
    const { totals, notices } = await reportOf(page);
    assert.ok(
      totals.nBytesRead > 0 && totals.nBytesRead < totals.byteLen,
      `${name}: ${totals.nBytesRead}`,
    );
    const wasRead = whole.subarray(0, totals.nBytesRead);
    // What was read may end within a line, which counts as one.
    assert.equal(
      totals.nLines,
      wasRead.filter((byte) => byte === 10).length + (wasRead.at(-1) === 10 ? 0 : 1),
      `${name}: lines of what was read`,
    );
    assert.ok(
      notices.some(({ code }) => code === "changed"),
      name,
    );
    assert.ok(!notices.some(({ code }) => code === "conservation"), name);
    const said = await page.innerText(".summary .caution");
    assert.ok(said.includes(name) && said.includes("bytes"), said);
    await page.screenshot({ path: `${OUTPUT}changed-${name}.png` });
    // The File is dead, so the page asks for it.
    const chooser = page.waitForEvent("filechooser");
    await page.click(".summary .caution button");
    if (name === "growing.log") {
      await (await chooser).setFiles(path);
      await waitFor(page, ["reading", "analyzing"]);
      await waitFor(page, ["done"]);
      const again = await reportOf(page);
      assert.equal(again.totals.nBytesRead, whole.length + more.length);
      assert.ok(!again.notices.some(({ code }) => code === "changed"));
    } else {
      await chooser;
    }
    rmSync(path, { force: true });
  }
  await analyse(page, sample("text", "sample.log"));
  assert.match(
    await page.innerText("#accounts"),
    /^([\d,]+) of \1 bytes read; 20,000 lines = [\d,]+ records/,
  );
  assert.deepEqual(page.faults, []);
});

check("hostile text is inert and visible", async () => {
  const lines = [
    "2026-03-01T12:00:00Z ERROR <img src=x onerror=window.pwned=1> <script>window.pwned=1</script>",
    "2026-03-01T12:00:01Z ERROR access \u202egnp.exe\u202c \u001b]8;;javascript:alert(1)\u0007link",
    '2026-03-01T12:00:02Z WARN "><svg onload=window.pwned=1> {{constructor}} javascript:alert(1)',
  ];
  const path = file(
    "<img src=x onerror=window.pwned=1>.log",
    `${Array(40).fill(lines.join("\n")).join("\n")}\n`,
  );
  const page = await openPage();
  await analyse(page, path);
  let texts = "";
  for (const button of await page.$$(".templates .row-button")) {
    await button.click();
    texts += (await shownLines(page)).map(({ text }) => text).join("\n");
  }
  await page.keyboard.press("Escape");
  await page.waitForSelector("#lines", { state: "detached" });
  await clickTimeline(page);
  texts += (await shownLines(page)).map(({ text }) => text).join("\n");
  assert.ok(texts.includes("<img src=x onerror=window.pwned=1>"));
  assert.ok(texts.includes("⟨U+202E⟩") && texts.includes("⟨ESC⟩") && !texts.includes("\u202e"));
  assert.equal(await page.evaluate(() => window.pwned), undefined);
  assert.equal(await page.$("main img, main script, #lines img"), null);
  assert.deepEqual(await page.evaluate(() => window.violations), []);
  assert.deepEqual(page.faults, []);
});

check("text without times still gets an answer", async () => {
  const words = ["alpha starts", "beta stops", "gamma waits for delta", "cannot open epsilon"];
  const text = Array.from({ length: 400 }, (_, idx) => `${words[(idx * idx) % 4]} ${idx}`).join(
    "\n",
  );
  const page = await openPage();
  const report = await analyse(page, file("no-times.txt", `${text}\n`));
  assert.equal(report.totals.nLines, 400);
  assert.equal(await page.$("#plot-timeline"), null);
  assert.match(await page.innerText("#timeline"), /no timeline/);
  await page.click(".templates .row-button");
  assert.ok((await shownLines(page)).length > 0);
  await page.screenshot({ path: `${OUTPUT}no-times.png`, fullPage: true });
  assert.deepEqual(page.faults, []);
});

check("nothing leaves after sealing, not even on purpose", async () => {
  let nHits = 0;
  const sink = createServer((_, response) => {
    nHits += 1;
    response.writeHead(200, { "Access-Control-Allow-Origin": "*" });
    response.end("got it");
  });
  await new Promise((resolve) => sink.listen(0, "127.0.0.1", resolve));
  const sinkUrl = `http://127.0.0.1:${sink.address().port}/`;

  const page = await openPage();
  const nBefore = requests.length;
  await analyse(page, sample("text", "sample.log"));
  await page.click(".templates .row-button");
  await shownLines(page);
  const tour = requests.slice(nBefore).filter(({ url }) => !url.startsWith("blob:"));
  assert.deepEqual(tour, [], "requests during a normal tour");
  assert.deepEqual(await page.evaluate(() => window.violations), []);

  const tries = async (url) => {
    const refused = [];
    const attempt = async (name, run) => {
      try {
        await run();
      } catch {
        refused.push(name);
      }
    };
    await attempt("fetch", () => fetch(url));
    await attempt("fetch of the own origin", () =>
      fetch(self.location.protocol === "blob:" ? url : "./index.html"),
    );
    await attempt(
      "WebSocket",
      () =>
        new Promise((resolve, reject) => {
          const socket = new WebSocket(url.replace("http", "ws"));
          socket.onopen = resolve;
          socket.onerror = reject;
        }),
    );
    await attempt(
      "XMLHttpRequest",
      () =>
        new Promise((resolve, reject) => {
          const request = new XMLHttpRequest();
          request.onload = resolve;
          request.onerror = reject;
          request.open("GET", url);
          request.send();
        }),
    );
    await attempt("eval", () => (0, eval)("1"));
    if (typeof importScripts === "function") {
      await attempt("importScripts", () => importScripts(url));
    } else {
      await attempt("import", () => import(url));
      const beacon = navigator.sendBeacon(url, "x");
      const image = document.createElement("img");
      await attempt(
        "img",
        () =>
          new Promise((resolve, reject) => {
            image.onload = resolve;
            image.onerror = reject;
            image.src = url;
          }),
      );
      await attempt("a worker from an address", () => new Worker(url));
      refused.push(beacon ? "beacon (judged by the sink)" : "beacon");
    }
    return refused;
  };
  const fromPage = await page.evaluate(tries, sinkUrl);
  assert.deepEqual(
    fromPage.map((name) => name.split(" (")[0]),
    [
      "fetch",
      "fetch of the own origin",
      "WebSocket",
      "XMLHttpRequest",
      "eval",
      "import",
      "img",
      "a worker from an address",
      "beacon",
    ],
  );
  assert.ok((await page.evaluate(() => window.violations.length)) > 0, "no violation was reported");
  assert.ok(page.workers().length >= 2);
  for (const worker of page.workers()) {
    const fromWorker = await worker.evaluate(tries, sinkUrl);
    assert.deepEqual(fromWorker, [
      "fetch",
      "fetch of the own origin",
      "WebSocket",
      "XMLHttpRequest",
      "eval",
      "importScripts",
    ]);
  }
  await page.waitForTimeout(300);
  assert.equal(nHits, 0, "the sink was reached");
  sink.close();
});

check("a worker that cannot start is not made afresh for ever", async () => {
  const page = await openPage();
  await page.evaluate(() => {
    const { Worker } = window;
    window.nMade = 0;
    window.Worker = class extends Worker {
      constructor(address, options) {
        super(address, options);
        window.nMade += 1;
        if (options.name === "shard 1") {
          setTimeout(() => this.onerror?.({ message: "no memory" }), 200);
        }
      }
    };
  });
  await page.click("text=Try a sample");
  await page.waitForTimeout(300);
  await page.evaluate(() => window.logloupe.cancel());
  await page.waitForSelector("text=Logloupe cannot start here", { timeout: 10_000 });
  const nMade = await page.evaluate(() => window.nMade);
  await page.waitForTimeout(1000);
  assert.equal(await page.evaluate(() => window.nMade), nMade);
});

check("inside another page it opens nothing", async () => {
  const outer = createServer((_, response) => {
    response.writeHead(200, { "Content-Type": "text/html" });
    response.end(`<iframe src="${site.address}" width="900" height="700"></iframe>`);
  });
  await new Promise((resolve) => outer.listen(0, "127.0.0.1", resolve));
  const page = await (await browser.newContext()).newPage();
  await page.goto(`http://127.0.0.1:${outer.address().port}/`);
  const inner = page.frameLocator("iframe");
  await inner.getByRole("alert").waitFor();
  assert.match(await inner.locator("body").innerText(), /inside another page/);
  assert.ok(await inner.locator("#file-input").isDisabled());
  await page.context().close();
  outer.close();
});

check("a part that does not load is said in words", async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.route("**/*.xz", (route) => route.abort());
  await page.goto(site.address);
  await page.waitForSelector("[role=alert]");
  assert.match(await page.innerText("[role=alert]"), /could not be loaded/);
  await context.close();
});

check("pictures of every size and theme", async () => {
  const path = sample("text", "sample.log");
  for (const [name, options] of [
    ["light-1280", { width: 1280, height: 900 }],
    ["dark-1280", { width: 1280, height: 900, colorScheme: "dark" }],
    ["light-320", { width: 320, height: 640, scale: 2 }],
    ["light-400", { width: 400, height: 800, scale: 2 }],
    ["light-3840", { width: 3840, height: 2160 }],
  ]) {
    const page = await openPage(options);
    await page.screenshot({ path: `${OUTPUT}start-${name}.png` });
    await analyse(page, path);
    await frames(page);
    await page.waitForTimeout(300);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(width <= options.width, `${name}: ${width} px wide`);
    await page.screenshot({ path: `${OUTPUT}answer-${name}.png`, fullPage: true });
    await page.click(".incident .link-title");
    await shownLines(page);
    await page.screenshot({ path: `${OUTPUT}lines-${name}.png` });
    assert.deepEqual(page.faults, []);
  }
});

// ---------------------------------------------------------------------------------------------- run

if (!existsSync(`${ROOT}dist/index.html`)) {
  console.error("browser tests: dist/ is missing; run `make dist` first");
  process.exit(1);
}
mkdirSync(LOGS, { recursive: true });
site = await serve({ root: `${ROOT}dist`, base: "/some/deep/path/" });
browser = await chromium.launch({
  executablePath: process.env.CHROME ?? "/usr/bin/chromium",
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
});
const words = process.argv.slice(2);
let nFailed = 0;
for (const { name, run } of checks) {
  if (words.length > 0 && !words.some((word) => name.includes(word))) {
    continue;
  }
  const start = Date.now();
  try {
    const note = await run();
    console.log(
      `ok    ${name}${note ? `: ${note}` : ""} (${((Date.now() - start) / 1000).toFixed(1)} s)`,
    );
  } catch (error) {
    nFailed += 1;
    console.error(`FAIL  ${name}\n${error.stack ?? error}`);
    for (const context of browser.contexts()) {
      for (const page of context.pages()) {
        for (const fault of page.faults ?? []) {
          console.error(`      in the page: ${fault}`);
        }
      }
    }
  }
  await Promise.all(browser.contexts().map((context) => context.close()));
}
await browser.close();
await site.close();
if (nFailed > 0) {
  console.error(`${nFailed} failed`);
  process.exitCode = 1;
}
