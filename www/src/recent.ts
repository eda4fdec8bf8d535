// Files that were opened lately, to be opened again with their marks and settings; where the browser gives out handles, and until
// it is switched off.

import { effect, signal } from "@preact/signals";
import type { Options, Selection } from "../pkg/logloupe.js";
import { currentView, takeView } from "./address.ts";
import * as filter from "./filter.ts";
import { hasHandles, isAllowed } from "./handles.ts";
import * as kept from "./kept.ts";
import * as marks from "./marks.ts";
import { withoutText } from "./parameters.ts";
import { read } from "./shared_view.ts";
import { ofHandle, type Source } from "./sources.ts";
import * as state from "./state.ts";

const KEY = "logloupe.remember";
const ANALYSES_KEY = "logloupe.analyses";
/** Analyses that are kept; those of older files go. */
const ANALYSES_CAP = 3;
/** Milliseconds from a change of marks or view to its being kept. */
const PAUSE_MS = 400;

/** What is kept, the newest first. */
export const entries = signal<kept.Kept[]>([]);
export const isRemembering = signal(hasHandles && isSwitchedOn());
/** Whether analyses are kept as well: they hold words of the log, so only where a person wants it. */
export const isKeepingAnalyses = signal(isRemembering.peek() && saidOf(ANALYSES_KEY) === "yes");
/** What is shown, as it is kept; null where it is not. */
const current = signal<{ id: string; sources: Source[] } | null>(null);
/** What will be shown next comes from here. */
let opening: { sources: Source[]; entry: kept.Kept } | null = null;

/** What was chosen before; where a browser keeps no choice, it is not to keep files either. */
function saidOf(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return "no";
  }
}

function isSwitchedOn(): boolean {
  return saidOf(KEY) !== "no";
}

/** Switches keeping analyses on or off; off removes those that are kept. */
export function setKeepingAnalyses(isOn: boolean): void {
  isKeepingAnalyses.value = isOn;
  try {
    if (isOn) localStorage.setItem(ANALYSES_KEY, "yes");
    else localStorage.removeItem(ANALYSES_KEY);
  } catch {
    isKeepingAnalyses.value = false;
  }
  if (!isOn) void queue(() => kept.removeAnalyses(() => true, kept.REMOVE_TRIES));
}

/** Switches keeping on or off; off forgets what was kept. */
export function setRemembering(isOn: boolean): void {
  isRemembering.value = isOn;
  try {
    if (isOn) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, "no");
  } catch {
    isRemembering.value = false;
  }
  if (!isOn) {
    setKeepingAnalyses(false);
    void forgetAll();
  }
}

/** Removes all that is kept. */
export async function forgetAll(): Promise<void> {
  current.value = null;
  entries.value = [];
  await queue(() => kept.removeAll());
}

export async function forget({ id }: kept.Kept): Promise<void> {
  if (current.peek()?.id === id) current.value = null;
  entries.value = entries.peek().filter((entry) => entry.id !== id);
  await queue(async () => {
    await kept.remove(id);
    await removeOthers();
  });
}

/** Removes analyses that belong to no entry, also of another tab. */
async function removeOthers(): Promise<void> {
  const wanted = new Set((await kept.all()).map(({ analysis }) => analysis));
  await kept.removeAnalyses((name) => !wanted.has(name) && name !== state.keptAs.peek(), 1);
}

/** Opens the files of an entry as they are now. Called by a click, because the browser may have to ask. */
export async function open(entry: kept.Kept): Promise<void> {
  const sources: Source[] = [];
  for (const { handle, path } of entry.files) {
    try {
      if (await isAllowed(handle)) sources.push(ofHandle(handle, await handle.getFile()));
      else state.notice.value = "The browser was not allowed to read the file.";
    } catch {
      state.notice.value = `${path} is no longer where it was. Choose it again.`;
    }
  }
  if (sources.length === entry.files.length) {
    opening = { sources, entry };
    // Patterns and incidents of another text have other numbers.
    if (isUnchanged(entry, sources)) {
      const view = read(entry.view);
      takeView({ ...view, selection: entry.selection ?? view.selection, options: {} });
    }
    const analysis = isKeepingAnalyses.peek() ? entry.analysis : null;
    state.openWith(sources, entry.options, analysis ?? nameFor(sources));
  }
}

/** Whether the files are those of the entry as they were. */
function isUnchanged({ files }: kept.Kept, sources: Source[]): boolean {
  return files.every(
    ({ byteLen, modifiedMs }, idx) =>
      sources[idx]?.file.size === byteLen && sources[idx].file.lastModified === modifiedMs,
  );
}

/** Whether a selection means the same in another log: patterns, incidents and files have other numbers there. */
function isOfAnyLog(selection: Selection): boolean {
  const known: (keyof Selection)[] = ["text", "levels", "sources", "fromMs", "toMs"];
  return Object.keys(selection).every((key) => known.includes(key as keyof Selection));
}

/** All choices a person made for a log. */
function optionsToKeep(options: Partial<Options>): Partial<Options> {
  const { timezone, dayMonth, plain, isLatin1, normal, pattern, session } = options;
  const { badWords, harmlessWords } = options;
  const own = { pattern, session, badWords, harmlessWords };
  const chosen = { timezone, dayMonth, plain, isLatin1, normal, ...own };
  const given = Object.entries(chosen).filter(([, value]) => value !== undefined);
  return { ...withoutText(options), ...Object.fromEntries(given) };
}

/** The name under which the analysis of files is to be kept. */
function nameFor(sources: Source[]): string | null {
  const isWhole = sources.length > 0 && sources.every(({ handle }) => handle !== null);
  return isWhole && isKeepingAnalyses.peek() ? crypto.randomUUID() : null;
}

/** One change of the database after the other; what a browser refuses to keep is not kept. */
let last: Promise<void> = Promise.resolve();
function queue(work: () => Promise<void>): Promise<void> {
  last = last.then(work).catch(() => undefined);
  return last;
}

/** Keeps what is shown as it is now. */
function write(): Promise<void> {
  return queue(async () => {
    const shown = current.peek();
    if (shown === null) return;
    const entry: kept.Kept = {
      id: shown.id,
      openedMs: Date.now(),
      files: shown.sources.flatMap(({ handle, path, file }) =>
        handle === null
          ? []
          : [{ handle, path, byteLen: file.size, modifiedMs: file.lastModified }],
      ),
      options: optionsToKeep(state.options.peek()),
      view: currentView(),
      marks: marks.places(),
      filters: filter.saved.peek(),
      selection: filter.selection.peek(),
      analysis:
        isKeepingAnalyses.peek() && state.isAnalysisKept.peek() ? state.keptAs.peek() : null,
    };
    await kept.put(entry);
    const others = entries.peek().filter(({ id }) => id !== entry.id);
    for (const { id } of others.slice(kept.ENTRIES_CAP - 1)) await kept.remove(id);
    const all = [entry, ...others.slice(0, kept.ENTRIES_CAP - 1)];
    const outdated = all.filter(({ analysis }) => analysis !== null).slice(ANALYSES_CAP);
    for (const old of outdated) {
      old.analysis = null;
      await kept.put(old);
    }
    entries.value = all;
    await removeOthers();
  });
}

/** Takes marks over to an answer about other files, and keeps these files from now on. */
async function begin(sources: Source[]): Promise<void> {
  const report = state.report.peek();
  const entry = opening?.sources === sources ? opening.entry : null;
  opening = null;
  if (entry?.filters !== undefined) {
    const isSame = isUnchanged(entry, sources);
    filter.saved.value = entry.filters.filter(({ selection }) => isSame || isOfAnyLog(selection));
  }
  const before = entry?.marks ?? marks.places();
  const nLost = await marks.restore(before);
  if (entry !== null && nLost > 0) {
    const were = nLost === 1 ? "One marked line is" : `${nLost} marked lines are`;
    state.notice.value = `${were} not where it was marked: the file has changed.`;
  }
  const handles = sources.flatMap(({ handle }) => handle ?? []);
  const isWhole = handles.length > 0 && handles.length === sources.length;
  if (!isWhole || !isRemembering.peek()) return;
  const known = await kept.entryOf(entries.peek(), handles).catch(() => null);
  if (state.report.peek() !== report) return;
  current.value = { id: known?.id ?? crypto.randomUUID(), sources };
  await write();
}

/** Reads what is kept, and keeps files, marks and settings from now on. */
export function start(): void {
  if (hasHandles) {
    state.keepAnalyses(nameFor);
    void queue(async () => {
      const found = await kept.all();
      if (isRemembering.peek()) entries.value = found;
    });
  }
  let begun: Source[] | null = null;
  effect(() => {
    const sources = state.report.value === null ? null : state.inputSources.peek();
    if (sources === null) {
      current.value = null;
    } else if (sources !== begun) {
      begun = sources;
      current.value = null;
      void begin(sources);
    }
  });
  let timer: ReturnType<typeof setTimeout> | undefined;
  effect(() => {
    // Read so that a change of any of them is kept.
    void [marks.marks.value, state.options.value, state.isAnalysisKept.value, currentView()];
    void [filter.saved.value, filter.selection.value];
    if (current.value === null) return;
    clearTimeout(timer);
    timer = setTimeout(() => void write(), PAUSE_MS);
  });
}
