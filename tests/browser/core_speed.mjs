// How fast the core is as WebAssembly in V8 against natively: the calls of one shard and the engine on a file in memory, on one
// thread of a page in headless Chromium, in turn with the same run natively.
//
//   make bench-web                                             a generated log of 200 MB
//   make wasm && node tests/browser/core_speed.mjs FILE …      files of your own
//
// User CPU time of that thread and of the native process, so that what else the machine does disturbs neither; the fastest run
// of each counts. The first run in the page is the one that compiles and does not. Linux only. Chromium: $CHROME, or
// /usr/bin/chromium.

import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { serve } from "../../tools/serve.mjs";
import { chromium } from "../../www/node_modules/playwright-core/index.mjs";
import { samplePath } from "./sample_log.mjs";

const N_RUNS = 5;
/** Ticks of the kernel's clock in /proc, in milliseconds. */
const TICK_MS = 10;
const root = fileURLToPath(new URL("../../", import.meta.url));

/** What stands in /proc/PID/stat behind the name, which may hold blanks. */
function statOf(path) {
  try {
    const stat = readFileSync(path, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch {
    return undefined;
  }
}

function isOurs(pid) {
  return pid === process.pid || (pid > 1 && isOurs(Number(statOf(`/proc/${pid}/stat`)?.[1] ?? 0)));
}

function renderers() {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.filter((pid) => {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, "utf8");
      return command.includes("--type=renderer") && isOurs(Number(pid));
    } catch {
      return false;
    }
  });
}

/** Milliseconds of user CPU that the main threads of all pages have taken so far. */
function userMs() {
  const ticks = renderers().map((pid) =>
    Number(statOf(`/proc/${pid}/task/${pid}/stat`)?.[11] ?? 0),
  );
  return ticks.reduce((sum, n) => sum + n, 0) * TICK_MS;
}

/** Runs in the page: a whole run over the file of the input element; milliseconds of each stage by the clock. */
async function analyze(address) {
  const core = await import(`${address}logloupe.js`);
  globalThis.ready ??= core.default();
  await globalThis.ready;
  const file = document.querySelector("input").files[0];
  globalThis.bytes ??= new Uint8Array(await file.arrayBuffer());
  const { bytes } = globalThis;
  const taken = {};
  const timed = (stage, work) => {
    const began = performance.now();
    const result = work();
    taken[stage] = (taken[stage] ?? 0) + performance.now() - began;
    return result;
  };
  const engine = new core.EngineWorker({});
  const meta = { name: file.name, byteLen: bytes.length, modifiedMs: file.lastModified };
  engine.open(meta, bytes.subarray(0, 1 << 20));
  const shard = new core.ShardWorker(engine.setup());
  for (let task = engine.nextTask(); task.kind !== "done"; task = engine.nextTask()) {
    const { file: text, block, offset, byteLen } = task;
    shard.begin(task.job());
    const end = Math.min(bytes.length, offset + byteLen + (64 << 10));
    timed("read", () => {
      let at = offset;
      while (at < end && shard.push(bytes.subarray(at, Math.min(end, at + (256 << 10))))) {
        at += 256 << 10;
      }
    });
    const summary = timed("sum up", () => shard.end());
    const names = timed("merge", () => engine.merge(text, block, summary));
    for (const name of names) shard.nameMessages(name.naming());
  }
  const survey = timed("analyze", () => engine.analyze());
  const answer = timed("survey", () => shard.survey(survey));
  timed("conclude", () => engine.conclude([answer]));
  engine.free();
  shard.free();
  return taken;
}

function nativeMs(path) {
  const command = 'TIMEFORMAT=%U; time "$0" "$1" > /dev/null';
  const analyzer = join(root, "target/release/examples/analyze");
  const ran = spawnSync("bash", ["-c", command, analyzer, path], { encoding: "utf8" });
  return Number(ran.stderr.trim()) * 1000;
}

const site = await serve({ root: join(root, "www/pkg") });
const browser = await chromium.launch({
  executablePath: process.env.CHROME ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
});

const given = process.argv.slice(2);
for (const path of given.length > 0 ? given : [samplePath()]) {
  const page = await browser.newPage();
  // Any document of that origin will do.
  await page.goto(`${site.address}logloupe.js`);
  await page.setContent("<input type=file>");
  await page.setInputFiles("input", path);
  await page.evaluate(analyze, site.address);
  let [ours, theirs, stages] = [Infinity, Infinity, ""];
  for (let run = 0; run < N_RUNS; run++) {
    const began = userMs();
    const taken = await page.evaluate(analyze, site.address);
    const took = userMs() - began;
    if (took < ours) {
      ours = took;
      stages = Object.entries(taken)
        .map(([stage, ms]) => `${stage} ${ms.toFixed(0)}`)
        .join(", ");
    }
    theirs = Math.min(theirs, nativeMs(path));
  }
  await page.close();
  const share = (theirs / ours).toFixed(2);
  console.log(`${path}: WebAssembly ${ours} ms, native ${theirs} ms: ${share} of its speed`);
  console.log(`  ms by the clock: ${stages}`);
}
await browser.close();
await site.close();
