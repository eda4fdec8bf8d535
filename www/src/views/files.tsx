// Ways in: the file picker, drops anywhere on the page, pasted files or text.

import { signal } from "@preact/signals";
import { createRef, type JSX } from "preact";
import { useEffect } from "preact/hooks";
import * as state from "../state.ts";

const input = createRef<HTMLInputElement>();
const isOver = signal(false);

export function pickFiles(): void {
  input.current?.click();
}

/** The picker and the overlay that shows where a drop will land: anywhere. */
export function FileInput(): JSX.Element {
  useEffect(listenForFiles, []);
  return (
    <>
      <input
        ref={input}
        type="file"
        multiple
        id="file-input"
        class="visually-hidden"
        tabIndex={-1}
        aria-label="Log files"
        disabled={state.readiness.value.kind !== "ready"}
        onChange={(event) => {
          const files = [...(event.currentTarget.files ?? [])];
          // The same file can then be chosen once more.
          event.currentTarget.value = "";
          state.openFiles(files);
        }}
      />
      {isOver.value && (
        <div class="drop-overlay" aria-hidden="true">
          <p>{state.readiness.value.kind === "ready" ? "Drop to analyse" : "Getting ready…"}</p>
        </div>
      )}
    </>
  );
}

function listenForFiles(): () => void {
  // dragenter of an inner element comes before dragleave of the outer one.
  let depth = 0;
  const listeners = new AbortController();
  const { signal: until } = listeners;
  const hasFiles = (event: DragEvent): boolean =>
    event.dataTransfer?.types.includes("Files") ?? false;

  window.addEventListener(
    "dragenter",
    (event) => {
      if (hasFiles(event)) {
        event.preventDefault();
        depth += 1;
        isOver.value = true;
      }
    },
    { signal: until },
  );
  window.addEventListener(
    "dragover",
    (event) => {
      if (hasFiles(event)) {
        event.preventDefault();
        if (event.dataTransfer !== null) {
          event.dataTransfer.dropEffect = "copy";
        }
      }
    },
    { signal: until },
  );
  window.addEventListener(
    "dragleave",
    (event) => {
      if (hasFiles(event)) {
        depth = Math.max(0, depth - 1);
        isOver.value = depth > 0;
      }
    },
    { signal: until },
  );
  window.addEventListener(
    "drop",
    (event) => {
      depth = 0;
      isOver.value = false;
      if (hasFiles(event) && event.dataTransfer !== null) {
        event.preventDefault();
        void droppedFiles(event.dataTransfer).then(onDropped, () => {
          state.notice.value = "The folder could not be read. Drop the files in it instead.";
        });
      }
    },
    { signal: until },
  );
  window.addEventListener(
    "paste",
    (event) => {
      const { clipboardData, target } = event;
      if (
        clipboardData === null ||
        (target instanceof HTMLElement && target.closest("input, textarea") !== null)
      ) {
        return;
      }
      const files = [...clipboardData.files];
      const text = clipboardData.getData("text/plain");
      if (files.length > 0) {
        state.openFiles(files);
      } else if (text !== "") {
        state.openFiles([new File([text], "pasted text", { type: "text/plain" })]);
      }
    },
    { signal: until },
  );
  return () => listeners.abort();
}

function onDropped(files: File[]): void {
  if (files.length === 0) {
    state.notice.value = "There was no file in what was dropped.";
  }
  state.openFiles(files);
}

/** The dropped files; of a folder, all files in it. */
async function droppedFiles(transfer: DataTransfer): Promise<File[]> {
  // Both lists are gone after the first await.
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry());
  const files = [...transfer.files];
  if (!entries.some((entry) => entry?.isDirectory)) {
    return files;
  }
  const found: File[] = [];
  for (const entry of entries) {
    if (entry !== null) {
      await gather(entry, found);
    }
  }
  return found;
}

async function gather(entry: FileSystemEntry, found: File[]): Promise<void> {
  if (entry.isFile) {
    found.push(
      await new Promise<File>((resolve, reject) =>
        (entry as FileSystemFileEntry).file(resolve, reject),
      ),
    );
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const children: FileSystemEntry[] = [];
  for (;;) {
    // A folder is listed in parts; an empty part is the end.
    const part = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (part.length === 0) {
      break;
    }
    children.push(...part);
  }
  children.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const child of children) {
    await gather(child, found);
  }
}
