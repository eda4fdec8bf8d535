// The numbers of a plot as a table, for those who cannot see it or want to read them off.

import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import type { Report } from "../../pkg/logloupe.js";
import * as format from "../format.ts";
import { isRanked } from "./ranked.ts";
import { LogText } from "./parts.tsx";

/** Rows of points; there may be hundreds more, of lower score. */
const ROWS = 100;

interface Table {
  columns: string[];
  rows: ComponentChildren[][];
  /** How many there are in all, where some are left out. */
  nAll?: number;
}

export function PlotTable({ kind, report }: { kind: string; report: Report }): JSX.Element | null {
  const [isOpen, setOpen] = useState(false);
  if (!(kind in TABLES)) {
    return null;
  }
  return (
    <details
      class="plot-table"
      data-table={kind}
      onToggle={(event) => setOpen(event.currentTarget.open)}
    >
      <summary>Numbers</summary>
      {isOpen && <Body kind={kind} table={TABLES[kind]?.(report) ?? { columns: [], rows: [] }} />}
    </details>
  );
}

function Body({ table, kind }: { table: Table; kind: string }): JSX.Element {
  const { columns, rows, nAll } = table;
  return (
    <div class="plot-numbers" tabIndex={0} role="group" aria-label="The numbers of the plot">
      {nAll !== undefined && nAll > rows.length && (
        <p class="about">
          {`${format.count(rows.length)} of ${format.count(nAll)}, ${kind === "swimlanes" ? "those with most records" : "the highest scores"} first`}
        </p>
      )}
      <table>
        <thead>
          <tr>
            {columns.map((column) => (
              <th scope="col" key={column}>
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, idx) => (
            <tr key={idx}>
              {row.map((cell, column) =>
                column === 0 ? (
                  <th scope="row" key={column}>
                    {cell}
                  </th>
                ) : (
                  <td key={column}>{cell}</td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const TABLES: Record<string, (report: Report) => Table> = {
  timeline: ({ timeline }) => {
    const marks = new Map(timeline.marks.map(({ bin, score }) => [bin, score]));
    const rows = Array.from({ length: timeline.nBins }, (_, bin) => [
      format.dateTime(timeline.startMs + bin * timeline.binMs),
      ...timeline.series.map(({ nRecords }) => format.count(nRecords[bin] ?? 0)),
      marks.has(bin) ? `unusual, ${format.score(marks.get(bin) ?? 0)}` : "",
    ]);
    const levels = timeline.series.map(({ level }) => level || "no level");
    return { columns: ["From (UTC)", ...levels, "Score"], rows };
  },
  scatter: ({ points, templates }) => {
    const texts = new Map(templates.map(({ id, text }) => [id, text]));
    const shown = points.toSorted((a, b) => b.score - a.score).slice(0, ROWS);
    return {
      columns: ["Time (UTC)", "Score", "Records", "Pattern"],
      rows: shown.map(({ ms, score, nRecords, template }) => [
        format.dateTime(ms),
        format.score(score),
        format.count(nRecords),
        <LogText text={texts.get(template) ?? `pattern ${template}`} />,
      ]),
      nAll: points.length,
    };
  },
  clusters: ({ clusters }) => ({
    columns: ["Cluster", "Messages", "Records"],
    rows: [
      ...clusters.groups.map(({ name, nMessages, nRecords }) => [
        <LogText text={name} />,
        format.count(nMessages),
        format.count(nRecords),
      ]),
      ["in no cluster", format.count(clusters.nNoise), ""],
    ],
  }),
  heatmap: ({ features }) => {
    const values = isRanked.value ? features.rankCorrelation : features.correlation;
    return {
      columns: ["Feature", ...features.names],
      rows: features.names.map((name, row) => [
        name,
        ...features.names.map((_, column) => values[row]?.[column]?.toFixed(2) ?? "constant"),
      ]),
    };
  },
  swimlanes: ({ swimlanes }) => ({
    columns: ["Source", "Records with a time", "Slices with any", "Most in a slice, at (UTC)"],
    rows: swimlanes.lanes.map(({ text, nRecords, counts }) => {
      const most = Math.max(...counts);
      const atMs = swimlanes.startMs + counts.indexOf(most) * swimlanes.sliceMs;
      return [
        <LogText text={text} />,
        format.count(nRecords),
        `${format.count(counts.filter((n) => n > 0).length)} of ${format.count(counts.length)}`,
        `${format.count(most)}, ${format.dateTime(Math.floor(atMs))}`,
      ];
    }),
    nAll: swimlanes.nSources,
  }),
  scatter3d: ({ space }) => ({
    columns: [
      "Window from (UTC)",
      "Failed logins",
      "Events",
      "Spread of addresses (bits)",
      "Score",
    ],
    rows: space
      .toSorted((a, b) => b.score - a.score)
      .slice(0, ROWS)
      .map((point) => [
        format.dateTime(point.startMs),
        format.count(point.failedLogins),
        format.count(point.events),
        point.ipEntropy.toFixed(2),
        format.score(point.score),
      ]),
    nAll: space.length,
  }),
};
