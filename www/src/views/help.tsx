// The keys, and what the words on the page mean.

import type { JSX } from "preact";
import { ACTIONS, shownKeys } from "../actions.ts";
import * as state from "../state.ts";
import { Sheet } from "./dialog.tsx";

/** Keys that are no actions of their own. */
const KEYS: [keys: string[], effect: string][] = [
  [["Ctrl", "V"], "Analyse pasted text or files"],
  [
    ["Esc"],
    "Stop reading and show what was read (twice: drop it), or close what is open, then clear the selection",
  ],
  [["W", "A", "S", "D"], "On the timeline: zoom in, earlier, zoom out, later"],
  [["Ctrl", "wheel"], "On the timeline: zoom; Shift and wheel: move"],
  [
    ["←", "→", "↑", "↓"],
    "On the timeline: choose a bar. On the lines: choose a line. On the 3D plot: turn it",
  ],
  [["Enter"], "Lines of the chosen bar, row, incident or selection"],
];

/** All keys: those of actions, then the others. */
function allKeys(): [keys: string[], effect: string][] {
  const ofActions = ACTIONS.flatMap(({ name, keys }): [string[], string][] => {
    const [first] = keys;
    return first === undefined || first === "Enter" ? [] : [[shownKeys(first), name]];
  });
  return [...ofActions, ...KEYS];
}

export function Help(): JSX.Element | null {
  return state.isHelpOpen.value ? <HelpDialog /> : null;
}

function HelpDialog(): JSX.Element {
  const close = (): void => {
    state.isHelpOpen.value = false;
  };
  return (
    <Sheet name="help" title="Keys and words" onClose={close}>
      <dl class="keys">
        {allKeys().map(([keys, effect]) => (
          <div key={effect}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{effect}</dd>
          </div>
        ))}
      </dl>
      <dl class="words">
        <dt>Score</dt>
        <dd>
          How strange something is, 0 to 100: below 25 is ordinary, from 25 notable, from 50
          unusual, from 75 alarming. A high score says “look here”, not “this is broken”.
        </dd>
        <dt>Pattern</dt>
        <dd>Lines that say the same thing; {"<*>"} stands for the part that varies.</dd>
        <dt>Window</dt>
        <dd>A stretch of time, five minutes or less, that is compared with all the others.</dd>
        <dt>Incident</dt>
        <dd>
          Unusual lines close in time and alike in content. It begins with its leading edge, the
          earliest line.
        </dd>
        <dt>Sealed</dt>
        <dd>
          Before a file can be opened, the page takes its own network away: a second content
          security policy forbids every connection, to this page and to its workers. Browser
          extensions and the browser itself are outside its control.
        </dd>
      </dl>
      {state.version.value !== "" && <p class="about">Logloupe {state.version.value}</p>}
    </Sheet>
  );
}
