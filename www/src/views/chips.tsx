// What is selected, condition by condition; steps back and forth; filters kept by name.

import { signal } from "@preact/signals";
import type { JSX } from "preact";
import type { Report, Selection } from "../../pkg/logloupe.js";
import * as filter from "../filter.ts";
import * as format from "../format.ts";
import * as state from "../state.ts";
import { visible } from "../visible.ts";

/** Whether a name for the selection is asked for. */
const isNaming = signal(false);

export function Chips({ report }: { report: Report }): JSX.Element | null {
  const chips = chipsOf(filter.selection.value, report);
  const { saved } = filter;
  if (chips.length === 0 && !filter.canUndo.value && saved.value.length === 0) {
    return null;
  }
  return (
    <div class="chips" role="group" aria-label="Conditions">
      {chips.map(({ label, without }) => (
        <span key={label} class="chip">
          <bdi dir="ltr">{visible(label)}</bdi>
          <button
            type="button"
            aria-label={`Remove the condition ${visible(label)}`}
            onClick={() => filter.change(without)}
          >
            ×
          </button>
        </span>
      ))}
      {chips.length > 0 && (
        <button type="button" class="button small" onClick={filter.clearAll}>
          Clear all
        </button>
      )}
      <button
        type="button"
        class="button small"
        disabled={!filter.canUndo.value}
        onClick={filter.undo}
        aria-keyshortcuts="Control+Z"
      >
        Undo
      </button>
      <button
        type="button"
        class="button small"
        disabled={!filter.canRedo.value}
        onClick={filter.redo}
        aria-keyshortcuts="Control+Y"
      >
        Redo
      </button>
      <Saved hasChips={chips.length > 0} />
    </div>
  );
}

/** Filters kept by name. */
function Saved({ hasChips }: { hasChips: boolean }): JSX.Element {
  const { saved } = filter;
  return (
    <>
      {saved.value.length > 0 && (
        <select
          class="saved-filters"
          aria-label="Filters kept by name"
          value=""
          onChange={(event) => {
            const chosen = saved.value.find(({ name }) => name === event.currentTarget.value);
            event.currentTarget.value = "";
            if (chosen !== undefined) filter.change(chosen.selection, true);
          }}
        >
          <option value="">Kept filters ({saved.value.length})</option>
          {saved.value.map(({ name }) => (
            <option key={name} value={name}>
              {visible(name)}
            </option>
          ))}
        </select>
      )}
      {hasChips && !isNaming.value && (
        <button
          type="button"
          class="button small"
          title="Keeps this filter under a name as long as the page is open, and with the file where files are remembered."
          onClick={() => {
            isNaming.value = true;
          }}
        >
          Keep…
        </button>
      )}
      {hasChips && isNaming.value && (
        <form
          class="name-filter"
          onSubmit={(event) => {
            event.preventDefault();
            const name = String(new FormData(event.currentTarget).get("name") ?? "").trim();
            if (name !== "") filter.save(name);
            isNaming.value = false;
          }}
        >
          <input
            name="name"
            maxLength={60}
            placeholder="Name of the filter"
            aria-label="Name of the filter"
            autocomplete="off"
            spellcheck={false}
            ref={(input) => input?.focus()}
            onKeyDown={(event) => {
              if (event.key === "Escape") {
                event.stopPropagation();
                isNaming.value = false;
              }
            }}
          />
          <button type="submit" class="button small">
            Keep
          </button>
        </form>
      )}
    </>
  );
}

interface Chip {
  label: string;
  without: Selection;
}

export function chipsOf(selection: Selection, report: Report): Chip[] {
  const { text, levels, sources, files, fromMs, toMs, incident, cluster } = selection;
  const { templates, withoutTemplates, messages, slot } = selection;
  const chips: Chip[] = [];
  const add = (label: string, without: Selection): void => {
    chips.push({ label, without });
  };
  const textOf = (id: number): string => state.templatesById.value.get(id)?.text ?? `pattern ${id}`;
  if (incident != null) add(`Incident ${incident}`, { incident: undefined });
  if (cluster != null) {
    const name = report.clusters.groups.find(({ id }) => id === cluster)?.name ?? "";
    add(`Cluster ${name}`, { cluster: undefined });
  }
  if (templates != null) {
    const what = templates.length === 1 ? short(textOf(templates[0] ?? 0)) : "";
    const label = what === "" ? `${templates.length} patterns` : `Pattern ${what}`;
    add(label, { templates: undefined, slot: undefined });
  }
  if (slot != null) add(`Values at place ${slot + 1}`, { slot: undefined });
  for (const id of withoutTemplates ?? []) {
    const rest = withoutTemplates?.filter((other) => other !== id) ?? [];
    add(`Not ${short(textOf(id))}`, { withoutTemplates: rest.length === 0 ? undefined : rest });
  }
  if (messages != null) {
    const point = report.clusters.points.find(({ message }) => message === messages[0]);
    const what = point === undefined ? "" : ` ${short(textOf(point.template))}`;
    add(messages.length === 1 ? `Message${what}` : `${messages.length} messages`, {
      messages: undefined,
    });
  }
  if (text != null && text.pattern !== "") {
    add(text.isRegex ? `/${text.pattern}/` : `“${text.pattern}”`, { text: undefined });
  }
  if (levels != null)
    add(levels.map((level) => level || "no level").join(", "), { levels: undefined });
  if (sources != null) add(`Source ${short(sources.join(", ") || "none")}`, { sources: undefined });
  if (files != null) {
    const names = files.map((id) => state.fileNames.value.get(id) ?? "");
    add(`File ${short(names.join(", "))}`, { files: undefined });
  }
  const time = { fromMs: undefined, toMs: undefined };
  if (fromMs != null && toMs != null) add(format.span(fromMs, toMs), time);
  else if (fromMs != null) add(`from ${format.dateTime(fromMs)}`, time);
  else if (toMs != null) add(`before ${format.dateTime(toMs)}`, time);
  return chips;
}

function short(text: string): string {
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
