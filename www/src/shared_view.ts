// How the log is looked at ↔ the part of the address behind #, so that a view can be shared with someone who has the same log.
//
// Only numbers and names of levels and methods go there, never text of the log: not what is searched for, no source, no file.

import type { Options, Selection } from "../pkg/logloupe.js";
import { withoutText } from "./parameters.ts";
import type { TimeRange } from "./state.ts";
import { STYLES } from "./times.ts";

/** Patterns that an address names. */
const TEMPLATES_CAP = 50;
const LEVELS = ["", "TRACE", "DEBUG", "INFO", "NOTICE", "WARN", "ERROR", "FATAL"];

export interface SharedView {
  selection: Selection;
  range: TimeRange | null;
  options: Partial<Options>;
  times: string | null;
}

/** The address of how things are looked at now; empty where all is as usual. */
export function written({ selection, range, options, times }: SharedView): string {
  const parts = new URLSearchParams();
  const put = (name: string, value: number | string | null | undefined): void => {
    if (value != null) parts.set(name, String(value));
  };
  const { fromMs, toMs, incident, cluster, levels, templates, withoutTemplates, slot } = selection;
  put("from", fromMs);
  put("to", toMs);
  put("incident", incident);
  put("cluster", cluster);
  put("levels", levels?.map((level) => LEVELS.indexOf(level)).join("."));
  put("patterns", templates?.slice(0, TEMPLATES_CAP).join("."));
  put("without", withoutTemplates?.slice(0, TEMPLATES_CAP).join("."));
  put("place", slot);
  put("zoom", range === null ? null : `${range.fromMs}_${range.toMs}`);
  put("times", times === "utc" ? null : times);
  for (const [name, value] of Object.entries(withoutText(options))) {
    put(`o-${name}`, value as number | string);
  }
  return parts.toString();
}

/** The other way; what is not understood is passed over. */
export function read(hash: string): SharedView {
  const parts = new URLSearchParams(hash.replace(/^#/, ""));
  const numberOf = (text: string | null | undefined): number | undefined => {
    const value = text == null || text === "" ? NaN : Number(text);
    return Number.isFinite(value) ? value : undefined;
  };
  const listOf = (name: string): number[] | undefined => {
    const list = (parts.get(name) ?? "").split(".").map(numberOf);
    const known = list.filter((n) => n !== undefined && Number.isInteger(n) && n >= 0);
    return known.length === 0 ? undefined : (known as number[]).slice(0, TEMPLATES_CAP);
  };
  const levels = listOf("levels")?.flatMap((idx) => LEVELS[idx] ?? []);
  const templates = listOf("patterns");
  const selection: Selection = {
    fromMs: numberOf(parts.get("from")),
    toMs: numberOf(parts.get("to")),
    incident: numberOf(parts.get("incident")),
    cluster: numberOf(parts.get("cluster")),
    levels: levels !== undefined && levels.length > 0 ? levels : undefined,
    templates,
    withoutTemplates: listOf("without"),
    slot: templates?.length === 1 ? numberOf(parts.get("place")) : undefined,
  };
  const [from, to] = (parts.get("zoom") ?? "").split("_").map(numberOf);
  const given = Object.fromEntries(
    [...parts].flatMap(([name, text]) =>
      name.startsWith("o-")
        ? [[name.slice(2), ["o-clusterer", "o-scaling"].includes(name) ? text : numberOf(text)]]
        : [],
    ),
  ) as Partial<Options>;
  const times = parts.get("times");
  return {
    selection: Object.fromEntries(
      Object.entries(selection).filter(([, value]) => value !== undefined),
    ) as Selection,
    range: from !== undefined && to !== undefined && to > from ? { fromMs: from, toMs: to } : null,
    options: withoutText(given),
    times: STYLES.some(([style]) => style === times) ? times : null,
  };
}
