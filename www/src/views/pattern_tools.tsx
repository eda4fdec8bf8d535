// What can be done with a pattern: take it as a filter, leave it out, see its values, copy it for another tool.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { TemplateReport } from "../../pkg/logloupe.js";
import * as filter from "../filter.ts";
import { asGrok, asRegex } from "../grok.ts";
import * as state from "../state.ts";

/** Opens the lines of a pattern with the values at one of its places. */
export function showValues(template: TemplateReport, slot: number): void {
  state.showLines({
    title: "Pattern",
    detail: template.text,
    selection: { templates: [template.id], slot },
  });
}

/** Whether the places of a pattern that is shown are those of its whole text. */
export function isWhole({ text, slots }: TemplateReport): boolean {
  return text.split("<*>").length - 1 === slots.length;
}

export function PatternTools({ template }: { template: TemplateReport }): JSX.Element {
  const [said, setSaid] = useState("");
  const copy = (what: string, text: string): void => {
    navigator.clipboard.writeText(text).then(
      () => setSaid(`Copied as ${what}`),
      () => setSaid("The browser refused the clipboard"),
    );
  };
  const toggle = (): void => {
    const chosen = filter.selection.peek().templates ?? [];
    const rest = chosen.filter((id) => id !== template.id);
    const next = rest.length < chosen.length ? rest : [...chosen, template.id];
    filter.change({ templates: next.length === 0 ? undefined : next, slot: undefined });
  };
  const isChosen = filter.selection.value.templates?.includes(template.id) === true;
  const { slots } = template;
  return (
    <details class="pattern-tools" onClick={(event) => event.stopPropagation()}>
      <summary>Filter, values, copy</summary>
      <div>
        <button type="button" class="button small" aria-pressed={isChosen} onClick={toggle}>
          {isChosen ? "Remove from the selection" : "Add to the selection"}
        </button>
        <button type="button" class="button small" onClick={() => filter.exclude(template.id)}>
          Leave it out
        </button>
        <button
          type="button"
          class="button small"
          onClick={() => copy("regex", asRegex(template.text))}
        >
          Copy as regex
        </button>
        <button
          type="button"
          class="button small"
          onClick={() => copy("grok", asGrok(template.text, slots))}
        >
          Copy as grok
        </button>
        <span role="status">{said}</span>
      </div>
      {slots.length > 0 && isWhole(template) && (
        <div>
          <span>Values of place</span>
          {slots.map((kind, idx) => (
            <button
              key={idx}
              type="button"
              class="button small"
              data-slot={idx}
              onClick={() => showValues(template, idx)}
            >
              {idx + 1} <span class="slot">{kind}</span>
            </button>
          ))}
        </div>
      )}
    </details>
  );
}
