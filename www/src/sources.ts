// What a person chose → files with the path they came by, each once, and a way to open them again.
//
// A browser that notices that a file was changed refuses the File it gave out before; a dropped entry gives a fresh one, a
// picked file has to be chosen again.

import { handleOf } from "./handles.ts";

/** A file that was chosen. */
export interface Source {
  file: File;
  /** Its name, below the folder that was chosen. */
  path: string;
  /** Opens it once more as it is now; null where only a person can do that. */
  reopen: (() => Promise<File>) | null;
  /** Opens it after a reload, too; null where the browser gives none out. */
  handle: FileSystemFileHandle | null;
}

/** Files of a picker; those of a folder carry the path within it. */
export function ofFiles(files: Iterable<File>): Source[] {
  return Array.from(files, (file) => ({
    file,
    path: file.webkitRelativePath || file.name,
    reopen: null,
    handle: null,
  }));
}

/** The file of a handle, as it is now. */
export function ofHandle(handle: FileSystemFileHandle, file: File): Source {
  return { file, path: file.name, reopen: () => handle.getFile(), handle };
}

/** What was dropped; of folders, all files in them. Must be called before the handler of the drop returns. */
export function ofDrop(transfer: DataTransfer): Promise<Source[]> {
  // Both lists are gone after the first await.
  const entries = Array.from(transfer.items, (item) => item.webkitGetAsEntry());
  const handles = Array.from(transfer.items, handleOf);
  const files = ofFiles(transfer.files);
  if (!entries.some((entry) => entry !== null)) {
    return Promise.resolve(files);
  }
  return gathered(entries, handles);
}

async function gathered(
  entries: (FileSystemEntry | null)[],
  handles: Promise<FileSystemFileHandle | null>[],
): Promise<Source[]> {
  const found: Source[] = [];
  const byEntry = new Map(entries.map((entry, idx) => [entry, handles[idx]]));
  // A stack, not recursion: folders may be nested deeper than calls may be.
  const waiting = entries.filter((entry) => entry !== null).reverse();
  for (let entry = waiting.pop(); entry !== undefined; entry = waiting.pop()) {
    if (entry.isFile) {
      const reopen = opener(entry as FileSystemFileEntry);
      const [file, handle] = [await reopen(), (await byEntry.get(entry)) ?? null];
      found.push({ file, path: entry.fullPath.replace(/^\//, ""), reopen, handle });
    } else {
      waiting.push(...(await childrenOf(entry as FileSystemDirectoryEntry)));
    }
  }
  return found;
}

function opener(entry: FileSystemFileEntry): () => Promise<File> {
  return () => new Promise<File>((resolve, reject) => entry.file(resolve, reject));
}

async function childrenOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const children: FileSystemEntry[] = [];
  for (;;) {
    // A folder is listed in parts; an empty part is the end.
    const part = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (part.length === 0) {
      return children;
    }
    children.push(...part);
  }
}

/** Sources without those that stand in the list twice, by name, length and date; and how many those were. */
export function withoutTwins(sources: Source[]): { sources: Source[]; nTwins: number } {
  const known = new Set<string>();
  const kept = sources.filter(({ file }) => {
    const key = `${file.size} ${file.lastModified} ${file.name}`;
    const isNew = !known.has(key);
    known.add(key);
    return isNew;
  });
  return { sources: kept, nTwins: sources.length - kept.length };
}

/** The same files as they are now; null where one has to be chosen again. */
export async function reopened(sources: Source[]): Promise<Source[] | null> {
  const fresh: Source[] = [];
  for (const source of sources) {
    const file = await source.reopen?.().catch(() => null);
    if (file === null) {
      // It is gone: the others can still be read.
      continue;
    }
    if (file === undefined && !(await isReadable(source.file))) {
      return null;
    }
    fresh.push(file === undefined ? source : { ...source, file });
  }
  return fresh.length > 0 ? fresh : null;
}

async function isReadable(file: File): Promise<boolean> {
  try {
    await file.slice(0, 1).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}
