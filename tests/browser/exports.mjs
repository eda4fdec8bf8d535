// What is saved: every file holds what the page counts, reads back, and is inert where it is opened next.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

/** Rows of a CSV as the page writes it: every cell quoted. */
export function rowsOf(csv) {
  const rows = [];
  let row = [];
  for (const [, cell, end] of csv.matchAll(/"((?:[^"]|"")*)"(,|\r\n)/g)) {
    row.push(cell.replaceAll('""', '"'));
    if (end === "\r\n") {
      rows.push(row);
      row = [];
    }
  }
  assert.equal(row.length, 0, "the last row has no end");
  return rows;
}

/** Saves a file of the list and gives its text. */
export async function saved(page, name) {
  if ((await page.$("#save")) === null) {
    await page.click("#save-button");
  }
  const download = page.waitForEvent("download");
  await page.click(`#save [aria-label="Save ${name}"]`);
  const text = readFileSync(await (await download).path(), "utf8");
  await page.waitForSelector(`.save-state:has-text("${name} is saved")`);
  return text;
}

export function exportChecks({
  openPage,
  analyse,
  sample,
  file,
  frames,
  gzipSync,
  output,
  bigLog,
}) {
  return [
    [
      "exports hold what is counted and read back",
      async () => {
        const path = sample("text", "sample.log");
        const physical = readFileSync(path, "utf8").split("\n");
        const packed = file("sample-export.log.gz", gzipSync(readFileSync(path)));
        for (const log of [path, packed]) {
          const page = await openPage();
          const report = await analyse(page, log);
          const { nRecords, nAnomalous, nTemplates, nRecordLines } = report.totals;

          const all = rowsOf(await saved(page, "records.csv"));
          assert.equal(all.length - 1, nRecords);
          const json = (await saved(page, "records.ndjson"))
            .trimEnd()
            .split("\n")
            .map((line) => JSON.parse(line));
          assert.equal(json.length, nRecords);
          assert.equal(
            json.reduce((sum, { lines }) => sum + lines, 0),
            nRecordLines,
          );
          for (const { line, text } of json) {
            assert.equal(text.split("\n")[0], physical[line - 1]);
          }
          const strange = rowsOf(await saved(page, "anomalies.csv"));
          assert.equal(strange.length - 1, nAnomalous);
          const normal = (await saved(page, "normal.txt")).trimEnd().split("\n");
          const ofNormal = json.filter((record) => !record.is_anomalous);
          assert.equal(
            normal.length,
            ofNormal.reduce((sum, { lines }) => sum + lines, 0),
          );
          assert.equal(rowsOf(await saved(page, "patterns.csv")).length - 1, nTemplates);
          const [head, ...incidents] = rowsOf(await saved(page, "incidents.csv"));
          assert.deepEqual(head, ["incident_id", "leading_edge", "timestamp", "related_logs"]);
          assert.equal(incidents.length, report.incidents.length);
          assert.ok(incidents.every(([, , , related]) => related.length > 0));
          assert.deepEqual(JSON.parse(await saved(page, "report.json")), report);

          // What is selected in the panel, and the panel works on afterwards.
          await page.keyboard.press("Escape");
          await page.keyboard.press("l");
          await page.click("#lines .filter-levels .level-error");
          await page.waitForSelector("#lines .chip");
          await page.waitForSelector("#lines[aria-busy=false]");
          const errors = report.levels.find(({ level }) => level === "ERROR").nRecords;
          const selection = (await saved(page, "selection.ndjson")).trimEnd().split("\n");
          assert.equal(selection.length, errors);
          await page.keyboard.press("Escape");
          await page.waitForSelector("#lines[aria-busy=false] .line:not(.is-loading)");
          assert.deepEqual(page.faults, []);
          await page.context().close();
        }
      },
    ],
    [
      "the report to attach is one page without script, and hides what it should",
      async () => {
        const page = await openPage();
        const report = await analyse(page, sample("text", "sample.log"));
        await page.click("#save-button");
        await page.screenshot({ path: `${output}save.png` });
        const html = await saved(page, "report.html");
        const [, style] = html.match(/<style>(.*?)<\/style>/s);
        const hash = createHash("sha256").update(style).digest("base64");
        assert.ok(
          html.includes(`style-src 'sha256-${hash}'`),
          "the style's hash is not the policy's",
        );
        assert.ok(
          !/<script|https?:\/\/(?!www\.w3\.org)/.test(
            html.replace(/<pre.*?<\/pre>|<t[dh].*?<\/t[dh]>|<li.*?<\/li>|<p.*?<\/p>/gs, ""),
          ),
        );
        const path = file("report.html", html);
        const attached = await openPage.blank();
        const requests = [];
        attached.on("request", (request) => requests.push(request.url()));
        await attached.goto(`file://${path}`);
        assert.equal(await attached.innerText(".sentence"), report.sentence);
        assert.equal((await attached.$$(".incident")).length, report.incidents.length);
        assert.ok((await attached.$$("figure > svg")).length >= 3);
        // The style is in force: its policy lets it.
        assert.equal(
          await attached.$eval("main", (main) => getComputedStyle(main).maxWidth),
          "992px",
        );
        assert.deepEqual(requests, [`file://${path}`]);
        assert.deepEqual(attached.faults, []);
        await attached.screenshot({ path: `${output}report-page.png`, fullPage: true });
        await attached.context().close();

        await page.check("#save input[type=checkbox]");
        const hidden = await saved(page, "report.html");
        assert.match(hidden, /⟨(ip|user) 1⟩/);
        const addresses = (text) => text.match(/\b(?:\d{1,3}\.){3}\d{1,3}\b/g) ?? [];
        assert.deepEqual(addresses(hidden.replace(/<svg.*?<\/svg>/gs, "")), []);
        assert.deepEqual(addresses(await saved(page, "records.ndjson")), []);
        assert.deepEqual(page.faults, []);
      },
    ],
    [
      "a large export shows how far it is and ends when it is told to",
      async () => {
        const page = await openPage();
        await analyse(page, bigLog());
        await page.click("#save-button");
        await page.click('#save [aria-label="Save records.csv"]');
        await page.waitForSelector("#save progress");
        await page.waitForFunction(() => document.querySelector("#save progress")?.value > 0.02);
        const ms = await page.evaluate(async () => {
          const start = performance.now();
          document.querySelector(".save-state button").click();
          while (document.querySelector("#save progress") !== null) {
            await new Promise((resolve) => setTimeout(resolve, 5));
          }
          return performance.now() - start;
        });
        await page.waitForSelector(".save-state:has-text('Cancelled')");
        await page.keyboard.press("Escape");
        await page.keyboard.press("l");
        await page.waitForSelector("#lines .line:not(.is-loading)");
        assert.deepEqual(page.faults, []);
        return `${Math.round(ms)} ms`;
      },
    ],
    [
      "every plot is saved as a picture",
      async () => {
        const page = await openPage();
        await analyse(page, sample("text", "sample.log"));
        await frames(page);
        for (const kind of ["timeline", "heatmap", "scatter3d"]) {
          for (const [word, name] of [
            ["PNG image", `${kind}.png`],
            ["SVG drawing", `${kind}.svg`],
          ]) {
            const download = page.waitForEvent("download");
            await page.click(`[aria-label^="Save ${kind} as a"][aria-label$="${word}"]`);
            assert.equal((await download).suggestedFilename(), name);
            const bytes = readFileSync(await (await download).path());
            assert.ok(bytes.length > 1000, `${name}: ${bytes.length} bytes`);
            const start = bytes.subarray(0, 4).toString("latin1");
            assert.equal(start, word === "PNG image" ? "\x89PNG" : "<svg");
          }
        }
        assert.deepEqual(page.faults, []);
      },
    ],
  ];
}
