// A line and its pattern → where in the line stands what varies: the fixed parts are looked for one after the other.

/** Characters of a line that are looked at. */
const TEXT_CAP = 4000;
/** Places at which a pattern is tried: its first words may stand in front of it too. */
const TRIES = 8;
/** Patterns that are kept cut up. */
const KEPT = 500;

const cutUp = new Map<string, string[]>();

function literalsOf(template: string): string[] {
  const known = cutUp.get(template);
  if (known !== undefined) {
    return known;
  }
  if (cutUp.size >= KEPT) {
    cutUp.clear();
  }
  // A pattern that is cut for the report ends in an ellipsis: what stands behind is unknown.
  const literals = template.replace(/…$/, "").split("<*>");
  cutUp.set(template, literals);
  return literals;
}

/** Start and end of each place that varies, in ascending order; none where the line does not read as its pattern. */
export function variablesIn(text: string, template: string): [start: number, end: number][] {
  const literals = literalsOf(template);
  const [first = ""] = literals;
  if (literals.length < 2) {
    return [];
  }
  const line = text.slice(0, TEXT_CAP);
  if (first === "") {
    return following(line, literals, null) ?? [];
  }
  let best: [number, number][] = [];
  let least = Infinity;
  let at = line.indexOf(first);
  for (let tries = 0; at !== -1 && tries < TRIES; tries++) {
    const found = following(line, literals, at + first.length);
    // Where the first words stand in the header too, the message is what reads as the pattern in the least space.
    const length = (found?.at(-1)?.[1] ?? Infinity) - at;
    if (found !== null && length < least) {
      [best, least] = [found, length];
    }
    at = line.indexOf(first, at + 1);
  }
  return best;
}

function following(
  line: string,
  literals: string[],
  start: number | null,
): [start: number, end: number][] | null {
  const found: [number, number][] = [];
  let from = start;
  for (let idx = 1; idx < literals.length; idx++) {
    const literal = literals[idx] ?? "";
    const begin = from ?? 0;
    let end: number;
    if (literal === "" && idx === literals.length - 1) {
      const length = line.slice(begin).search(/[\s"]/);
      end = length === -1 ? line.length : begin + length;
    } else if (literal === "") {
      end = begin;
    } else {
      end = line.indexOf(literal, begin + 1);
      if (end === -1) {
        return null;
      }
    }
    // A pattern that begins with what varies begins with one word.
    const first =
      from ?? Math.max(...[" ", '"', "\t"].map((edge) => line.lastIndexOf(edge, end - 1))) + 1;
    if (end > first) {
      found.push([first, end]);
    }
    from = end + literal.length;
  }
  return found;
}
