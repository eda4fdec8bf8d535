// All state of the page as signals, and the actions that change it.

import { batch, computed, signal } from "@preact/signals";
import { randomSeed } from "../pkg/logloupe.js";
import type {
  FileReport,
  LinePattern,
  Options,
  PreviewLine,
  Report,
  TemplateReport,
} from "../pkg/logloupe.js";
import { EngineError, loadCore } from "./core.ts";
import { Engine, type Progress } from "./engine.ts";
import { closeLines } from "./lines_view.ts";
import { saveParameters, usualOptions } from "./parameters.ts";
import { measureAnew, measured, type RunProgress } from "./pace.ts";
import { closePlots, loadPlots, openFilling, openPlots } from "./plots.ts";
import { isFramed, seal } from "./seal.ts";
import { reopened, withoutTwins, type Source } from "./sources.ts";

export { closeLines, linesView, showLines, type LinesView } from "./lines_view.ts";

export type Readiness =
  { kind: "preparing" } | { kind: "ready" } | { kind: "broken"; code: string; message: string };
export type Phase = "idle" | "reading" | "analyzing" | "done" | "failed";

export interface Failure {
  code: string;
  message: string;
}

export interface TimeRange {
  fromMs: number;
  toMs: number;
}

export const readiness = signal<Readiness>({ kind: "preparing" });
export const phase = signal<Phase>("idle");
export const version = signal("");
export const progress = signal<RunProgress | null>(null);
export const report = signal<Report | null>(null);
export const failure = signal<Failure | null>(null);
/** Reading ends early: what was read is being worked out. */
export const isStopping = signal(false);
/** What is being read or was read, for people. */
export const source = signal("");
/** Something to say that is not the answer: said once, can be closed. */
export const notice = signal<string | null>(null);
/** The stretch of time the timeline is zoomed to. */
export const range = signal<TimeRange | null>(null);
export const isHelpOpen = signal(false);
/** Files that came while there is an answer: to be added to it, or to replace it. */
export const offered = signal<Source[] | null>(null);
/** The answer is being worked out again; what is shown is still the one before. */
export const isBusy = signal(false);
/**
 * After a crash the answer stands, but who held its lines is gone: the files are being read again for them, or that waits for a
 * person. Null while the lines are there.
 */
export const recovery = signal<"reading" | "waiting" | null>(null);
/** Counts up whenever the lines of the answer that is shown are there again. */
export const nRecovered = signal(0);
/** Names of the files that were left out, those that went together in one entry. */
const removed = signal<string[][]>([]);
export const nRemoved = computed(() => removed.value.flat().length);
/** Whether the analysis is kept in the browser's storage by now. */
export const isAnalysisKept = signal(false);
/** The name under which the analysis of what is shown is kept, or is going to be. */
export const keptAs = computed(() =>
  lastInput.value?.kind === "files" ? lastInput.value.keep : null,
);
/** Counts up when the picker has to be shown, because only a person can open the files again. */
export const pickAgain = signal(0);
export const isRunning = computed(() => phase.value === "reading" || phase.value === "analyzing");
/** Whether reading can end with an answer about what was read. */
export const canStop = computed(
  () => phase.value === "reading" && !isStopping.value && (progress.value?.nLines ?? 0) > 0,
);
/** Whether the last input can be read again. */
export const canRetry = computed(() => isRunning.value === false && lastInput.value !== null);
export const templatesById = computed(
  () =>
    new Map<number, TemplateReport>(
      (report.value?.templates ?? []).map((template) => [template.id, template]),
    ),
);

/** Names of the listed files by their number. */
export const fileNames = computed(
  () => new Map<number, string>((report.value?.files ?? []).map(({ id, name }) => [id, name])),
);

type Input =
  { kind: "files"; sources: Source[]; keep: string | null } | { kind: "sample"; seed: number };

const SAMPLE_SEED = 1;
const SAMPLE_LINES = 20_000;

const lastInput = signal<Input | null>(null);
/** What a person chose for the current input; what is missing takes its default. */
export const options = signal<Partial<Options>>({});
/** The first file of what is being read or was read; null for the sample. */
export const firstFile = computed(() =>
  lastInput.value?.kind === "files" ? (lastInput.value.sources[0]?.file ?? null) : null,
);
/** The files of what is being read or was read, none of the sample; null before anything was opened. */
export const inputSources = computed(() =>
  lastInput.value?.kind === "files" ? lastInput.value.sources : lastInput.value && [],
);
export const isSample = computed(() => lastInput.value?.kind === "sample");
let engine: Engine | null = null;
/** The answer that is shown, as it came. */
let shownBytes = new Uint8Array();
/** Whether what was opened was read again after a crash: once that goes without asking. */
let isReadAgain = false;
/** What was chosen before the page was ready. */
let waitingInput: Input | null = null;
/** Files of which some are to be chosen again. */
let expected: Source[] | null = null;
/** What will have been left out once the answer has been worked out again. */
let pendingRemoved: string[][] = [];

/** Loads the parts, seals the page, starts the workers, in this order. */
export async function start(): Promise<void> {
  if (isFramed()) {
    readiness.value = {
      kind: "broken",
      code: "framed",
      message: "this page is shown inside another page",
    };
    return;
  }
  try {
    const core = await loadCore();
    await loadPlots(core.module);
    seal();
    engine = new Engine(core, {
      ready(coreVersion) {
        version.value = coreVersion;
        readiness.value = { kind: "ready" };
        if (waitingInput !== null) {
          const input = waitingInput;
          waitingInput = null;
          openInput(input);
        }
      },
      progress: onProgress,
      filling(timeline) {
        if (recovery.value === null) openFilling(timeline);
      },
      finished: onFinished,
      kept(isKept) {
        isAnalysisKept.value = isKept;
      },
      failed: onFailed,
      unchanged: onUnchanged,
      crashed(error, hasStarted) {
        if (hasStarted) {
          onCrashed(error);
        } else {
          readiness.value = { kind: "broken", code: "noWorkers", message: error.message };
          phase.value = "failed";
        }
      },
    });
  } catch (error) {
    readiness.value = {
      kind: "broken",
      code: error instanceof EngineError ? error.code : "unknown",
      message: error instanceof Error ? error.message : String(error),
    };
  }
}

export function openFiles(sources: Source[]): void {
  if (sources.length === 0) {
    return;
  }
  // Those that were chosen again stand for those that cannot be opened any more.
  const names = new Set(sources.map(({ file }) => file.name));
  const others = expected?.filter(({ file }) => !names.has(file.name)) ?? [];
  if (expected !== null && others.length < expected.length) {
    openSources([...others, ...sources]);
    return;
  }
  if (phase.value === "done" && lastInput.value?.kind === "files") {
    offered.value = sources;
    return;
  }
  options.value = usualOptions();
  openSources(sources);
}

/** Reads files with choices that were made for them before, or restores their analysis, kept under the name `keep`. */
export function openWith(sources: Source[], chosen: Partial<Options>, keep: string | null): void {
  options.value = chosen;
  openInput({ kind: "files", sources, keep });
}

/** Says under which name the analysis of files is to be kept, if at all; set by what keeps files. */
let nameToKeep: (sources: Source[]) => string | null = () => null;

export function keepAnalyses(as: (sources: Source[]) => string | null): void {
  nameToKeep = as;
}

/** Reads the files that are offered instead of those that were read. */
export function openOffered(): void {
  if (offered.value !== null) {
    options.value = usualOptions();
    openSources(offered.value);
  }
}

/** Reads the files that are offered together with those that are shown. */
export function addOffered(): void {
  const input = lastInput.value;
  if (offered.value !== null && input?.kind === "files") {
    openSources([...shownOf(input.sources), ...offered.value]);
  }
}

/** Those that were not left out. */
function shownOf(sources: Source[]): Source[] {
  const left = new Set(removed.value.flat());
  return sources.filter(({ path }) => !left.has(path));
}

/** Leaves a file out of the answer, as if it had never been dropped. */
export function removeFile({ id, name }: FileReport): void {
  pendingRemoved = [...removed.value, [name]];
  change([id], false);
}

/** Brings back what was left out last. */
export function undoRemove(): void {
  pendingRemoved = removed.value.slice(0, -1);
  change([], true);
}

function change(without: number[], isUndo: boolean): void {
  if (recovery.value === "waiting") {
    readChanged();
    return;
  }
  isBusy.value = true;
  engine?.change(options.value, without, isUndo);
}

function openSources(chosen: Source[]): void {
  const { sources, nTwins } = withoutTwins(chosen);
  openInput({ kind: "files", sources, keep: nameToKeep(sources) });
  if (nTwins > 0) {
    notice.value =
      nTwins === 1
        ? "One file was chosen twice; it is counted once."
        : `${nTwins} files were chosen more than once; each is counted once.`;
  }
}

/** Opens the files of the last input as they are now and reads them with the same choices. */
export async function readFresh(): Promise<void> {
  const input = lastInput.value;
  if (input?.kind !== "files") {
    retry();
    return;
  }
  const sources = await reopenedOf(input);
  if (sources !== null) openSources(sources);
}

/** The files of the last input as they are now; where only a person can open them, they are asked for. */
async function reopenedOf(input: Input & { kind: "files" }): Promise<Source[] | null> {
  const sources = await reopened(shownOf(input.sources));
  if (lastInput.value !== input) return null;
  if (sources === null) {
    notice.value = "The browser does not open a changed file by itself. Choose it again.";
    expected = shownOf(input.sources);
    pickAgain.value += 1;
  }
  return sources;
}

export function openSample(): void {
  options.value = usualOptions();
  openInput({ kind: "sample", seed: SAMPLE_SEED });
}

export function openAnotherSample(): void {
  openInput({ kind: "sample", seed: randomSeed() });
}

/** What becomes of the first lines of a file, as read or as `pattern` would have them read. */
export function preview(file: number, pattern?: LinePattern): Promise<PreviewLine[]> {
  return engine === null
    ? Promise.reject(new EngineError("cancelled", "nothing was read"))
    : engine.preview(file, pattern);
}

/** Works the answer out with other choices; the files are read once more only where it takes that. */
export function choose(chosen: Partial<Options>): void {
  options.value = chosen;
  saveParameters(chosen);
  if (phase.value === "done") {
    pendingRemoved = removed.value;
    change([], false);
  } else {
    retry();
  }
}

/** Reads the dates of a file with the day or the month first. */
export function chooseDayMonth(file: string, isDayFirst: boolean): void {
  const others = options.value.dayMonth?.filter((choice) => choice.file !== file) ?? [];
  choose({ ...options.value, dayMonth: [...others, { file, isDayFirst }] });
}

/** Reads the last input once more; choices that could not be used are dropped. */
export function retry(): void {
  if (failure.value?.code === "params") {
    options.value = {};
    saveParameters({});
  }
  if (lastInput.value !== null) {
    openInput(lastInput.value);
  }
}

function openInput(input: Input): void {
  if (engine === null || readiness.value.kind !== "ready") {
    // Only the handle is kept: nothing is read before the page is sealed.
    if (readiness.value.kind === "preparing") {
      waitingInput = input;
      notice.value = "Still getting ready: this is read next.";
    }
    return;
  }
  clear();
  isReadAgain = false;
  lastInput.value = input;
  phase.value = "reading";
  source.value = input.kind === "files" ? sourceOf(input.sources) : "a sample log";
  read(input);
}

function read(input: Input): void {
  if (input.kind === "files") {
    engine?.open(input.sources, options.value, input.keep);
  } else {
    engine?.sample(input.seed, SAMPLE_LINES, options.value);
  }
}

/**
 * Ends reading; the answer is then about what was read. Where that is nothing yet, or when it is asked for once more, the page is
 * as before the drop.
 */
export function cancel(): void {
  if (!isRunning.value) {
    return;
  }
  if (canStop.value) {
    isStopping.value = true;
    engine?.stopReading();
    return;
  }
  engine?.cancel();
  clear();
  phase.value = "idle";
  notice.value = "Cancelled. Nothing was kept.";
}

/** Back to the start. */
export function reset(): void {
  if (isRunning.value || report.value !== null) {
    engine?.cancel();
  }
  clear();
  phase.value = "idle";
}

function clear(): void {
  closeLines();
  offered.value = null;
  expected = null;
  isBusy.value = false;
  recovery.value = null;
  isAnalysisKept.value = false;
  isStopping.value = false;
  removed.value = [];
  pendingRemoved = [];
  progress.value = null;
  report.value = null;
  failure.value = null;
  notice.value = null;
  range.value = null;
  measureAnew();
  closePlots();
}

function sourceOf(sources: Source[]): string {
  const [first] = sources;
  return first !== undefined && sources.length === 1 ? first.path : `${sources.length} files`;
}

function onProgress(update: Progress): void {
  if (recovery.value === null) phase.value = update.stage;
  progress.value = measured(update);
}

function onFinished(bytes: Uint8Array<ArrayBuffer>, isRestored: boolean): void {
  const isRecovered = recovery.value !== null;
  recovery.value = null;
  if (isRecovered && isSameAnswer(bytes)) {
    isBusy.value = false;
    nRecovered.value += 1;
    return;
  }
  try {
    const parsed = JSON.parse(new TextDecoder().decode(bytes)) as Report;
    batch(() => {
      show(parsed, bytes);
      if (isRestored && !isRecovered) {
        isAnalysisKept.value = true;
        notice.value = "The file has not changed: this is the analysis that was kept of it.";
      }
    });
  } catch (error) {
    onFailed(new EngineError("wire", error instanceof Error ? error.message : String(error)));
  }
}

function isSameAnswer(bytes: Uint8Array<ArrayBuffer>): boolean {
  return bytes.length === shownBytes.length && bytes.every((byte, idx) => byte === shownBytes[idx]);
}

function show(parsed: Report, bytes: Uint8Array<ArrayBuffer>): void {
  // Numbers of patterns and the stretch of time may be others than before.
  closeLines();
  range.value = null;
  openPlots(bytes);
  shownBytes = bytes;
  report.value = parsed;
  removed.value = pendingRemoved;
  isBusy.value = false;
  isStopping.value = false;
  phase.value = "done";
}

function onUnchanged(error: EngineError): void {
  isBusy.value = false;
  if (error.code === "mustRead") {
    readChanged();
  } else {
    onFailed(error);
  }
}

/** Reads the files again, as they were chosen and without those that are left out. */
function readChanged(): void {
  const input = lastInput.value;
  const left = new Set(pendingRemoved.flat());
  if (input?.kind === "files" && left.size > 0) {
    openSources(input.sources.filter(({ path }) => !left.has(path)));
  } else {
    retry();
  }
}

function onFailed(error: EngineError): void {
  progress.value = null;
  if (recovery.value !== null) {
    recovery.value = "waiting";
    isBusy.value = false;
    notice.value = `The files could not be read again: ${error.message}.`;
    return;
  }
  failure.value = { code: error.code, message: error.message };
  phase.value = "failed";
}

/** What was opened is read once more without asking; what makes workers crash again is up to a person. */
function onCrashed(error: EngineError): void {
  const isFirst = !isReadAgain;
  if (phase.value === "done") {
    // A part of the log that was asked for is not to become all of it without a word.
    const isWhole = report.value?.notices.every(({ code }) => code !== "stopped") === true;
    recovery.value = "waiting";
    isBusy.value = false;
    if (isFirst && isWhole) recover();
  } else if (isRunning.value) {
    if (isFirst && !isStopping.value && lastInput.value !== null) {
      const input = lastInput.value;
      openInput(input);
      isReadAgain = true;
      notice.value = "The analysis stopped unexpectedly and has begun again by itself.";
    } else {
      onFailed(error);
    }
  }
}

/** A person asks for it: with the files as they are now. */
export async function recoverNow(): Promise<void> {
  const input = lastInput.value;
  if (input?.kind === "files") {
    const sources = await reopenedOf(input);
    if (sources === null) return;
    lastInput.value = { ...input, sources };
  }
  recover();
}

/** Reads the files behind the answer that is shown, so that its lines are there again; it stays in view meanwhile. */
function recover(): void {
  const input = lastInput.value;
  if (engine === null || input === null) return;
  isReadAgain = true;
  recovery.value = "reading";
  progress.value = null;
  measureAnew();
  const left = new Set(pendingRemoved.flat());
  if (input.kind === "files" && left.size > 0) {
    // Fresh workers never knew of what was left out, and cannot bring it back.
    lastInput.value = { ...input, sources: input.sources.filter(({ path }) => !left.has(path)) };
    pendingRemoved = [];
    removed.value = [];
  }
  read(lastInput.value ?? input);
}

/** What answers questions about the finished run. */
export function core(): Engine | null {
  return engine;
}
