// The network of patterns in words: for those who cannot see the picture, and to look something up.

import type { JSX } from "preact";
import type { NetworkNode, Report } from "../../pkg/logloupe.js";
import * as format from "../format.ts";
import * as state from "../state.ts";
import { LogText, TemplateText } from "./parts.tsx";

export function NetworkTable({ report }: { report: Report }): JSX.Element | null {
  const { nodes, edges, nAll } = report.network;
  if (nodes.length === 0) {
    return null;
  }
  const alike: NetworkNode[][] = nodes.map(() => []);
  for (const { from, to, isAlike } of edges) {
    const [a, b] = [nodes[from], nodes[to]];
    if (isAlike && a !== undefined && b !== undefined) {
      alike[from]?.push(b);
      alike[to]?.push(a);
    }
  }
  return (
    <details class="network-table">
      <summary>As a table</summary>
      <div class="table-wrap">
        <table class="table">
          <thead>
            <tr>
              <th scope="col">Incident</th>
              <th scope="col">Pattern</th>
              <th scope="col">Lines</th>
              <th scope="col">Says alike things</th>
            </tr>
          </thead>
          <tbody>
            {nodes.map((node, idx) => (
              <tr key={idx}>
                <td>{node.incident}</td>
                <td class="cell-text">
                  <button type="button" class="row-button" onClick={() => showNode(node)}>
                    <TemplateText text={node.text} />
                  </button>
                </td>
                <td>{format.count(node.nRecords)}</td>
                <td>
                  <Alike nodes={alike[idx] ?? []} own={node.incident} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {nAll > nodes.length && (
        <p class="about">
          The {format.count(nodes.length)} strangest of {format.count(nAll)} patterns.
        </p>
      )}
    </details>
  );
}

/** Others by name, and by incident where it is another. */
function Alike({ nodes, own }: { nodes: NetworkNode[]; own: number }): JSX.Element {
  const [first] = nodes;
  if (first === undefined) {
    return <span class="none">none</span>;
  }
  const where = first.incident === own ? "" : ` (incident ${first.incident})`;
  return (
    <>
      <LogText text={first.text} />
      {where}
      {nodes.length > 1 && ` and ${format.count(nodes.length - 1)} more`}
    </>
  );
}

export function showNode({ template, incident, text }: NetworkNode): void {
  state.showLines({
    title: `Pattern in incident ${incident}`,
    detail: text,
    selection: { templates: [template], incident },
  });
}
