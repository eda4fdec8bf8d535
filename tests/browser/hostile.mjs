// Hostile text in every view, tooltip, label, title and file: nothing runs, nothing hides, nothing is reordered.
//
// A dozen strings of our own stand for the kinds. LOGLOUPE_CORPORA=/a/folder[:/another] adds every line of the text files
// below: lists of naughty strings, of bidirectional tricks, of escape sequences, of script injections.

import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { saved } from "./exports.mjs";

const STRINGS = [
  "<script>window.pwned=1</script>",
  "<img src=x onerror=window.pwned=1>",
  "\"'><svg/onload=window.pwned=1>",
  "</style></title></textarea><iframe srcdoc='<script>top.pwned=1</script>'>",
  "javascript:window.pwned=1 data:text/html,<script>top.pwned=1</script>",
  "{{constructor.constructor('window.pwned=1')()}} ${window.pwned=1} `x`",
  "user \u202egnp.exe\u202c paid \u2066left\u2069 \u200fmark",
  "pay\u200bpal.com and paypal.com, soft\u00adhyphen, \u{e0041}\u{e0042} tags, \ufeffmark",
  "\u001b[31mred\u001b[0m \u001b]8;;javascript:window.pwned=1\u0007link\u001b]8;;\u0007 \u009b31m",
  "\u0000NUL \u0008backspace \u007fdelete \u0085next line \u2028separator",
  '=HYPERLINK("http://127.0.0.1/","x")',
  "@SUM(1+1)*cmd|' /C calc'!A0",
  "Z\u0351\u036b\u0343\u036a\u0302a\u0341\u0312l\u0340g\u031bo \ud83d\udc68\u200d\ud83d\udc69 \ufdfd",
  "__proto__ constructor prototype toString <*> %s %n ../../etc/passwd",
];

/** What must not stand in any text or attribute of the page, nor in any file but as an escape. */
const HIDDEN =
  "[\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069\\u00ad\\u200b-\\u200d\\u2028\\u2029\\u2060-\\u2065\\ufeff\\u{e0000}-\\u{e0fff}]";

/** Lines of the text files below the folders of LOGLOUPE_CORPORA. */
function corpusLines() {
  const lines = [];
  const walk = (path) => {
    if (statSync(path).isDirectory()) {
      for (const name of readdirSync(path).sort()) walk(join(path, name));
    } else if (/\.(txt|log|list)$/.test(path) && statSync(path).size < 1e6) {
      lines.push(...readFileSync(path, "utf8").split("\n"));
    }
  };
  for (const folder of (process.env.LOGLOUPE_CORPORA ?? "").split(":").filter(Boolean))
    walk(folder);
  return [...new Set(lines.map((line) => line.replaceAll("\r", "")))].filter(Boolean);
}

export function hostileChecks({ openPage, analyse, file, shownLines, frames, stateOf }) {
  /** Asserts that nothing in the page runs, hides or reorders. */
  const assertInert = async (page, view) => {
    const found = await page.evaluate((hidden) => {
      const pattern = new RegExp(hidden, "u");
      const raw = [];
      const walker = document.createTreeWalker(document.documentElement, 5);
      for (let node = walker.currentNode; node !== null; node = walker.nextNode()) {
        if (
          node.nodeType === 3 &&
          pattern.test(node.data) &&
          node.parentNode.tagName !== "SCRIPT"
        ) {
          raw.push(
            `text in ${node.parentNode.className}: ${JSON.stringify(node.data.slice(0, 80))}`,
          );
        }
        for (const { name, value } of node.attributes ?? []) {
          if (pattern.test(value))
            raw.push(`${node.tagName} ${name}: ${JSON.stringify(value.slice(0, 80))}`);
        }
      }
      const loose = [...document.querySelectorAll(".line-text, .log-text")].filter((element) => {
        const style = getComputedStyle(element);
        const isHeld =
          /isolate|plaintext/.test(style.unicodeBidi) || element.closest("bdi") !== null;
        return !isHeld || element.closest("[translate=no]") === null;
      });
      return {
        pwned: window.pwned,
        strange: [
          ...document.body.querySelectorAll(
            "img, iframe, object, embed, video, audio, style, base, meta, link, [onerror], [onload], [srcdoc]",
          ),
          ...document.querySelectorAll("a[href]:not([download])"),
        ].map((element) => element.outerHTML.slice(0, 120)),
        raw: raw.slice(0, 5),
        loose: loose.slice(0, 3).map((element) => element.outerHTML.slice(0, 120)),
        violations: window.violations,
        isPolluted: "polluted" in {},
      };
    }, HIDDEN);
    const nothing = {
      strange: [],
      raw: [],
      loose: [],
      violations: [],
      isPolluted: false,
    };
    assert.deepEqual({ ...nothing, ...found }, { ...nothing, pwned: undefined }, view);
  };

  const logOf = (strings) => {
    const lines = [];
    for (let round = 0; round < Math.max(2, Math.ceil(400 / strings.length)); round++) {
      for (const [idx, text] of strings.entries()) {
        const at = new Date(Date.UTC(2026, 2, 1) + (round * strings.length + idx) * 1000);
        const level = ["INFO", "ERROR", "WARN"][idx % 3];
        lines.push(`${at.toISOString()} ${level} [src${idx % 5}] ${text}`);
      }
    }
    return lines;
  };

  const tour = async (strings, name, page) => {
    const lines = logOf(strings);
    const path = file(name, `${lines.join("\n")}\n`);
    await analyse(page, path);
    await frames(page);
    await assertInert(page, "answer");
    for (const id of ["plot-timeline", "plot-scatter", "plot-clusters"]) {
      const canvas = page.locator(`#${id}`);
      if ((await canvas.count()) === 0) continue;
      await canvas.scrollIntoViewIfNeeded();
      const box = await canvas.boundingBox();
      for (let step = 1; step < 12; step++) {
        await page.mouse.move(
          box.x + (box.width * step) / 12,
          box.y + box.height * (0.2 + (step % 4) * 0.2),
        );
        await frames(page, 2);
        if ((await page.$(".tooltip")) !== null) await assertInert(page, `tooltip of ${id}`);
      }
    }
    for (const summary of await page.$$("main summary")) await summary.click();
    await frames(page);
    await assertInert(page, "everything unfolded");

    await page.keyboard.press("l");
    const shown = await shownLines(page);
    assert.ok(shown.length > 3);
    await assertInert(page, "lines");
    // Text as it was written, in this order, with what hides written out.
    const visible = (text) =>
      text.replace(new RegExp(HIDDEN, "gu"), "\u27e8\u27e9").replace(/\t/g, " ");
    const plain = (text) =>
      text
        .replace(/\u27e8(?:U\+[0-9A-F]{4,6}|[A-Z][A-Z0-9]{1,2})\u27e9/g, "\u27e8\u27e9")
        .replace(/\t/g, " ");
    for (const { line, text } of shown) {
      // NUL bytes around the text of a line are padding, and counted.
      const want = visible(lines[line - 1].replace(/^\0+|\0+$/g, ""));
      if (
        /\p{M}|[\ufe00-\ufe0f\ufff0-\uffff\u034f\u115f\u1160\u17b4-\u180f\u2800\u3164]/u.test(want)
      )
        continue;
      assert.equal(plain(text.split("\n")[0]).slice(0, 120), want.slice(0, 120), `line ${line}`);
    }
    await page.fill("#lines-search", "pwned");
    await page.press("#lines-search", "Enter");
    await page.waitForSelector("#lines[aria-busy=false]");
    await assertInert(page, "search");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Escape");
    await page.waitForSelector("#lines", { state: "detached" });

    for (const kind of [
      "records.csv",
      "records.ndjson",
      "normal.txt",
      "patterns.csv",
      "incidents.csv",
      "report.json",
    ]) {
      const text = await saved(page, kind);
      const raw = text.replaceAll("\r\n", "\n").match(new RegExp(HIDDEN, "u"));
      assert.equal(raw, null, `${kind}: ${JSON.stringify(raw?.[0])}`);
      if (kind.endsWith(".csv")) {
        assert.ok(!/(^|,)"[=+\-@\t]/m.test(text), `${kind} holds a formula`);
      }
    }
    const html = await saved(page, "report.html");
    await assertInert(page, "save");
    await page.keyboard.press("Escape");
    assert.ok(!new RegExp(HIDDEN, "u").test(html));
    const attached = await openPage.blank();
    await attached.goto(`file://${file("hostile-report.html", html)}`);
    assert.equal(await attached.evaluate(() => window.pwned), undefined);
    const strange = "script, img, iframe, object, embed, a, form, [onload], [onerror]";
    assert.equal(await attached.locator(strange).count(), 0);
    assert.deepEqual(attached.faults, []);
    await attached.context().close();
  };

  return [
    [
      "hostile text is inert in every view, tooltip, label and file",
      async () => {
        const name = "<img src=x onerror=window.pwned=1> \u202egnp.log";
        const page = await openPage();
        await page.setInputFiles("#file-input", file(`empty ${name}`, ""));
        await page.waitForSelector("[role=alert]");
        await assertInert(page, "failed");
        await tour(STRINGS, name, page);
        // Offered beside what is shown: the name stands in a question.
        await page.setInputFiles("#file-input", file(`second ${name}`, "2026-03-01 INFO x\n"));
        await page.waitForSelector("#offer");
        await assertInert(page, "offer");
        assert.ok(!(await page.title()).includes("img"));
        assert.equal(await stateOf(page), "done");
        assert.deepEqual(page.faults, []);
      },
    ],
    [
      "a page that lets markup through would be noticed",
      async () => {
        const page = await openPage();
        await page.evaluate(() => {
          const image = document.createElement("img");
          image.title = "a\u202eb";
          document.body.append(image);
        });
        await assert.rejects(assertInert(page, "planted"));
      },
    ],
    ...(process.env.LOGLOUPE_CORPORA
      ? [
          [
            "every line of the corpora is inert in every view and file",
            async () => {
              const lines = corpusLines();
              const page = await openPage();
              for (let from = 0; from < lines.length; from += 400) {
                await tour(lines.slice(from, from + 400), `corpus-${from}.log`, page);
                await page.keyboard.press("Escape");
              }
              assert.deepEqual(page.faults, []);
              return `${lines.length} lines`;
            },
          ],
        ]
      : []),
  ];
}
