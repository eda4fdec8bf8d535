// Sorting of tables by a click on a column's head.

import type { Signal } from "@preact/signals";
import type { JSX } from "preact";

export interface Order<Column extends string> {
  column: Column;
  isDescending: boolean;
}

/** A sorted copy; rows without a value come last either way, equal rows keep their order. */
export function sorted<Row, Column extends string>(
  rows: Row[],
  { column, isDescending }: Order<Column>,
  valueOf: (row: Row, column: Column) => number | null,
): Row[] {
  const sign = isDescending ? -1 : 1;
  return [...rows].sort((a, b) => {
    const left = valueOf(a, column);
    const right = valueOf(b, column);
    if (left === null || right === null) {
      return left === right ? 0 : left === null ? 1 : -1;
    }
    return sign * (left - right);
  });
}

export function SortHeader<Column extends string>(props: {
  order: Signal<Order<Column>>;
  column: Column;
  title: string;
  hint: string;
  isNumber?: boolean;
}): JSX.Element {
  const { order, column } = props;
  const isSorted = order.value.column === column;
  const arrow = order.value.isDescending ? "▾" : "▴";
  return (
    <th
      role="columnheader"
      scope="col"
      class={props.isNumber === true ? "number" : ""}
      aria-sort={isSorted ? (order.value.isDescending ? "descending" : "ascending") : "none"}
    >
      <button
        type="button"
        class="sort"
        title={props.hint}
        onClick={() => {
          order.value = { column, isDescending: isSorted ? !order.value.isDescending : true };
        }}
      >
        {props.title}
        <span class={isSorted ? "sort-arrow is-on" : "sort-arrow"} aria-hidden="true">
          {isSorted ? arrow : "▾"}
        </span>
      </button>
    </th>
  );
}
