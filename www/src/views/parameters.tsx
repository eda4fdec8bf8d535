// Every number and word an analysis can be told, with its default, unit, range and effect.

import type { JSX } from "preact";
import type { Options } from "../../pkg/logloupe.js";
import { PARAMETERS, WORD_LISTS } from "../parameters.ts";
import * as format from "../format.ts";

/** What a form says of them; those left empty keep their default. */
export function parametersOf(form: FormData): Partial<Options> {
  const chosen: Partial<Options> = {};
  for (const { option, usual } of PARAMETERS) {
    const text = String(form.get(option) ?? "").trim();
    const value = Number(text);
    if (text !== "" && Number.isFinite(value) && value !== usual) {
      chosen[option] = value;
    }
  }
  for (const { option } of WORD_LISTS) {
    const words = String(form.get(option) ?? "").split(/[\s,;]+/);
    const given = words.filter((word) => word !== "");
    if (given.length > 0) {
      chosen[option] = given;
    }
  }
  return chosen;
}

export function Parameters({ options }: { options: Partial<Options> }): JSX.Element {
  const isChanged = ({ option }: { option: keyof Options }): boolean => options[option] != null;
  const nChanged = [...PARAMETERS, ...WORD_LISTS].filter(isChanged).length;
  return (
    <details class="parameters" open={nChanged > 0}>
      <summary>All numbers of the analysis{nChanged > 0 && ` (${nChanged} not as usual)`}</summary>
      <div>
        {PARAMETERS.map(({ option, name, unit, min, max, step, usual, effect }) => (
          <label key={option}>
            <span>{name}</span>
            <input
              name={option}
              type="number"
              min={min}
              max={max}
              step={step}
              defaultValue={options[option] == null ? "" : String(options[option])}
              placeholder={String(usual)}
              aria-describedby={`about-${option}`}
            />
            <span class="about" id={`about-${option}`}>
              {effect} Usually {typeof usual === "number" ? format.count(usual) : usual}; {unit}
              {step === 1 && `, ${format.count(min)} to ${format.count(max)}`}.
            </span>
          </label>
        ))}
        {WORD_LISTS.map(({ option, name, effect }) => (
          <label key={option}>
            <span>{name}</span>
            <input
              name={option}
              type="text"
              autocomplete="off"
              spellcheck={false}
              defaultValue={(options[option] ?? []).join(" ")}
              placeholder="words, with blanks between"
              aria-describedby={`about-${option}`}
            />
            <span class="about" id={`about-${option}`}>
              {effect}
            </span>
          </label>
        ))}
      </div>
    </details>
  );
}
