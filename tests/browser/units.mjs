// The page's small functions: text made visible, numbers and times in words. They need no browser.

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { rolldown } from "../../www/node_modules/rolldown/dist/index.mjs";

/** A TypeScript module of the page, as a module of this program. */
async function load(name) {
  const input = fileURLToPath(new URL(`../../www/src/${name}`, import.meta.url));
  const bundle = await rolldown({ input });
  const { output } = await bundle.generate({ format: "esm" });
  await bundle.close();
  return import(`data:text/javascript,${encodeURIComponent(output[0].code)}`);
}

function check(name, cases, actual) {
  for (const [input, expected] of cases) {
    const args = Array.isArray(input) ? input : [input];
    assert.equal(
      actual(...args),
      expected,
      `${name}(${args.map((arg) => JSON.stringify(arg)).join(", ")})`,
    );
  }
}

export async function checkUnits() {
  const { visible, pieces } = await load("visible.ts");
  check(
    "visible",
    [
      ["plain text, größe, 日本語, 👍", "plain text, größe, 日本語, 👍"],
      ["tab\tand\nline stay", "tab\tand\nline stay"],
      ["\u001b[31mred\u001b[0m", "⟨ESC⟩[31mred⟨ESC⟩[0m"],
      ["a\u0000b\u007fc\u0085d\re", "a⟨NUL⟩b⟨DEL⟩c⟨U+0085⟩d⟨CR⟩e"],
      ["access\u202e\u2066// admin\u2069", "access⟨U+202E⟩⟨U+2066⟩// admin⟨U+2069⟩"],
      ["ad\u200bmin\ufeff\u00ad", "ad⟨U+200B⟩min⟨U+FEFF⟩⟨U+00AD⟩"],
      ["tag\u{e0041}", "tag⟨U+E0041⟩"],
      ["lone \ud800 half", "lone ⟨U+D800⟩ half"],
      ["line\u2028end", "line⟨U+2028⟩end"],
      ["<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>"],
      ["", ""],
    ],
    visible,
  );
  assert.deepEqual(
    pieces("a\u202eb").map((piece) => piece.isSymbol),
    [false, true, false],
  );

  const { RowHeights } = await load("row_heights.ts");
  for (const nRows of [0, 1, 2, 7, 64, 1000]) {
    let rows = new RowHeights(nRows + 3, 24).resized(nRows);
    const heights = Array(nRows).fill(24);
    for (let n = 0; n < 300 && nRows > 0; n++) {
      const row = (n * 7919) % nRows;
      const height = 10 + ((n * 31) % 90);
      assert.equal(rows.set(row, height), height - heights[row]);
      heights[row] = height;
    }
    rows = rows.resized(nRows);
    let start = 0;
    for (const [row, height] of heights.entries()) {
      assert.equal(rows.start(row), start, `start of row ${row} of ${nRows}`);
      for (const y of [start, start + height - 0.5]) assert.equal(rows.at(y), row, `at ${y}`);
      start += height;
    }
    assert.equal(rows.start(nRows), start);
    assert.equal(rows.at(start + 1000), Math.max(0, nRows - 1));
    assert.equal(rows.at(-5), 0);
  }

  const format = await load("format.ts");
  check("count", [[1234567, "1,234,567"]], format.count);
  check(
    "bytes",
    [
      [0, "0 B"],
      [999, "999 B"],
      [1500, "1.5 kB"],
      [999_600, "1 MB"],
      [4_200_000_000, "4.2 GB"],
      [52_300_000, "52 MB"],
    ],
    format.bytes,
  );
  check(
    "share",
    [
      [0, "0 %"],
      [0.0001, "< 0.1 %"],
      [0.0123, "1.2 %"],
      [0.5, "50 %"],
      [0.9999, "99.9 %"],
      [1, "100 %"],
    ],
    format.share,
  );
  check(
    "duration",
    [
      [350, "350 ms"],
      [1500, "1.5 s"],
      [42_000, "42 s"],
      [59_700, "60 s"],
      [365_000, "6 min 5 s"],
      [3_599_700, "60 min"],
      [12_000_000, "3 h 20 min"],
      [86_400_000, "1 day"],
      [1_051_200_000, "12 days 4 h"],
    ],
    format.duration,
  );
  const noon = Date.UTC(2026, 2, 1, 12);
  check(
    "span",
    [
      [[noon, noon], "2026-03-01 12:00:00"],
      [[noon, noon + 90_000], "2026-03-01 12:00:00 – 12:01:30"],
      [[noon, noon + 86_400_000], "2026-03-01 12:00:00 – 2026-03-02 12:00:00"],
      [[noon + 20, noon + 120], "2026-03-01 12:00:00.020 – 12:00:00.120"],
      [[noon, 1e300], "outside the calendar"],
    ],
    format.span,
  );
  check(
    "band",
    [
      [0, "ordinary"],
      [25, "notable"],
      [50, "unusual"],
      [75, "alarming"],
      [100, "alarming"],
    ],
    format.band,
  );

  const { variablesIn } = await load("variables.ts");
  check(
    "variablesIn",
    [
      [["10:00 login of root took 31 ms", "login of <*> took <*> ms"], "root|31"],
      // The first words stand in the header too.
      [["[pool-1 main] pool-2 is up", "pool-<*> is up"], "2"],
      [["12 INFO job7 took 31ms", "<*> took <*>"], "job7|31ms"],
      [["nothing like it", "login of <*>"], ""],
    ],
    (text, template) =>
      variablesIn(text, template)
        .map(([start, end]) => text.slice(start, end))
        .join("|"),
  );
  const { asGrok, asRegex } = await load("grok.ts");
  const line = "10:00 a.b (login) of root took 31 ms";
  const [, user, ms] = new RegExp(asRegex("a.b (login) of <*> took <*> ms")).exec(line) ?? [];
  assert.deepEqual([user, ms], ["root", "31"]);
  assert.equal(
    asGrok("from <*> to <*> in <*> ms", ["<ip>", "<ip>", "<num>"]),
    String.raw`from\s+%{IPORHOST:ip}\s+to\s+%{IPORHOST:ip2}\s+in\s+%{NUMBER:num}\s+ms`,
  );
  const { momentOf, passed } = await load("times.ts");
  const six = Date.UTC(2026, 2, 1, 6);
  check(
    "momentOf",
    [
      [["14:02", six], Date.UTC(2026, 2, 1, 14, 2)],
      [["14:02:31.5", six], Date.UTC(2026, 2, 1, 14, 2, 31, 500)],
      [["03:00", six], Date.UTC(2026, 2, 2, 3)],
      [["2026-03-05", six], Date.UTC(2026, 2, 5)],
      [["2026-03-05 07:08", six], Date.UTC(2026, 2, 5, 7, 8)],
      [["soon", six], null],
      [["", six], null],
    ],
    momentOf,
  );
  assert.deepEqual([0, 250, -63_000].map(passed), ["+0", "+250 ms", "−1 min 3 s"]);

  const { read, written } = await load("shared_view.ts");
  const view = {
    selection: { fromMs: 1000, toMs: 2000, levels: ["ERROR", ""], templates: [3], slot: 1 },
    range: { fromMs: 500, toMs: 2500.5 },
    options: { linkSeconds: 2, clusterer: "hdbscan" },
    times: "before",
  };
  assert.deepEqual(read(`#${written(view)}`), view);
  const secret = {
    ...view,
    selection: { text: { pattern: "secret" }, sources: ["secret"], files: [7] },
    options: { timezone: "secret", pattern: { regex: "secret" } },
  };
  assert.ok(!written(secret).includes("secret"), written(secret));
  for (const hostile of [
    "#from=x&levels=99.a&patterns=-1.x&zoom=2_1&o-nTrees=NaN&times=<img>",
    "#%",
  ]) {
    assert.deepEqual(read(hostile), {
      selection: {},
      range: null,
      options: {},
      times: null,
    });
  }
}
