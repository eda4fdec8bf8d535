// The numbers an analysis can be told, with what each does, and those a person keeps between visits: numbers and names of
// methods only, never anything of a log.

import type { Options } from "../pkg/logloupe.js";

/** Options that are numbers. */
export type NumberOption =
  | "windowSeconds"
  | "seed"
  | "nTrees"
  | "sampleSize"
  | "contamination"
  | "eps"
  | "minPoints"
  | "minClusterSize"
  | "linkSeconds"
  | "linkSimilarity"
  | "minScore"
  | "nEpochs"
  | "errorPercentile"
  | "outputBudgetGib";

export interface Parameter {
  option: NumberOption;
  name: string;
  unit: string;
  min: number;
  max: number;
  step: number | "any";
  /** What holds when nothing is given; a word where the log decides. */
  usual: number | string;
  effect: string;
}

/** Options that are lists of words; they may be words of a log and are never kept. */
export const WORD_LISTS: { option: "badWords" | "harmlessWords"; name: string; effect: string }[] =
  [
    {
      option: "badWords",
      name: "Words that report trouble",
      effect: "Beside those that are known, such as failed and timeout. A * stands for any ending.",
    },
    {
      option: "harmlessWords",
      name: "Words that report no trouble here",
      effect: "Even where they are known to elsewhere, such as error in error_page.",
    },
  ];

/** All of them but the width of a window, which has a list of its own. */
export const PARAMETERS: Parameter[] = [
  {
    option: "linkSeconds",
    name: "Incidents: how near in time",
    unit: "seconds",
    min: 1,
    max: 86_400,
    step: 1,
    usual: 300,
    effect:
      "Unusual lines farther apart than this are not one incident. Smaller: more, shorter incidents.",
  },
  {
    option: "linkSimilarity",
    name: "Incidents: how alike in words",
    unit: "0 to 1",
    min: 0,
    max: 1,
    step: "any",
    usual: 0.8,
    effect:
      "Unusual lines less alike than this are not one incident. Larger: more incidents of one kind each.",
  },
  {
    option: "minScore",
    name: "Incidents: the least score shown",
    unit: "score",
    min: 0,
    max: 100,
    step: 1,
    usual: 0,
    effect: "Incidents that score less are left out and listed as such.",
  },
  {
    option: "minPoints",
    name: "Groups: how many records make one",
    unit: "records",
    min: 1,
    max: 1_000_000,
    step: 1,
    usual: 5,
    effect: "With DBSCAN: messages with fewer records near them are in no group.",
  },
  {
    option: "minClusterSize",
    name: "Groups: the smallest",
    unit: "records",
    min: 2,
    max: 1_000_000,
    step: 1,
    usual: 5,
    effect: "With HDBSCAN: groups with fewer records are dissolved.",
  },
  {
    option: "eps",
    name: "Groups: how near messages are",
    unit: "distance, above 0, at most 2",
    min: 0.000_001,
    max: 2,
    step: "any",
    usual: "chosen from the log",
    effect:
      "Messages farther apart than this are not neighbours; 0 is the same words, 1 none in common.",
  },
  {
    option: "nTrees",
    name: "Unusual windows and wording: trees",
    unit: "trees",
    min: 10,
    max: 1000,
    step: 1,
    usual: 100,
    effect:
      "Trees of the isolation forest. More: scores that depend less on the seed, and more time.",
  },
  {
    option: "sampleSize",
    name: "Unusual windows and wording: rows a tree sees",
    unit: "rows",
    min: 2,
    max: 4096,
    step: 1,
    usual: 256,
    effect: "Larger: unusual rows that come in groups are told less well from the rest.",
  },
  {
    option: "contamination",
    name: "Unusual windows and wording: how many",
    unit: "share, above 0, at most 0.5",
    min: 0.000_001,
    max: 0.5,
    step: "any",
    usual: "decided by the scores",
    effect:
      "Share of the windows and of the wordings that the isolation forest takes for strange. Larger: more of them.",
  },
  {
    option: "nEpochs",
    name: "Unusual windows: rounds of training",
    unit: "rounds",
    min: 1,
    max: 1000,
    step: 1,
    usual: 100,
    effect:
      "Rounds that the autoencoder learns at most; it ends earlier once nothing more is learned.",
  },
  {
    option: "errorPercentile",
    name: "Unusual windows: what counts as normal",
    unit: "percent, 50 to 99.9",
    min: 50,
    max: 99.9,
    step: "any",
    usual: 95,
    effect: "Windows that the autoencoder takes for normal. Larger: it raises fewer alarms.",
  },
  {
    option: "seed",
    name: "Seed of everything random",
    unit: "number",
    min: 0,
    max: 4_294_967_295,
    step: 1,
    usual: 1,
    effect: "The same seed gives the same answer; another shows what depends on chance.",
  },
  {
    option: "outputBudgetGib",
    name: "Packed files: text that may come out",
    unit: "GiB a file",
    min: 1,
    max: 65_536,
    step: 1,
    usual: 64,
    effect: "A file that unpacks to more is read up to here, and the answer says so.",
  },
];

const KEY = "logloupe.parameters";
const NAMES: NumberOption[] = ["windowSeconds", ...PARAMETERS.map(({ option }) => option)];

/** The numbers and methods among options: what may be kept and shared. */
export function withoutText(options: Partial<Options>): Partial<Options> {
  const kept: Partial<Options> = {};
  for (const name of NAMES) {
    const value = options[name];
    if (typeof value === "number" && Number.isFinite(value)) kept[name] = value;
  }
  if (options.clusterer === "hdbscan") kept.clusterer = "hdbscan";
  if (options.scaling === "robust") kept.scaling = "robust";
  return kept;
}

function savedParameters(): Partial<Options> {
  try {
    const saved: unknown = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    return typeof saved === "object" && saved !== null
      ? withoutText(saved as Partial<Options>)
      : {};
  } catch {
    // Storage can be switched off, and what is stored may be of another version.
    return {};
  }
}

export function saveParameters(options: Partial<Options>): void {
  const kept = withoutText(options);
  try {
    if (Object.keys(kept).length === 0) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, JSON.stringify(kept));
  } catch {
    // They then last as long as the page.
  }
}

/** Says what the address has for options; set by what reads it. */
let sharedOptions = (): Partial<Options> => ({});

export function takeSharedOptions(from: () => Partial<Options>): void {
  sharedOptions = from;
}

/** What a log is read with before anything is chosen: what was kept, and what the address says. */
export function usualOptions(): Partial<Options> {
  return { ...savedParameters(), ...sharedOptions() };
}
