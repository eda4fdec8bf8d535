// Says that a hit is shown among all lines, and leads to the next one or back.

import type { JSX } from "preact";
import * as filter from "../filter.ts";
import * as format from "../format.ts";
import { context, leaveContext, toHit } from "../jumps.ts";

export function ContextBar(): JSX.Element | null {
  const at = context.value;
  // Whatever else was selected since, the hits are no longer what is left.
  if (at === null || filter.isActive.value) {
    return null;
  }
  return (
    <div class="context-bar" role="status">
      <span>
        Hit {format.count(at.row + 1)} of {format.count(at.total)}, among all lines
      </span>
      <button type="button" class="button small" onClick={() => void toHit(-1)}>
        Previous hit <kbd>N</kbd>
      </button>
      <button type="button" class="button small" onClick={() => void toHit(1)}>
        Next hit <kbd>n</kbd>
      </button>
      <button type="button" class="button small" onClick={() => void leaveContext()}>
        Back to the hits <kbd>C</kbd>
      </button>
    </div>
  );
}
