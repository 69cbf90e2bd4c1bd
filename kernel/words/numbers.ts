// Numbers, shares, sizes and times as people read them, the same in every client. Imports nothing.

/**
 * A number that is told rather than computed with: `digits` significant digits, but never fewer than its integer part has,
 * and by powers of ten below `smallest`. 12345.678 → `12346`, 0.123456 → `0.1235`, 0.0000123 → `1.23e-5`.
 */
export function shortNumber(value: number, digits = 4, smallest = 1e-4): string {
  if (Number.isInteger(value) || !Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size < smallest) return value.toExponential(digits - 1).replace(/\.?0+e/, "e");
  return size < 10 ** (digits - 1) ? String(Number(value.toPrecision(digits))) : String(Math.round(value));
}

/** The same for sentences and tables: a minus sign that is one, `∞`, and `–` where there is no number. */
export function proseNumber(value: number, digits?: number, smallest?: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "–" : value > 0 ? "∞" : "−∞";
  return shortNumber(value, digits, smallest).replaceAll("-", "−");
}

/** 0.123 → `12 %`, with one decimal `12.3 %`. */
export function percent(share: number, decimals = 0): string {
  return `${(100 * share).toFixed(decimals)} %`;
}

/** 12345 → `12,345`. */
export function countText(count: number): string {
  return count.toLocaleString("en");
}

/** 12345 → `12,345 rows`, 1 → `1 row`. */
export function plural(count: number, noun: string): string {
  return `${countText(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** 26214 → `25.6 KB`; a KB is 1024 bytes. */
export function bytesText(bytes: number): string {
  const units = ["B", "KB", "MB", "GB"];
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  return `${shortNumber(bytes / 1024 ** power, 3)} ${units[power]}`;
}

/** `12.3/s`; empty where nothing is known yet. Slow steps read better the other way round. */
export function rateText(done: number, seconds: number): string {
  if (done === 0 || seconds === 0) return "";
  const rate = done / seconds;
  return rate >= 1 ? `${shortNumber(rate, 3)}/s` : `${shortNumber(1 / rate, 3)} s each`;
}

/** 65 → `1:05`, 3700 → `1:01:40`. */
export function clockText(seconds: number): string {
  const whole = Math.round(seconds);
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (n: number) => String(n).padStart(2, "0");
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** 1234 → `1.2 s`. */
export function secondsText(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
