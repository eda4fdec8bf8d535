// Files that were opened lately: opened again with marks and settings, nothing of their text kept, all of it forgotten on demand.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

/** Puts a file where the browser gives out true handles, and lets the picker choose it. */
async function pickable(page, name, text) {
  await page.evaluate(
    async ([fileName, content]) => {
      const folder = await navigator.storage.getDirectory();
      const handle = await folder.getFileHandle(fileName, { create: true });
      const stream = await handle.createWritable();
      await stream.write(content);
      await stream.close();
      window.showOpenFilePicker = async () => [handle];
    },
    [name, text],
  );
}

/** All that the page keeps in its database, as text. */
const keptText = (page) =>
  page.evaluate(async () => {
    const databases = await indexedDB.databases();
    const texts = [];
    for (const { name } of databases) {
      const database = await new Promise((resolve) => {
        const opening = indexedDB.open(name);
        opening.onsuccess = () => resolve(opening.result);
      });
      for (const store of database.objectStoreNames) {
        const entries = await new Promise((resolve) => {
          const reading = database.transaction(store).objectStore(store).getAll();
          reading.onsuccess = () => resolve(reading.result);
        });
        texts.push(...entries.map((entry) => JSON.stringify(entry)));
      }
      database.close();
    }
    return texts.join("\n");
  });

/** Names of the analyses that are kept. */
const analyses = (page) =>
  page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    const folder = await root.getDirectoryHandle("analyses").catch(() => null);
    const names = [];
    if (folder !== null) for await (const name of folder.keys()) names.push(name);
    return names;
  });

export function recentChecks(tools) {
  const { openPage, sample, shownLines, stateOf, waitFor } = tools;

  const pick = async (page) => {
    await page.click("#drop-zone button:text-is('Choose files…')");
    await waitFor(page, ["done"]);
    await page.waitForSelector("[data-done]");
  };
  /** Waits until what is kept meets a condition. */
  const untilKept = async (page, isIt) => {
    for (const end = Date.now() + 20_000; ; await page.waitForTimeout(100)) {
      const text = await keptText(page);
      if (isIt(text)) return text;
      assert.ok(Date.now() < end, `what is kept is still: ${text}`);
    }
  };
  const isReady = (page) => page.waitForSelector("#drop-zone.is-ready");
  const reopen = async (page, name) => {
    await page.reload();
    await isReady(page);
    await page.click(`#recent .row-button:has-text('${name}')`);
    await waitFor(page, ["done"]);
    await page.waitForSelector("[data-done]");
  };

  return [
    [
      "a file opened lately opens again with its marks, filters and settings, and none of its text was kept",
      async () => {
        const text = readFileSync(sample("text", "sample.log"), "utf8");
        const page = await openPage();
        assert.equal(await page.$("#recent .row-button"), null);
        assert.equal(await keptText(page), "", "something is kept before anything was opened");
        await pickable(page, "lately.log", text);
        await pick(page);
        await page.selectOption("select[name=windowSeconds]", "900");
        await page.click(".choices >> text=Apply");
        await page.waitForFunction(
          () => window.logloupe.state() === "done" && window.logloupe.report().windowMs === 900_000,
        );
        await page.waitForSelector("[data-done]");
        const nBefore = await page.$$eval(".incident", (cards) => cards.length);
        await page.click(".incident >> nth=-1 >> button:text-is('This is normal')");
        await page.waitForFunction(
          (n) => document.querySelectorAll(".incident").length < n,
          nBefore,
        );
        await page.click(".incident .link-title");
        const [first] = await shownLines(page);
        await page.click("#lines .line:not(.is-loading) .line-text");
        await page.keyboard.press("m");
        await page.waitForSelector("#marks");
        await page.click("#marks summary");
        await page.fill("#marks input", "look at this again");
        await page.press("#marks input", "Tab");
        await page.fill("#lines-search", "port");
        await page.waitForSelector("#lines .chip:has-text('“port”')");
        await page.click("#lines .chips button:text-is('Keep…')");
        await page.fill("#lines .name-filter input", "mine");
        await page.press("#lines .name-filter input", "Enter");
        const kept = await untilKept(
          page,
          (now) => now.includes("look at this again") && now.includes('"mine"'),
        );
        for (const line of text.split("\n").filter((line) => line.length > 30)) {
          assert.ok(!kept.includes(line.slice(24, 60)), `a line is kept: ${line}`);
        }

        await reopen(page, "lately.log");
        const report = await page.evaluate(() => window.logloupe.report());
        assert.equal(report.windowMs, 900_000);
        await page.keyboard.press("l");
        await page.waitForSelector("#marks", { state: "attached" });
        assert.equal(await page.inputValue("#marks input"), "look at this again");
        assert.ok(report.suppressed.some(({ by }) => by === "normal"));
        await page.selectOption("#lines .saved-filters", "mine");
        await page.waitForSelector("#lines .chip:has-text('“port”')");
        await page.click("#lines .chips button:text-is('Clear all')");
        await page.waitForSelector("#lines .chip", { state: "detached" });
        const marked = await page.textContent("#marks .row-button");
        assert.ok(marked.includes(first.text.split("\n")[0].slice(0, 80)), marked);
        assert.deepEqual(page.faults, []);
        assert.deepEqual(await page.evaluate(() => window.violations), []);

        // Another line stands there now: no mark may point at it.
        await pickable(page, "lately.log", `2026-01-01 00:00:00 INFO before all\n${text}`);
        await reopen(page, "lately.log");
        await page.waitForSelector(".said:has-text('the file has changed')");
        await page.keyboard.press("l");
        await shownLines(page);
        assert.equal(await page.$("#marks"), null);
        assert.deepEqual(page.faults, []);
      },
    ],
    [
      "an analysis that is kept is there again without reading, until the file changes",
      async () => {
        const text = readFileSync(sample("text", "sample.log"), "utf8");
        const page = await openPage();
        await page.check("#recent input[name=analyses]");
        await pickable(page, "lately.log", text);
        await pick(page);
        const before = await page.evaluate(() => JSON.stringify(window.logloupe.report()));
        await untilKept(
          page,
          (now) => now.includes("lately.log") && !now.includes('analysis":null'),
        );
        assert.equal((await analyses(page)).length, 1);

        const restored = page.waitForSelector(".said:has-text('has not changed')");
        await reopen(page, "lately.log");
        await restored;
        assert.equal(await page.evaluate(() => JSON.stringify(window.logloupe.report())), before);
        await page.click(".incident .link-title");
        for (const { line, text: shown } of await shownLines(page)) {
          const first = shown.split("\n")[0].slice(0, 150);
          assert.ok(text.split("\n")[line - 1].startsWith(first), `line ${line}: ${first}`);
        }
        await page.fill("#lines-search", "password");
        await page.press("#lines-search", "Enter");
        await page.waitForSelector("#lines[aria-busy=false] mark");

        // Another length, and the same length with another word: both are read again.
        const places = text.indexOf("INFO");
        const other = `${text.slice(0, places)}WARN${text.slice(places + 4)}`;
        for (const changed of [`${text}2026-03-03 10:00:00 INFO one more line\n`, other]) {
          await pickable(page, "lately.log", changed);
          await reopen(page, "lately.log");
          assert.equal(await page.$(".said:has-text('has not changed')"), null);
          const now = await page.evaluate(() => JSON.stringify(window.logloupe.report()));
          assert.notEqual(now, before);
          await page.waitForFunction(() => document.querySelector("[data-done]") !== null);
        }

        await page.reload();
        await isReady(page);
        await page.uncheck("#recent input[name=analyses]");
        for (const end = Date.now() + 20_000; (await analyses(page)).length > 0;) {
          assert.ok(Date.now() < end, "an analysis is still there");
          await page.waitForTimeout(50);
        }
        assert.deepEqual(page.faults, []);
        assert.deepEqual(await page.evaluate(() => window.violations), []);
      },
    ],
    [
      "what is remembered is forgotten by one click, and nothing is where it is switched off",
      async () => {
        const page = await openPage();
        await pickable(page, "lately.log", "2026-01-01 00:00:00 INFO one\n".repeat(50));
        await pick(page);
        await untilKept(page, (now) => now.includes("lately.log"));
        await page.reload();
        await isReady(page);
        await page.waitForSelector("#recent .row-button");
        await page.click("#forget-all");
        await page.waitForSelector("#recent .row-button", { state: "detached" });
        const nDatabases = () => page.evaluate(async () => (await indexedDB.databases()).length);
        for (const end = Date.now() + 10_000; (await nDatabases()) > 0;) {
          assert.ok(Date.now() < end, "the database is still there");
          await page.waitForTimeout(50);
        }
        await page.uncheck("#recent input >> nth=0");
        await page.reload();
        await isReady(page);
        assert.equal(await page.isChecked("#recent input >> nth=0"), false);
        // Switched off, the element that gives out no handles is used.
        await page.evaluate(() => {
          window.showOpenFilePicker = () => {
            throw new Error("a handle was asked for");
          };
        });
        const chooser = page.waitForEvent("filechooser");
        await page.click("#drop-zone button:text-is('Choose files…')");
        await (await chooser).setFiles(sample("text", "sample.log"));
        await waitFor(page, ["done"]);
        assert.equal(await stateOf(page), "done");
        await page.waitForTimeout(1000);
        assert.equal(await nDatabases(), 0);
        assert.deepEqual(page.faults, []);
      },
    ],
  ];
}
