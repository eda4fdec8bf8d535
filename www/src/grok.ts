// A pattern → a regular expression or a grok expression that other tools read.

const NAMES: Record<string, string> = {
  "<ip>": "IPORHOST",
  "<uuid>": "UUID",
  "<num>": "NUMBER",
  "<hex>": "BASE16NUM",
  "<path>": "PATH",
  "<url>": "URI",
  "<word>": "NOTSPACE",
  "<id>": "NOTSPACE",
  "<dur>": "NOTSPACE",
  "<time>": "NOTSPACE",
};

/** Literal text as a regular expression in which white space may be of any length. */
function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&").replace(/ +/g, "\\s+");
}

/** `login of <*> took <*> ms` → `login\s+of\s+(.+?)\s+took\s+(.+?)\s+ms` */
export function asRegex(text: string): string {
  return joined(text, () => "(.+?)");
}

/** The same with a named grok pattern for each place, by what stands there. */
export function asGrok(text: string, slots: string[]): string {
  const counts = new Map<string, number>();
  return joined(text, (idx) => {
    const kind = slots[idx] ?? "<*>";
    const base = kind === "<*>" ? "value" : kind.slice(1, -1);
    const n = (counts.get(base) ?? 0) + 1;
    counts.set(base, n);
    return `%{${NAMES[kind] ?? "DATA"}:${base}${n === 1 ? "" : String(n)}}`;
  });
}

function joined(text: string, place: (idx: number) => string): string {
  const parts = text.replace(/…$/, "").split("<*>");
  const whole = parts.map((part, idx) =>
    idx === 0 ? literal(part) : place(idx - 1) + literal(part),
  );
  // What is looked for ends where the pattern ends: a last place would else be as short as it can be.
  const isOpen = parts.length > 1 && parts.at(-1) === "";
  return whole.join("") + (isOpen ? "(?:\\s|$)" : "");
}
