// `probe` as cells see it: every probe, and the report of a watch, which joins its records to charts.

import { requireKnown } from "../arguments";
import type { Module } from "../nn";
import { bars, Figure, type FigureParts, grid, line, palette, type ScatterFigure, scatter } from "../plot";
import {
  type ActivationName,
  type LayerHealth,
  type LayerRecord,
  levels,
  Watch as ProbeWatch,
  referenceNorm,
  saturationBound,
  type WatchedLayer,
  type WatchOptions,
} from "../probe";
import { escapeHtml } from "../words";

export * from "../probe";

/** A model under watch; `probe.watch` makes it. */
export class Watch extends ProbeWatch {
  /**
   * The last watched step in four charts, healthy ranges shaded, and a line about each layer: how its activations are
   * distributed, how large the gradient is at each depth, how fast the weights move, how many values and units are flat.
   *
   * @throws Error if no training step has been watched yet.
   */
  report({ title = "Inside the network" }: { title?: string } = {}): Figure {
    requireKnown("report", arguments, 1, ["title"]);
    const layers = this.layers.filter(({ records }) => records.length > 0);
    if (layers.length === 0) {
      throw new Error(
        "report: expected a watched training step, got none; train for a step with the watch on",
      );
    }
    const names = namesOf(layers);
    const panels: Record<string, Figure> = {
      Activations: activationsOf(layers, names, (kind) => this.threshold(kind)),
      "Gradient by depth: ‖∂loss/∂output‖": gradientsOf(layers, names, this.healthy.gradients),
      "Updates: ‖Δweight‖ / ‖weight‖": updatesOf(layers, names, this.healthy.updates),
    };
    if (layers.some(hasActivation)) {
      const bounds = layers
        .filter(hasActivation)
        .map(({ activation }) => saturationBound(activation, this.healthy));
      panels["Saturated and dead"] = flatnessOf(layers, names, Math.min(...bounds));
    }
    return new Report(grid(panels, { title, columns: 2, panelHeight: 170 }), this.health());
  }
}

/**
 * Watches a model while it trains, from its next forward in training mode on; forwards in evaluation mode or under noGrad()
 * do not count. The training's numbers and its random stream are the same with and without.
 *
 * @example
 * const seen = probe.watch(net, { every: 10 });
 * train(net);
 * seen.stop();
 * seen.report()
 * @throws RangeError if `every` or `limit` is no whole number of at least 1 and 2, or the model has no layer of that name.
 */
export function watch(model: Module, options: WatchOptions = {}): Watch {
  requireKnown("watch", arguments, 2);
  return new Watch(model, options);
}

/** The charts with a line on each layer's health under them; in words those lines come first. */
class Report extends Figure {
  readonly #health: readonly LayerHealth[];

  constructor(charts: FigureParts, health: readonly LayerHealth[]) {
    super(charts);
    this.#health = health;
    const { layout } = this;
    const lines = [...healthLines(health), `<span style="font-size:11px">${legend}</span>`];
    const below = lines.length * lineHeight + 14;
    const { b = 0, ...margin } = layout.margin as { b?: number };
    layout.margin = { ...margin, b: b + below };
    const height = layout.height! + below;
    const key = layout.legend as { y?: number } | undefined;
    if (key?.y !== undefined) key.y = 1 - ((1 - key.y) * layout.height!) / height; // as far from the top as before
    layout.height = height;
    lines.forEach((text, i) => {
      const place = { x: 0, xref: "paper", xanchor: "left", y: 0, yref: "paper", yanchor: "top" };
      const look = { showarrow: false, align: "left", font: { size: 12 } };
      layout.annotations!.push({ text, ...place, ...look, yshift: -(b + 4 + i * lineHeight) });
    });
  }

  protected override words(maxPoints: number): string {
    return [...this.#health.map(({ text }) => text), super.words(maxPoints)].join("\n");
  }
}

const legend = "Shaded: healthy by rule of thumb; of sigmoid and tanh outputs, where they are not saturated.";
const lineHeight = 19;
const mostLines = 16;
const good = palette[2];
const bad = palette[1];
const shade = { color: good } as const;

/** In the layers' order; where there are too many, the healthy ones are counted. */
function healthLines(health: readonly LayerHealth[]): string[] {
  const mark = (healthy: boolean) => `<span style="color:${healthy ? good : bad}">●</span>`;
  const lineOf = ({ healthy, text }: LayerHealth) => `${mark(healthy)} ${escapeHtml(text)}`;
  if (health.length <= mostLines) return health.map(lineOf);
  const ill = health.filter(({ healthy }) => !healthy);
  const shown = ill.slice(0, mostLines - 1);
  const left = ill.length - shown.length;
  const more = left > 0 ? [`${mark(false)} and ${left} more`] : [];
  const well = health.length - ill.length;
  return [...shown.map(lineOf), ...more, ...(well > 0 ? [`${mark(true)} ${well} layers healthy`] : [])];
}

const hasActivation = ({ activation }: WatchedLayer) => activation !== null;
const last = ({ records }: WatchedLayer): LayerRecord => records.at(-1)!;
/** What stands under the layers: `2` of `2 Sigmoid`, since their health names the rest; numbers where such names have no room. */
function namesOf(layers: readonly WatchedLayer[]): Names {
  const short = layers.map(({ label }) => label.replace(/^(\S+) [A-Z]\w*$/, "$1"));
  const fits = short.join("  ").length < 45 && new Set(short).size === short.length;
  return new Map(layers.map(({ label }, i) => [label, fits ? short[i]! : `${i + 1}`]));
}

type Names = ReadonlyMap<string, string>;

/** By layer from left to right. */
function byLayer(names: readonly string[], options: { logY?: boolean } = {}): ScatterFigure {
  const figure = scatter({}, { xTitle: "layer", ...options });
  Object.assign(figure.layout.xaxis!, {
    type: "category",
    showgrid: false,
    categoryorder: "array",
    categoryarray: names,
  });
  return figure;
}

type Threshold = (kind: ActivationName) => number;

/** Draws the activation layers, if there are any: a bar from the 25th to the 75th percentile, a whisker from the 5th to the 95th. */
function activationsOf(all: readonly WatchedLayer[], ticks: Names, threshold: Threshold): Figure {
  const layers = all.some(hasActivation) ? all.filter(hasActivation) : all;
  const names = layers.map(({ label }) => ticks.get(label)!);
  const figure = byLayer(names);
  const at = (level: (typeof levels)[number]) =>
    layers.map((layer) => last(layer).activations.quantiles[levels.indexOf(level)]!);
  const spans = (low: number[], high: number[], width: number, label: string) => ({
    type: "scatter",
    mode: "lines" as const,
    x: names.flatMap((name) => [name, name, name]),
    y: low.flatMap((value, i) => [value, high[i]!, null]),
    line: { color: palette[0], width },
    hoverinfo: "skip" as const,
    showlegend: false,
    meta: { label },
  });
  figure.data.push(spans(at(0.05), at(0.95), 1.5, "5 to 95 %"), spans(at(0.25), at(0.75), 9, "25 to 75 %"), {
    type: "scatter",
    mode: "markers",
    name: "median",
    x: names,
    y: at(0.5),
    customdata: layers.map(({ label }, i) => [label, at(0.05)[i]!, at(0.95)[i]!]),
    hovertemplate:
      "%{customdata[0]}<br>median %{y:.3~g}, 5 to 95 %: %{customdata[1]:.3~g} to %{customdata[2]:.3~g}<extra></extra>",
    marker: { color: palette[1], size: 6, symbol: "diamond" },
    showlegend: false,
  });
  const kinds = [...new Set(layers.map(({ activation }) => activation))];
  const sensitive = kinds.length === 1 ? sensitiveOutputs(kinds[0]!, threshold) : null;
  return sensitive === null ? figure : figure.band({ y: sensitive }, shade);
}

/** The outputs at which the slope is not below the threshold: σ(1 − σ) and 1 − tanh² solved for the output. */
function sensitiveOutputs(
  kind: WatchedLayer["activation"],
  threshold: Threshold,
): readonly [number, number] | null {
  const slope = kind === null ? 0 : threshold(kind);
  const root = Math.sqrt(1 - (kind === "sigmoid" ? 4 : 1) * slope);
  if (kind === "sigmoid") return [(1 - root) / 2, (1 + root) / 2];
  return kind === "tanh" ? [-root, root] : null;
}

function gradientsOf(
  layers: readonly WatchedLayer[],
  ticks: Names,
  [low, high]: readonly [number, number],
): Figure {
  const names = layers.map(({ label }) => ticks.get(label)!);
  const figure = byLayer(names, { logY: true });
  const [from, to] = [layers[0]!.records[0]!.step, last(layers[0]!).step];
  const series =
    from === to
      ? [["", -1] as const]
      : ([
          [`step ${from}`, 0],
          [`step ${to}`, -1],
        ] as const);
  for (const [i, [name, at]] of series.entries()) {
    const color = at === -1 ? palette[0] : "#80868c";
    figure.data.push({
      type: "scatter",
      mode: "lines+markers",
      name,
      x: names,
      y: layers.map(({ records }) => records.at(at)!.gradients?.norm || Number.NaN), // 0 has no place on a log axis
      line: { color, width: 2, dash: i === 0 && series.length > 1 ? "dot" : "solid" },
      marker: { color, size: 6 },
      customdata: layers.map(({ label }) => label),
      hovertemplate: "%{customdata}: %{y:.3~g}",
      showlegend: series.length > 1,
    });
  }
  const reference = referenceNorm(layers, -1);
  return reference === null ? figure : figure.band({ y: [low * reference, high * reference] }, shade);
}

/** A line for each matrix or kernel, named at its end, dark at the input to light at the output. */
function updatesOf(
  layers: readonly WatchedLayer[],
  ticks: Names,
  healthy: readonly [number, number],
): Figure {
  const figure = line({}, { xTitle: "step", logY: true });
  figure.layout.showlegend = false;
  figure.layout.annotations = [];
  const weights = layers.flatMap((layer) =>
    Object.entries(layer.records[0]!.parameters)
      .filter(([, { shape }]) => shape.length > 1)
      .map(([name]) => ({ layer, name })),
  );
  for (const [i, { layer, name }] of weights.entries()) {
    const points = layer.records.flatMap(({ step, parameters }) => {
      const update = parameters[name]!.update;
      return update === null || update === 0 ? [] : [{ step, update }];
    });
    const color = mixed(palette[0], palette[1], weights.length === 1 ? 0 : i / (weights.length - 1));
    figure.data.push({
      type: "scatter",
      mode: points.length === 1 ? "markers" : "lines",
      name: name === "weight" ? layer.label : `${layer.label} ${name}`,
      x: points.map(({ step }) => step),
      y: points.map(({ update }) => update),
      line: { color, width: 1.5 },
      marker: { color },
      hovertemplate: "%{y:.3~g}",
      showlegend: false,
    });
    const end = points.at(-1);
    if (end === undefined || weights.length > namedLines) continue;
    figure.layout.annotations.push({
      text: ticks.get(layer.label)!,
      x: end.step,
      y: Math.log10(end.update), // an annotation's place on a log axis counts in powers of ten
      xanchor: "left",
      xshift: 4,
      showarrow: false,
      font: { size: 11, color },
    });
  }
  return figure.band({ y: healthy }, shade);
}

const namedLines = 8;

function flatnessOf(all: readonly WatchedLayer[], ticks: Names, bound: number): Figure {
  const layers = all.filter(hasActivation);
  const share = (of: (record: LayerRecord) => number | null) =>
    new Map(layers.map((layer) => [ticks.get(layer.label)!, of(last(layer)) ?? Number.NaN]));
  const shares = {
    "saturated values": share(({ saturated }) => saturated),
    "dead units": share(({ dead }) => dead),
  };
  const figure = bars(shares, { xTitle: "layer", yRange: [0, 1] });
  Object.assign(figure.layout.yaxis!, { tickformat: ".0%" });
  return figure.band({ y: [0, bound] }, shade);
}

/** Between two `#rrggbb`. */
function mixed(from: string, to: string, share: number): string {
  const channel = (color: string, at: number) => Number.parseInt(color.slice(at, at + 2), 16);
  const mix = (at: number) => Math.round(channel(from, at) + share * (channel(to, at) - channel(from, at)));
  return `#${[1, 3, 5].map((at) => mix(at).toString(16).padStart(2, "0")).join("")}`;
}
