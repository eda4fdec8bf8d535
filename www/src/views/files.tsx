// Ways in: the pickers, drops anywhere on the page, pasted files or text.

import { signal, useSignalEffect } from "@preact/signals";
import { createRef, type JSX, type TargetedEvent } from "preact";
import { useEffect } from "preact/hooks";
import { pickHandles } from "../handles.ts";
import { isRemembering } from "../recent.ts";
import { ofDrop, ofFiles, ofHandle, type Source } from "../sources.ts";
import * as state from "../state.ts";

const input = createRef<HTMLInputElement>();
const folderInput = createRef<HTMLInputElement>();
const isOver = signal(false);

/** Lets a person choose files: with handles where they are remembered, else with the input element every browser has. */
export function pickFiles(): void {
  if (isRemembering.peek()) void pickWithHandles();
  else input.current?.click();
}

async function pickWithHandles(): Promise<void> {
  const handles = await pickHandles();
  if (handles === null) {
    input.current?.click();
    return;
  }
  try {
    const sources = handles.map(async (handle) => ofHandle(handle, await handle.getFile()));
    state.openFiles(await Promise.all(sources));
  } catch {
    state.notice.value = "A file that was chosen could not be opened. It may have just been moved.";
  }
}

export function pickFolder(): void {
  folderInput.current?.click();
}

/** Whether this browser can hand out the files of a folder; those of telephones mostly cannot. */
export const canPickFolder =
  "webkitdirectory" in HTMLInputElement.prototype &&
  !/Android|iPhone|iPad/.test(navigator.userAgent);

/** The pickers and the overlay that shows where a drop will land: anywhere. */
export function FileInput(): JSX.Element {
  useEffect(listenForFiles, []);
  useSignalEffect(() => {
    if (state.pickAgain.value > 0) {
      input.current?.click();
    }
  });
  return (
    <>
      <section aria-label="Files to open">
        <input
          ref={input}
          type="file"
          multiple
          id="file-input"
          class="visually-hidden"
          tabIndex={-1}
          aria-label="Log files"
          disabled={state.readiness.value.kind !== "ready"}
          onChange={onPicked}
        />
        <input
          ref={folderInput}
          type="file"
          multiple
          {...{ webkitdirectory: true }}
          id="folder-input"
          class="visually-hidden"
          tabIndex={-1}
          aria-label="Folder with log files"
          disabled={state.readiness.value.kind !== "ready"}
          onChange={onPicked}
        />
      </section>
      {isOver.value && (
        <div class="drop-overlay" aria-hidden="true">
          <p>{state.readiness.value.kind === "ready" ? "Drop to analyse" : "Getting ready…"}</p>
        </div>
      )}
    </>
  );
}

function onPicked(event: TargetedEvent<HTMLInputElement>): void {
  const sources = ofFiles(event.currentTarget.files ?? []);
  // The same file can then be chosen once more.
  event.currentTarget.value = "";
  state.openFiles(sources);
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
        void ofDrop(event.dataTransfer).then(onDropped, () => {
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
        state.openFiles(ofFiles(files));
      } else if (text !== "") {
        state.openFiles(ofFiles([new File([text], "pasted text", { type: "text/plain" })]));
      }
    },
    { signal: until },
  );
  return () => listeners.abort();
}

function onDropped(sources: Source[]): void {
  if (sources.length === 0) {
    state.notice.value = "There was no file in what was dropped.";
  }
  state.openFiles(sources);
}
