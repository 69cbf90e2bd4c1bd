// Numbers on Plotly's axes and in its hover texts, written as tables and sentences write them. Runs in a web page.

import Plotly from "plotly.js/dist/plotly-cartesian.min.js";
import { proseNumber } from "../../kernel/words";
import type { Layout } from "./figure";
import { type Fields, fieldsOf, isFields } from "./payload";

type NumberFormat = (format: string) => (value: number) => string;

// d3 writes 12345.678 as 1.235e+4 in the format `.4~g`, and has none that gives 12346. Plotly shows each component the layout that it
// is about to complete, with the formats that axes and hover texts will take.
Plotly.register({
  moduleType: "component",
  name: "bnlabNumbers",
  includeBasePlot(_given: unknown, layout: { _d3locale?: { numberFormat: NumberFormat } }) {
    const locale = layout._d3locale;
    if (locale === undefined) return;
    const others = locale.numberFormat;
    locale.numberFormat = (format) => {
      const [found, digits] = /^(?:\.(\d+))?~g$/.exec(format) ?? [];
      return found === undefined
        ? others(format)
        : (value) => proseNumber(Number(value), Number(digits ?? 4));
    };
  },
});

/** As many as tell neighboring ticks apart, however far one zooms in. */
const ticks = { tickformat: ".12~g" };

/** The layout whose axes of numbers write them so, unless they ask for a format of their own. */
export function withOurNumbers(layout: Layout, data: readonly Fields[]): Layout {
  const result: Layout & Record<string, unknown> = { ...layout };
  for (const [key, axis] of Object.entries(layout)) {
    const [, letter, number] = /^([xy])axis(\d*)$/.exec(key) ?? [];
    if (letter === undefined || !isFields(axis) || axis.tickformat !== undefined) continue;
    const id = letter + number;
    const numbers = data.every(
      (trace) => (trace[`${letter}axis`] ?? letter) !== id || isNumeric(trace[letter]),
    );
    if (numbers && (axis.type ?? "linear") === "linear")
      result[key] = { ...ticks, hoverformat: ".4~g", ...axis };
  }
  return result;
}

const isNumeric = (values: unknown) =>
  !Array.isArray(values) || values.every((value) => typeof value === "number" || value === null);

/** The trace whose bar of colors does. */
export function withOurBar(trace: Fields): Fields {
  const bar = fieldsOf(trace.colorbar);
  const free = isFields(trace.colorbar) && bar.tickformat === undefined && bar.tickvals === undefined;
  return free ? { ...trace, colorbar: { ...bar, ...ticks } } : trace;
}
