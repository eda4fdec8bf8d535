// All actions by name: type a few letters, choose with the arrow keys, run with Enter. And the dialog that goes to a time.

import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { ACTIONS, isGoToTimeOpen, isPaletteOpen, shownKeys, type Action } from "../actions.ts";
import * as format from "../format.ts";
import * as jumps from "../jumps.ts";
import * as state from "../state.ts";
import { momentOf } from "../times.ts";
import { Dialog } from "./dialog.tsx";

export function Palette(): JSX.Element | null {
  return isPaletteOpen.value ? <PaletteDialog /> : null;
}

function PaletteDialog(): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const [typed, setTyped] = useState("");
  const [chosen, setChosen] = useState(0);
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const found = ACTIONS.filter(
    ({ name, group, isPossible }) =>
      isPossible() && words.every((word) => `${group} ${name}`.toLowerCase().includes(word)),
  );
  const at = Math.max(0, Math.min(chosen, found.length - 1));
  const close = (): void => {
    isPaletteOpen.value = false;
  };
  const run = (action: Action | undefined): void => {
    dialog.current?.close();
    // The dialog gives the focus back first.
    if (action !== undefined) setTimeout(() => action.run());
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      setChosen((at + step + found.length) % Math.max(1, found.length));
    } else if (event.key === "Enter") {
      event.preventDefault();
      run(found[at]);
    }
  };
  return (
    <Dialog element={dialog} class="palette" label="All actions" onClose={close}>
      <input
        type="text"
        id="palette-search"
        role="combobox"
        aria-expanded={found.length > 0}
        aria-autocomplete="list"
        aria-controls="palette-list"
        aria-activedescendant={found.length > 0 ? `palette-${at}` : undefined}
        aria-label="What to do"
        placeholder="What to do?"
        autocomplete="off"
        spellcheck={false}
        value={typed}
        onInput={(event) => {
          setTyped(event.currentTarget.value);
          setChosen(0);
        }}
        onKeyDown={onKeyDown}
      />
      <ul id="palette-list" role="listbox" aria-label="Actions">
        {found.map((action, idx) => (
          <li
            key={action.name}
            id={`palette-${idx}`}
            role="option"
            aria-selected={idx === at}
            ref={(row) => {
              if (idx === at) row?.scrollIntoView({ block: "nearest" });
            }}
            onClick={() => run(action)}
          >
            <span class="palette-group">{action.group}</span>
            <span>{action.name}</span>
            <span class="palette-keys">
              {action.keys
                .slice(0, 1)
                .flatMap((key) => shownKeys(key).map((part) => <kbd>{part}</kbd>))}
            </span>
          </li>
        ))}
      </ul>
      {found.length === 0 && <p class="empty">No action has these words.</p>}
    </Dialog>
  );
}

export function GoToTime(): JSX.Element | null {
  return isGoToTimeOpen.value ? <GoToTimeDialog /> : null;
}

function GoToTimeDialog(): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const [problem, setProblem] = useState("");
  const { firstMs, lastMs } = state.report.value?.totals ?? {};
  const close = (): void => {
    isGoToTimeOpen.value = false;
  };
  return (
    <Dialog element={dialog} class="go-to-time" headedBy="go-to-time-title" onClose={close}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const text = String(new FormData(event.currentTarget).get("time") ?? "");
          const ms = momentOf(text, firstMs ?? 0);
          if (ms === null) {
            setProblem("Write a time such as 14:02, 14:02:31 or 2026-03-01 14:02.");
            return;
          }
          dialog.current?.close();
          void jumps.toTime(ms);
        }}
      >
        <h2 id="go-to-time-title">Go to a time</h2>
        <input
          name="time"
          aria-label="Time in UTC"
          aria-describedby="go-to-time-hint"
          placeholder="14:02"
          autocomplete="off"
          spellcheck={false}
        />
        <p id="go-to-time-hint" class="about" role="status">
          {problem ||
            (firstMs != null && lastMs != null
              ? `In UTC; the log is from ${format.span(firstMs, lastMs)}.`
              : "In UTC.")}
        </p>
        <div class="drop-actions">
          <button type="submit" class="button primary">
            Go
          </button>
          <button type="button" class="button" onClick={() => dialog.current?.close()}>
            Cancel
          </button>
        </div>
      </form>
    </Dialog>
  );
}
