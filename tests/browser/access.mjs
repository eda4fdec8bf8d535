// For everyone: axe-core over every view in both themes and two widths, keys alone, forced colours, reduced motion, print.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

export function accessChecks({
  openPage,
  analyse,
  sample,
  file,
  shownLines,
  frames,
  beginReading,
  root,
  output,
}) {
  const axe = readFileSync(`${root}www/node_modules/axe-core/axe.min.js`, "utf8");

  /** What axe finds wrong with what is shown now. */
  const faultsOf = async (page, view) => {
    if (!(await page.evaluate(() => "axe" in window))) {
      await page.evaluate(axe);
    }
    const violations = await page.evaluate(async () => {
      const { violations } = await window.axe.run(document, {
        preload: false,
        resultTypes: ["violations"],
      });
      return violations.map(({ id, help, nodes }) => ({
        id,
        help,
        where: nodes
          .slice(0, 4)
          .map(({ target, failureSummary }) => `${target}: ${failureSummary}`),
      }));
    });
    return violations.map(
      ({ id, help, where }) => `${view}: ${id} (${help})\n  ${where.join("\n  ")}`,
    );
  };

  const options = [
    { width: 1280, height: 900, colorScheme: "light" },
    { width: 1280, height: 900, colorScheme: "dark" },
    { width: 400, height: 800, colorScheme: "light" },
    { width: 400, height: 800, colorScheme: "dark" },
  ];

  return [
    ...options.map((option) => [
      `axe finds nothing wrong in any view (${option.colorScheme}, ${option.width} px)`,
      async () => {
        const page = await openPage(option);
        const faults = [];
        const look = async (view) => faults.push(...(await faultsOf(page, view)));
        await look("start");
        await page.setInputFiles("#file-input", file("empty-access.log", ""));
        await page.waitForSelector("[role=alert]");
        await look("failed");
        await analyse(page, sample("text", "sample.log"));
        await frames(page);
        await look("answer");
        await page.locator(".templates .row-button").first().click();
        await shownLines(page);
        await look("lines");
        await page.keyboard.press("Escape");
        for (const [view, key] of [
          ["help", "?"],
          ["save", "Control+s"],
        ]) {
          await page.keyboard.press(key);
          await page.waitForSelector("dialog[open]");
          await look(view);
          await page.keyboard.press("Escape");
          await page.waitForSelector("dialog[open]", { state: "detached" });
        }
        await page.keyboard.press("Control+Shift+P");
        await page.waitForSelector(".palette li");
        await look("palette");
        await page.keyboard.press("Escape");
        await page.waitForSelector("dialog[open]", { state: "detached" });
        await page.click("#choices .parameters summary");
        await page.waitForSelector("#choices [name=minScore]");
        await look("settings");
        await page.click(".incident button:text-is('Compare with before')");
        await page.waitForSelector("#compare [data-compare=known]");
        await look("compare");
        await page.selectOption("#heatmap select", "0 1");
        await page.waitForSelector("#heatmap button:text-is('Back to all pairs')");
        await look("two features");
        await page.locator(".templates .pattern-tools summary").first().click();
        await page.locator(".templates .row-button").first().click();
        await shownLines(page);
        await page.locator("#lines .line:not(.is-loading)").first().click();
        await page.waitForSelector("#lines .line.is-current .line-actions");
        await look("a line and what can be done with it");
        await page.keyboard.press("Escape");
        await page.waitForSelector("#lines", { state: "detached" });
        if (await page.isVisible("button.sealed")) {
          await page.click("button.sealed");
          await page.waitForSelector("#self-test-run");
          await look("self-test");
          await page.keyboard.press("Escape");
          await page.waitForSelector("dialog[open]", { state: "detached" });
        }
        await beginReading(page);
        await page.waitForSelector("#filling canvas[data-drawn=true]");
        await look("reading");
        assert.deepEqual(faults, [], faults.join("\n"));
        await page.context().close();
      },
    ]),
    [
      "axe would find what is wrong",
      async () => {
        const page = await openPage();
        await page.evaluate(() => {
          const image = document.createElement("img");
          image.style.color = "red";
          document.body.append(image);
        });
        const faults = await faultsOf(page, "start");
        assert.ok(faults.some((fault) => fault.includes("image-alt")));
      },
    ],
    [
      "every plot has its words, and its numbers as a table",
      async () => {
        const page = await openPage();
        await analyse(page, sample("text", "sample.log"));
        await frames(page);
        for (const kind of [
          "timeline",
          "scatter",
          "clusters",
          "heatmap",
          "scatter3d",
          "swimlanes",
        ]) {
          const words = await page.getAttribute(`#plot-${kind}`, "aria-label");
          assert.ok(words?.length > 40, `${kind}: ${words}`);
          await page.click(`[data-table=${kind}] summary`);
          // A browser tells of an opened <details> in a task of its own.
          await page.waitForSelector(`[data-table=${kind}] tbody tr`);
          const rows = await page.$$eval(`[data-table=${kind}] tbody tr`, (all) => all.length);
          const columns = await page.$$eval(
            `[data-table=${kind}] th[scope=col]`,
            (all) => all.length,
          );
          assert.ok(rows > 3 && columns >= 2, `${kind}: ${rows} rows, ${columns} columns`);
        }
        assert.deepEqual(page.faults, []);
      },
    ],
    [
      "forced colours, still motion and paper show the same",
      async () => {
        const page = await openPage({ colorScheme: "dark" });
        await analyse(page, sample("text", "sample.log"));
        await page.emulateMedia({ forcedColors: "active" });
        const border = await page.$eval(
          ".button",
          (button) => getComputedStyle(button).borderStyle,
        );
        assert.equal(border, "solid");
        await page.screenshot({ path: `${output}forced-colors.png` });
        await page.emulateMedia({ forcedColors: "none", media: "print" });
        const paper = await page.evaluate(() => ({
          top: getComputedStyle(document.querySelector(".top")).display,
          scheme: getComputedStyle(document.documentElement).colorScheme,
          shadow: getComputedStyle(document.querySelector(".panel")).boxShadow,
        }));
        assert.deepEqual(paper, { top: "none", scheme: "light", shadow: "none" });
        await page.emulateMedia({ media: "screen", reducedMotion: "reduce" });
        const moving = await page.evaluate(
          () => document.getAnimations().filter(({ playState }) => playState === "running").length,
        );
        assert.equal(moving, 0);
        assert.deepEqual(page.faults, []);
      },
    ],
    [
      "colours of text and of signs stand out in both themes",
      async () => {
        for (const colorScheme of ["light", "dark"]) {
          const page = await openPage({ colorScheme });
          const weak = await page.evaluate(() => {
            const probe = document.createElement("span");
            document.body.append(probe);
            const channels = (name) => {
              probe.style.color = `var(${name})`;
              const canvas = document.createElement("canvas").getContext("2d");
              canvas.fillStyle = getComputedStyle(probe).color;
              canvas.fillRect(0, 0, 1, 1);
              return [...canvas.getImageData(0, 0, 1, 1).data.slice(0, 3)];
            };
            const luminance = (name) => {
              const [r, g, b] = channels(name).map((value) => {
                const part = value / 255;
                return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
              });
              return 0.2126 * r + 0.7152 * g + 0.0722 * b;
            };
            const contrast = (a, b) => {
              const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
              return (high + 0.05) / (low + 0.05);
            };
            const texts =
              "--ink --ink-soft --accent --alarming --unusual --notable --ordinary --level-fatal --level-error --level-warn --level-notice --level-info --level-debug --level-none";
            const grounds = ["--page", "--card"];
            const found = [];
            for (const text of texts.split(" ")) {
              for (const ground of grounds) {
                const value = contrast(text, ground);
                if (value < 4.5) found.push(`${text} on ${ground}: ${value.toFixed(2)}`);
              }
            }
            if (contrast("--accent-ink", "--accent") < 4.5) found.push("--accent-ink on --accent");
            // As seen without red or without green (Viénot, Brettel and Mollon 1999): bands that mean different things differ
            // in lightness or hue.
            const seen = (name, kind) => {
              const [r, g, b] = channels(name).map((v) => ((v / 255 + 0.055) / 1.055) ** 2.4);
              const m =
                kind === "protan"
                  ? [
                      0.11238 * r + 0.88762 * g,
                      0.11238 * r + 0.88762 * g,
                      0.00401 * r - 0.00401 * g + b,
                    ]
                  : [
                      0.29275 * r + 0.70725 * g,
                      0.29275 * r + 0.70725 * g,
                      -0.02234 * r + 0.02234 * g + b,
                    ];
              return m.map((v) => Math.cbrt(Math.max(0, v)));
            };
            const apart = (a, b, kind) =>
              Math.hypot(...seen(a, kind).map((v, i) => v - seen(b, kind)[i]));
            const fills = ["--fill-error", "--fill-warn", "--fill-info", "--fill-none"];
            for (const kind of ["protan", "deutan"]) {
              for (const [i, a] of fills.entries()) {
                for (const b of fills.slice(i + 1)) {
                  const value = apart(a, b, kind);
                  if (value < 0.12) found.push(`${a} like ${b} (${kind}): ${value.toFixed(3)}`);
                }
              }
            }
            return found;
          });
          assert.deepEqual(weak, [], colorScheme);
          await page.context().close();
        }
      },
    ],
  ];
}
