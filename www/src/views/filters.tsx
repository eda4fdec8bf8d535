// The conditions of the lines panel: text, level, source, file, time; each shown as a chip that can be taken away.

import { signal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Report } from "../../pkg/logloupe.js";
import * as filter from "../filter.ts";
import * as format from "../format.ts";
import { visible } from "../visible.ts";
import { Chips } from "./chips.tsx";

/** Milliseconds after the last key until a text is searched for. */
const TYPING_MS = 250;

export function Filters({ report }: { report: Report }): JSX.Element {
  const { levels, sources, files, fromMs, toMs } = filter.selection.value;
  const hasTimes = report.totals.firstMs != null;
  return (
    <div class="filters" role="search" aria-label="Which lines">
      <Search />
      <div class="filter-levels" role="group" aria-label="Levels">
        {report.levels.map(({ level }) => (
          <button
            key={level}
            type="button"
            class={`toggle level level-${level.toLowerCase() || "none"}`}
            aria-pressed={levels?.includes(level) ?? false}
            onClick={() => filter.change({ levels: toggled(levels, level) })}
          >
            {level || "no level"}
          </button>
        ))}
      </div>
      <Menu name="Source" nChosen={sources?.length ?? 0} opened={() => void filter.loadSources()}>
        <Choices
          what="sources"
          entries={(filter.sources.value ?? []).map(({ name, nRecords }) => ({
            value: name,
            text: name || "(no source)",
            nRecords,
          }))}
          chosen={sources ?? []}
          choose={(name) => filter.change({ sources: toggled(sources, name) })}
        />
      </Menu>
      {report.nFiles > 1 && (
        <Menu name="File" nChosen={files?.length ?? 0}>
          <Choices
            what="files"
            entries={report.files.map(({ id, name, nRecords }) => ({
              value: id,
              text: name,
              nRecords,
            }))}
            chosen={files ?? []}
            choose={(id) => filter.change({ files: toggled(files, id) })}
          />
        </Menu>
      )}
      {hasTimes && (
        <Menu name="Time" nChosen={Number(fromMs != null || toMs != null)}>
          <div class="filter-times">
            <Instant
              label="From (UTC)"
              ms={fromMs}
              choose={(ms) => filter.change({ fromMs: ms })}
            />
            <Instant label="To (UTC)" ms={toMs} choose={(ms) => filter.change({ toMs: ms })} />
          </div>
        </Menu>
      )}
      <Chips report={report} />
    </div>
  );
}

/** The list with an entry more or less; undefined where none is left. */
function toggled<T>(list: T[] | undefined, entry: T): T[] | undefined {
  const next = list?.includes(entry)
    ? list.filter((other) => other !== entry)
    : [...(list ?? []), entry];
  return next.length === 0 ? undefined : next;
}

function Search(): JSX.Element {
  const text = filter.selection.value.text;
  const [typed, setTyped] = useState(text?.pattern ?? "");
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const failure = filter.failure.value;
  const isRefused = failure !== null && ["pattern", "params"].includes(failure.code);
  // A step back or a chip changes the text from outside.
  useEffect(() => setTyped(text?.pattern ?? ""), [text?.pattern]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const search = (pattern: string): void => {
    clearTimeout(timer.current);
    filter.changeText({ pattern });
  };
  const toggle = (
    name: "isCaseSensitive" | "isRegex",
    label: string,
    sign: string,
  ): JSX.Element => (
    <button
      type="button"
      class="toggle"
      aria-pressed={text?.[name] ?? false}
      aria-label={label}
      title={label}
      onClick={() => filter.changeText({ pattern: typed, [name]: !(text?.[name] ?? false) })}
    >
      {sign}
    </button>
  );
  return (
    <div class="filter-search">
      <input
        id="lines-search"
        type="search"
        placeholder="Search the lines  /"
        aria-label={
          text?.isRegex === true ? "Regular expression to search for" : "Text to search for"
        }
        aria-keyshortcuts="/"
        aria-invalid={isRefused}
        aria-describedby={isRefused ? "lines-search-said" : undefined}
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        value={typed}
        onInput={(event) => {
          const pattern = event.currentTarget.value;
          setTyped(pattern);
          clearTimeout(timer.current);
          timer.current = setTimeout(() => search(pattern), TYPING_MS);
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter") {
            search(event.currentTarget.value);
          }
        }}
      />
      {toggle("isCaseSensitive", "Match case", "Aa")}
      {toggle("isRegex", "Regular expression", ".*")}
      {isRefused && (
        <p id="lines-search-said" class="filter-said" role="alert">
          {failure.message}
        </p>
      )}
    </div>
  );
}

export function Menu(props: {
  name: string;
  nChosen: number;
  opened?: () => void;
  children: ComponentChildren;
}): JSX.Element {
  const { name, nChosen, opened, children } = props;
  const menu = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const closeOutside = (event: Event): void => {
      if (menu.current?.open === true && !menu.current.contains(event.target as Node)) {
        menu.current.open = false;
      }
    };
    window.addEventListener("pointerdown", closeOutside);
    return () => window.removeEventListener("pointerdown", closeOutside);
  }, []);
  return (
    <details
      class="menu"
      ref={menu}
      onToggle={(event) => {
        if (event.currentTarget.open) {
          opened?.();
        }
      }}
      onKeyDown={(event) => {
        if (event.key === "Escape" && menu.current?.open === true) {
          event.stopPropagation();
          menu.current.open = false;
          menu.current.querySelector("summary")?.focus();
        }
      }}
    >
      <summary class="button small">
        {name}
        {nChosen > 0 && ` (${nChosen})`}
      </summary>
      <div class="menu-body">{children}</div>
    </details>
  );
}

function Choices<T extends string | number>(props: {
  what: string;
  entries: { value: T; text: string; nRecords: number }[];
  chosen: T[];
  choose: (value: T) => void;
}): JSX.Element {
  const wanted = useRef(signal("")).current;
  const word = wanted.value.toLowerCase();
  const entries = props.entries.filter(({ text }) => text.toLowerCase().includes(word));
  return (
    <>
      <input
        type="search"
        placeholder={`Find ${props.what}`}
        aria-label={`Find ${props.what}`}
        autocomplete="off"
        spellcheck={false}
        value={wanted.value}
        onInput={(event) => {
          wanted.value = event.currentTarget.value;
        }}
      />
      <ul class="choices-list" aria-label={props.what}>
        {entries.map(({ value, text, nRecords }) => (
          <li key={value}>
            <label class="check">
              <input
                type="checkbox"
                checked={props.chosen.includes(value)}
                onChange={() => props.choose(value)}
              />
              <bdi dir="ltr">{visible(text)}</bdi>
              <span class="choices-count">{format.count(nRecords)}</span>
            </label>
          </li>
        ))}
      </ul>
      {entries.length === 0 && <p class="empty">None.</p>}
    </>
  );
}

function Instant(props: {
  label: string;
  ms: number | undefined;
  choose: (ms: number | undefined) => void;
}): JSX.Element {
  const { label, ms, choose } = props;
  return (
    <label>
      {label}
      <input
        type="datetime-local"
        step="0.001"
        value={ms == null ? "" : new Date(ms).toISOString().slice(0, 23)}
        onChange={(event) => {
          const chosen = Date.parse(`${event.currentTarget.value}Z`);
          choose(Number.isNaN(chosen) ? undefined : chosen);
        }}
      />
    </label>
  );
}
