// The text of a line: inert, with what was searched for marked and what varies in its pattern set off.

import type { JSX } from "preact";
import { pieces } from "../visible.ts";

type Range = [start: number, end: number];

/** `marks` are starts and ends one after the other; both lists ascend. */
export function LineText(props: {
  text: string;
  marks: number[];
  variables: Range[];
}): JSX.Element {
  const { text, marks, variables } = props;
  const marked: Range[] = [];
  for (let idx = 0; idx + 1 < marks.length; idx += 2) {
    marked.push([marks[idx] ?? 0, marks[idx + 1] ?? 0]);
  }
  const borders = [...marked.flat(), ...variables.flat()].filter(
    (at) => at > 0 && at < text.length,
  );
  const cuts = [...new Set([0, ...borders, text.length])].sort((a, b) => a - b);
  const isIn = (ranges: Range[], at: number): boolean =>
    ranges.some(([start, end]) => start <= at && at < end);
  return (
    <>
      {cuts.slice(0, -1).map((from, idx) => {
        const part = <Inert text={text.slice(from, cuts[idx + 1])} />;
        const inner = isIn(variables, from) ? <span class="variable">{part}</span> : part;
        return isIn(marked, from) ? (
          <mark key={from}>{inner}</mark>
        ) : (
          <span key={from}>{inner}</span>
        );
      })}
    </>
  );
}

function Inert({ text }: { text: string }): JSX.Element {
  return (
    <>
      {pieces(text).map((piece) =>
        piece.isSymbol ? <span class="symbol">{piece.text}</span> : piece.text,
      )}
    </>
  );
}
