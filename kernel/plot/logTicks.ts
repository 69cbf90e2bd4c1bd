// How many ticks a logarithmic axis asks Plotly for, so that it takes 1, 2, 5 or whole powers of ten and never nine labels a
// decade upon one another; where the values are few, they are the ticks.
import { proseNumber } from "../words";
import { single } from "./numbers";
import { axesIn, axisKey, axisOf, type Layout, type Letter, letterOf, type Trace } from "./plotly";

/** The layout with `nticks` on logarithmic axes that do not say themselves where their ticks are. */
export function withLogTicks(layout: Layout, data: readonly Trace[]): Layout {
  let result = withTriedTicks(layout, data);
  for (const id of axesIn(result)) {
    const [letter, key] = [letterOf(id), axisKey(id)];
    const axis = result[key];
    if (axis?.type !== "log") continue;
    if (axis.nticks !== undefined || axis.dtick !== undefined || axis.tickvals !== undefined) continue;
    const decades = axis.range === undefined ? decadesOf(data, letter, id) : axis.range[1] - axis.range[0];
    if (result === layout) result = { ...layout };
    result[key] = { ...axis, nticks: ticksFor(Math.abs(decades), letter === "x" ? 1.7 : 1) };
  }
  return result;
}

/** The layout whose logarithmic x axes have their ticks where all that is drawn stands, where that is a few places. */
export function withTriedTicks(layout: Layout, data: readonly Trace[]): Layout {
  const result = { ...layout };
  for (const id of axesIn(layout)) {
    const axis = layout[axisKey(id)];
    if (letterOf(id) !== "x" || axis?.type !== "log") continue;
    if (axis.nticks !== undefined || axis.dtick !== undefined || axis.tickvals !== undefined) continue;
    const tickvals = triedValues(data, id);
    if (tickvals.length === 0) continue;
    result[axisKey(id)] = { ...axis, tickvals, ticktext: tickvals.map((value) => proseNumber(value)) };
  }
  return result;
}

/** The few places that all that is drawn stands at, such as learning rates that were tried; none where they are many. */
function triedValues(data: readonly Trace[], id: string): number[] {
  const values = new Map<number, number>(); // the same number may have come as a float32
  for (const trace of data) {
    if (axisOf(trace, "x") !== id) continue;
    for (const value of Array.from(trace.x ?? [])) {
      if (typeof value !== "number" || !(value > 0) || value === Infinity) return [];
      values.set(single(value), value);
      if (values.size > mostTried) return [];
    }
  }
  const ascending = [...values.values()].sort((a, b) => a - b);
  const [low, high] = [ascending[0] ?? 1, ascending.at(-1) ?? 1];
  const crowded = ascending.some((value, i) => i > 0 && value / ascending[i - 1]! < (high / low) ** 0.06);
  return ascending.length < 2 || crowded ? [] : ascending;
}

const mostTried = 9;

/** Returns how many decades the values on that axis span, with the air that Plotly leaves around them. */
function decadesOf(data: readonly Trace[], letter: Letter, id: string): number {
  let low = Infinity;
  let high = 0;
  for (const trace of data) {
    if (axisOf(trace, letter) !== id) continue;
    const values = trace[letter] ?? [];
    for (let at = 0; at < values.length; at++) {
      const value = values[at];
      if (typeof value !== "number" || !(value > 0) || value === Infinity) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return high > 0 ? 1.1 * Math.log10(high / low) : 1;
}

/**
 * Plotly divides the decades by this number: above 0.7 it takes so many whole decades, above 0.3 it takes 1, 2 and 5, else
 * every digit. An axis with more `room` takes finer steps.
 */
function ticksFor(decades: number, room: number): number {
  if (decades < 0.55) return 6;
  if (decades < 2.4 * room) return Math.round(decades / 0.5);
  return decades <= 7 * room ? Math.ceil(decades) : Math.ceil(decades / 2);
}
