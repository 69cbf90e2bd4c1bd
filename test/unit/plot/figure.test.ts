// Figures as JSON: what is drawn, said in words, kept small, and left whole.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Figure, histogram, images, line, loss, scatter, type Trace } from "../../../kernel/plot";
import { shownNumber } from "../../../kernel/plot/describe";
import { readPng } from "./png";

const display = Symbol.for("Jupyter.display") as never;
const shown = (figure: Figure) => figure.toBundle()["application/vnd.plotly.v1+json"];

test("loss: golden JSON", () => {
  const figure = loss({ "with BN": [2.5, 1.25] }, { title: "Training loss" });
  const { data, layout } = shown(figure);
  assert.deepEqual(data, [
    {
      type: "scatter",
      mode: "lines",
      name: "with BN",
      x: [0, 1],
      y: [2.5, 1.25],
      line: { color: "#1673ba", dash: "solid", width: 2 },
      hovertemplate: "%{y:.4~g}",
    },
  ]);
  const { template, ...rest } = layout;
  assert.deepEqual(rest, {
    title: { text: "Training loss" },
    height: 360,
    margin: { l: 56, r: 20, t: 66, b: 48 },
    showlegend: true,
    hovermode: "x unified",
    uirevision: "keep",
    xaxis: { title: { text: "step" }, unifiedhovertitle: { text: "step %{x}" } },
    yaxis: { title: { text: "loss" } },
    meta: {
      summary:
        "Training loss (line chart, x: step, y: loss)\n  with BN: 2 points, x 0 to 1, y 1.25 to 2.5, last 1.25",
    },
  });
  assert.equal(template?.layout?.paper_bgcolor, "rgba(0,0,0,0)");
});

test("a figure shows itself under Jupyter.display, and JSON.stringify gives Plotly's figure", () => {
  const figure = line({ a: [1, 2] });
  const bundle = (figure as unknown as Record<symbol, () => Record<string, unknown>>)[display]!();
  assert.deepEqual(Object.keys(bundle), ["application/vnd.plotly.v1+json", "image/svg+xml", "text/plain"]);
  assert.equal(bundle["text/plain"], "Line chart\n  a: 2 points, x 0 to 1, y 1 to 2, last 2");
  assert.deepEqual(Object.keys(JSON.parse(JSON.stringify(figure))), ["data", "layout", "config"]);
});

test("edits to data and layout are shown", () => {
  const figure = line({ a: [1, 2] });
  figure.layout.yaxis!.range = [0, 5];
  figure.data.push({ type: "bar", name: "b", y: Float32Array.of(0.1, Number.NaN) });
  const { data, layout } = shown(figure);
  assert.deepEqual(layout.yaxis, { range: [0, 5] });
  assert.deepEqual(data[1], { type: "bar", name: "b", y: [0.1, null] });
});

test("numbers: float32 without stray digits, doubles whole, nothing that JSON cannot hold", () => {
  const values = [Math.fround(0.1), 0.1 + 0.2, 1e21, -0.5, 16777217, Number.NaN, Infinity];
  const [trace] = shown(new Figure({ data: [{ y: values }] })).data;
  assert.deepEqual(trace?.y, [0.1, 0.30000000000000004, 1e21, -0.5, 16777217, null, null]);
  assert.deepEqual(shown(new Figure({ data: [{ z: [Float32Array.of(0.2)] }] })).data[0]?.z, [[0.2]]);
});

test("smoothing: the debiased average over the raw line, which has no say in legend, hover or words", () => {
  const figure = loss({ run: [4, 2, Number.NaN, 1] }, { smoothing: 0.5 });
  const [raw, smooth] = figure.data as [Trace, Trace];
  assert.deepEqual(raw.y, [4, 2, Number.NaN, 1]);
  // weights .5; .25 .5; .125 .25 .5, each divided by their sum
  const expected = [4, (1 + 1) / 0.75, Number.NaN, (0.125 * 4 + 0.25 * 2 + 0.5 * 1) / 0.875];
  assert.deepEqual(smooth.y, expected.map(Math.fround));
  assert.deepEqual(
    [raw.showlegend, raw.hoverinfo, raw.legendgroup, smooth.legendgroup],
    [false, "skip", "run", "run"],
  );
  assert.equal(figure.summary.split("\n").length, 2);
  assert.throws(() => loss({}, { smoothing: 1 }), /expected smoothing of at least 0 and below 1, got 1/);
});

test("a run that diverges is said in words", () => {
  const { summary } = loss({ run: [1, 2, Number.NaN, Infinity] }, { logY: true });
  assert.equal(
    summary,
    "Line chart, x: step, y: loss (log scale)\n  run: 4 points, x 0 to 3, y 1 to 2, last 2, 2 not finite, first at x 2",
  );
});

test("x and y: given, of one length; append makes the next line in the next color", () => {
  const figure = line({ a: { x: [0.5, 1], y: [1, 2] } });
  figure.append("b", 3, 4);
  figure.append("b", [4, 5], Float32Array.of(6, 7));
  assert.deepEqual(
    figure.data.map(({ name, x, y }) => [name, x, y]),
    [
      ["a", [0.5, 1], [1, 2]],
      ["b", [3, 4, 5], [4, 6, 7]],
    ],
  );
  assert.notEqual(figure.data[0]?.line?.color, figure.data[1]?.line?.color);
  assert.throws(
    () => figure.append("b", [1, 2], [1]),
    /expected x and y of "b" to have the same length, got 2 and 1/,
  );
});

test("yRange: the y shown, in powers of ten on a log axis; what cannot be shown is refused", () => {
  assert.deepEqual(line({}, { yRange: [0, 3] }).layout.yaxis?.range, [0, 3]);
  assert.deepEqual(line({}, { yRange: [0.01, 10], logY: true }).layout.yaxis?.range, [-2, 1]);
  assert.throws(() => line({}, { yRange: [3, 0] }), /expected yRange to be ascending, got \[3, 0\]/);
  assert.throws(
    () => line({}, { yRange: [0, 3], logY: true }),
    /expected yRange to be positive and ascending/,
  );
});

test("images: grays as ink on paper in one PNG, gaps transparent, labels above; other shapes are refused", () => {
  const pictures = { shape: [3, 1, 2, 2], data: [0, 1, 0.5, 0, 1, 1, 1, 1, 0, 0, 0, 0] };
  const { data, layout } = shown(images(pictures, { columns: 2, labels: ["a", "b", "c"] }));
  // Pictures of 2×2 pixels, a gap of one, a line for the label above.
  const picture = readPng(String(data[0]?.source));
  assert.deepEqual([picture.width, picture.height], [5, 7]);
  const reds = picture.rows.map((row) => row.map(([red, , , alpha]) => (alpha === 0 ? null : red)));
  const [paper, ink, middle] = [0xf3, 0x16, 0x84];
  assert.deepEqual(reds, [
    [null, null, null, null, null],
    [paper, ink, null, ink, ink],
    [middle, paper, null, ink, ink],
    [null, null, null, null, null],
    [null, null, null, null, null],
    [paper, paper, null, null, null],
    [paper, paper, null, null, null],
  ]);
  assert.deepEqual(
    layout.annotations?.map(({ text, x, y }) => [text, x, y]),
    [
      ["a", 0.5, 0.5],
      ["b", 3.5, 0.5],
      ["c", 0.5, 4.5],
    ],
  );
  assert.match(images(pictures).summary, /Picture grid\n.*3 pictures of 2×2 pixels/);
  assert.throws(
    () => images({ shape: [3, 2, 2, 2], data: [] }),
    /expected gray pictures.*or color ones.*got \[3, 2, 2, 2\]/,
  );
});

test("images: red, green and blue", () => {
  const { data } = shown(
    images({ shape: [1, 3, 1, 2], data: [0, 255, 0, 0, 255, 255] }, { range: [0, 255] }),
  );
  const picture = readPng(String(data[0]?.source));
  assert.deepEqual(picture.rows[0]?.slice(0, 2), [
    [0, 0, 255, 255],
    [255, 0, 255, 255],
  ]);
});

test("many lines: after the last color, the first again, dashed", () => {
  const figure = line(Object.fromEntries(Array.from({ length: 6 }, (_, at) => [`run ${at}`, [1]])));
  assert.equal(figure.data[5]?.line?.color, figure.data[0]?.line?.color);
  assert.equal(figure.data[5]?.line?.dash, "dash");
});

test("a long line is thinned where it is shown, spikes and ends kept, the figure left whole", () => {
  const values = Array.from({ length: 100_000 }, (_, at) => (at === 54_321 ? 99 : at === 7 ? -9 : at % 3));
  const figure = line({ long: values });
  const [trace] = figure.toBundle({ maxPoints: 1000 })["application/vnd.plotly.v1+json"].data as [Trace];
  const y = Array.from(trace.y!) as number[];
  const x = Array.from(trace.x!) as number[];
  assert.ok(y.length <= 1000 && y.length > 900, `${y.length} points`);
  assert.ok(
    x.every((value, at) => at === 0 || value > x[at - 1]!),
    "x ascends",
  );
  assert.deepEqual([y[x.indexOf(54_321)], y[x.indexOf(7)], x[0], x.at(-1)], [99, -9, 0, 99_999]);
  assert.equal(figure.toJSON().data[0]?.y?.length, 100_000);
  assert.equal((shown(figure).data[0]?.y?.length ?? 0) <= 5_000, true);
});

test("what goes with a point stays beside it; a cloud is thinned evenly", () => {
  const runs = [1, 2].map((run) => Array.from({ length: 9_000 }, (_, at) => run * Math.sin(at)));
  const [, , median] = line({ a: runs }).toBundle()["application/vnd.plotly.v1+json"].data as Trace[];
  const [y, ends] = [median!.y!, median!.customdata as [number, number][]];
  assert.ok(y.length <= 5000 && ends.length === y.length);
  for (const [at, [low, high]] of ends.entries()) {
    assert.ok(Math.abs((low + high) / 2 - Number(y[at])) < 1e-6);
  }
  const numbers = Array.from({ length: 100 }, (_, at) => (at === 50 ? 99 : at));
  const cloud = scatter({ a: { x: numbers, y: numbers } }).toBundle({ maxPoints: 4 });
  assert.deepEqual(cloud["application/vnd.plotly.v1+json"].data[0]?.x, [0, 25, 99, 75]);
});

test("thinning keeps a stretch without finite values as a gap", () => {
  const values = Array.from({ length: 10_000 }, (_, at) => (at > 4000 && at < 6000 ? Number.NaN : 1));
  const [trace] = line({ a: values }).toBundle({ maxPoints: 100 })["application/vnd.plotly.v1+json"].data as [
    Trace,
  ];
  assert.ok(Array.from(trace.y!).includes(null));
});

test("histogram: bars counted here; shares sum to 1; the outline begins and ends at zero", () => {
  const figure = histogram({ layer: [0, 0.1, 0.9, 1, 1] }, { bins: 2 });
  const { data, layout } = shown(figure);
  const { meta, ...trace } = data[0]!;
  assert.deepEqual(trace, {
    type: "scatter",
    mode: "lines",
    x: [-0.25, 0.25, 0.75, 1.25],
    y: [0, 0.4, 0.6, 0],
    fill: "tozeroy",
    name: "layer",
    xaxis: "x",
    yaxis: "y",
    line: { shape: "hvh", width: 1.5, color: "#1673ba", simplify: false },
    fillcolor: "rgba(22,115,186,0.4)",
    legendgroup: "",
    showlegend: false,
    hovertemplate: "%{y:.1%}",
  });
  assert.equal(meta?.summary, "5 values from 0 to 1, mean 0.6, std 0.452");
  assert.equal(
    layout.annotations?.[0]?.text,
    '<b>layer</b><br><span style="font-size:11px">mean 0.6, std 0.452</span>',
  );
  assert.equal(
    figure.summary,
    "Histogram, y: share of values\n  layer: 5 values from 0 to 1, mean 0.6, std 0.452",
  );
});

test("histogram: counts and densities; a density's area is 1", () => {
  const counts = histogram({ a: [0, 1, 2, 4] }, { bins: 4, y: "count" }).data[0]?.y;
  assert.deepEqual(counts, [0, 1, 1, 1, 1, 0]);
  const density = Array.from(
    histogram({ a: [0, 1, 2, 4] }, { bins: 4, y: "density" }).data[0]?.y ?? [],
  ) as number[];
  assert.equal(
    density.reduce((sum, height) => sum + height * 1, 0),
    1,
  );
});

test("histogram: arms over each other by panel, one legend entry an arm, panels that only one arm has", () => {
  const figure = histogram({ without: { a: [1, 2], b: [3] }, with: { a: [1, 1], c: [2] } });
  assert.deepEqual(
    figure.data.map(({ name, xaxis, showlegend }) => [name, xaxis, showlegend]),
    [
      ["without", "x", true],
      ["with", "x", true],
      ["without", "x2", false],
      ["with", "x3", false],
    ],
  );
  assert.match(figure.summary, /\n {2}a, with: 2 values from 1 to 1/);
  assert.throws(() => histogram({ a: [1], b: { c: [2] } } as never), /got values in "a" and groups in "b"/);
});

test("histogram: shared x by default, own x on demand, or the range that was asked for", () => {
  const groups = { a: [0, 1], b: [0, 100] };
  const ranges = (figure: Figure) => [
    figure.layout.xaxis?.range,
    (figure.layout.xaxis2 as { range: unknown }).range,
  ];
  assert.deepEqual(ranges(histogram(groups)), [
    [-2, 102],
    [-2, 102],
  ]);
  assert.deepEqual(ranges(histogram(groups, { shareX: false })), [
    [-0.02, 1.02],
    [-2, 102],
  ]);
  const clipped = histogram(groups, { range: [0, 10] });
  assert.match(clipped.summary, /b: 2 values from 0 to 100, mean 50, std 50, 1 out of range/);
});

test("histogram: empty, constant, NaN and infinite values are drawn as far as they go, and said", () => {
  const { summary, layout } = histogram({
    empty: [],
    constant: [0.5, 0.5],
    broken: Float32Array.of(Number.NaN, Infinity, -Infinity, 1),
  });
  assert.deepEqual(summary.split("\n").slice(1), [
    "  empty: no values",
    "  constant: 2 values from 0.5 to 0.5, mean 0.5, std 0",
    "  broken: 1 values from 1 to 1, mean 1, std 0, 1 NaN, 2 infinite",
  ]);
  assert.match(layout.annotations?.[1]?.text ?? "", /all 0\.5/);
  assert.deepEqual(histogram({ zero: [0, 0] }).layout.xaxis?.range, [-1.04, 1.04]);
  assert.equal(histogram({}).summary, "Empty chart");
});

test("histogram: a small spread around a large mean is not lost", () => {
  const values = Array.from({ length: 1000 }, (_, at) => 1e8 + (at % 2));
  assert.match(histogram({ a: values }).summary, /std 0\.5$/);
  assert.match(histogram({ a: [-1, 1 + 1e-9] }).summary, /mean 0, std 1$/);
});

test("histogram: the figure of a million values stays small", () => {
  const values = new Float32Array(1_000_000).map((_, at) => Math.sin(at));
  assert.ok(JSON.stringify(histogram({ a: values })).length < 10_000);
});

test("numbers as a chart shows them", () => {
  const cases = [0, 1234567, 999.9, 12.345, 0.001234, -0.00001234, Number.NaN, -Infinity];
  assert.deepEqual(
    cases.map((value) => shownNumber(value)),
    ["0", "1.23e6", "1000", "12.3", "0.00123", "−1.23e−5", "none", "−∞"],
  );
});
