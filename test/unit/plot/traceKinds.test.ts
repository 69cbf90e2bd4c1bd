// Each kind of trace as one value: what it builds it describes, draws, finds room for and thins.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as plot from "../../../kernel/plot";
import { kindOf } from "../../../kernel/plot/kind";
import type { Kind } from "../../../kernel/plot/plotly";

const points = { x: [0, 1, 2], y: [1, 3, 2] };
const rows = [
  [1, 2, 3],
  [4, 5, 6],
];
const picture = { shape: [1, 2, 2], data: [0, 1, 1, 0] };

/** What a kind is given to build a figure, and what its trace then says. */
const samples: { readonly [K in Kind]: readonly [given: unknown[], words: RegExp] } = {
  scatter: [[{ cloud: points }], /Scatter chart\n {2}cloud: 3 points, x 0 to 2, y 1 to 3, last 2$/],
  scattergl: [[{ cloud: points }], /Scatter chart\n {2}cloud: 3 points/],
  bar: [[{ a: 1, b: 2 }], /^Bar chart\n {2}a: 1; b: 2$/],
  heatmap: [[rows], /^Heat map\n {2}2×3 values from 1 \(x 0, y 0\) to 6 \(x 2, y 1\)$/],
  contour: [[rows], /^Contour map\n {2}2×3 values from 1 \(x -1, y -1\) to 6 \(x 1, y 1\)$/],
  image: [[picture], /^Picture grid\n {2}pictures: 1 pictures of 2×2 pixels$/],
};

for (const type of Object.keys(samples) as Kind[]) {
  test(`${type}: built, described, drawn`, () => {
    const kind = kindOf({ type })!;
    const [given, words] = samples[type];
    const figure = (kind.build as (...given: unknown[]) => plot.Figure)(...given);
    assert.ok(figure.data.some((trace) => kindOf(trace) === kind));
    assert.match(figure.summary, words);
    // The panel, a picture within the picture, is not empty.
    assert.match(figure.toSvg(), /<svg x="[^>]*><(path|rect|image) /);
  });
}

test("a kind answers for traces made by hand, which say nothing of themselves", () => {
  const words = (trace: plot.Trace) => kindOf(trace)!.describe(trace);
  assert.deepEqual(words({ type: "heatmap", z: rows }), {
    chart: "heatmap chart",
    shows: "2×3 values from 1 (x 0, y 0) to 6 (x 2, y 1)",
  });
  assert.equal(
    words({ type: "contour", z: [[1, null]] }).shows,
    "1×2 values from 1 (x 0, y 0) to 1 (x 0, y 0), 1 not finite",
  );
  assert.equal(words({ y: [1, 2], line: { shape: "hvh" } }).chart, "histogram");
  assert.equal(words({ type: "bar", x: ["a"], y: [2] }).shows, "1 point, y 2 to 2, last 2");
  assert.equal(words({ type: "image", meta: { pixels: [3, 2] } }).shows, "3×2 pixels");
});

test("what only Plotly knows has no kind, and a figure with it no picture", () => {
  const pie: plot.Trace = { type: "pie", values: [1, 2] };
  assert.equal(kindOf(pie), undefined);
  assert.equal(kindOf({ type: "toString" }), undefined);
  const figure = new plot.Figure({ data: [pie] });
  assert.equal(figure.toBundle()["image/svg+xml"], undefined);
  assert.match(figure.summary, /^Pie chart/);
  const level: plot.Trace = { type: "bar", orientation: "h", x: [1], y: [0] };
  assert.throws(() => new plot.Figure({ data: [level] }).toSvg(), /got bar; save it as \.html/);
});
