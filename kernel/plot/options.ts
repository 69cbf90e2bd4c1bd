// What options of charts may be, by their names: a name means the same in every chart.
import {
  describe,
  requireInteger,
  requireKnown,
  requireNumber,
  requireRange,
  requireShare,
} from "../arguments";
import { requireParts } from "./numbers";

type Check = (who: string, name: string, value: never) => void;

/** A check that says what is expected of values which pass `fits`. */
const expecting =
  (expected: string, fits: (value: unknown) => boolean): Check =>
  (who, name, value: unknown) => {
    if (!fits(value))
      throw new TypeError(`${who}: expected ${name} to be ${expected}, got ${describe(value)}`);
  };

const text = expecting("text", (value) => typeof value === "string");
const flag = expecting("true or false", (value) => typeof value === "boolean");
const pixels = expecting("a number of pixels", (value) => Number.isFinite(value) && Number(value) > 0);
const list = expecting("a list", (value) => typeof value === "object" && value !== null && "length" in value);
const whole: Check = (who, name, value) => requireInteger(who, name, value, 1);

/** Those that are not here are checked where they are read: `x` and `y` of one chart are not those of another. */
const checks: Readonly<Record<string, Check>> = {
  title: text,
  xTitle: text,
  yTitle: text,
  zTitle: text,
  prefix: text,
  height: pixels,
  panelHeight: pixels,
  width: pixels,
  size: pixels,
  overlap: requireNumber,
  smoothing: requireNumber,
  interval: expecting("milliseconds", (value) => Number.isFinite(value) && Number(value) >= 0),
  opacity: requireShare,
  logX: flag,
  logY: flag,
  log: flag,
  values: flag,
  colorBar: flag,
  standardize: flag,
  shareX: flag,
  linkX: flag,
  linkY: flag,
  linkAxes: flag,
  range: requireRange,
  xRange: requireRange,
  yRange: requireRange,
  columns: whole,
  count: whole,
  bins: requireParts,
  labels: list,
};

/** Refuses unknown options, which are the last of at most `most` arguments, and values that their names do not take. */
export function requireOptionsOf(
  who: string,
  given: ArrayLike<unknown>,
  most: number,
  names: readonly string[],
): void {
  requireKnown(who, given, most, names);
  for (const [name, value] of Object.entries(given[most - 1] ?? {})) {
    if (value !== undefined) checks[name]?.(who, name, value as never);
  }
}
