// The lines panel: searching, narrowing, stepping back, deep pages.

import assert from "node:assert/strict";

/** Checks of the panel, each with its name; `tools` are those of run.mjs. */
export function queryChecks({
  openPage,
  analyse,
  sample,
  file,
  shownLines,
  totalOf,
  gzipSync,
  readFileSync,
}) {
  const search = async (page, text) => {
    await page.fill("#lines-search", text);
    await page.press("#lines-search", "Enter");
    return totalOf(page);
  };
  /** How many records of the sample hold a text, by their first line and those that follow it. */
  const countIn = (path, isIn) => readFileSync(path, "utf8").split("\n").filter(isIn).length;

  return [
    [
      "search finds in plain and packed files what is there, and marks it",
      async () => {
        const path = sample("text", "sample.log");
        const packed = file("search.log.gz", gzipSync(readFileSync(path)));
        const isIn = (line) => line.includes("Failed password for ");
        const expected = countIn(path, isIn);
        assert.ok(expected > 10);
        for (const log of [path, packed]) {
          const page = await openPage();
          const report = await analyse(page, log);
          await page.keyboard.press("l");
          assert.equal(await totalOf(page), report.totals.nRecords);
          assert.equal(await page.evaluate(() => document.activeElement.id), "lines-search");
          assert.equal(await search(page, "failed PASSWORD for "), expected);
          assert.ok((await shownLines(page)).every(({ text }) => isIn(text)));
          const marks = await page.$$eval("#lines mark", (all) => all.map((m) => m.textContent));
          assert.ok(marks.length > 0 && marks.every((mark) => mark === "Failed password for "));

          await page.click("#lines [aria-label='Match case']");
          assert.equal(await totalOf(page), 0);
          await page.click("#lines [aria-label='Regular expression']");
          const regex = /Failed pass\w+ for (invalid|root)/;
          assert.equal(
            await search(page, String.raw`Failed pass\w+ for (invalid|root)`),
            countIn(path, (line) => regex.test(line)),
          );
          assert.deepEqual(page.faults, []);
        }
      },
    ],
    [
      "a pattern that cannot be read is said with its place",
      async () => {
        const page = await openPage();
        await analyse(page, sample("text", "sample.log"));
        await page.keyboard.press("l");
        await totalOf(page);
        await page.click("#lines [aria-label='Regular expression']");
        await page.fill("#lines-search", "user=(a");
        await page.waitForSelector("#lines-search-said");
        assert.match(await page.innerText("#lines-search-said"), /character 6: unclosed group/);
        assert.equal(await page.getAttribute("#lines-search", "aria-invalid"), "true");
        await page.fill("#lines-search", "user=(a)");
        await page.waitForSelector("#lines-search-said", { state: "detached" });
        await totalOf(page);
        assert.deepEqual(page.faults, []);
      },
    ],
    [
      "level, source and time narrow, chips and undo widen again",
      async () => {
        const page = await openPage();
        const report = await analyse(page, sample("text", "sample.log"));
        await page.keyboard.press("l");
        const all = await totalOf(page);
        const errors = report.levels.find(({ level }) => level === "ERROR").nRecords;
        await page.click("#lines .filter-levels .level-error");
        await page.waitForSelector("#lines .chip");
        assert.equal(await totalOf(page), errors);

        await page.click("#lines .menu summary:has-text('Source')");
        const source = page.locator("#lines .choices-list .check:visible").first();
        await source.waitFor();
        await source.click();
        await page.waitForFunction(() => document.querySelectorAll("#lines .chip").length === 2);
        assert.ok((await totalOf(page)) <= errors);
        await page.click("#lines .chip:nth-of-type(2) button");
        await page.waitForFunction(() => document.querySelectorAll("#lines .chip").length === 1);
        assert.equal(await totalOf(page), errors);
        await page.locator("#lines .lines-title").click();

        const box = await page.locator("#lines .strip-bars").boundingBox();
        const y = box.y + box.height / 2;
        await page.mouse.move(box.x + box.width * 0.25, y);
        await page.mouse.down();
        await page.mouse.move(box.x + box.width * 0.75, y);
        await page.mouse.up();
        await page.waitForFunction(() => document.querySelectorAll("#lines .chip").length === 2);
        assert.ok((await totalOf(page)) < errors);
        await page.keyboard.press("Control+z");
        await page.waitForFunction(() => document.querySelectorAll("#lines .chip").length === 1);
        assert.equal(await totalOf(page), errors);
        await page.keyboard.press("Control+z");
        await page.waitForFunction(() => document.querySelectorAll("#lines .chip").length === 2);
        await page.click("#lines button:has-text('Clear all')");
        await page.waitForFunction(() => document.querySelectorAll("#lines .chip").length === 0);
        assert.equal(await totalOf(page), all);
        assert.deepEqual(page.faults, []);
      },
    ],
    [
      "an incident shows as many lines as it claims",
      async () => {
        const page = await openPage();
        const report = await analyse(page, sample("text", "sample.log"));
        await page.click(".incident .link-title");
        assert.equal(await totalOf(page), report.incidents[0].nRecords);
        assert.deepEqual(page.faults, []);
      },
    ],
    [
      "deep pages and lines by their number are found",
      async () => {
        const lines = Array.from({ length: 300_000 }, (_, n) => {
          const time = new Date(Date.UTC(2026, 2, 2) + (n >> 3) * 1000).toISOString();
          return `${time} INFO request ${n} done`;
        });
        const path = file("deep.log", `${lines.join("\n")}\n`);
        const page = await openPage({ nCores: 3 });
        await analyse(page, path);
        await page.keyboard.press("l");
        await totalOf(page);
        const start = Date.now();
        await page.fill("#lines [name=line]", "295001");
        await page.press("#lines [name=line]", "Enter");
        await page.waitForFunction(() =>
          document
            .querySelector("#lines .lines-scroller")
            ?.textContent.includes("request 295000 done"),
        );
        const took = Date.now() - start;
        assert.deepEqual(page.faults, []);
        return `${took} ms`;
      },
    ],
  ];
}
