// Two sides of a log compared: by halves, by dragging over the timeline, around an incident, and two files.

import assert from "node:assert/strict";
import { until } from "./wait.mjs";

/** Checks of the panel, each with its name; `tools` are those of run.mjs. */
export function compareChecks({ openPage, analyse, sample, file, shownLines, totalOf }) {
  const START = Date.UTC(2026, 2, 3, 6);
  /** Two hours of lines that come all the time, and those of `extra`: [minute, text]. */
  const log = (name, extra = []) => {
    const lines = [];
    for (let n = 0; n < 3600; n++) {
      lines.push([n * 2000 + ((n * 37) % 11), `INFO page ${n % 40} was served in ${n % 90} ms`]);
      if (n % 3 === 0) lines.push([n * 2000 + 500, `INFO cache holds ${500 + (n % 17)} entries`]);
    }
    lines.push(...extra.map(([minute, text]) => [minute * 60_000, text]));
    lines.sort((a, b) => a[0] - b[0]);
    const text = lines.map(([ms, said]) => `${new Date(START + ms).toISOString()} ${said}\n`);
    return file(name, text.join(""));
  };
  const every = (from, to, step, text) =>
    Array.from({ length: (to - from) / step }, (_, n) => [from + n * step, text]);
  const known = (page) => page.waitForSelector("#compare [data-compare=known]");
  const rows = (page) =>
    page.$$eval(".table.compare tbody tr", (all) =>
      all.map((row) => ({
        text: row.querySelector(".cell-text").textContent,
        counts: [...row.querySelectorAll(".compare-count")].map((n) => n.textContent),
        change: row.querySelector(".compare-change").textContent,
      })),
    );

  return [
    [
      "two halves: what is new and what is gone, each with its lines",
      async () => {
        const path = log("halves.log", [
          ...every(70, 110, 0.5, "WARN pool is exhausted, callers wait"),
          ...every(0, 60, 0.5, "INFO mirror db-east answers within limits"),
        ]);
        const page = await openPage();
        await analyse(page, path);
        await page.selectOption("#compare-before", "first half");
        await page.selectOption("#compare-after", "second half");
        await known(page);
        const found = await rows(page);
        const row = (text) => found.find((row) => row.text.includes(text));
        assert.deepEqual(row("pool is exhausted").counts, ["0 lines", "80 lines"]);
        assert.equal(row("pool is exhausted").change, "new");
        assert.equal(row("db-east").change, "gone");
        assert.deepEqual(row("db-east").counts, ["120 lines", "0 lines"]);
        assert.ok(!row("was served"), "what goes on all the time does not differ");
        const at = found.indexOf(row("db-east"));
        await page.click(`.table.compare tbody tr:nth-child(${at + 1}) td[data-side=A] button`);
        assert.equal(await totalOf(page), 120);
        assert.ok((await shownLines(page)).every(({ text }) => text.includes("db-east")));
        await page.keyboard.press("Escape");

        await page.click("text=Swap A and B");
        await page.waitForFunction(() =>
          document
            .querySelector(".compare-change.is-new")
            ?.closest("tr")
            .textContent.includes("east"),
        );
        await page.check("text=share of lines");
        await page.waitForFunction(() =>
          document.querySelector(".table.compare td[data-side=A]")?.textContent.includes("%"),
        );
        await page.selectOption("#compare-kind", "level");
        await until(
          () => rows(page),
          (all) => all.every(({ text }) => text.startsWith("level")),
          "levels alone",
        );
        assert.deepEqual(page.faults, []);
      },
    ],
    [
      "two drags over the timeline choose the sides, Escape gives up",
      async () => {
        const page = await openPage();
        await analyse(page, log("drags.log", every(60, 100, 0.25, "ERROR disk of node 7 is full")));
        const drag = async (from, to) => {
          const { x, y, width, height } = await page.locator("#plot-timeline").boundingBox();
          await page.mouse.move(x + width * from, y + height * 0.6);
          await page.mouse.down();
          await page.mouse.move(x + width * (from + to) * 0.5, y + height * 0.6);
          await page.mouse.move(x + width * to, y + height * 0.6);
          await page.mouse.up();
        };
        await page.click("text=Choose on the timeline");
        await page.waitForSelector(".picking");
        await page.keyboard.press("Escape");
        await page.waitForSelector(".picking", { state: "detached" });

        await page.click("text=Choose on the timeline");
        await drag(0.15, 0.4);
        await page.waitForSelector("text=Now drag over the stretch to compare");
        await drag(0.6, 0.75);
        await known(page);
        assert.equal(await page.$(".picking"), null);
        assert.ok((await rows(page)).some(({ text }) => text.includes("disk of node")));
        assert.ok(!(await page.innerText("#timeline")).includes("Whole log"), "it is not zoomed");
        assert.deepEqual(page.faults, []);
      },
    ],
    [
      "an incident is compared with what was before it, in one click",
      async () => {
        const page = await openPage();
        const report = await analyse(page, sample("text", "sample.log"));
        assert.ok(report.nIncidents > 0);
        await page.click(".incident button:text-is('Compare with before')");
        await known(page);
        assert.equal(await page.inputValue("#compare-before"), "before 1");
        assert.equal(await page.inputValue("#compare-after"), "during 1");
        assert.ok((await rows(page)).length > 0);
        assert.deepEqual(page.faults, []);
      },
    ],
    [
      "two files, one without times, are compared by their shares",
      async () => {
        const timeless = (name, nOdd) =>
          file(
            name,
            Array.from({ length: 500 }, (_, n) => (n % 10 < nOdd ? "odd one" : "even one")).join(
              "\n",
            ),
          );
        const page = await openPage();
        const report = await analyse(page, timeless("few.log", 1), timeless("many.log", 5));
        const [few, many] = ["few.log", "many.log"].map(
          (name) => report.files.find((file) => file.name.endsWith(name)).id,
        );
        await page.selectOption("#compare-before", `file ${few}`);
        await page.selectOption("#compare-after", `file ${many}`);
        await known(page);
        assert.match(await page.innerText("#compare-said"), /One side has no times/);
        const odd = (await rows(page)).find(({ text }) => text.includes("odd one"));
        assert.deepEqual([odd.counts, odd.change], [["50 lines", "250 lines"], "× 5.0"]);
        // The same side twice: nothing differs, and why is said.
        await page.selectOption("#compare-after", `file ${few}`);
        await page.waitForFunction(() =>
          /overlap/.test(document.querySelector("#compare-said")?.textContent ?? ""),
        );
        assert.deepEqual(await rows(page), []);
        assert.deepEqual(page.faults, []);
      },
    ],
  ];
}
