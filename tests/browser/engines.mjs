// The built page in Firefox and WebKit, through their own WebDrivers: the same answer, the same seal.
//
//   node tests/browser/engines.mjs [firefox] [webkit]
//
// Chromium is looked after by run.mjs; here is what may differ from engine to engine: that it starts, reads files, finds the
// same, gives lines back, recovers, and lets nothing out.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { serve } from "../../tools/serve.mjs";
import { sink } from "./privacy.mjs";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const LOGS = `${ROOT}tests/browser/output/logs/`;
const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";
const MINI_BROWSER = [
  "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser",
  "/usr/lib/aarch64-linux-gnu/webkit2gtk-4.1/MiniBrowser",
].find((path) => existsSync(path));

const ENGINES = {
  firefox: {
    driver: (port) => ["geckodriver", ["--port", String(port)]],
    capabilities: { browserName: "firefox", "moz:firefoxOptions": { args: ["-headless"] } },
    // Its URL for a saved page; WebKit's driver opens none from a disk.
    hasFiles: true,
  },
  webkit: {
    driver: (port) => ["xvfb-run", ["-a", "WebKitWebDriver", `--port=${port}`]],
    capabilities: {
      browserName: "MiniBrowser",
      "webkitgtk:browserOptions": { binary: MINI_BROWSER, args: ["--automation"] },
    },
    hasFiles: false,
  },
};

/** The few commands of WebDriver that the checks need. */
class Driver {
  #process;
  #session;

  static async start({ driver, capabilities }) {
    const self = new Driver();
    const port = 20_000 + Math.floor(Math.random() * 20_000);
    const [program, args] = driver(port);
    self.#process = spawn(program, args, { stdio: "ignore", detached: true });
    self.#session = `http://127.0.0.1:${port}/session`;
    for (let tries = 0; ; tries++) {
      try {
        const { sessionId } = await self.#send("POST", "", {
          capabilities: { alwaysMatch: capabilities },
        });
        self.#session += `/${sessionId}`;
        return self;
      } catch (error) {
        if (tries > 60 || error.name === "Refused") {
          await self.stop();
          throw error;
        }
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
    }
  }

  async #send(method, path, body) {
    const response = await fetch(this.#session + path, {
      method,
      // geckodriver refuses commands of another type.
      headers: { "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const { value } = await response.json();
    if (!response.ok) {
      const error = new Error(`${method} ${path}: ${value?.error}: ${value?.message}`);
      error.name = "Refused";
      throw error;
    }
    return value;
  }

  open(url) {
    return this.#send("POST", "/url", { url });
  }
  reload() {
    return this.#send("POST", "/refresh", {});
  }
  /** Runs a function in the page; it may be asynchronous. */
  run(code, ...args) {
    const script = `const done = arguments[arguments.length - 1];
      Promise.resolve((${code}).apply(null, Array.prototype.slice.call(arguments, 0, -1)))
        .then((value) => done({ value }), (error) => done({ error: String(error) }));`;
    return this.#send("POST", "/execute/async", { script, args }).then((answer) => {
      assert.equal(answer.error, undefined);
      return answer.value;
    });
  }
  async upload(selector, ...paths) {
    const found = await this.#send("POST", "/element", { using: "css selector", value: selector });
    await this.#send("POST", `/element/${found[ELEMENT]}/value`, { text: paths.join("\n") });
  }
  async timeouts() {
    await this.#send("POST", "/timeouts", { script: 120_000, pageLoad: 60_000 });
  }
  async stop() {
    await this.#send("DELETE", "").catch(() => undefined);
    try {
      // The driver and the browser that it started are a group of their own.
      process.kill(-this.#process.pid);
    } catch {
      // It has gone by itself.
    }
  }
}

async function until(driver, code, what, timeoutMs = 60_000) {
  const end = Date.now() + timeoutMs;
  while (!(await driver.run(code))) {
    assert.ok(Date.now() < end, `${what}: not within ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const ready = (driver) =>
  until(driver, `() => document.querySelector("#drop-zone.is-ready") !== null`, "ready");
const done = (driver) =>
  until(driver, `() => ["done", "failed"].includes(window.logloupe.state())`, "an answer", 120_000);

function sample() {
  const path = `${LOGS}sample.log`;
  if (!existsSync(path)) {
    const args = ["--format", "text", "--lines", "20000", "--seed", "7", path];
    execFileSync("cargo", ["run", "--quiet", "--locked", "--example", "sample", "--", ...args], {
      cwd: ROOT,
    });
  }
  return path;
}

const MARK = "c0ffee00c0ffee00c0ffee00c0ffee00";

/** Everything a person does with a log of which every line has a mark: no request is made, and no trace of the mark stays. */
async function tour(driver, site) {
  const text = readFileSync(sample(), "utf8").replace(/^(.+)$/gm, `$1 ${MARK}`);
  const path = `${LOGS}${MARK}.log`;
  writeFileSync(path, text);
  await driver.reload();
  await ready(driver);
  const nBefore = site.asked.length;
  await driver.upload("#file-input", path);
  await done(driver);
  await until(driver, `() => document.querySelector("[data-done]") !== null`, "all views");
  await driver.run(`() => {
    window.violations = [];
    document.addEventListener("securitypolicyviolation", (event) =>
      window.violations.push(event.effectiveDirective + " " + event.blockedURI));
    document.querySelector(".incident .link-title").click();
  }`);
  const hasLines = `() => document.querySelector("#lines .line:not(.is-loading)") !== null`;
  await until(driver, hasLines, "lines");
  await driver.run(
    `(mark) => {
      const field = document.getElementById("lines-search");
      field.value = mark;
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
      field.dispatchEvent(new Event("change", { bubbles: true }));
    }`,
    MARK,
  );
  const hits = `() => document.querySelector("#lines[aria-busy=false] mark") !== null`;
  await until(driver, hits, "hits");
  for (const key of ["Escape", "Escape", "t", "?", "Escape", "e", "m", "Escape"]) {
    await driver.run(
      `(key) => {
        const at = document.activeElement ?? document.body;
        at.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
      }`,
      key,
    );
  }
  await driver.run(`() => {
    for (const part of document.querySelectorAll("main details")) part.open = true;
    document.querySelector(".templates .row-button").click();
  }`);
  await until(driver, hasLines, "lines of a pattern");
  const { traces, violations } = await driver.run(`async () => ({
    violations: window.violations,
    traces: JSON.stringify([
      document.title, location.href, history.state, { ...localStorage }, { ...sessionStorage },
      document.cookie, await indexedDB.databases(), await caches.keys(),
    ]),
  })`);
  assert.ok(!traces.includes(MARK), traces);
  assert.deepEqual(violations, []);
  assert.deepEqual(site.asked.slice(nBefore), [], "requests were made");
}

async function checkEngine(name, site, expected) {
  const engine = ENGINES[name];
  const driver = await Driver.start(engine);
  const steps = [];
  try {
    await driver.timeouts();
    await driver.open(site.address);
    await ready(driver);
    steps.push("starts");

    const path = sample();
    await driver.upload("#file-input", path);
    await done(driver);
    const report = await driver.run(`() => JSON.stringify(window.logloupe.report())`);
    assert.equal(report, expected.report ?? report, "another answer than the other engine's");
    expected.report = report;
    assert.equal(JSON.parse(report).totals.nLines, 20_000);
    steps.push("reads a file");

    await driver.run(`() => document.querySelector(".incident .link-title").click()`);
    await until(
      driver,
      `() => document.querySelector("#lines .line:not(.is-loading)") !== null`,
      "lines",
    );
    const shown = await driver.run(
      `() => [...document.querySelectorAll("#lines .line:not(.is-loading)")].map((row) =>
        [Number(row.querySelector(".line-number").textContent.replaceAll(",", "")), row.querySelector(".line-text").textContent])`,
    );
    const physical = readFileSync(path, "utf8").split("\n");
    for (const [line, text] of shown) {
      assert.ok(
        physical[line - 1].startsWith(text.split("\n")[0].slice(0, 150)),
        `line ${line}: ${text}`,
      );
    }
    steps.push(`gives ${shown.length} lines back`);

    const packed = `${LOGS}engines.log.gz`;
    writeFileSync(packed, gzipSync(readFileSync(path)));
    await driver.reload();
    await ready(driver);
    await driver.upload("#file-input", packed);
    await done(driver);
    assert.equal(
      await driver.run(`() => window.logloupe.report().totals.nRecords`),
      JSON.parse(report).totals.nRecords,
    );
    steps.push("reloads and unpacks");

    await tour(driver, site);
    steps.push("a tour of a marked log: 0 requests, no trace");

    const there = await sink();
    const verdicts = await driver.run(`(url) => window.logloupe.selfTest(url)`, there.address);
    await new Promise((resolve) => setTimeout(resolve, 500));
    assert.deepEqual(there.came, [], "the sink was reached");
    const open = verdicts.filter(({ outcome }) => outcome === "open");
    assert.deepEqual(open, []);
    there.close();
    const n = (outcome) => verdicts.filter((verdict) => verdict.outcome === outcome).length;
    steps.push(`${n("refused")} of ${verdicts.length - n("absent")} ways out refused, 0 requests`);

    if (engine.hasFiles && existsSync(`${ROOT}dist/logloupe.html`)) {
      await driver.open(`file://${ROOT}dist/logloupe.html`);
      await ready(driver);
      await driver.upload("#file-input", path);
      await done(driver);
      assert.equal(await driver.run(`() => window.logloupe.report().totals.nLines`), 20_000);
      steps.push("runs from one file on a disk");
    }
  } finally {
    await driver.stop();
  }
  return steps.join("; ");
}

mkdirSync(LOGS, { recursive: true });
const site = await serve({ root: `${ROOT}dist`, base: "/some/deep/path/" });
const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(ENGINES);
const expected = {};
for (const name of names) {
  const start = Date.now();
  try {
    const said = await checkEngine(name, site, expected);
    console.log(`ok    ${name}: ${said} (${((Date.now() - start) / 1000).toFixed(1)} s)`);
  } catch (error) {
    console.error(`FAIL  ${name}\n${error.stack ?? error}`);
    process.exitCode = 1;
  }
}
await site.close();
