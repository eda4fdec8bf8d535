// How fast the built page reads: from the choice of a file to the finished report, in a real Chromium; and lnav on the same
// file where it is installed.
//
//   make bench-web                                     a generated log of 200 MB
//   make dist && node tests/browser/speed.mjs FILE …   files of your own
//
// Each file is opened three times, each time on a fresh page and in turn with lnav, so that what else the machine does disturbs
// both alike; the fastest run of each counts. Memory is the largest that the page's process, workers included, ever was: Linux
// only. Chromium: $CHROME, or /usr/bin/chromium.

import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { serve } from "../../tools/serve.mjs";
import { chromium } from "../../www/node_modules/playwright-core/index.mjs";
import { samplePath } from "./sample_log.mjs";

const N_RUNS = 3;
const root = fileURLToPath(new URL("../../", import.meta.url));

function statusOf(pid) {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    const field = (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)?.[1] ?? 0);
    const command = readFileSync(`/proc/${pid}/cmdline`, "utf8");
    return { parent: field("PPid"), peakKb: field("VmHWM"), command };
  } catch {
    return undefined;
  }
}

/** Largest size, in MB, that any page process below this one has had; `undefined` where that cannot be told. */
function peakMemory() {
  if (!existsSync("/proc/self/status")) return undefined;
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const known = new Map(pids.map((pid) => [Number(pid), statusOf(pid)]));
  const isOurs = (pid) => pid === process.pid || (pid > 1 && isOurs(known.get(pid)?.parent ?? 0));
  const pages = [...known].filter(
    ([pid, status]) => status?.command.includes("--type=renderer") && isOurs(pid),
  );
  return Math.max(0, ...pages.map(([, status]) => status.peakKb)) / 1000;
}

/** Seconds that lnav takes to read and index a file without a screen; `undefined` where it is not installed. */
function lnavSeconds(path) {
  const began = performance.now();
  const ran = spawnSync("lnav", ["-n", "-c", ":quit", path], { stdio: "ignore" });
  return ran.error ? undefined : (performance.now() - began) / 1000;
}

const site = await serve({ root: join(root, "dist") });
const browser = await chromium.launch({
  executablePath: process.env.CHROME ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
});

const listed = (seconds) => seconds.map((s) => s.toFixed(2)).join(", ");
const given = process.argv.slice(2);
for (const path of given.length > 0 ? given : [samplePath()]) {
  const [seconds, lnav] = [[], []];
  let [report, memory] = [undefined, undefined];
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
    memory = Math.max(memory ?? 0, peakMemory() ?? 0);
    await page.close();
    const taken = lnavSeconds(path);
    if (taken !== undefined) lnav.push(taken);
  }
  const best = Math.min(...seconds);
  const rate = statSync(path).size / best / 1e6;
  const lines = (report?.totals.nLines ?? 0) / best / 1e6;
  console.log(
    `${path}: ${rate.toFixed(0)} MB/s, ${lines.toFixed(2)} M lines/s (runs: ${listed(seconds)} s)` +
      (memory ? `, at most ${memory.toFixed(0)} MB` : ""),
  );
  if (lnav.length > 0) {
    const ratio = best / Math.min(...lnav);
    console.log(`  lnav -n: ${listed(lnav)} s; the page takes ${ratio.toFixed(2)} times as long`);
  }
}
await browser.close();
await site.close();
