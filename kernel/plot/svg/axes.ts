// Axes of a drawing: what they span, where they stand, and where their ticks are. Imports nothing outside this folder's room.

import { isDate, millisecondsOf } from "../dates";
import { niceStep, onAxis } from "../numbers";
import { type Axis, axisKey, type Datum, type Layout, type Letter, letterOf } from "../plotly";
import { dateTicks } from "./dateTicks";
import { formatNumber, formatTick, power } from "./format";

export interface Tick {
  /** In the axis' unit: powers of ten on a logarithmic axis, places on one of categories. */
  at: number;
  text: string;
}

/** One axis, from its settings to pixels. */
export class PlacedAxis {
  readonly letter: Letter;
  readonly categories: string[] = [];
  readonly #placeOf = new Map<string, number>();
  /** In the axis' unit, from left to right or bottom to top: descending on a reversed axis. */
  range: [number, number] = [0, 1];
  /** Pixels at either end of the range. */
  from = 0;
  to = 1;
  #low = Infinity;
  #high = -Infinity;
  /** Whether what is drawn wants air around it (markers), or fills the axis to its ends (a line's x). */
  #air = 0;
  /** Whether it spans dates: units are milliseconds. */
  #dates = false;

  constructor(
    readonly id: string,
    readonly settings: Axis,
  ) {
    this.letter = letterOf(id);
  }

  /** From data to the axis' unit; NaN for what has no place on it. */
  unit(value: Datum | undefined): number {
    if (this.#isDate(value)) return millisecondsOf(value);
    if (this.settings.type === "category" || (typeof value === "string" && value !== "")) {
      return this.#place(String(value));
    }
    if (typeof value !== "number") return Number.NaN;
    if (this.settings.type === "log") return value > 0 ? Math.log10(value) : Number.NaN;
    return value;
  }

  #isDate(value: Datum | undefined): value is string {
    const { type } = this.settings;
    if (typeof value !== "string" || (type !== "date" && (type !== undefined || !isDate(value))))
      return false;
    this.#dates = true;
    return true;
  }

  pixel(unit: number): number {
    const [low, high] = this.range;
    return this.from + ((unit - low) / (high - low)) * (this.to - this.from);
  }

  at(value: Datum | undefined): number {
    return this.pixel(this.unit(value));
  }

  get length(): number {
    return Math.abs(this.to - this.from);
  }

  /** Makes room for values in the axis' unit. */
  include(unit: number, margin = 0): void {
    if (unit - unit !== 0) return;
    this.#low = Math.min(this.#low, onAxis(unit - margin));
    this.#high = Math.max(this.#high, onAxis(unit + margin));
  }

  wantAir(share: number): void {
    this.#air = Math.max(this.#air, share);
  }

  /** The range that holds what was included, or the one that the settings ask for. */
  settle(group: readonly PlacedAxis[] = [this]): void {
    const asked = group.find(({ settings }) => settings.range !== undefined)?.settings.range;
    if (asked !== undefined) {
      // Of dates the ends may be dates.
      const [from, to] = asked.map((end) => (this.#isDate(end) ? this.unit(end) : Number(end)));
      this.range = [from!, to!];
      return;
    }
    let low = Math.min(...group.map((axis) => axis.#low));
    let high = Math.max(...group.map((axis) => axis.#high));
    if (low > high) [low, high] = [0, this.settings.type === "log" ? 1 : 4];
    if (this.settings.rangemode === "tozero" && this.settings.type !== "log") {
      low = Math.min(low, 0);
      high = Math.max(high, 0);
    }
    if (low === high) [low, high] = [low - 1, high + 1];
    const air = Math.max(...group.map((axis) => axis.#air)) * (high - low);
    const zeroBound = this.settings.rangemode === "tozero";
    const start = zeroBound && low === 0 ? 0 : low - air;
    const end = zeroBound && high === 0 ? 0 : high + air;
    this.range = this.settings.autorange === "reversed" ? [end, start] : [start, end];
  }

  ticks(): Tick[] {
    const { settings } = this;
    const [low, high] = this.range[0] < this.range[1] ? this.range : [this.range[1], this.range[0]];
    const near = (high - low) * 1e-6;
    const inside = ({ at }: Tick) => at >= low - near && at <= high + near;
    if (Array.isArray(settings.tickvals)) {
      const texts = Array.isArray(settings.ticktext) ? settings.ticktext : settings.tickvals;
      return settings.tickvals
        .map((value, n) => ({ at: this.unit(value), text: String(texts[n]) }))
        .filter(inside);
    }
    if (this.categories.length > 0) {
      const every = typeof settings.dtick === "number" ? settings.dtick : 1;
      return this.categories
        .map((text, at) => ({ at, text }))
        .filter((tick) => tick.at % every === 0 && inside(tick));
    }
    const spacing = this.letter === "x" ? 75 : 38;
    const room = Math.max(3, Math.floor(this.length / spacing) + 1);
    const most = Math.min(Number(settings.nticks ?? 10), room);
    const format = typeof settings.tickformat === "string" ? settings.tickformat : undefined;
    if (this.#dates) return dateTicks(low, high, Math.min(most, Math.floor(this.length / 90) + 1));
    if (settings.type === "log") {
      const found = logTicks(low, high, Math.min(9, room), format).filter(inside);
      if (found.length > 1) return found;
      // Less than a step of 1, 2 and 5: evenly in the values, as in so narrow a range they are in their powers too.
      const [from, to] = [10 ** low, 10 ** high];
      return evenTicks(from, to, niceStep((to - from) / most), format).map(({ at, text }) => ({
        at: Math.log10(at),
        text,
      }));
    }
    const asked = typeof settings.dtick === "number" && (high - low) / settings.dtick <= mostTicks;
    return evenTicks(low, high, asked ? Number(settings.dtick) : niceStep((high - low) / most), format);
  }

  #place(category: string): number {
    let place = this.#placeOf.get(category);
    if (place === undefined) {
      place = this.categories.length;
      this.#placeOf.set(category, place);
      this.categories.push(category);
    }
    return place;
  }
}

/** More than anyone asks for on purpose; a step that gives more is not followed. */
const mostTicks = 1000;

/** At the multiples of a step. */
function evenTicks(low: number, high: number, step: number, format: string | undefined): Tick[] {
  const near = (high - low) * 1e-6;
  const first = Math.ceil((low - near) / step);
  const last = Math.floor((high + near) / step);
  return Array.from({ length: Math.min(mostTicks, Math.max(0, last - first + 1)) }, (_, n) => {
    const at = (first + n) * step;
    return { at, text: format === undefined ? formatTick(at, step) : formatNumber(tidy(at), format) };
  });
}

/** Without the digits that adding up steps leaves behind. */
const tidy = (value: number) => Number(value.toPrecision(12));

function logTicks(low: number, high: number, most: number, format: string | undefined): Tick[] {
  const decades = high - low;
  const factors = decades * 2 > most * 1.4 ? [1] : decades * 3 > most * 1.7 ? [1, 3] : [1, 2, 5];
  const step = Math.max(1, Math.ceil(decades / most));
  const ticks: Tick[] = [];
  const first = Math.floor(low / step);
  const count = Math.ceil(high / step) - first + 1;
  for (let n = 0; n < count; n++) {
    const exponent = (first + n) * step;
    for (const factor of factors) {
      const value = factor * 10 ** exponent;
      const plain = format === undefined ? formatTick(tidy(value), value) : formatNumber(tidy(value), format);
      const text = Math.abs(exponent) > 3 && factor === 1 ? power(exponent) : plain;
      ticks.push({ at: exponent + Math.log10(factor), text });
    }
  }
  return ticks;
}

/** The axis of that id with the template's settings beneath its own. */
export function axisSettings(layout: Layout, id: string): Axis {
  const own = layout[axisKey(id)] ?? {};
  const template = layout.template?.layout?.[`${letterOf(id)}axis`] ?? {};
  const title = { ...template.title, ...(typeof own.title === "string" ? { text: own.title } : own.title) };
  return { ...template, ...own, title };
}
