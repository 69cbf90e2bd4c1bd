// How a distribution moves: its percentiles over training, as lines. Imports nothing outside this folder.
import { describe, requireKnown, show } from "../arguments";
import { Figure } from "./figure";
import { type Numbers, numbersOf, quantilesOf, requireNamed, single } from "./numbers";
import { requireOptionsOf } from "./options";
import type { Meta, Trace } from "./plotly";
import { baseLayout, faded, plainAxis, seriesLine, topMargin } from "./theme";

/** Values at each step; steps count from 0 unless `x` names them. */
export type ValuesOverSteps = ArrayLike<Numbers> | { x: Numbers; values: ArrayLike<Numbers> };

export interface QuantilesOptions {
  /** The heading above the chart. */
  title?: string;
  /** Default "step". */
  xTitle?: string;
  /** The title of the y axis, with its unit. */
  yTitle?: string;
  /** Shares of the values that lie below each line, ascending; default [0.15, 0.5, 0.85]. */
  levels?: readonly number[];
  /** Where the y axis begins and ends; default: where the data do. */
  yRange?: readonly [number, number];
  /** In pixels. */
  height?: number;
}

const optionNames: readonly (keyof QuantilesOptions)[] = [
  "title",
  "xTitle",
  "yTitle",
  "levels",
  "yRange",
  "height",
];

/** The line below which that share of the values lies. */
interface LevelTrace extends Trace {
  readonly x: number[];
  readonly y: number[];
  readonly meta: Meta & { readonly level: number };
}

/** Percentiles over steps; each `append` reduces a step's values to one number a line, so it stays small. */
export class QuantilesFigure extends Figure {
  readonly #levels: readonly number[];
  readonly #lines = new Map<string, LevelTrace[]>();

  constructor(series: Readonly<Record<string, ValuesOverSteps>>, options: QuantilesOptions = {}) {
    requireOptionsOf(new.target.name, arguments, 2, optionNames);
    const { title, xTitle = "step", yTitle, levels = [0.15, 0.5, 0.85], yRange, height = 360 } = options;
    if (
      !Array.isArray(levels) ||
      levels.length === 0 ||
      levels.some((level, at) => !(level >= 0 && level <= 1 && !(levels[at - 1]! >= level)))
    ) {
      throw new RangeError(
        `quantiles: expected levels from 0 to 1, ascending, got ${Array.isArray(levels) ? show(levels) : describe(levels)}`,
      );
    }
    const layout = baseLayout(title, Object.keys(series), height);
    layout.xaxis = plainAxis("quantiles", { title: xTitle, hover: true });
    layout.yaxis = plainAxis("quantiles", { title: yTitle, range: yRange, name: "yRange" });
    super({ data: [], layout });
    this.#levels = levels;
    for (const [name, given] of Object.entries(requireNamed("quantiles", series))) {
      if (typeof given !== "object" || given === null) {
        throw new TypeError(`quantiles: expected values at each step for "${name}", got ${describe(given)}`);
      }
      const steps = "x" in given ? numbersOf("quantiles", given.x, name) : undefined; // every array has `values`
      const values = "x" in given ? given.values : given;
      this.#trace(name);
      for (let at = 0; at < values.length; at++) this.append(name, steps?.[at] ?? at, values[at]!);
    }
  }

  /** Adds what the values of that name are at one more step; a new name begins new lines. */
  append(name: string, step: number, values: Numbers): void {
    requireKnown("append", arguments, 3);
    const heights = quantilesOf("quantiles", values, this.#levels);
    const traces = this.#lines.get(name) ?? this.#trace(name);
    for (const trace of traces) {
      trace.x.push(step);
      trace.y.push(single(heights[this.#levels.indexOf(trace.meta.level)]!));
    }
  }

  /** From the outside in, so that each pair of levels shades what lies between them. */
  #trace(name: string): LevelTrace[] {
    const { color, dash } = seriesLine(this.#lines.size);
    const levels = this.#levels;
    const traces: LevelTrace[] = [];
    const add = (at: number, part: Pick<Trace, "fill" | "fillcolor">) => {
      const level = levels[at]!;
      const middle = at === (levels.length - 1) / 2;
      traces.push({
        type: "scatter",
        mode: "lines",
        name,
        x: [],
        y: [],
        legendgroup: name,
        showlegend: false,
        line: { color, dash, width: middle ? 2.5 : 1 },
        hovertemplate: `${percent(level)} %{y:.3~g}`,
        meta: {
          kind: "percentiles",
          label: `${name === "" ? "" : `${name}, `}${percent(level)} below`,
          level,
        },
        ...part,
      });
    };
    for (let low = 0, high = levels.length - 1; low <= high; low++, high--) {
      add(low, {});
      if (high > low) add(high, { fill: "tonexty", fillcolor: faded(color, 0.15) });
    }
    traces.at(-1)!.showlegend = true;
    this.#lines.set(name, traces);
    this.data.push(...traces);
    this.layout.showlegend = this.#lines.size > 1 || name !== "";
    this.layout.margin = {
      ...this.layout.margin,
      t: topMargin(this.layout.title?.text, [...this.#lines.keys()]),
    };
    return traces;
  }
}

const percent = (level: number) => `${Number((level * 100).toPrecision(6))} %`;

/**
 * Percentiles of a distribution over training, the middle one bold: figure 1 of Ioffe and Szegedy, 2015 (arXiv 1502.03167).
 *
 * @example
 * const chart = plot.live(plot.quantiles({}, { yTitle: "input of the last hidden layer" }));
 * chart.append("with BN", step, activations);
 * @throws RangeError if levels are not ascending shares.
 */
export function quantiles(
  series: Readonly<Record<string, ValuesOverSteps>> = {},
  options: QuantilesOptions = {},
): QuantilesFigure {
  requireOptionsOf("quantiles", arguments, 2, optionNames);
  return new QuantilesFigure(series, options);
}
