// Whatever happens in the middle, the page is there again and gives the same answer as if nothing had. How long that takes is
// noted beside each check; frames.mjs measures what has a bar.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { until } from "./wait.mjs";

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
    reportOf,
  } = tools;
  /** Has a worker throw where nothing catches it. */
  const crash = async (page, role) => {
    const workers = await until(
      () => Promise.all(page.workers().map((worker) => worker.evaluate(() => self.name))),
      (names) => names.includes(role),
      `a worker named ${role}`,
    );
    await page.workers()[workers.indexOf(role)].evaluate(() => {
      setTimeout(() => {
        throw new Error("forced by a test");
      });
    });
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
        await beginReading(page);
        const report = await analyse(page, ...paths);
        assert.equal(report.nFiles, 50);
        assert.equal(report.totals.nLines, whole.totals.nLines);
        assert.equal(report.totals.nRecords, whole.totals.nRecords);
        // Between files no time goes by, so windows in which one ends are a little less bursty.
        const without = ({ marks, ...rest }) => ({ ...rest, marks: marks.map(({ bin }) => bin) });
        assert.deepEqual(without(report.timeline), without(whole.timeline));
        for (const [idx, { score }] of report.timeline.marks.entries()) {
          assert.ok(Math.abs(score - whole.timeline.marks[idx].score) < 1, `${score}`);
        }
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
    ...["engine", "shard 1"].flatMap((role) => [
      [
        `a crash of ${role} while reading begins again by itself, a second one is said`,
        async () => {
          const page = await openPage();
          await beginReading(page);
          await crash(page, role);
          await page.waitForSelector(".said:has-text('begun again by itself')");
          assert.ok(["reading", "analyzing", "done"].includes(await stateOf(page)));
          await page.waitForSelector("[role=progressbar][aria-valuenow]:not([aria-valuenow='0'])");
          const note = await noted(async () => {
            const start = Date.now();
            await crash(page, role);
            await waitFor(page, ["failed"]);
            assert.equal(await page.getAttribute("[role=alert]", "data-code"), "crashed");
            await isReady(page);
            return Date.now() - start;
          });
          await analyse(page, sample("text", "sample.log"));
          await page.click(".templates .row-button");
          assert.ok((await shownLines(page)).length > 0);
          return note;
        },
      ],
      [
        `a crash of ${role} behind an answer leaves it, and its lines come back`,
        async () => {
          const page = await openPage();
          const report = await analyse(page, sample("text", "sample.log"));
          await page.click(".incident .link-title");
          const before = await shownLines(page);
          const note = await noted(async () => {
            const start = Date.now();
            await crash(page, role);
            await page.waitForSelector("#recovery.said");
            assert.equal(await stateOf(page), "done");
            await page.waitForSelector("#recovery:not(.said)", { state: "attached" });
            await page.waitForSelector("#lines[aria-busy=false] .line:not(.is-loading)");
            return Date.now() - start;
          });
          assert.deepEqual(await shownLines(page), before);
          assert.deepEqual(await reportOf(page), report);
          // The second time it may be what was asked for: a person decides, and all lines are shown.
          await crash(page, role);
          await page.click("#recovery button");
          await page.waitForSelector("#recovery:not(.said)", { state: "attached" });
          await page.waitForFunction(
            (n) =>
              document.querySelector("#lines[aria-busy=false] .lines-total")?.textContent ===
              `${n.toLocaleString("en-US")} records`,
            report.totals.nRecords,
          );
          await page.click(".templates .row-button");
          assert.ok((await shownLines(page)).length > 0);
          return note;
        },
      ],
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
