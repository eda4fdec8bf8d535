// Every number an analysis can be told, with its default, unit, range and effect.

import type { JSX } from "preact";
import type { Options } from "../../pkg/logloupe.js";
import { PARAMETERS } from "../parameters.ts";
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
  return chosen;
}

export function Parameters({ options }: { options: Partial<Options> }): JSX.Element {
  const nChanged = PARAMETERS.filter(({ option }) => options[option] != null).length;
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
      </div>
    </details>
  );
}
