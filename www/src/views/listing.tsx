// Tables and long lists as every view shows them: headed, with the first entries at first and a button for the rest.

import type { Signal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import * as format from "../format.ts";

/** A column without sorting. */
export function Head({ children }: { children?: ComponentChildren }): JSX.Element {
  return (
    <th role="columnheader" scope="col">
      {children}
    </th>
  );
}

/** A table whose rows become cards where there is no room for columns. */
export function Table(props: {
  class: string;
  heads: ComponentChildren;
  children: ComponentChildren;
}): JSX.Element {
  return (
    <div class="table-wrap">
      <table class={`table ${props.class}`} role="table">
        <thead role="rowgroup">
          <tr role="row">{props.heads}</tr>
        </thead>
        <tbody role="rowgroup">{props.children}</tbody>
      </table>
    </div>
  );
}

/** The button below a list of which only the first entries are shown. */
export function ShowAll(props: {
  nAll: number;
  nFirst: number;
  areAllShown: boolean;
  toggle: () => void;
}): JSX.Element | null {
  const { nAll, nFirst, areAllShown } = props;
  if (nAll <= nFirst) {
    return null;
  }
  return (
    <button type="button" class="button more" onClick={props.toggle} aria-expanded={areAllShown}>
      {areAllShown ? `Show the first ${format.count(nFirst)}` : `Show all ${format.count(nAll)}`}
    </button>
  );
}

/** The same for a list whose state is a signal. */
export function toggled(signal: Signal<boolean>): () => void {
  return () => {
    signal.value = !signal.value;
  };
}
