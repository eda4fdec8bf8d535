// What a crash means for a person: the answer stays, its lines come back once the files have been read again.

import type { JSX } from "preact";
import * as filter from "../filter.ts";
import * as format from "../format.ts";
import * as state from "../state.ts";

/** How far the files have been read again; nothing where that is not known yet. */
function share(): string {
  const { doneBytes, totalBytes } = state.progress.value ?? { doneBytes: 0, totalBytes: 0 };
  return totalBytes > 0 ? `, ${format.share(Math.min(1, doneBytes / totalBytes))} so far` : "";
}

export function ReadAgain(): JSX.Element {
  return (
    <button
      type="button"
      class="button small primary"
      onClick={() => {
        // What is selected may be what the workers stopped at.
        filter.clearAll();
        void state.recoverNow();
      }}
    >
      Read again
    </button>
  );
}

export function Recovery(): JSX.Element {
  const recovery = state.recovery.value;
  return (
    <div role="status" class={recovery === null ? "" : "said"} id="recovery">
      {recovery === "reading" && (
        <span>
          A part of the analysis stopped unexpectedly and was started again. The answer below stays;
          the lines behind it are being read again{share()}.
        </span>
      )}
      {recovery === "waiting" && (
        <>
          <span>
            A part of the analysis stopped unexpectedly. The answer below stays, but its lines can
            only be shown after the files have been read again.
          </span>
          <ReadAgain />
        </>
      )}
    </div>
  );
}
