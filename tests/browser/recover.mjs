// Whatever happens in the middle, the page is there again and gives the same answer as if nothing had. How long that takes is
// noted beside each check; frames.mjs measures what has a bar.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

const noted = async (run) => `${Math.round(await run())} ms`;

export function recoverChecks(tools) {
  const {
    openPage,
    analyse,
    beginReading,
    sample,
    file,
    shownLines,
    frames,
    stateOf,
    waitFor,
    drawn,
  } = tools;
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
        await beginReading(page);
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
        const note = await noted(async () => {
          await beginReading(page);
          return page.evaluate(async () => {
            const start = performance.now();
            while (window.logloupe.state() === "reading") window.logloupe.cancel();
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
        noted(async () => {
          const page = await openPage();
          await beginReading(page);
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
        const note = await noted(async () => {
          await beginReading(page);
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
        const note = await noted(async () => {
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
        await beginReading(page);
        for (const width of [400, 1600, 700]) {
          await page.setViewportSize({ width, height: 800 });
          await frames(page);
        }
        assert.ok(["reading", "analyzing", "done"].includes(await stateOf(page)));
        await analyse(page, sample("text", "sample.log"));
        for (const width of [400, 3840, 1280]) {
          await page.setViewportSize({ width, height: 900 });
          await page.waitForFunction(() => {
            const canvas = document.getElementById("plot-timeline");
            return Math.abs(canvas.width - canvas.clientWidth * devicePixelRatio) <= 1;
          });
          await drawn(page, "plot-timeline");
          const wide = await page.evaluate(() => document.documentElement.scrollWidth);
          assert.ok(wide <= width, `${wide} px wide at ${width}`);
        }
        assert.deepEqual(page.faults, []);
      },
    ],
  ];
}
