// The lines that were marked, with their notes; what they say is stored nowhere, it is copied or saved by hand.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import * as format from "../format.ts";
import { toMark } from "../jumps.ts";
import * as marks from "../marks.ts";
import { LogText } from "./parts.tsx";

export function MarksList(): JSX.Element | null {
  const list = marks.marks.value;
  const [said, setSaid] = useState("");
  if (list.length === 0) {
    return null;
  }
  const copy = (): void => {
    navigator.clipboard.writeText(marks.asText()).then(
      () => setSaid("Copied"),
      () => setSaid("The browser refused the clipboard"),
    );
  };
  const save = (): void => {
    const url = URL.createObjectURL(new Blob([marks.asText()], { type: "text/plain" }));
    const link = document.createElement("a");
    link.href = url;
    link.download = "marked-lines.txt";
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  };
  return (
    <details class="marks" id="marks">
      <summary>{format.counted(list.length, "marked line")}</summary>
      <div class="marks-actions">
        <button type="button" class="button small" onClick={copy}>
          {said || "Copy with notes"}
        </button>
        <button type="button" class="button small" onClick={save}>
          Save as text
        </button>
        <button type="button" class="button small" onClick={marks.clear}>
          Remove all
        </button>
      </div>
      <ul>
        {list.map((mark) => (
          <li key={`${mark.file}:${mark.line}`}>
            <button type="button" class="row-button" onClick={() => void toMark(mark)}>
              {mark.ms !== null && <span class="mark-time">{format.dateTime(mark.ms)}</span>}{" "}
              <LogText text={mark.text} />
            </button>
            <input
              type="text"
              value={mark.note}
              placeholder="Note"
              aria-label={`Note on line ${mark.line}`}
              autocomplete="off"
              spellcheck={false}
              onChange={(event) => marks.setNote(mark, event.currentTarget.value)}
            />
            <button
              type="button"
              class="button small"
              aria-label={`Remove the mark of line ${mark.line}`}
              onClick={() => marks.remove(mark)}
            >
              ×
            </button>
          </li>
        ))}
      </ul>
    </details>
  );
}
