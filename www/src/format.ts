// Numbers, sizes, times and durations → what a person reads. Times are UTC.

const COUNT = new Intl.NumberFormat("en-US");
const ONE_DIGIT = new Intl.NumberFormat("en-US", { maximumFractionDigits: 1 });

/** `1234567` → `1,234,567` */
export function count(n: number): string {
  return COUNT.format(n);
}

/** `12` → `12 lines`, `1` → `1 line` */
export function counted(n: number, singular: string, plural = `${singular}s`): string {
  return `${count(n)} ${n === 1 ? singular : plural}`;
}

/** `4200000000` → `4.2 GB` */
export function bytes(n: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let unit = 0;
  let value = n;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const text =
    value >= 10 || unit === 0 ? COUNT.format(Math.round(value)) : ONE_DIGIT.format(value);
  return `${text} ${units[unit] ?? "B"}`;
}

/** Share of a whole, 0 to 1: `0.1234` → `12 %`, with enough digits that a little is not nothing. */
export function share(part: number): string {
  const percent = part * 100;
  if (percent > 0 && percent < 0.1) {
    return "< 0.1 %";
  }
  if (percent < 10 || (percent > 99 && percent < 100)) {
    return `${(Math.floor(percent * 10) / 10).toString()} %`;
  }
  return `${Math.round(percent)} %`;
}

/** Score 0 to 100 as a whole number. */
export function score(value: number): string {
  return Math.round(value).toString();
}

/** Milliseconds → `350 ms`, `42 s`, `6 min 5 s`, `3 h 20 min`, `12 days 4 h`. */
export function duration(ms: number): string {
  if (ms < 1000) {
    return `${Math.round(ms)} ms`;
  }
  const seconds = ms / 1000;
  if (seconds < 10) {
    return `${ONE_DIGIT.format(seconds)} s`;
  }
  const pairs: [number, string, number, string][] = [
    [86_400, "day", 3600, "h"],
    [3600, "h", 60, "min"],
    [60, "min", 1, "s"],
  ];
  for (const [size, unit, smallSize, smallUnit] of pairs) {
    if (seconds >= size) {
      // Rounded to the smaller unit first, so that 59.6 s do not become 60 s.
      const small = Math.round(seconds / smallSize);
      const perUnit = size / smallSize;
      const large = Math.floor(small / perUnit);
      const rest = small % perUnit;
      const name = unit === "day" ? (large === 1 ? "day" : "days") : unit;
      return rest === 0
        ? `${count(large)} ${name}`
        : `${count(large)} ${name} ${rest} ${smallUnit}`;
    }
  }
  return `${Math.round(seconds)} s`;
}

/** `2026-03-01` */
export function date(ms: number): string {
  if (!isRepresentable(ms)) {
    return "outside the calendar";
  }
  return new Date(ms).toISOString().slice(0, 10);
}

/** `14:02:10`, with milliseconds where they are not zero. */
export function clock(ms: number): string {
  return new Date(ms).toISOString().slice(11, ms % 1000 === 0 ? 19 : 23);
}

/** `2026-03-01 14:02:10` */
export function dateTime(ms: number): string {
  return isRepresentable(ms) ? `${date(ms)} ${clock(ms)}` : "outside the calendar";
}

/** `2026-03-01 14:02:10 – 14:08:33`, the date once where both are on the same day. */
export function span(fromMs: number, toMs: number): string {
  if (!isRepresentable(fromMs) || !isRepresentable(toMs)) {
    return "outside the calendar";
  }
  if (fromMs === toMs) {
    return dateTime(fromMs);
  }
  const from = wholeSeconds(fromMs);
  const to = wholeSeconds(toMs);
  if (from === to) {
    return `${dateTime(fromMs)} – ${clock(toMs)}`;
  }
  return date(from) === date(to)
    ? `${dateTime(from)} – ${clock(to)}`
    : `${dateTime(from)} – ${dateTime(to)}`;
}

function wholeSeconds(ms: number): number {
  return Math.floor(ms / 1000) * 1000;
}

function isRepresentable(ms: number): boolean {
  return Math.abs(ms) <= 8.64e15;
}

/** Bands of the score; the word stands beside the colour. */
export type Band = "ordinary" | "notable" | "unusual" | "alarming";

export function band(value: number): Band {
  if (value >= 75) {
    return "alarming";
  }
  if (value >= 50) {
    return "unusual";
  }
  return value >= 25 ? "notable" : "ordinary";
}
