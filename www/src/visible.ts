// Text of a log → pieces to show, with everything that hides, reorders or controls made visible.
//
// A log holds what an attacker wanted it to hold. Right-to-left overrides make a line read differently from its bytes,
// zero-width characters make two names look alike, escape sequences drive terminals. They are shown as symbols.

export interface Piece {
  text: string;
  /** Stands for a character that would not be seen as itself. */
  isSymbol: boolean;
}

// Tab and line feed are layout and stay.
const HIDDEN = new RegExp(
  [
    "[\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f", // control characters
    "\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069", // direction
    "\\u00ad\\u034f\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u200b-\\u200d\\u2028\\u2029\\u2060-\\u2065",
    "\\u206a-\\u206f\\u2800\\u3164\\ufe00-\\ufe0d\\ufeff\\uffa0\\ufff0-\\ufffb", // invisible
    "\\u{1d173}-\\u{1d17a}\\u{e0000}-\\u{e0fff}\\ud800-\\udfff]+",
  ].join(""),
  "gu",
);

/** Splits text into pieces that are safe to show in this order. */
export function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(HIDDEN)) {
    if (match.index > end) {
      found.push({ text: text.slice(end, match.index), isSymbol: false });
    }
    found.push({ text: Array.from(match[0], symbolOf).join(""), isSymbol: true });
    end = match.index + match[0].length;
  }
  if (end < text.length) {
    found.push({ text: text.slice(end), isSymbol: false });
  }
  return found;
}

/** The same as one string, for tooltips and the clipboard. */
export function visible(text: string): string {
  return pieces(text)
    .map((piece) => piece.text)
    .join("");
}

const CONTROL_NAMES =
  "NUL SOH STX ETX EOT ENQ ACK BEL BS TAB LF VT FF CR SO SI DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC FS GS RS US".split(
    " ",
  );

function symbolOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  // Names, not the signs of the Control Pictures block: common fonts lack those.
  const name =
    CONTROL_NAMES[code] ??
    (code === 0x7f ? "DEL" : `U+${code.toString(16).toUpperCase().padStart(4, "0")}`);
  return `⟨${name}⟩`;
}
