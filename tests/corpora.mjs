// Hostile and odd files, as many as there are in a folder of your own: natively, and then the same in a real Chromium.
//
//   LOGLOUPE_CORPORA=/a/folder[:/another] node tests/corpora.mjs [--native] [WORD …]
//
// All files below the folders are analysed, or those whose path contains one of the words. Whatever is in them: the analysis
// ends, soon and by itself, with a report that accounts for every byte and line, or with a sentence that says why there is
// none; and Chromium gives the very same report. Where a folder has an `expected.json` ({file: {klass}}), its classes hold:
//
//   ok       analysed; nothing is said to be damaged
//   warn     something is said: a notice in the report, or why the file was refused
//   partial  analysed up to a fault, and the report says where that is
//   reject   refused
//   budget   ends, with a report or a refusal
//
// `--native` leaves Chromium out. Needs `cargo build --release --example analyze` and `make dist`.

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const ANALYZE = join(ROOT, "target/release/examples/analyze");
/** Seconds a file may take natively, or one that unpacks to gigabytes, and more for what is long: a second for so many bytes. */
const PATIENCE = { seconds: 5, budget: 60, bytesASecond: 20e6 };
/** The same in Chromium, which starts its workers anew for every file. */
const BROWSER_PATIENCE = { seconds: 60, budget: 300, bytesASecond: 20e6 };

const folders = (process.env.LOGLOUPE_CORPORA ?? "").split(":").filter(Boolean);
const words = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
const isNative = process.argv.includes("--native");
if (folders.length === 0) {
  console.error(
    "No corpora to run: set LOGLOUPE_CORPORA to one or more folders with hostile or odd files, joined by colons.\n" +
      "Good ones: JSONTestSuite, csv-spectrum, big-list-of-naughty-strings, the test files of zip2, ruzstd and lnav.",
  );
  process.exit(2);
}

/** Every file below a folder, in an order that does not depend on the machine. */
function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name !== "expected.json")
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

const classes = new Map();
function classOf(path) {
  const folder = dirname(path);
  if (!classes.has(folder)) {
    const expected = join(folder, "expected.json");
    classes.set(folder, existsSync(expected) ? JSON.parse(readFileSync(expected, "utf8")) : {});
  }
  return classes.get(folder)[basename(path)]?.klass;
}

/** Seconds that a file may take. */
function secondsFor(path, { seconds, budget, bytesASecond }) {
  return (classOf(path) === "budget" ? budget : seconds) + statSync(path).size / bytesASecond;
}

const scratch = mkdtempSync(join(tmpdir(), "logloupe-corpora-"));

/** What the command-line example makes of a file: its report, or why it has none. */
function runNatively(path) {
  const seconds = secondsFor(path, PATIENCE);
  const out = join(scratch, "report.json");
  rmSync(out, { force: true });
  const began = performance.now();
  const ran = spawnSync(ANALYZE, ["--report", out, path], {
    encoding: "utf8",
    timeout: Math.ceil(seconds * 1000),
    killSignal: "SIGKILL",
  });
  const took = (performance.now() - began) / 1000;
  if (ran.error?.code === "ETIMEDOUT")
    return { fault: `still running after ${seconds.toFixed(0)} s` };
  if (ran.status === 0) return { report: JSON.parse(readFileSync(out, "utf8")), took };
  if (ran.status === 1) return { refusal: ran.stderr.trim(), took };
  return { fault: `ended with ${ran.status ?? ran.signal}: ${ran.stderr.trim().slice(0, 300)}` };
}

/** What does not add up in a report. */
function faultsOf(report) {
  const { totals, files, levels, notices } = report;
  const faults = [];
  const explained = totals.nRecordLines + totals.nBlankLines + totals.nStructureLines;
  if (explained !== totals.nLines) faults.push(`${explained} of ${totals.nLines} lines explained`);
  const byLevel = levels.reduce((sum, level) => sum + level.nRecords, 0);
  if (byLevel !== totals.nRecords) faults.push(`${byLevel} of ${totals.nRecords} records by level`);
  const isChanged = notices.some((notice) => notice.code === "changed");
  const [file] = files;
  if (file?.container === "plain" && file.textLen !== totals.byteLen && !isChanged)
    faults.push(`${file.textLen} of ${totals.byteLen} bytes read`);
  return faults;
}

/** The first place where two values differ. */
function differenceOf(a, b, path = "report") {
  const isInside = a && b && typeof a === "object" && typeof b === "object";
  if (!isInside) return `${path}: ${JSON.stringify(b)} instead of ${JSON.stringify(a)}`;
  const key = [...new Set([...Object.keys(a), ...Object.keys(b)])].find(
    (name) => !isDeepStrictEqual(a[name], b[name]),
  );
  return differenceOf(a[key], b[key], `${path}.${key}`);
}

/** How an outcome differs from what its class promises. */
function breachOf(klass, { report, refusal }) {
  const notices = report?.notices ?? [];
  const damage = notices.filter((notice) => notice.code === "damaged");
  switch (klass) {
    case "ok":
      // What is whole and holds nothing is said to be empty.
      if (refusal) return / is empty: /.test(refusal) ? undefined : `refused: ${refusal}`;
      return damage.length > 0 ? `damaged: ${damage[0].message}` : undefined;
    case "warn":
      return refusal || notices.length > 0 ? undefined : "nothing is said";
    case "partial":
      if (refusal) return `refused: ${refusal}`;
      return notices.some((notice) => /byte|line/.test(notice.message))
        ? undefined
        : "the place of the fault is not said";
    case "reject":
      return refusal ? undefined : "not refused";
    default:
      return undefined;
  }
}

let browser;
let address;
let closeAll = async () => {};

async function openBrowser() {
  const { serve } = await import("../tools/serve.mjs");
  const { chromium } = await import("../www/node_modules/playwright-core/index.mjs");
  const site = await serve({ root: join(ROOT, "dist") });
  browser = await chromium.launch({
    executablePath: process.env.CHROME ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
  });
  closeAll = async () => {
    await browser.close();
    await site.close();
  };
  address = site.address;
}

/** What the page makes of a file; a page of its own, because its workers' memory is given back when it is closed. */
async function runInBrowser(path) {
  const page = await browser.newPage();
  try {
    await page.goto(address);
    await page.waitForFunction(() => window.logloupe?.state() === "idle");
    await page.setInputFiles("#file-input", path);
    await page.waitForFunction(() => ["done", "failed"].includes(window.logloupe.state()), null, {
      timeout: secondsFor(path, BROWSER_PATIENCE) * 1000,
      polling: 10,
    });
    return await page.evaluate(outcome);
  } catch (error) {
    return { fault: `in Chromium: ${error.message.slice(0, 200)}` };
  } finally {
    await page.close();
  }
}

/** Runs in the page: its report, or why there is none. */
function outcome() {
  if (window.logloupe.state() === "done") return { report: window.logloupe.report() };
  const alert = document.querySelector("[role=alert]");
  const code = alert?.getAttribute("data-code") ?? "";
  const refusal = alert?.textContent ?? "";
  return code === "crashed" ? { fault: `crashed in Chromium: ${refusal}` } : { refusal };
}

const paths = folders
  .flatMap(filesBelow)
  .filter((path) => words.length === 0 || words.some((word) => path.includes(word)));
if (!existsSync(ANALYZE)) throw new Error("target/release/examples/analyze is missing");
if (!isNative) await openBrowser();

const byClass = {};
let [nFailed, slowest, nBrowser] = [0, { took: 0, path: "" }, 0];
for (const path of paths) {
  const faults = [];
  const klass = classOf(path);
  const found = runNatively(path);
  if (found.took > slowest.took) slowest = { took: found.took, path };
  if (found.fault) faults.push(found.fault);
  if (found.report) faults.push(...faultsOf(found.report));
  const breach = found.fault ? undefined : breachOf(klass, found);
  if (breach) faults.push(`${klass}: ${breach}`);
  if (!isNative) {
    nBrowser += 1;
    const shown = await runInBrowser(path);
    if (shown.fault) faults.push(shown.fault);
    else if (Boolean(shown.report) !== Boolean(found.report))
      faults.push(`in Chromium: ${shown.refusal ?? "a report"}`);
    else if (shown.report && !isDeepStrictEqual(shown.report, found.report))
      faults.push(`in Chromium, ${differenceOf(found.report, shown.report).slice(0, 300)}`);
  }
  const sum = (byClass[klass ?? "any"] ??= { n: 0, nKept: 0 });
  sum.n += 1;
  if (faults.length === 0) sum.nKept += 1;
  else {
    nFailed += 1;
    console.log(`FAILED ${path}\n  ${faults.join("\n  ")}`);
  }
}
await closeAll();
rmSync(scratch, { recursive: true, force: true });
const sums = Object.entries(byClass).map(([klass, { n, nKept }]) => `${klass} ${nKept}/${n}`);
console.log(`${sums.join(", ")}; ${nBrowser} files in Chromium as well`);
console.log(`slowest natively: ${slowest.took.toFixed(1)} s, ${slowest.path}`);
if (paths.length === 0 || nFailed > 0) process.exitCode = 1;
