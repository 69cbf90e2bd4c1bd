// Each kind of chart as Plotly's JSON, beside a golden file. `UPDATE_GOLDEN=1` writes the files anew; read the difference.
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import * as plot from "../../../kernel/plot";
import { template as theme } from "../../../kernel/plot/theme";

const numbers = [0.5, -1, 2, 0.25, -0.5, 1.5, 0, 3];
const later = numbers.map((value) => value * 2);
const table = [
  [1, 10, 100],
  [0.5, Number.NaN, 2],
];

const kinds: Record<string, () => plot.Figure> = {
  line: () =>
    plot.line({ a: { x: [0, 1, 2], y: [1, 3, 2] } }, { title: "Title", xTitle: "x (s)", yTitle: "y (m)" }),
  "loss with seeds": () =>
    plot.loss(
      { "with BN": [numbers.map(Math.abs), [4, 2, 1], { x: [0, 2], y: [3, 5] }], other: [1, 2] },
      { logY: true },
    ),
  histogram: () =>
    plot.histogram({ "layer 1": numbers, "layer 2": later }, { bins: 4, xTitle: "activation" }),
  ridge: () =>
    plot.ridge(
      [
        [0, numbers],
        [100, later],
      ],
      { bins: 4, xTitle: "activation" },
    ),
  quantiles: () =>
    plot.quantiles({ "with BN": { x: [0, 50], values: [numbers, later] } }, { yTitle: "input" }),
  heatmap: () =>
    plot.heatmap(table, { x: ["a", "b", "c"], y: [0.1, 0.2], xTitle: "lr", yTitle: "std", zTitle: "loss" }),
  "heatmap log": () => plot.heatmap(table, { log: true, values: false, colors: "ink" }),
  images: () =>
    plot.images(
      { shape: [2, 2, 2], data: [0, 1, 1, 0, 0.5, 0.5, 0, 0] },
      { labels: [3, 7], title: "Digits" },
    ),
  confusion: () => plot.confusion([0, 0, 1, 1, 1], [0, 1, 1, 1, 0], { labels: ["cat", "dog"] }),
  surface: () =>
    plot.surface(
      [
        [4, 1, 4],
        [3, 0, 3],
        [4, 1, 4],
      ],
      { xTitle: "direction 1", zTitle: "loss", levels: 4 },
    ),
  curve: () =>
    plot
      .curve({ tanh: Math.tanh }, { range: [-2, 2], density: { input: numbers }, bins: 4 })
      .band({ x: [1, 2] }, { label: "saturated" }),
  qq: () => plot.qq({ values: numbers }),
  parallelCoordinates: () =>
    plot.parallelCoordinates({
      lr: [0.01, 0.1, 1],
      norm: ["none", "batch", "batch"],
      loss: [0.5, 0.1, Number.NaN],
    }),
  scatter: () =>
    plot.scatter({ train: { x: [1, 10], y: [2, 3] }, test: { x: [1, 10], y: [3, 4] } }, { logX: true }),
  bars: () =>
    plot.bars({ none: { a: [1, 3, 2], b: 5 }, dropout: { a: [2, 2, 6], b: 4 } }, { yTitle: "accuracy" }),
  compare: () =>
    plot.compare({ without: plot.heatmap([[1, 2]]), with: plot.heatmap([[3, 8]]) }, { title: "One scale" }),
  grid: () =>
    plot.grid(
      {
        loss: plot.loss({ run: [2, 1] }),
        layers: plot.histogram({ "layer 1": numbers }, { bins: 2 }),
        bars: plot.bars({ a: 1 }),
      },
      { columns: 2 },
    ),
  frames: () =>
    plot.frames(
      [0, 100].map((step, n) => ({ label: step, figure: plot.line({ run: [n, 2 * n, 3] }) })),
      { prefix: "step " },
    ),
};

for (const [kind, make] of Object.entries(kinds)) {
  test(`golden: ${kind}`, () => {
    const bundle = make().toBundle();
    const { layout, ...figure } = bundle["application/vnd.plotly.v1+json"];
    const { template, ...own } = layout;
    assert.deepEqual(template, theme, "the theme travels with the figure; it has a golden of its own");
    const made = JSON.parse(
      JSON.stringify({ text: bundle["text/plain"].split("\n"), ...figure, layout: own }),
    );
    assertGolden(kind, made);
    assert.match(bundle["image/svg+xml"] ?? "", /^<svg [\s\S]*<\/svg>$/, "a picture without a browser");
  });
}

test("golden: the template of every figure", () => {
  const { template } = plot.line({}).toBundle()["application/vnd.plotly.v1+json"].layout;
  assertGolden("template", JSON.parse(JSON.stringify(template)));
});

function assertGolden(name: string, made: unknown): void {
  const file = path.join(import.meta.dirname, "golden", `${name.replaceAll(" ", "-")}.json`);
  if (process.env.UPDATE_GOLDEN !== undefined) writeFileSync(file, JSON.stringify(made, null, 2));
  assert.ok(existsSync(file), `${file} is there`);
  assert.deepEqual(made, JSON.parse(readFileSync(file, "utf8")));
}
