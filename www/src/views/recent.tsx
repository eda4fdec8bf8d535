// Files that were opened lately, on the start page, and what is kept of them.

import type { JSX } from "preact";
import * as format from "../format.ts";
import { hasHandles } from "../handles.ts";
import type { Kept } from "../kept.ts";
import * as recent from "../recent.ts";
import { LogText } from "./parts.tsx";

export function RecentFiles(): JSX.Element | null {
  if (!hasHandles) {
    return null;
  }
  const entries = recent.entries.value;
  const isOn = recent.isRemembering.value;
  return (
    <section class="recent" id="recent" aria-labelledby="recent-title">
      <h2 id="recent-title">Opened lately</h2>
      {entries.length > 0 ? (
        <ul>
          {entries.map((entry) => (
            <Entry key={entry.id} entry={entry} />
          ))}
        </ul>
      ) : (
        <p class="about">
          {isOn
            ? "Files you choose or drop are listed here, to be opened again with your marks."
            : "Nothing is remembered."}
        </p>
      )}
      <div class="recent-actions">
        <label>
          <input
            type="checkbox"
            checked={isOn}
            onChange={(event) => recent.setRemembering(event.currentTarget.checked)}
          />{" "}
          Remember files I open
        </label>
        {isOn && (
          <label>
            <input
              type="checkbox"
              name="analyses"
              checked={recent.isKeepingAnalyses.value}
              onChange={(event) => recent.setKeepingAnalyses(event.currentTarget.checked)}
            />{" "}
            Keep their analysis too, so that they open at once
          </label>
        )}
        {entries.length > 0 && (
          <button
            type="button"
            class="button small"
            id="forget-all"
            onClick={() => void recent.forgetAll()}
          >
            Forget all
          </button>
        )}
      </div>
      <details>
        <summary>What is kept, and where</summary>
        <p>
          In this browser on this computer, and nowhere else: the name, size and date of each file
          and the browser’s own note of where it lies; when you opened it; the numbers and times of
          the lines you marked, with your notes; settings, what you marked as normal, what you had
          selected and the filters you kept, with the text you searched for. The browser asks you
          before a file is opened again. Switching it off forgets everything.
        </p>
        <p>
          No line of a log and no result is kept, unless you also have analyses kept: then what was
          found in the last three files that are plain text, up to 1 GB each, is kept in this
          browser’s own storage, and that holds words of the log. A file that has changed is read
          again.
        </p>
      </details>
    </section>
  );
}

function Entry({ entry }: { entry: Kept }): JSX.Element {
  const [first] = entry.files;
  const others = entry.files.length - 1;
  const byteLen = entry.files.reduce((sum, file) => sum + file.byteLen, 0);
  const facts = [
    format.bytes(byteLen),
    ...(entry.marks.length > 0 ? [format.counted(entry.marks.length, "mark")] : []),
    `opened ${new Date(entry.openedMs).toLocaleString()}`,
  ];
  return (
    <li>
      <button type="button" class="row-button" onClick={() => void recent.open(entry)}>
        <LogText text={first?.path ?? ""} />
        {others > 0 && ` and ${format.counted(others, "more file", "more files")}`}
      </button>
      <span class="recent-facts">{facts.join(" · ")}</span>
      <button
        type="button"
        class="button small"
        aria-label={`Forget ${first?.path ?? "it"}`}
        onClick={() => void recent.forget(entry)}
      >
        ×
      </button>
    </li>
  );
}
