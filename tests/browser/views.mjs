// One selection for all views, the keys, the lines viewer, the values of a pattern's places, settings and the address.

import assert from "node:assert/strict";
import { open } from "node:fs/promises";
import { until } from "./wait.mjs";

/** Checks of the views, each with its name; `tools` are those of run.mjs. */
export function viewChecks({
  openPage,
  analyse,
  sample,
  file,
  shownLines,
  frames,
  reportOf,
  waitFor,
  bigLog,
}) {
  const totalOf = async (page) => {
    await frames(page);
    await page.waitForSelector("#lines[aria-busy=false]");
    const said = await page.innerText("#lines .lines-total");
    return Number(said.match(/^[\d,]+/)[0].replaceAll(",", ""));
  };
  const brush = async (page, from, to) => {
    await page.locator("#plot-timeline").scrollIntoViewIfNeeded();
    const box = await page.locator("#plot-timeline").boundingBox();
    const y = box.y + box.height * 0.6;
    await page.mouse.move(box.x + box.width * from, y);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * to, y, { steps: 4 });
    await page.mouse.up();
  };
  const selectedOf = async (page) => {
    await page.waitForFunction(() =>
      /^[\d,]+ of .* selected$/.test(document.querySelector(".selection-count")?.textContent ?? ""),
    );
    const said = await page.innerText(".selection-count");
    return Number(said.match(/^[\d,]+/)[0].replaceAll(",", ""));
  };
  /** Pixels of a plot's overlay that are not empty. */
  const overlayInk = (page, kind) =>
    page.evaluate((name) => {
      const canvas = document.querySelector(`[data-overlay=${name}]`);
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      return new Uint32Array(data.buffer).filter((pixel) => pixel !== 0).length;
    }, kind);
  /** What is read once it is the same for a while: plots are drawn one after the other. */
  const settled = async (page, read) => {
    let before = await read();
    await until(async () => {
      await frames(page, 12);
      const now = await read();
      const isSame = now === before;
      before = now;
      return isSame;
    });
    return before;
  };
  /** Waits for the current line and returns its number and level. */
  const current = async (page, isNew = () => true) => {
    for (let tries = 0; tries < 100; tries++) {
      const line = await page.evaluate(() => {
        const row = document.querySelector("#lines .line.is-current:not(.is-loading)");
        return row === null
          ? null
          : {
              line: Number(row.querySelector(".line-number").textContent),
              level: row.querySelector(".line-level").textContent,
              score: Number(row.querySelector(".line-score").textContent),
              text: row.querySelector(".line-text").textContent,
            };
      });
      if (line !== null && isNew(line)) return line;
      await page.waitForTimeout(50);
    }
    return assert.fail("no current line");
  };

  return [
    [
      "a brush on the timeline selects for every view, and can be undone and redone",
      async () => {
        const page = await openPage();
        const report = await analyse(page, sample("text", "sample.log"));
        await frames(page);
        await until(
          () => overlayInk(page, "scatter"),
          (ink) => ink === 0,
        );
        await brush(page, 0.3, 0.5);
        const n = await selectedOf(page);
        assert.ok(n > 0 && n < report.totals.nRecords);
        await page.waitForSelector(".templates tr.is-out");
        for (const kind of ["timeline", "scatter", "scatter3d", "clusters"]) {
          await until(
            () => overlayInk(page, kind),
            (ink) => ink > 100,
            `nothing is lifted out of ${kind}`,
          );
        }
        await page.waitForSelector(".windows tr.is-out");
        // What is counted per pattern adds up to what is selected, as far as patterns are listed.
        await page.click("#patterns .more");
        const counts = () =>
          page.$$eval(".templates tbody tr:not(.is-out) .cell-count", (cells) =>
            cells.map((cell) => {
              const part = cell.querySelector(".selected-count")?.textContent;
              return Number(
                (part ?? cell.firstChild.textContent).match(/[\d,]+/)[0].replaceAll(",", ""),
              );
            }),
          );
        await until(
          async () => (await counts()).reduce((a, b) => a + b, 0),
          (sum) => sum === n,
          `records of the patterns, ${n} are selected`,
        );
        await page.click("#selection button:text-is('Show the lines')");
        assert.equal(await totalOf(page), n);
        await page.keyboard.press("Escape");
        await page.keyboard.press("Control+z");
        await page.waitForSelector("#selection", { state: "detached" });
        await page.waitForSelector(".is-out", { state: "detached" });
        await page.keyboard.press("Control+y");
        assert.equal(await selectedOf(page), n);
        await page.keyboard.press("Escape");
        await page.waitForSelector("#selection", { state: "detached" });
        assert.deepEqual(page.faults, []);
      },
    ],
    [
      "filters are kept by name in memory and never stored",
      async () => {
        const page = await openPage();
        await analyse(page, sample("text", "sample.log"));
        await page.keyboard.press("l");
        await page.fill("#lines-search", "canary-password");
        await page.press("#lines-search", "Enter");
        await totalOf(page);
        await page.click("#lines button:text-is('Keep…')");
        await page.fill("#lines .name-filter input", "logins");
        await page.keyboard.press("Enter");
        await page.click("#lines button:text-is('Clear all')");
        await page.selectOption("#lines .saved-filters", "logins");
        await page.waitForSelector("#lines .chip:has-text('canary-password')");
        await page.waitForTimeout(700);
        const stored = await page.evaluate(() => JSON.stringify({ ...localStorage }));
        assert.ok(!stored.includes("canary"), stored);
        assert.ok(!page.url().includes("canary"), page.url());
        assert.deepEqual(page.faults, []);
      },
    ],
    [
      "keys lead to errors, warnings, unusual lines, times and marks",
      async () => {
        const page = await openPage();
        const report = await analyse(page, sample("text", "sample.log"));
        await page.keyboard.press("e");
        const first = await current(page);
        assert.ok(["ERROR", "FATAL"].includes(first.level), first.level);
        await page.keyboard.press("e");
        const second = await current(page, ({ line }) => line !== first.line);
        assert.ok(["ERROR", "FATAL"].includes(second.level));
        await page.keyboard.press("Shift+E");
        assert.equal((await current(page, ({ line }) => line !== second.line)).line, first.line);
        await page.keyboard.press("w");
        assert.equal((await current(page, ({ line }) => line !== first.line)).level, "WARN");
        await page.keyboard.press("a");
        assert.ok((await current(page, ({ level }) => level !== "WARN")).score >= 50);

        await page.keyboard.press("m");
        await page.waitForSelector("#lines .line.is-marked");
        await page.click("#marks summary");
        await page.fill("#marks input", "look here");
        await page.keyboard.press("Tab");
        await page.waitForSelector("#marks summary:has-text('1 marked line')");

        await page.locator("#lines .lines-title").click();
        await page.keyboard.press("g");
        await page.fill(".go-to-time input", "not a time");
        await page.keyboard.press("Enter");
        await page.waitForSelector(".go-to-time:has-text('Write a time')");
        const at = new Date((report.totals.firstMs + report.totals.lastMs) / 2).toISOString();
        await page.fill(".go-to-time input", at.slice(11, 16));
        await page.keyboard.press("Enter");
        const there = await current(page, ({ text }) => text.includes(at.slice(11, 15)));
        assert.ok(there.line > 1);
        assert.deepEqual(page.faults, []);
      },
    ],
    [
      "a hit is shown among all lines, and n leads to the next",
      async () => {
        const page = await openPage();
        await analyse(page, sample("text", "sample.log"));
        await page.keyboard.press("l");
        await totalOf(page);
        await page.fill("#lines-search", "OutOfMemoryError");
        await page.press("#lines-search", "Enter");
        const nHits = await totalOf(page);
        assert.ok(nHits > 0);
        await page.locator("#lines .lines-title").click();
        await page.keyboard.press("n");
        const hit = await current(page);
        assert.match(hit.text, /OutOfMemoryError/);
        await page.keyboard.press("c");
        await page.waitForSelector(".context-bar");
        assert.equal((await current(page, ({ line }) => line === hit.line)).line, hit.line);
        await until(
          () => shownLines(page),
          (around) =>
            around.some(({ line }) => line < hit.line) &&
            around.some(({ line }) => line > hit.line),
          "lines around the hit",
        );
        await page.waitForSelector(`.context-bar:has-text("Hit 1 of ${nHits}")`);
        await page.keyboard.press("c");
        await page.waitForSelector(".context-bar", { state: "detached" });
        assert.equal(await totalOf(page), nHits);
        assert.deepEqual(page.faults, []);
      },
    ],
    [
      "the palette lists every action and runs what is chosen",
      async () => {
        const page = await openPage();
        await analyse(page, sample("text", "sample.log"));
        await page.keyboard.press("Control+Shift+P");
        await page.waitForSelector("#palette-search");
        await page.waitForSelector(".palette li");
        const names = await page.$$eval(".palette li", (rows) =>
          rows.map((row) => row.textContent),
        );
        for (const name of [
          "Open files",
          "Next error",
          "Next incident",
          "Zoom in",
          "Light or dark",
        ]) {
          assert.ok(
            names.some((text) => text.includes(name)),
            `${name} is not listed`,
          );
        }
        const before = await page.getAttribute("html", "data-theme");
        await page.keyboard.type("light or dark");
        await page.keyboard.press("Enter");
        await page.waitForFunction((was) => document.documentElement.dataset.theme !== was, before);
        await page.keyboard.press("?");
        await page.waitForSelector(".help[open]");
        assert.match(await page.innerText(".help"), /Next unusual line/);
        assert.deepEqual(page.faults, []);
      },
    ],
    [
      "the timeline zooms with the wheel and WASD, and 0 shows all of it",
      async () => {
        const page = await openPage();
        await analyse(page, sample("text", "sample.log"));
        const picture = () =>
          page.evaluate(() => document.getElementById("plot-timeline").toDataURL().length);
        await frames(page);
        await page.locator("#plot-timeline").focus();
        await frames(page);
        const whole = await settled(page, picture);
        for (let n = 0; n < 4; n++) await page.keyboard.press("w");
        await until(picture, (now) => now !== whole, "the picture of a zoomed timeline");
        await page.keyboard.press("d");
        await page.waitForSelector("#timeline button:has-text('Whole log')");
        await page.keyboard.press("0");
        await until(picture, (now) => now === whole, "the picture of all of it");
        await page.hover("#plot-timeline");
        await page.keyboard.down("Control");
        await page.mouse.wheel(0, -300);
        await page.keyboard.up("Control");
        await page.waitForSelector("#timeline button:has-text('Whole log')");
        assert.deepEqual(page.faults, []);
      },
    ],
    [
      "a pointer on a line moves the cursor of the timeline",
      async () => {
        const page = await openPage();
        await analyse(page, sample("text", "sample.log"));
        await page.keyboard.press("l");
        await shownLines(page);
        await page.mouse.move(5, 5);
        const ink = () => overlayInk(page, "timeline");
        await until(ink, (n) => n === 0, "a cursor where none should be");
        await page.locator("#lines .line").nth(1).hover();
        await until(ink, (n) => n > 0, "no cursor");
        assert.deepEqual(page.faults, []);
      },
    ],
    [
      "a place of a pattern tells its values, counted over all its lines",
      async () => {
        const users = ["root", "admin", "guest"];
        const lines = Array.from({ length: 3000 }, (_, n) => {
          const time = new Date(Date.UTC(2026, 2, 2) + n * 1000).toISOString();
          return n % 2 === 0
            ? `${time} INFO login of ${users[(n / 2) % 3]} took ${(n / 2) % 50} ms`
            : `${time} WARN disk ${n % 7} is nearly full`;
        });
        const page = await openPage({ nCores: 3 });
        const report = await analyse(page, file("values.log", `${lines.join("\n")}\n`));
        const { id } = report.templates.find(({ text }) => text.startsWith("login of"));
        const row = page.locator(`.templates tr[data-template="${id}"]`);
        await row.locator(".pattern-tools summary").click();
        await row.locator("[data-slot='0']").click();
        await page.waitForSelector("#values[aria-busy=false]");
        const values = () =>
          page.$$eval("#values .value-list li", (rows) =>
            rows.map((row) =>
              [".log-text", ".number"].map((part) => row.querySelector(part).textContent).join(" "),
            ),
          );
        const want = "admin 500, guest 500, root 500";
        await until(values, (rows) => rows.join(", ") === want, "values of the place");
        await page.selectOption("#values select", "1");
        await page.waitForSelector("#values .spread");
        const said = await page.innerText("#values .spread figcaption");
        assert.match(said, /Half are at most about 2\d/);
        await page.selectOption("#values select", "0");
        await page.click("#values .value-list .row-button:has-text('guest')");
        await page.waitForSelector("#lines .chip:has-text('guest')");
        assert.equal(await totalOf(page), 500);
        await page.click("#lines [aria-label^='Remove the condition Values']");
        await page.click("#lines button:has-text('Close')");
        await row.locator("button:text-is('Leave it out')").click();
        await page.waitForSelector("#selection .chip:has-text('Not login of')");
        assert.deepEqual(page.faults, []);
      },
    ],
    [
      "patterns sort by rarest and newest",
      async () => {
        const page = await openPage();
        const report = await analyse(page, sample("text", "sample.log"));
        const ids = () =>
          page.$$eval(".templates tbody tr", (rows) =>
            rows.map((row) => Number(row.dataset.template)),
          );
        const byId = new Map(report.templates.map((template) => [template.id, template]));
        await page.selectOption("#pattern-order", { label: "Rarest first" });
        const isSorted = (values) =>
          values.length > 5 && values.every((value, at) => at === 0 || values[at - 1] <= value);
        await until(
          async () => (await ids()).map((id) => byId.get(id).nRecords),
          isSorted,
          "rarest first",
        );
        await page.selectOption("#pattern-order", { label: "Newest first" });
        await until(
          async () => (await ids()).map((id) => -(byId.get(id).firstMs ?? -1e15)),
          isSorted,
          "newest first",
        );
      },
    ],
    [
      "numbers of the analysis are kept and reset, and a view is shared by its address",
      async () => {
        const path = sample("text", "sample.log");
        const page = await openPage();
        const usual = await analyse(page, path);
        await page.click(".parameters summary");
        await page.fill("input[name=linkSeconds]", "2");
        await page.click(".choices >> text=Apply");
        await waitFor(page, ["done"]);
        await page.waitForFunction(
          (n) =>
            window.logloupe.state() === "done" &&
            window.logloupe.report().incidents[0].nRecords !== n,
          usual.incidents[0].nRecords,
        );
        const changed = await reportOf(page);
        assert.equal(
          await page.evaluate(() => localStorage.getItem("logloupe.parameters")),
          '{"linkSeconds":2}',
        );
        await page.keyboard.press("Escape");
        await page.evaluate(() => window.scrollTo(0, 0));
        await page.click(".incident .link-title");
        const n = await totalOf(page);
        await page.waitForFunction(() => window.location.hash.includes("incident=1"));
        const address = page.url();
        assert.match(address, /o-linkSeconds=2/);

        // Someone else, with the same log.
        const other = await openPage({ address });
        const theirs = await analyse(other, path);
        assert.deepEqual(theirs.incidents, changed.incidents);
        assert.equal(await selectedOf(other), n);

        await page.keyboard.press("Escape");
        await page.click("button:text-is('Back to the usual settings')");
        await page.waitForFunction(
          (expected) =>
            window.logloupe.state() === "done" &&
            window.logloupe.report().incidents[0].nRecords === expected,
          usual.incidents[0].nRecords,
        );
        assert.equal(await page.evaluate(() => localStorage.getItem("logloupe.parameters")), null);
        assert.deepEqual(page.faults, []);
      },
    ],
    [
      "times are written in UTC, local, or as time passed",
      async () => {
        const page = await openPage();
        await analyse(page, sample("text", "sample.log"));
        await page.keyboard.press("l");
        await shownLines(page);
        const timeOf = (nth) => () =>
          page.locator("#lines .line").nth(nth).locator(".line-time").innerText();
        const isClock = (time) => /^\d\d:\d\d:\d\d/.test(time);
        const isPassed = (time) => time.startsWith("+");
        await until(timeOf(1), isClock, "a time of day");
        await page.selectOption(".time-style", "before");
        await until(timeOf(1), isPassed, "time since the line before");
        await until(timeOf(0), (time) => time === "·", "the first line has none before");
        await page.selectOption(".time-style", "start");
        await until(timeOf(1), isPassed, "time since the first line");
      },
    ],
    [
      "the first lines can be read while the rest is being read",
      async () => {
        const page = await openPage();
        const path = bigLog();
        await page.setInputFiles("#file-input", path);
        await page.waitForSelector("#peek li");
        assert.equal(await page.evaluate(() => window.logloupe.state()), "reading");
        const handle = await open(path);
        const { buffer } = await handle.read(Buffer.alloc(2000), 0, 2000, 0);
        await handle.close();
        const lines = buffer.toString().split("\n").slice(0, 3);
        const shown = await page.$$eval("#peek li", (rows) => rows.map((row) => row.textContent));
        assert.deepEqual(shown.slice(0, 3), lines);
        await page.evaluate(() => window.logloupe.cancel());
        await waitFor(page, ["idle", "done"]);
        await page.waitForSelector("#peek", { state: "detached" });
        assert.deepEqual(page.faults, []);
      },
    ],
  ];
}
