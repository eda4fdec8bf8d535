// Whatever happens in the middle, the page is there again within two seconds and gives the same answer as if nothing had.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

const LIMIT_MS = 2000;
const TRIES = 3;

/** The shortest of a few tries: what else the machine does is not the page's fault. */
async function fastest(run) {
  let best = Infinity;
  for (let n = 0; n < TRIES && best > LIMIT_MS; n++) {
    best = Math.min(best, await run());
  }
  assert.ok(best <= LIMIT_MS, `${Math.round(best)} ms`);
  return `${Math.round(best)} ms`;
}

export function recoverChecks(tools) {
  const {
    openPage,
    analyse,
    choose,
    sample,
    file,
    bigLog,
    shownLines,
    frames,
    stateOf,
    waitFor,
    inkOf,
  } = tools;
  const isReading = async (page) => {
    await choose(page, bigLog());
    await waitFor(page, ["reading"]);
    await page.waitForTimeout(400);
    assert.equal(await stateOf(page), "reading");
  };
  const isReady = (page) =>
    page.waitForSelector("#file-input:not([disabled])", { state: "attached" });

  return [
    [
      "fifty files at once are one log, also in place of one that is being read",
      async () => {
        const lines = readFileSync(sample("text", "sample.log"), "utf8").split(/(?<=\n)/);
        const starts = lines.flatMap((line, idx) => (line.startsWith("2026") ? [idx] : []));
        const step = Math.ceil(starts.length / 50);
        const borders = [0, ...starts.filter((_, idx) => idx % step === 0).slice(1)];
        const paths = borders.map((from, idx) =>
          file(
            `part-${String(idx).padStart(2, "0")}.log`,
            lines.slice(from, borders[idx + 1]).join(""),
          ),
        );
        assert.equal(paths.length, 50);
        const page = await openPage();
        const whole = await analyse(page, sample("text", "sample.log"));
        await page.reload();
        await isReady(page);
        await isReading(page);
        const report = await analyse(page, ...paths);
        assert.equal(report.nFiles, 50);
        assert.equal(report.totals.nLines, whole.totals.nLines);
        assert.equal(report.totals.nRecords, whole.totals.nRecords);
        assert.deepEqual(report.timeline, whole.timeline);
        await page.keyboard.press("l");
        assert.ok((await shownLines(page)).length > 0);
        assert.deepEqual(page.faults, []);
      },
    ],
    [
      "cancelled, it takes the next file at once",
      async () => {
        const page = await openPage();
        const note = await fastest(async () => {
          await isReading(page);
          return page.evaluate(async () => {
            const start = performance.now();
            document.getElementById("cancel").click();
            while (document.querySelector("#drop-zone.is-ready") === null) {
              await new Promise((resolve) => setTimeout(resolve, 5));
            }
            return performance.now() - start;
          });
        });
        await analyse(page, sample("text", "sample.log"));
        assert.deepEqual(page.faults, []);
        return note;
      },
    ],
    ...["engine", "shard 1"].map((role) => [
      `after a crash of ${role} the page is ready again at once`,
      async () =>
        fastest(async () => {
          const page = await openPage();
          await isReading(page);
          const names = await Promise.all(
            page.workers().map((worker) => worker.evaluate(() => self.name)),
          );
          const worker = page.workers()[names.indexOf(role)];
          const start = Date.now();
          await worker.evaluate(() => {
            setTimeout(() => {
              throw new Error("forced by a test");
            });
          });
          await waitFor(page, ["failed"]);
          await isReady(page);
          const took = Date.now() - start;
          await analyse(page, sample("text", "sample.log"));
          await page.context().close();
          return took;
        }),
    ]),
    [
      "reloaded in the middle of reading, it is ready again at once",
      async () => {
        const page = await openPage();
        const note = await fastest(async () => {
          await isReading(page);
          const start = Date.now();
          await page.reload();
          await page.waitForSelector("#drop-zone.is-ready");
          return Date.now() - start;
        });
        await analyse(page, sample("text", "sample.log"));
        assert.deepEqual(page.faults, []);
        return note;
      },
    ],
    [
      "back closes the lines, and back and forth again gives a page that works",
      async () => {
        const page = await openPage();
        await analyse(page, sample("text", "sample.log"));
        await page.keyboard.press("l");
        await shownLines(page);
        await page.goBack();
        await page.waitForSelector("#lines", { state: "detached" });
        assert.equal(await stateOf(page), "done");
        const note = await fastest(async () => {
          await page.goto("about:blank");
          const start = Date.now();
          await page.goBack();
          await isReady(page);
          return Date.now() - start;
        });
        await analyse(page, sample("text", "sample.log"));
        assert.deepEqual(page.faults, []);
        return note;
      },
    ],
    [
      "resized while it reads and after, every plot is drawn again and nothing runs over",
      async () => {
        const page = await openPage();
        await isReading(page);
        for (const width of [400, 1600, 700]) {
          await page.setViewportSize({ width, height: 800 });
          await frames(page);
        }
        assert.ok(["reading", "analyzing", "done"].includes(await stateOf(page)));
        await analyse(page, sample("text", "sample.log"));
        for (const width of [400, 3840, 1280]) {
          const start = Date.now();
          await page.setViewportSize({ width, height: 900 });
          await page.waitForFunction(
            () => {
              const canvas = document.getElementById("plot-timeline");
              return Math.abs(canvas.width - canvas.clientWidth * devicePixelRatio) <= 1;
            },
            null,
            { timeout: LIMIT_MS * 5 },
          );
          assert.ok(
            Date.now() - start <= LIMIT_MS * 2,
            `${width} px took ${Date.now() - start} ms`,
          );
          await frames(page);
          assert.ok((await inkOf(page, "plot-timeline")) > 0.002, `${width} px: no ink`);
          const wide = await page.evaluate(() => document.documentElement.scrollWidth);
          assert.ok(wide <= width, `${wide} px wide at ${width}`);
        }
        assert.deepEqual(page.faults, []);
      },
    ],
  ];
}
