// How fast the built page reads: from the choice of a file to the finished report, in a real Chromium.
//
//   make dist && node tests/browser/speed.mjs FILE …
//
// Each file is opened three times, each time on a fresh page; the fastest run is the one that other work disturbed least.
// Chromium: $CHROME, or /usr/bin/chromium.

import { statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { serve } from "../../tools/serve.mjs";
import { chromium } from "../../www/node_modules/playwright-core/index.mjs";

const N_RUNS = 3;
const root = fileURLToPath(new URL("../../dist", import.meta.url));
const site = await serve({ root });
const browser = await chromium.launch({
  executablePath: process.env.CHROME ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
});

for (const path of process.argv.slice(2)) {
  const seconds = [];
  let report;
  for (let run = 0; run < N_RUNS; run++) {
    const page = await browser.newPage();
    await page.goto(site.address);
    await page.waitForFunction(() => window.logloupe?.state() === "idle");
    const began = performance.now();
    await page.setInputFiles("#file-input", path);
    await page.waitForFunction(() => ["done", "failed"].includes(window.logloupe.state()), null, {
      timeout: 600_000,
      polling: 20,
    });
    seconds.push((performance.now() - began) / 1000);
    report = await page.evaluate(() => window.logloupe.report());
    await page.close();
  }
  const best = Math.min(...seconds);
  const rate = statSync(path).size / best / 1e6;
  const lines = (report?.totals.nLines ?? 0) / best / 1e6;
  const runs = seconds.map((s) => s.toFixed(2)).join(", ");
  console.log(`${path}: ${rate.toFixed(0)} MB/s, ${lines.toFixed(2)} M lines/s (runs: ${runs} s)`);
}
await browser.close();
await site.close();
