// What is said of many values: how many, from where to where, mean and deviation, and what was left out.
import type { Moments } from "./binning";
import { shownNumber } from "./describe";

/** `8 values from −1 to 3, mean 0.719, std 1.23` */
export function momentsText({ count, mean, std, min, max }: Moments): string {
  if (count === 0) return "no values";
  const [low, high, middle, spread] = [min, max, mean, std].map((value) => shownNumber(value));
  return `${count} values from ${low} to ${high}, mean ${middle}, std ${spread}`;
}

/** A panel's line about its values; `short` where arms stand side by side. */
export function statsText(found: Moments, outside: number, short: boolean): string {
  const { count, mean, std, min, max } = found;
  const spreadText = short
    ? `${shownNumber(settled(mean, std), 2)}\u2009±\u2009${shownNumber(std, 2)}`
    : `mean ${shownNumber(settled(mean, std))}, std ${shownNumber(std)}`;
  const main = count === 0 ? "no values" : min === max ? `all ${shownNumber(mean)}` : spreadText;
  return [main, ...leftOut(found, outside)].join(", ");
}

/** A mean no finer than a thousandth of the spread: −2e−9 beside a deviation of 1 is 0. */
function settled(mean: number, std: number): number {
  const unit = 10 ** (Math.floor(Math.log10(std)) - 2);
  return unit > 0 ? Math.round(mean / unit) * unit + 0 : mean;
}

/** A trace's line about its values. */
export function summaryText(found: Moments, outside: number): string {
  const main = momentsText({ ...found, mean: settled(found.mean, found.std) });
  return [main, ...leftOut(found, outside)].join(", ");
}

function leftOut({ nan, infinite }: Moments, outside: number): string[] {
  const parts: string[] = [];
  if (nan > 0) parts.push(`${nan} NaN`);
  if (infinite > 0) parts.push(`${infinite} infinite`);
  if (outside > 0) parts.push(`${outside} out of range`);
  return parts;
}
