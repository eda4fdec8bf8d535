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
}
