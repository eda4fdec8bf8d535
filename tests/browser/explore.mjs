// What stands between the incidents and the patterns: marks of what is normal, changes, similar patterns, the network.

import assert from "node:assert/strict";
import { until } from "./wait.mjs";

/** Checks, each with its name; `tools` are those of run.mjs. */
export function exploreChecks({
  openPage,
  analyse,
  sample,
  shownLines,
  frames,
  totalOf,
  reportOf,
  drawn,
  output,
}) {
  const opened = async () => {
    const page = await openPage();
    const report = await analyse(page, sample("text", "sample.log"));
    return { page, report };
  };
  /** Waits until the answer has been worked out again. */
  const changed = async (page, is) => {
    await page.waitForFunction(is);
    await frames(page);
    return reportOf(page);
  };

  return [
    [
      "an incident marked as normal is left out, listed, and comes back",
      async () => {
        const { page, report } = await opened();
        const first = report.incidents.find(({ keys }) => keys.length > 0);
        await page.click(`#incident-${first.id} button:text-is('This is normal')`);
        // Others may be left out from the start.
        const less = await changed(page, () =>
          window.logloupe.report()?.suppressed.some(({ by }) => by === "normal"),
        );
        assert.ok(less.incidents.every(({ title }) => title !== first.title));
        assert.equal(less.totals.nRecords, report.totals.nRecords);
        const left = less.suppressed.filter(({ by }) => by === "normal");
        assert.equal(left.length, first.keys.length);
        assert.match(await page.innerText("#suppressed"), /that you marked as normal/);
        assert.match(await page.innerText("#suppressed li"), /record/);

        // Other choices leave the mark alone.
        await page.click("#choices .parameters summary");
        await page.fill("#choices [name=minScore]", "100");
        await page.click("#choices button[type=submit]");
        const none = await changed(
          page,
          () => document.querySelector("#incidents .incident") === null,
        );
        assert.equal(none.nIncidents, 0);
        assert.ok(none.suppressed.some(({ by }) => by === "minScore"));
        assert.ok(none.suppressed.some(({ by }) => by === "normal"));
        await page.fill("#choices [name=minScore]", "0");
        await page.click("#choices button[type=submit]");
        await changed(page, () => document.querySelector("#incidents .incident") !== null);

        for (let n = left.length; n > 0; n--) {
          await page.click("#suppressed button:text-is('Alarm again')");
          await page.waitForFunction(
            (rest) =>
              [...document.querySelectorAll("#suppressed button")].filter(
                (button) => button.textContent === "Alarm again",
              ).length === rest,
            n - 1,
          );
        }
        assert.deepEqual((await reportOf(page)).incidents, report.incidents);
        assert.deepEqual(page.faults, []);
      },
    ],
    [
      "a pattern can be marked as normal where it is listed",
      async () => {
        const { page, report } = await opened();
        const [first] = report.templates;
        const row = `.templates tbody tr[data-template="${first.id}"]`;
        await page.click(`${row} .mark-normal`);
        // It is not strange any more, and stands further down in the list.
        const marked = await changed(page, () =>
          window.logloupe.report()?.templates.some(({ isNormal }) => isNormal),
        );
        assert.match(await page.innerText("#suppressed"), /that you marked as normal/);
        const now = marked.templates.find(({ key }) => key === first.key);
        assert.deepEqual([now.isNormal, now.score, now.nRecords], [true, 0, first.nRecords]);
        assert.deepEqual(page.faults, []);
      },
    ],
    [
      "sessions are tied by an expression, or not at all; one that cannot be is refused",
      async () => {
        const { page } = await opened();
        const apply = () => page.click("#choices button[type=submit]");
        await page.selectOption("#choices [name=session]", "pattern");
        await page.fill("#choices [name=sessionRegex]", "order=(\\w+)");
        await apply();
        await page.waitForFunction(() => window.logloupe.report()?.sessions.length === 1);
        assert.equal((await reportOf(page)).sessions[0].identifier, "order=(\\w+)");
        await page.selectOption("#choices [name=session]", "off");
        await apply();
        await page.waitForFunction(() => window.logloupe.report()?.sessions.length === 0);
        await page.selectOption("#choices [name=session]", "pattern");
        await page.fill("#choices [name=sessionRegex]", "order=");
        await apply();
        await page.waitForSelector("[role=alert]");
        assert.match(await page.innerText("[role=alert]"), /first group/);
        assert.deepEqual(page.faults, []);
      },
    ],
    [
      "what changed: every sort is listed, and each leads to its lines",
      async () => {
        const { page, report } = await opened();
        assert.ok(report.changes.nAll > 0);
        assert.match(await page.innerText("#changes-title"), /What changed \(\d+\)/);
        for (const [title, list] of [
          ["New", report.changes.new],
          ["Surging", report.changes.surging],
          ["Fewer or silent", report.changes.vanished],
        ]) {
          const shown = await page.$$(`#changes section[aria-label="${title}"] li`);
          assert.equal(shown.length, list.length, title);
        }
        const [change] = report.changes.new;
        await page.click("#changes section[aria-label=New] .link-title");
        assert.equal(await totalOf(page), change.nRecords);
        const fixed = change.text
          .split("<*>")
          .sort((a, b) => b.length - a.length)[0]
          .trim();
        assert.ok((await shownLines(page)).every(({ text }) => text.includes(fixed)));
        assert.deepEqual(page.faults, []);
      },
    ],
    [
      "similar patterns are learned when they are asked for",
      async () => {
        const { page } = await opened();
        await page.click(".templates .similar > button");
        await page.waitForSelector(".templates .similar ol li");
        const said = await page.innerText(".templates .similar ol li");
        assert.match(said, /[01]\.\d\d/);
        await page.click(".templates .similar ol .row-button");
        assert.ok((await totalOf(page)) > 0);
        await page.keyboard.press("Escape");
        await page.click(".templates .similar > button");
        await page.waitForSelector(".templates .similar ol", { state: "detached" });
        assert.deepEqual(page.faults, []);
      },
    ],
    [
      "the heatmap by rank is another picture",
      async () => {
        const { page } = await opened();
        const picture = () => page.$eval("#plot-heatmap", (canvas) => canvas.toDataURL());
        await drawn(page, "plot-heatmap");
        const before = await picture();
        await page.check("#heatmap .choice-check input");
        await until(async () => (await picture()) !== before, Boolean, "another picture");
        await page.uncheck("#heatmap .choice-check input");
        await until(async () => (await picture()) === before, Boolean, "the picture before");
        assert.deepEqual(page.faults, []);
      },
    ],
    [
      "a cell of the heatmap opens the windows by its two features, and each leads to its lines",
      async () => {
        const { page, report } = await opened();
        await drawn(page, "plot-heatmap");
        const canvas = page.locator("#plot-heatmap");
        await canvas.scrollIntoViewIfNeeded();
        // The first cell: the second feature by the first.
        const { height } = await canvas.boundingBox();
        const cell = (height - 16) / report.features.names.length;
        await canvas.click({ position: { x: 14, y: 8 + cell * 1.5 } });
        const [a, b] = report.features.names;
        await page.waitForSelector(`#heatmap .about:has-text("${a} × ${b}")`);
        assert.equal(await page.inputValue("#heatmap select"), "0 1");
        await drawn(page, "plot-heatmap");
        await page.screenshot({ path: `${output}pair.png` });
        await page.selectOption("#heatmap select", "0 4");
        await page.waitForSelector(`#heatmap .about:has-text("${report.features.names[4]}")`);
        await page.click("#heatmap button:text-is('Back to all pairs')");
        await page.waitForSelector("#heatmap .choice-check");
        assert.deepEqual(page.faults, []);
      },
    ],
    [
      "a line drawn around points of the clusters selects their messages",
      async () => {
        const { page, report } = await opened();
        await drawn(page, "plot-clusters");
        const canvas = page.locator("#plot-clusters");
        await canvas.scrollIntoViewIfNeeded();
        const { x, y, width, height } = await canvas.boundingBox();
        const corners = [
          [0.01, 0.01],
          [0.6, 0.01],
          [0.6, 0.99],
          [0.01, 0.99],
        ];
        await page.mouse.move(x + width * 0.01, y + height * 0.5);
        await page.mouse.down();
        for (const [across, down] of corners)
          await page.mouse.move(x + width * across, y + height * down, { steps: 3 });
        await page.waitForSelector("#clusters .lasso polygon");
        await page.screenshot({ path: `${output}lasso.png` });
        await page.mouse.up();
        await page.waitForSelector("#selection .chip:has-text('message')");
        const said = await until(
          () => page.innerText(".selection-count"),
          (text) => /^[\d,]+ of .* selected$/.test(text),
        );
        const n = Number(said.match(/^[\d,]+/)[0].replaceAll(",", ""));
        assert.ok(n > 0 && n < report.totals.nRecords, said);
        assert.deepEqual(page.faults, []);
      },
    ],
    [
      "a finger draws around points where it is told to, and keys stretch a frame around them",
      async () => {
        const { page } = await opened();
        await drawn(page, "plot-clusters");
        const canvas = page.locator("#plot-clusters");
        await canvas.scrollIntoViewIfNeeded();
        await page.evaluate(() => {
          document.querySelector("#draw-around").click();
        });
        await page.waitForSelector("#clusters .is-drawing");
        await page.evaluate(() => {
          const canvas = document.querySelector("#plot-clusters");
          const box = canvas.getBoundingClientRect();
          const send = (type, across, down) =>
            canvas.dispatchEvent(
              new PointerEvent(type, {
                pointerType: "touch",
                isPrimary: true,
                pointerId: 7,
                bubbles: true,
                clientX: box.left + box.width * across,
                clientY: box.top + box.height * down,
              }),
            );
          canvas.setPointerCapture = () => undefined;
          send("pointerdown", 0.01, 0.5);
          for (const [across, down] of [
            [0.01, 0.01],
            [0.6, 0.01],
            [0.6, 0.99],
            [0.01, 0.99],
          ])
            send("pointermove", across, down);
          window.lift = () => send("pointerup", 0.01, 0.99);
        });
        await page.waitForSelector("#clusters .lasso polygon");
        await page.evaluate(() => window.lift());
        await page.waitForSelector("#selection .chip:has-text('message')");
        assert.equal(await page.getAttribute("#draw-around", "aria-pressed"), "false");

        await page.keyboard.press("Control+z");
        await page.waitForSelector("#selection .chip", { state: "detached" });
        await canvas.focus();
        await page.keyboard.press("ArrowRight");
        await page.waitForSelector("#clusters .tooltip");
        const first = await page.innerText("#clusters .tooltip");
        await page.keyboard.press("ArrowRight");
        await until(
          () => page.innerText("#clusters .tooltip"),
          (text) => text !== first,
        );
        for (const key of ["ArrowRight", "ArrowDown", "ArrowRight", "ArrowDown"])
          for (let n = 0; n < 6; n++) await page.keyboard.press(`Shift+${key}`);
        await page.waitForSelector("#clusters .lasso polygon");
        await page.keyboard.press("Enter");
        await page.waitForSelector("#selection .chip:has-text('essage')");
        assert.equal(await page.$("#clusters .lasso"), null);
        assert.deepEqual(page.faults, []);
      },
    ],
    [
      "sources over time: a lane a source, a place leads to its lines, by mouse and by keys",
      async () => {
        const { page, report } = await opened();
        const { lanes } = report.swimlanes;
        assert.ok(lanes.length > 1);
        const all = lanes.reduce((sum, { nRecords }) => sum + nRecords, 0);
        assert.ok(all <= report.totals.nRecords);
        await drawn(page, "plot-swimlanes");
        const canvas = page.locator("#plot-swimlanes");
        await canvas.scrollIntoViewIfNeeded();
        await canvas.focus();
        await page.keyboard.press("ArrowRight");
        await page.waitForSelector("#swimlanes .tooltip");
        const said = await page.innerText("#swimlanes .tooltip");
        assert.ok(said.startsWith(lanes[0].text), said);
        const n = Number(
          said
            .split("\n")[2]
            .match(/^[\d,]+/)[0]
            .replaceAll(",", ""),
        );
        assert.equal(n, lanes[0].counts[0]);
        await page.keyboard.press("Enter");
        assert.equal(await totalOf(page), n);
        await page.waitForSelector("#lines .chip:has-text('Source')");
        await page.keyboard.press("Escape");
        await page.click("#swimlanes .plot-table summary");
        await until(
          () => page.$$("#swimlanes .plot-table tbody tr"),
          (rows) => rows.length === lanes.length,
          "a row a source",
        );
        assert.deepEqual(page.faults, []);
      },
    ],
    [
      "what varies in a pattern opens its values where it stands",
      async () => {
        const { page } = await opened();
        await page.click(".templates .row-button [data-place='1']");
        await page.waitForSelector("#values[aria-busy=false]");
        assert.match(await page.innerText("#values h3"), /place 2/);
        await page.waitForSelector("#values .value-list li");
        assert.deepEqual(page.faults, []);
      },
    ],
    [
      "the network of patterns: drawn, pointed at, chosen, and read as a table",
      async () => {
        const { page, report } = await opened();
        const { nodes } = report.network;
        assert.ok(nodes.length > 1);
        await frames(page);
        await drawn(page, "plot-network");
        assert.match(
          await page.getAttribute("#plot-network", "aria-label"),
          /graph of \d+ pattern/,
        );
        const canvas = page.locator("#plot-network");
        await canvas.scrollIntoViewIfNeeded();
        const { width, height } = await canvas.boundingBox();
        // The leftmost node stands at the margin of the picture, at a height of its own.
        const left = nodes.reduce((a, b) => (b.x < a.x ? b : a));
        const ys = nodes.map(({ y }) => y);
        const [low, high] = [Math.min(...ys), Math.max(...ys)];
        const share = high > low ? (high - left.y) / (high - low) : 0.5;
        const position = { x: 26, y: 26 + share * (height - 52) };
        assert.ok(position.x < width);
        await canvas.hover({ position });
        await page.waitForSelector("#network .tooltip");
        await page.waitForSelector(`#network .tooltip:has-text("incident ${left.incident},")`);
        await canvas.click({ position });
        assert.equal(await totalOf(page), left.nRecords);
        await page.keyboard.press("Escape");

        await page.click("#network .network-table summary");
        await until(
          () => page.$$("#network .network-table tbody tr"),
          (rows) => rows.length === nodes.length,
          "a row a pattern",
        );
        await page.click("#network .network-table .row-button");
        assert.equal(await totalOf(page), nodes[0].nRecords);
        assert.deepEqual(page.faults, []);
      },
    ],
    [
      "the sources of an incident lead to their lines in it",
      async () => {
        const { page, report } = await opened();
        const incident = report.incidents.find(({ sources }) => sources.length > 0);
        await page.click(`#incident-${incident.id} .incident-sources .row-button`);
        assert.equal(await totalOf(page), incident.sources[0].nRecords);
        assert.deepEqual(page.faults, []);
      },
    ],
  ];
}
