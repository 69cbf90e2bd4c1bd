// Parallel coordinates: a line for each run through an axis for each of its values. Imports nothing outside this folder.
import { describe, requireInteger } from "../arguments";
import { plural, shortNumber } from "../words";
import { type ColorScale, type ColorScaleName, colorScales, cssColor, lineRamp } from "./colors";
import { defaultMaxPoints } from "./decimate";
import { Figure } from "./figure";
import { entriesOf, type Named, niceStep } from "./numbers";
import { requireOptionsOf } from "./options";
import type { Trace } from "./plotly";
import { baseLayout, neutral } from "./theme";

/** What stands on an axis: numbers by size, anything else in the order in which it comes. */
export type Coordinates = ArrayLike<number | string | boolean | null | undefined>;

export interface ParallelCoordinatesOptions {
  /** The heading above the chart. */
  title?: string;
  /** The axis whose values color the lines. Default: the last. */
  color?: string;
  /** Default `viridis`. */
  colors?: ColorScaleName;
  /** In pixels. */
  height?: number;
}

const optionNames: readonly (keyof ParallelCoordinatesOptions)[] = ["title", "color", "colors", "height"];

/** Distinct numbers that stand at even distances, as what a sweep has tried; more of them stand by size. */
const mostSteps = 8;
/** Lines of one color are one trace. */
const shades = 12;

/**
 * A line for each row of a table through one upright axis for each column: which settings go with which outcome. Positive
 * numbers over more than two powers of ten stand by powers of ten. A value that is missing, or no finite number, is a gap. Of
 * thousands of rows as many are drawn, evenly chosen, as one can see.
 *
 * @param columns The table by columns of one length: { lr: [0.1, 1], depth: [2, 4], loss: [0.3, 2.1] }.
 * @example plot.parallelCoordinates({ lr, depth, loss }, { title: "Which runs learn" })
 * @throws RangeError for less than two columns, or columns of different lengths.
 */
export function parallelCoordinates(
  columns: Named<Coordinates>,
  options: ParallelCoordinatesOptions = {},
): Figure {
  const who = "parallelCoordinates";
  requireOptionsOf(who, arguments, 2, optionNames);
  const entries = entriesOf<Coordinates>(who, columns);
  const count = entries[0]?.[1]?.length;
  if (entries.length < 2 || !entries.every(([, values]) => isList(values) && values.length === count)) {
    const got = entries.map(([name, values]) => `${name}: ${values?.length ?? describe(values)}`).join(", ");
    throw new RangeError(`${who}: expected two columns or more of one length, got ${got || "none"}`);
  }
  const { title, color = entries.at(-1)![0], colors = "viridis", height = 380 } = options;
  requireInteger(who, "height", height, 1);
  const shaded = entries.findIndex(([name]) => name === color);
  const names = entries.map(([name]) => name);
  if (shaded < 0)
    throw new RangeError(`${who}: expected color to be one of ${names.join(", ")}, got "${color}"`);
  if (!Object.hasOwn(colorScales, colors)) {
    const known = Object.keys(colorScales).join(", ");
    throw new RangeError(`${who}: expected colors to be one of ${known}, got ${describe(colors)}`);
  }
  const axes = entries.map(([, values]) => scaleOf(Array.from(values)));
  const layout = baseLayout(title, [], height);
  layout.hovermode = "closest";
  const last = entries.length - 1;
  layout.xaxis = {
    ...{ tickvals: names.map((_, at) => at), ticktext: names, showgrid: false, showline: false },
    range: [-0.25, last + 0.15],
  };
  layout.yaxis = { visible: false, range: [-0.04, 1.04] };
  layout.shapes = names.map((_, at) => ({
    ...{ type: "line", x0: at, x1: at, y0: 0, y1: 1, layer: "below" },
    line: { color: neutral.line, width: 1 },
  }));
  // All in one trace, they would still be drawn as they are.
  const most = Math.floor(defaultMaxPoints / (entries.length + 1));
  const drawn = Math.min(count!, most);
  const rows = Array.from({ length: drawn }, (_, n) => Math.floor((n * count!) / drawn));
  const data = linesOf(rows, entries, axes, shaded, colorScales[colors]);
  return new Figure({ data: [...data, ticksOf(axes)], layout });
}

interface Scale {
  /** 0 at the bottom to 1; undefined for what has no place. */
  place(value: unknown): number | undefined;
  readonly ticks: readonly (readonly [place: number, text: string])[];
}

const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);
const textOf = (value: unknown): string => (typeof value === "number" ? shortNumber(value) : String(value));
const isList = (values: Coordinates): boolean => typeof values === "object" && values !== null;

function scaleOf(values: readonly unknown[]): Scale {
  const known = values.filter((value) => value !== null && value !== undefined);
  const areNumbers = known.every((value) => typeof value === "number");
  const distinct = [...new Set(areNumbers ? known.filter(isNumber).sort((a, b) => a - b) : known)];
  if (!areNumbers || distinct.length <= mostSteps) {
    const at = (n: number) => (distinct.length < 2 ? 0.5 : n / (distinct.length - 1));
    const places = new Map<unknown, number>(distinct.map((value, n) => [value, at(n)]));
    return { place: (value) => places.get(value), ticks: distinct.map((value, n) => [at(n), textOf(value)]) };
  }
  const numbers = distinct as number[];
  const [low, high] = [numbers[0]!, numbers.at(-1)!];
  const isLog = low > 0 && high / low > 100;
  const [turn, back] = isLog ? [Math.log10, (x: number) => 10 ** x] : [(x: number) => x, (x: number) => x];
  const [from, to] = [turn(low), turn(high)];
  const place = (value: unknown) => (isNumber(value) ? (turn(value) - from) / (to - from) : undefined);
  const step = isLog ? Math.max(1, Math.ceil((to - from) / 5)) : niceStep((to - from) / 5);
  const first = Math.ceil(from / step - 1e-9);
  const ticks = Array.from({ length: Math.floor(to / step + 1e-9) - first + 1 }, (_, n) => {
    const value = back((first + n) * step);
    return [place(value)!, shortNumber(value)] as const;
  });
  return { place, ticks };
}

/** A trace for each shade, whose lines are apart by gaps; what has no place on the coloring axis is gray. */
function linesOf(
  rows: readonly number[],
  entries: readonly (readonly [string, Coordinates])[],
  axes: readonly Scale[],
  shaded: number,
  scale: ColorScale,
): Trace[] {
  const colorAt = lineRamp(scale);
  const shadeOf = (row: number) => {
    const share = axes[shaded]!.place(entries[shaded]![1][row]);
    return share === undefined ? undefined : Math.min(shades - 1, Math.floor(share * shades));
  };
  const byShade = new Map<number | undefined, number[]>();
  for (const row of rows) byShade.set(shadeOf(row), [...(byShade.get(shadeOf(row)) ?? []), row]);
  const inOrder = [...byShade].sort(([a = -1], [b = -1]) => a - b);
  const x = [...entries.map((_, at) => at), Number.NaN];
  return inOrder.map(([shade, own]) => ({
    ...{ type: "scatter", mode: "lines" as const, showlegend: false },
    name: rangeText(entries[shaded]!, own),
    x: own.flatMap(() => x),
    y: own.flatMap((row) => [
      ...axes.map((axis, at) => axis.place(entries[at]![1][row]) ?? Number.NaN),
      Number.NaN,
    ]),
    text: own.flatMap((row) => {
      const words = entries.map(([name, values]) => `${name} ${textOf(values[row] ?? "–")}`).join(", ");
      return x.map(() => words);
    }),
    line: {
      color: shade === undefined ? neutral.text : cssColor(colorAt(shade / (shades - 1))),
      width: 1.5,
    },
    opacity: 0.75,
    hovertemplate: "%{text}<extra></extra>",
    meta: { kind: "parallel coordinates", summary: plural(own.length, "line") },
  }));
}

/** `loss 0.1 to 0.3` */
function rangeText([name, values]: readonly [string, Coordinates], rows: readonly number[]): string {
  const own = rows.map((row) => values[row]);
  const numbers = own.filter(isNumber);
  if (numbers.length < own.length || numbers.length === 0)
    return `${name} ${[...new Set(own.map((each) => textOf(each ?? "–")))].join(", ")}`;
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)].map((each) => shortNumber(each));
  return low === high ? `${name} ${low}` : `${name} ${low} to ${high}`;
}

/** What the places of the axes stand for, left of them. */
function ticksOf(axes: readonly Scale[]): Trace {
  const all = axes.flatMap(({ ticks }, axis) => ticks.map(([place, text]) => ({ axis, place, text })));
  return {
    ...{ type: "scatter", mode: "text", name: "", showlegend: false, hoverinfo: "skip" },
    x: all.map(({ axis }) => axis),
    y: all.map(({ place }) => place),
    text: all.map(({ text }) => `${text}\u2002`),
    textposition: "middle left",
    textfont: { size: 11, shadow: "auto" }, // lines cross them
    meta: { kind: "ticks" },
  };
}
