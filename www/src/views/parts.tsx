// Small things that several views show: log text, levels, scores, sparklines, panels.

import type { ComponentChildren, JSX } from "preact";
import * as format from "../format.ts";
import { pieces } from "../visible.ts";

/** Text out of a log: inert, isolated, never translated, with hidden characters made visible. */
export function LogText({ text }: { text: string }): JSX.Element {
  return (
    <bdi class="log-text" translate={false} spellcheck={false} dir="ltr">
      {shown(text)}
    </bdi>
  );
}

/** What the slots of a pattern stand for, in words. */
const SLOTS: Record<string, string> = {
  "<ip>": "an address",
  "<uuid>": "an identifier",
  "<hex>": "a hexadecimal number",
  "<path>": "a path",
  "<num>": "a number",
  "<dur>": "a duration",
  "<url>": "a web address",
  "<time>": "a time",
  "<id>": "an identifier",
  "<word>": "a word",
};

/**
 * A template: log text in which `<*>` stands for what varies; `slots` says of each what it is. Where each opens its values, what
 * was clicked says so by its number.
 */
export function TemplateText(props: {
  text: string;
  slots?: string[];
  areOpening?: boolean;
}): JSX.Element {
  const fixed = props.text.split("<*>");
  return (
    <bdi class="log-text" translate={false} spellcheck={false} dir="ltr">
      {fixed.map((part, idx) => (
        <>
          {idx > 0 && (
            <Slot
              kind={props.slots?.[idx - 1] ?? "<*>"}
              place={props.areOpening === true ? idx - 1 : undefined}
            />
          )}
          {shown(part)}
        </>
      ))}
    </bdi>
  );
}

function Slot({ kind, place }: { kind: string; place: number | undefined }): JSX.Element {
  const what = `Stands for what varies from line to line${kind in SLOTS ? `: ${SLOTS[kind]}` : ""}.`;
  return place === undefined ? (
    <span class="slot" title={what}>
      {kind}
    </span>
  ) : (
    <span class="slot is-opening" title={`${what} Choose it to see its values.`} data-place={place}>
      {kind}
    </span>
  );
}

function shown(text: string): ComponentChildren {
  return pieces(text).map((piece) =>
    piece.isSymbol ? (
      <span class="symbol" title="A character that cannot be seen, shown as a symbol">
        {piece.text}
      </span>
    ) : (
      piece.text
    ),
  );
}

/** A level as a word with its colour. */
export function Level({ level }: { level: string }): JSX.Element {
  return <span class={`level level-${level.toLowerCase() || "none"}`}>{level || "no level"}</span>;
}

/** A score as number, word and bar. */
export function Score({
  value,
  hasWord = false,
}: {
  value: number;
  hasWord?: boolean;
}): JSX.Element {
  const band = format.band(value);
  return (
    <span class={`score score-${band}`} title={`Score ${format.score(value)} of 100: ${band}`}>
      <span class="score-bar" aria-hidden="true">
        <span style={{ width: `${Math.min(100, value)}%` }} />
      </span>
      <span class="score-value">{format.score(value)}</span>
      {hasWord && <span class="score-word">{band}</span>}
    </span>
  );
}

/** Counts over equal slices of time as bars. */
export function Sparkline({
  values,
  label,
}: {
  values: number[];
  label: string;
}): JSX.Element | null {
  if (values.length === 0) {
    return null;
  }
  const max = Math.max(1, ...values);
  // What occurs at all is at least one pixel high.
  const bars = values.map((value, idx) => {
    const height = value === 0 ? 0 : Math.max(1.5, (value / max) * 18);
    return height === 0 ? "" : `M${idx * 4} 18v-${height.toFixed(1)}h3v${height.toFixed(1)}z`;
  });
  return (
    <svg
      class="sparkline"
      preserveAspectRatio="none"
      viewBox={`0 0 ${values.length * 4} 18`}
      role="img"
      aria-label={label}
    >
      <path d={bars.join("")} />
    </svg>
  );
}

/** A titled part of the answer. */
export function Panel(props: {
  id: string;
  title: string;
  about?: ComponentChildren;
  actions?: ComponentChildren;
  children: ComponentChildren;
  class?: string;
}): JSX.Element {
  return (
    <section
      id={props.id}
      class={`panel ${props.class ?? ""}`}
      aria-labelledby={`${props.id}-title`}
    >
      <header class="panel-head">
        <h2 id={`${props.id}-title`}>{props.title}</h2>
        {props.actions !== undefined && <div class="panel-actions">{props.actions}</div>}
        {props.about !== undefined && <p class="about">{props.about}</p>}
      </header>
      {props.children}
    </section>
  );
}

/** What a panel says when it has nothing to show. */
export function Empty({ children }: { children: ComponentChildren }): JSX.Element {
  return <p class="empty">{children}</p>;
}
