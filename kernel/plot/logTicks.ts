// How many ticks a logarithmic axis asks Plotly for, so that it takes 1, 2, 5 or whole powers of ten and never nine labels a
// decade upon one another. Imports nothing outside this folder.
import { axesIn, axisKey, axisOf, type Layout, type Letter, letterOf, type Trace } from "./plotly";

/** The layout with `nticks` on logarithmic axes that do not say themselves where their ticks are. */
export function withLogTicks(layout: Layout, data: readonly Trace[]): Layout {
  let result = layout;
  for (const id of axesIn(layout)) {
    const [letter, key] = [letterOf(id), axisKey(id)];
    const axis = layout[key];
    if (axis?.type !== "log") continue;
    if (axis.nticks !== undefined || axis.dtick !== undefined || axis.tickvals !== undefined) continue;
    const decades = axis.range === undefined ? decadesOf(data, letter, id) : axis.range[1] - axis.range[0];
    if (result === layout) result = { ...layout };
    result[key] = { ...axis, nticks: ticksFor(Math.abs(decades), letter === "x" ? 1.7 : 1) };
  }
  return result;
}

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
