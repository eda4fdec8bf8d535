// What the page keeps of files that were opened, in this browser's own database: where they are, when they were opened, which of
// their lines were marked with which note, settings, and filters as they were typed. No line of a log. Analyses, where a person wants them kept, are files of
// their own (`saved.ts`); what is here names them.

import type { Options, Selection } from "../pkg/logloupe.js";
import type { SavedFilter } from "./filter.ts";
import { FOLDER } from "./saved.ts";

const DATABASE = "logloupe";
const STORE = "recent";
/** Entries that are kept; the oldest goes first. */
export const ENTRIES_CAP = 10;

/** Where a marked line stands, and what was noted. */
export interface KeptMark {
  /** Name of the file, or of the entry of an archive. */
  name: string;
  line: number;
  /** When it was written, as it was read; with the sum of its text it tells whether the line is still the same. */
  ms: number | null;
  /** 32 bits of its text; entries of before have none. */
  sum?: number;
  note: string;
}

export interface KeptFile {
  handle: FileSystemFileHandle;
  path: string;
  byteLen: number;
  modifiedMs: number;
}

/** Files that were opened together. */
export interface Kept {
  id: string;
  openedMs: number;
  files: KeptFile[];
  options: Partial<Options>;
  /** The view as it stands in the address. */
  view: string;
  marks: KeptMark[];
  /** Filters that were kept by name, and what was searched for: what a person typed or chose. Entries of before have none. */
  filters?: SavedFilter[];
  selection?: Selection;
  /** The name of the file with its analysis; null where none is kept. */
  analysis: string | null;
}

function answered<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("the database refused"));
  });
}

async function withStore<T>(
  mode: IDBTransactionMode,
  work: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const opening = indexedDB.open(DATABASE, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE, { keyPath: "id" });
  const database = await answered(opening);
  try {
    return await answered(work(database.transaction(STORE, mode).objectStore(STORE)));
  } finally {
    database.close();
  }
}

/** All entries, the newest first; none where there is no database. */
export async function all(): Promise<Kept[]> {
  // To look must not make a database where none was wanted.
  const isThere = (await indexedDB.databases()).some(({ name }) => name === DATABASE);
  if (!isThere) return [];
  const entries = await withStore("readonly", (store) => store.getAll() as IDBRequest<Kept[]>);
  return entries.sort((a, b) => b.openedMs - a.openedMs);
}

/** Keeps an entry in place of the one with its id. */
export async function put(entry: Kept): Promise<void> {
  await withStore("readwrite", (store) => store.put(entry));
}

export async function remove(id: string): Promise<void> {
  await withStore("readwrite", (store) => store.delete(id));
}

/** Removes the database with everything in it, and all analyses. */
export async function removeAll(): Promise<void> {
  await answered(indexedDB.deleteDatabase(DATABASE));
  await removeAnalyses(() => true, REMOVE_TRIES);
}

/** How often and at which distance a file is tried to be removed that is being written to. */
export const REMOVE_TRIES = 20;
const PAUSE_MS = 500;

/** Removes the analyses whose names meet a condition; one that is being written to stays unless it is tried often enough. */
export async function removeAnalyses(
  isMeant: (name: string) => boolean,
  nTries: number,
): Promise<void> {
  const root = await navigator.storage.getDirectory();
  const folder = await root.getDirectoryHandle(FOLDER).catch(() => null);
  if (folder === null) return;
  const names: string[] = [];
  for await (const name of folder.keys()) {
    if (isMeant(name)) names.push(name);
  }
  for (const name of names) {
    for (let tries = 1; ; tries++) {
      const isGone = await folder.removeEntry(name).then(
        () => true,
        (error: unknown) => error instanceof DOMException && error.name === "NotFoundError",
      );
      if (isGone || tries >= nTries) break;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}

/** The entry of the same files, by what the browser says of their handles. */
export async function entryOf(
  entries: Kept[],
  handles: FileSystemFileHandle[],
): Promise<Kept | null> {
  for (const entry of entries) {
    if (entry.files.length !== handles.length) continue;
    const isSame = await Promise.all(
      entry.files.map(({ handle }, idx) => handles[idx]?.isSameEntry(handle) ?? false),
    );
    if (isSame.every((same) => same)) return entry;
  }
  return null;
}
