// How smooth the built page is with many lines: frame times while panning, brushing and turning, what keeps the page's thread
// busy while a log is read, and how soon its first lines can be read; in a real Chromium, drawn by software.
//
//   make bench-web                                       1 and 5 million generated lines
//   make dist && node tests/browser/frames.mjs FILE …    files of your own
//
// A frame's time is that between two animation frames, which are at least 16.7 ms apart on a screen of 60 Hz. Tasks are those
// the browser itself calls long: over 50 ms. Both grow when the machine has other things to do, so the time that the page's
// thread itself was at work is measured as well, task by task, from a trace: a frame needs it to be less than 16.7 ms.
// Chromium: $CHROME, or /usr/bin/chromium.

import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { serve } from "../../tools/serve.mjs";
import { chromium } from "../../www/node_modules/playwright-core/index.mjs";

const MILLIONS = [1, 5];
/** Moves of the pointer in one gesture. */
const MOVES = 60;
const root = fileURLToPath(new URL("../../", import.meta.url));

/** A generated log of so many lines; made once. */
function samplePath(nLines) {
  const path = join(tmpdir(), `logloupe-bench-${nLines}.log`);
  if (!existsSync(path)) {
    const args = ["--format", "text", "--lines", String(nLines), path];
    execFileSync(join(root, "target/release/examples/sample"), args, { stdio: "ignore" });
  }
  return path;
}

const quantile = (values, share) =>
  [...values].sort((a, b) => a - b)[
    Math.min(values.length - 1, Math.floor(share * values.length))
  ] ?? 0;

/** Watches from before the page's own scripts run: long tasks, the choice of a file, its first lines. */
function watch() {
  window.watched = { tasks: [], chosen: 0, firstLines: 0, filled: 0, frames: null };
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) {
      window.watched.tasks.push({ startTime, duration });
    }
  }).observe({ type: "longtask" });
  document.addEventListener(
    "change",
    (event) => {
      if (event.target.id === "file-input") window.watched.chosen = performance.now();
    },
    true,
  );
  new MutationObserver(() => {
    const { watched } = window;
    if (watched.firstLines === 0 && document.querySelector("#peek li") !== null) {
      requestAnimationFrame(() => {
        watched.firstLines ||= performance.now();
      });
    }
    if (watched.filled === 0 && document.querySelector("#filling [data-drawn=true]") !== null) {
      requestAnimationFrame(() => {
        watched.filled ||= performance.now();
      });
    }
  }).observe(document, { attributes: true, childList: true, subtree: true });
  const tick = (now) => {
    window.watched.frames?.push(now);
    requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
}

/** The time the page's thread was at work in each of its tasks while something is done, longest first, in milliseconds. */
async function workOf(page, run) {
  const categories = ["disabled-by-default-devtools.timeline", "toplevel"];
  await browser.startTracing(page, { categories });
  await run();
  const { traceEvents } = JSON.parse(await browser.stopTracing());
  const threadOf = ({ pid, tid }) => `${pid} ${tid}`;
  const isMain = ({ name, args }) => name === "thread_name" && args.name === "CrRendererMain";
  const main = new Set(traceEvents.filter(isMain).map(threadOf));
  const isTask = (event) => event.name === "RunTask" && main.has(threadOf(event));
  const work = traceEvents.filter(isTask).map(({ tdur = 0 }) => tdur / 1000);
  return work.sort((a, b) => b - a);
}

/** Tasks in a row, in words. */
function inWords(work) {
  const over = (ms) => work.filter((own) => own > ms).length;
  return `longest task ${(work[0] ?? 0).toFixed(0)} ms of its own; over 16.7 ms: ${over(16.7)}, over 50 ms: ${over(50)}`;
}

/** Times between frames while something is done. */
async function framesOf(page, run) {
  await page.evaluate(() => {
    window.watched.frames = [];
  });
  await run();
  return page.evaluate(() => {
    const { frames } = window.watched;
    window.watched.frames = null;
    return frames.slice(1).map((at, idx) => at - frames[idx]);
  });
}

async function drag(page, id, fromX, toX, y) {
  const canvas = page.locator(id);
  await canvas.scrollIntoViewIfNeeded();
  const box = await canvas.boundingBox();
  const at = (share) => box.x + box.width * share;
  const height = box.y + box.height * y;
  await page.mouse.move(at(fromX), height);
  await page.mouse.down();
  for (let step = 1; step <= MOVES; step++) {
    await page.mouse.move(at(fromX + ((toX - fromX) * step) / MOVES), height);
  }
  await page.mouse.up();
}

const gestures = {
  "panning the timeline": async (page) => {
    await page.locator("#plot-timeline").focus();
    for (let n = 0; n < 4; n++) await page.keyboard.press("w");
    for (let n = 0; n < MOVES; n++) await page.keyboard.press(n % 20 < 10 ? "d" : "a");
    await page.keyboard.press("0");
  },
  "pointing along it": async (page) => {
    const box = await page.locator("#plot-timeline").boundingBox();
    for (let n = 0; n < MOVES; n++) {
      await page.mouse.move(box.x + (box.width * n) / MOVES, box.y + box.height / 2);
    }
  },
  "brushing a stretch": async (page) => {
    await drag(page, "#plot-timeline", 0.3, 0.6, 0.6);
    await page.waitForSelector("#selection");
    await page.waitForTimeout(300);
    await page.keyboard.press("Escape");
  },
  "turning the 3D plot": (page) => drag(page, "#plot-scatter3d", 0.3, 0.7, 0.5),
  "scrolling the lines": async (page) => {
    await page.keyboard.press("l");
    await page.waitForSelector("#lines .line:not(.is-loading)");
    await page.hover("#lines .lines-scroller");
    for (let n = 0; n < MOVES; n++) await page.mouse.wheel(0, 400);
    await page.keyboard.press("Escape");
    await page.keyboard.press("Escape");
  },
};

const site = await serve({ root: join(root, "dist") });
const browser = await chromium.launch({
  executablePath: process.env.CHROME ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
});
const given = process.argv.slice(2);
const paths = given.length > 0 ? given : MILLIONS.map((n) => samplePath(n * 1_000_000));
for (const path of paths) {
  const page = await (
    await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: "reduce" })
  ).newPage();
  await page.addInitScript(watch);
  await page.goto(site.address);
  await page.waitForSelector("#drop-zone.is-ready");
  const work = await workOf(page, async () => {
    await page.setInputFiles("#file-input", path);
    await page.waitForFunction(() => ["done", "failed"].includes(window.logloupe.state()), null, {
      timeout: 600_000,
    });
    await page.waitForSelector("[data-done]");
    await page.waitForTimeout(500);
  });
  const { tasks, first, filled, nLines } = await page.evaluate(() => {
    const { watched } = window;
    const during = watched.tasks.filter(({ startTime }) => startTime >= watched.chosen);
    return {
      tasks: during.map(({ duration }) => duration),
      first: watched.firstLines - watched.chosen,
      filled: watched.filled - watched.chosen,
      nLines: window.logloupe.report()?.totals.nLines ?? 0,
    };
  });
  const longest = Math.max(0, ...tasks).toFixed(0);
  console.log(`${path}: ${(nLines / 1e6).toFixed(1)} M lines`);
  console.log(`  first lines ${first.toFixed(0)} ms after the choice of the file`);
  console.log(`  the timeline begins to fill after ${filled.toFixed(0)} ms`);
  console.log(`  until the answer is drawn: ${inWords(work)}`);
  console.log(
    `  tasks over 50 ms until the answer is drawn: ${tasks.length} (longest ${longest} ms)`,
  );
  for (const [name, run] of Object.entries(gestures)) {
    const frames = await framesOf(page, () => run(page));
    const own = await workOf(page, () => run(page));
    console.log(
      `  ${name}: p95 ${quantile(frames, 0.95).toFixed(1)} ms, median ${quantile(frames, 0.5).toFixed(1)} ms (${frames.length} frames); ${inWords(own)}`,
    );
  }
  await page.context().close();
}
await browser.close();
await site.close();
