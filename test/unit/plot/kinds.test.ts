// What the charts compute, against direct computation; and what they refuse.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as plot from "../../../kernel/plot";
import { quantile, quantilesOf, sorted } from "../../../kernel/plot/numbers";
import { gaussianQuantile } from "../../../kernel/plot/qq";
import { uniform } from "../../browser/samples";

const shown = (figure: plot.Figure) => figure.toBundle()["application/vnd.plotly.v1+json"];
const values = (list: unknown) => Array.from(list as ArrayLike<number>);

test("numbers: arrays, typed arrays, tensors, what turns into an array", () => {
  const tensor = { shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) };
  for (const given of [[1, 2, 3, 4], Float32Array.of(1, 2, 3, 4), tensor, { toArray: () => [1, 2, 3, 4] }]) {
    assert.deepEqual(values(plot.line({ a: given }).data[0]?.y), [1, 2, 3, 4]);
    assert.match(plot.histogram({ a: given }).summary, /4 values from 1 to 4/);
    assert.match(plot.bars({ a: given }).summary, /a: median 2\.5 of 4, 1 to 4/);
  }
  assert.deepEqual(plot.heatmap(tensor).data[0]?.z, [
    [1, 2],
    [3, 4],
  ]);
  assert.throws(
    () => plot.heatmap({ shape: [4], data: [1, 2, 3, 4] }),
    /heatmap: expected a matrix.*got \[4\]/,
  );
  assert.throws(() => plot.heatmap([[1, 2], [3]]), /heatmap: expected rows of 2 values.*got 1 in row 1/);
  assert.throws(
    () => plot.line({ a: { x: [1] } as never }),
    /expected numbers or { x, y } for "a", got { x }/,
  );
});

test("quantile: linear between neighbors, as NumPy", () => {
  const ascending = sorted("test", [4, 1, Number.NaN, 3, 2, Infinity]);
  assert.deepEqual([...ascending], [1, 2, 3, 4]);
  assert.deepEqual(
    [0, 0.15, 0.5, 0.85, 1].map((p) => quantile(ascending, p)),
    [1, 1.45, 2.5, 3.55, 4],
  );
  assert.equal(quantile([7], 0.85), 7);
  assert.ok(Number.isNaN(quantile([], 0.5)));
});

test("several runs: median and range where a run has a value, the average taken run by run", () => {
  const figure = plot.loss({ arm: [[1, 5, 9], [3, 1], { x: [0, 2], y: [2, Number.NaN] }] });
  const [low, high, median] = figure.data as [plot.Trace, plot.Trace, plot.Trace];
  assert.deepEqual(values(median.x), [0, 1, 2]);
  assert.deepEqual(
    [low, median, high].map(({ y }) => values(y)),
    [
      [1, 1, 9],
      [2, 3, 9],
      [3, 5, 9],
    ],
  );
  assert.deepEqual([low.showlegend, high.showlegend, median.showlegend], [false, false, true]);
  assert.equal(high.fill, "tonexty");
  assert.match(figure.summary, /arm: 3 points.*median of 3 runs, their range shaded$/);
  assert.throws(() => figure.append("arm", 3, 1), /expected a line of one run, got "arm"/);
  figure.append("other", 0, 1);
  assert.notEqual(figure.data[3]?.line?.color, median.line?.color);

  const smooth = plot.loss(
    {
      arm: [
        [4, 2],
        [0, 6],
      ],
    },
    { smoothing: 0.5 },
  );
  const each = [
    [4, (0.25 * 4 + 0.5 * 2) / 0.75],
    [0, (0.5 * 6) / 0.75],
  ] as const; // debiased, by hand
  const expected = [2, (each[0][1] + each[1][1]) / 2];
  for (const [at, y] of values(smooth.data[2]?.y).entries()) assert.ok(Math.abs(y - expected[at]!) < 1e-6);
});

test("quantiles: each step's percentiles; live steps; levels of one's own", () => {
  const figure = plot.quantiles({ a: [[1, 2, 3, 4]] });
  figure.append("a", 10, [5, 5, 5]);
  const by = (level: number) => figure.data.find(({ meta }) => meta?.level === level)!;
  assert.deepEqual(values(by(0.5).x), [0, 10]);
  assert.deepEqual(values(by(0.15).y), [Math.fround(1.45), 5]);
  assert.deepEqual(values(by(0.5).y), [2.5, 5]);
  assert.deepEqual(values(by(0.85).y), [Math.fround(3.55), 5]);
  assert.deepEqual(figure.data.filter(({ showlegend }) => showlegend).length, 1);
  assert.deepEqual(
    plot
      .quantiles({ a: [[1]] }, { levels: [0.1, 0.25, 0.75, 0.9] })
      .data.map(({ meta, fill }) => [meta?.level, fill]),
    [
      [0.1, undefined],
      [0.9, "tonexty"],
      [0.25, undefined],
      [0.75, "tonexty"],
    ],
  );
  assert.throws(() => plot.quantiles({}, { levels: [0.5, 0.5] }), /expected levels from 0 to 1, ascending/);
});

test("ridge: one outline a row, the latest in front; a wider row widens all", () => {
  const figure = plot.ridge([["a", [0, 1]]], { bins: 2 });
  figure.append("b", [0, 3]);
  const outlines = figure.data.filter(({ fill }) => fill === "tonexty");
  assert.deepEqual(
    outlines.map(({ x }) => values(x)),
    [
      [-0.75, 0.75, 2.25, 3.75],
      [-0.75, 0.75, 2.25, 3.75],
    ],
  );
  // Overlap 3: the fullest bin (all of a) is three rows high; b stands in front of it, at 0.
  assert.deepEqual(
    outlines.map(({ y }) => values(y)),
    [
      [1, 4, 1, 1],
      [0, 1.5, 1.5, 0],
    ],
  );
  assert.deepEqual(figure.layout.yaxis?.ticktext, ["a", "b"]);
});

test("heatmap: colors by powers of ten keep the values; numbers legible on their cells", () => {
  const figure = plot.heatmap([[1, 100, 0]], { log: true });
  const [cells, ...texts] = figure.data as [plot.Trace, ...plot.Trace[]];
  assert.deepEqual(
    [cells.z, cells.zmin, cells.zmax, cells.customdata],
    [[[0, 2, Number.NaN]], 0, 2, [[1, 100, 0]]],
  );
  const font = texts[0]!.textfont as { color: string[] };
  assert.deepEqual(
    [texts[0]?.text, font.color],
    [
      ["1", "100"],
      ["#ffffff", "#16191d"],
    ],
  );
  assert.deepEqual([texts[1]?.text, (texts[1]!.textfont as { color?: string }).color], [["0"], undefined]);
  const signs = plot.heatmap([[-1, 4]], { colors: "diverging" }).data[0]!;
  assert.deepEqual([signs.zmin, signs.zmax], [-4, 4]);
  assert.equal(plot.heatmap(Array.from({ length: 30 }, () => new Array<number>(30).fill(1))).data.length, 1);
  assert.throws(
    () => plot.heatmap([[1, 2]], { x: ["a"] }),
    /expected a name for each of the 2 columns, got 1/,
  );
  assert.throws(() => plot.heatmap([[1]], { log: true, range: [0, 1] }), /expected a positive range/);
  assert.match(plot.heatmap([[Number.NaN]]).summary, /1×1 values, none finite/);
});

test("confusion: counts, shares of the row, the commonest mistake", () => {
  const figure = plot.confusion([0, 0, 0, 2, 2], [0, 2, 2, 2, 1]);
  assert.deepEqual(figure.data[0]?.customdata, [
    [1, 0, 2],
    [0, 0, 0],
    [0, 1, 1],
  ]);
  assert.deepEqual(shown(figure).data[0]?.z, [
    [1 / 3, 0, 2 / 3],
    [0, 0, 0],
    [0, 0.5, 0.5],
  ]);
  assert.match(figure.summary, /2 of 5 right \(40\.0 %\); most often 0 taken for 2: 2/);
  assert.throws(() => plot.confusion([0], [0, 1]), /expected a prediction for each true class, got 2 for 1/);
  assert.throws(() => plot.confusion([0.5], [0]), /whole numbers from 0, got 0\.5/);
});

test("surface: where columns and rows are; the lowest point marked; round levels", () => {
  const figure = plot.surface(
    [
      [3, 2],
      [1, 7],
      [5, 5],
    ],
    { x: [0, 10], levels: 6 },
  );
  assert.deepEqual([figure.data[0]?.y, figure.data[1]?.x, figure.data[1]?.y], [[-1, 0, 1], [0], [0]]);
  assert.deepEqual(figure.data[0]?.contours, { start: 1, end: 7, size: 1 });
  assert.throws(
    () => plot.surface([[1, 2]], { x: [1] }),
    /expected x to have the length of z's rows, 2, got 1/,
  );
});

test("curve: the density's area is the share in range; functions over it", () => {
  const figure = plot.curve((x) => x * x, { range: [0, 4], density: [1, 1, 2, 9], bins: 4 });
  const [density, line] = figure.data as [plot.Trace, plot.Trace];
  assert.equal(
    values(density.y).reduce((sum, height) => sum + height, 0),
    0.75,
  );
  assert.match(density.meta?.summary as string, /1 out of range$/);
  assert.deepEqual([line.x?.[150], line.y?.[150]], [2, 4]);
  assert.equal(figure.layout.yaxis?.overlaying, "y2");
});

test("qq: the Gaussian's quantiles, against the values that tables give", () => {
  const table = [
    [0.5, 0],
    [0.8413447460685429, 1],
    [0.975, 1.959963984540054],
    [0.001, -3.090232306167813],
    [1e-9, -5.997807015007681],
  ] as const;
  for (const [p, z] of table) {
    assert.ok(
      Math.abs(gaussianQuantile(p) - z) <= 2e-9 * Math.max(1, Math.abs(z)),
      `${p}: ${gaussianQuantile(p)}`,
    );
  }
  const figure = plot.qq({ a: [10, 12, 14] }, { standardize: true });
  // The quantiles at 1/6, 1/2 and 5/6, (10 + 2/3 − 12) / √(8/3) and so on.
  const rounded = values(figure.data[1]?.y).map((value) => value.toFixed(5));
  assert.deepEqual(rounded, ["-0.81650", "0.00000", "0.81650"]);
  assert.match(plot.qq({ a: [0, 0, 3] }).summary, /3 values, mean 1, std 1\.41, skewness 0\.707/);
});

test("bars: medians with whiskers over the range", () => {
  const figure = plot.bars({ a: [3, 1, 2], b: 7 });
  const { y, error_y: whiskers } = figure.data[0] as plot.Trace & {
    error_y: { array: number[]; arrayminus: number[] };
  };
  assert.deepEqual(
    [y, whiskers.array, whiskers.arrayminus],
    [
      [2, 7],
      [1, 0],
      [1, 0],
    ],
  );
  assert.equal(plot.bars({ a: 1 }).data[0]?.error_y, undefined);
  assert.throws(
    () => plot.bars({ a: 1, b: { c: 2 } } as never),
    /got numbers for "a" and categories for "b"/,
  );
});

test("bands and rules: what is marked, on linear and logarithmic axes alike in data", () => {
  const { shapes } = plot
    .line({ a: [1, 2] })
    .band({ y: [1, 2] }, { label: "healthy" })
    .rule({ x: 3 }).layout;
  assert.deepEqual(
    shapes?.map(({ type, xref, yref, x0, x1, y0, y1 }) => [type, xref, yref, x0, x1, y0, y1]),
    [
      ["rect", "x domain", "y", 0, 1, 1, 2],
      ["line", "x", "y domain", 3, 3, 0, 1],
    ],
  );
});

test("grid: axes renamed without a clash, marks moved with their panel, a name once in the legend", () => {
  const figure = plot.grid(
    [
      plot.histogram({ a: [1, 2], b: [3] }),
      plot.line({ run: [1, 2] }).band({ y: [1, 2] }),
      plot.line({ run: [2, 1] }),
    ],
    { columns: 2 },
  );
  const axes = Object.keys(figure.layout)
    .filter((key) => /^[xy]axis\d*$/.test(key))
    .sort();
  assert.deepEqual(axes, ["xaxis", "xaxis2", "xaxis3", "xaxis4", "yaxis", "yaxis2", "yaxis3", "yaxis4"]);
  assert.deepEqual(
    figure.data.map(({ xaxis, yaxis }) => [xaxis, yaxis]),
    [
      ["x", "y"],
      ["x2", "y2"],
      ["x3", "y3"],
      ["x4", "y4"],
    ],
  );
  assert.equal(figure.layout.xaxis2?.["matches" as never], "x");
  assert.deepEqual([figure.layout.shapes?.[0]?.xref, figure.layout.shapes?.[0]?.yref], ["x3 domain", "y3"]);
  assert.deepEqual(
    figure.data.slice(2).map(({ showlegend }) => showlegend),
    [true, false],
  );
  for (const axis of axes) {
    const [low, high] = (figure.layout[axis] as plot.Axis).domain!;
    assert.ok(low >= 0 && low < high && high <= 1, axis);
  }
  assert.throws(
    () => plot.grid([], { columns: 0 }),
    /grid: expected columns to be a whole number ≥ 1, got 0/,
  );
});

test("compare: linked axes; heat maps on one scale of colors, explained once, their numbers legible still", () => {
  const figure = plot.compare({ a: plot.heatmap([[0, 1]]), b: plot.heatmap([[2, 10]]) });
  assert.equal((figure.layout.xaxis2 as plot.Axis).matches, "x");
  assert.equal((figure.layout.yaxis2 as plot.Axis).matches, "y");
  const cells = figure.data.filter(({ type }) => type === "heatmap");
  assert.deepEqual(
    cells.map(({ zmin, zmax, showscale }) => [zmin, zmax, showscale]),
    [
      [0, 10, false],
      [0, 10, true],
    ],
  );
  const inks = figure.data
    .filter(({ mode }) => mode === "text")
    .map(({ textfont }) => (textfont as { color: string[] }).color);
  assert.deepEqual(inks, [
    ["#ffffff", "#ffffff"],
    ["#ffffff", "#16191d"],
  ]);
  assert.match(figure.summary, /a: 1×2 values[\s\S]*b: 1×2 values/);
});

test("frames: one state a figure on common axes, the slider's steps, other numbers of traces refused", () => {
  const figure = plot.frames([1, 5].map((high, n) => ({ label: n, figure: plot.line({ run: [0, high] }) })));
  assert.deepEqual(
    figure.frames.map(({ name, data }) => [name, values(data[0]?.y)]),
    [
      ["0", [0, 1]],
      ["1", [0, 5]],
    ],
  );
  assert.deepEqual(figure.layout.yaxis?.range, [-0.3, 5.3]);
  const { steps, active } = (figure.layout.sliders as { steps: { args: unknown[] }[]; active: number }[])[0]!;
  assert.deepEqual([active, steps.map(({ args }) => args[0])], [1, [["0"], ["1"]]]);
  assert.match(figure.summary, /slider with 2 frames, 0 to 1$/);
  assert.throws(() => plot.frames([]), /frames: expected figures/);
  assert.throws(
    () =>
      plot.frames([
        { label: "a", figure: plot.line({ a: [1] }) },
        { label: "b", figure: plot.line({}) },
      ]),
    /as many traces as "b" has, 0, got 1 in "a"/,
  );
});

test("quantiles without sorting are those of sorted values", () => {
  const next = uniform(1);
  for (let round = 0; round < 200; round++) {
    const few = round % 3 === 0; // many equal values
    const all = Array.from({ length: round }, () => (few ? Math.floor(4 * next()) : next() - 0.5));
    if (round % 7 === 0) all.push(Number.NaN, Infinity);
    const levels = [0, 0.15, 0.5, 0.85, 0.99, 1];
    const ascending = sorted("test", all);
    assert.deepEqual(
      quantilesOf("test", all, levels),
      levels.map((level) => quantile(ascending, level)),
    );
  }
});

test("values and options of a wrong kind are told as such", () => {
  const lines = { a: [1, 2] };
  const said: [() => unknown, RegExp][] = [
    [() => plot.line(5 as never), /^TypeError: line: expected values by name, \{ name: … \}, got 5$/],
    [() => plot.line([1, 2] as never), /line: expected values by name, .*got an array/],
    [() => plot.histogram({ a: "x" } as never), /histogram: expected values by name, .*got string x/],
    [() => plot.heatmap(5 as never), /heatmap: expected a matrix: rows of numbers or a tensor, got 5/],
    [() => plot.heatmap([[1], 2] as never), /heatmap: expected numbers for "row 1": an array, .*got 2/],
    [() => plot.confusion("ab" as never, [1]), /confusion: expected numbers: .*got string ab/],
    [() => plot.curve({ a: 3 } as never), /curve: expected a function, got 3/],
    [() => plot.scatter({ a: { x: [1], y: 3 } } as never), /scatter: expected numbers for "a": .*got 3/],
    [() => plot.ridge([3] as never), /ridge: expected rows \[label, numbers\], got 3/],
    [() => plot.images({} as never), /images: expected pictures as a tensor, got undefined for its shape/],
    [() => plot.grid([3] as never), /grid: expected a figure, as plot\.line\(\) gives, got 3/],
    [() => plot.frames([{ label: 1 }] as never), /frames: expected a figure for "1", .*got undefined/],
    [() => plot.line(lines, { title: 5 } as never), /line: expected title to be text, got 5/],
    [
      () => plot.line(lines, { height: "tall" } as never),
      /expected height to be a number of pixels, got string tall/,
    ],
    [
      () => plot.line(lines, { smoothing: "0.5" } as never),
      /expected smoothing to be a number, got string 0\.5/,
    ],
    [
      () => plot.line(lines, { yRange: 5 } as never),
      /expected yRange to be two numbers \[low, high\], got 5/,
    ],
    [
      () => plot.bars({ a: 1 }, { logY: "yes" } as never),
      /bars: expected logY to be true or false, got "yes"/,
    ],
    [
      () => plot.histogram(lines, { y: "shar" } as never),
      /histogram: expected y to be "share", "count" or "density"/,
    ],
    [
      () => plot.histogram(lines, { bins: 2.5 }),
      /histogram: expected bins to be a whole number ≥ 1, got 2\.5/,
    ],
    [
      () => plot.heatmap([[1]], { colors: "virids" } as never),
      /expected colors to be one of viridis, .*"virids"/,
    ],
    [() => plot.line(lines).toSvg({ width: "w" } as never), /toSvg: expected width to be a number of pixels/],
    [() => new plot.Figure(3 as never), /Figure: expected options \{ data, .*got 3/],
  ];
  for (const [call, pattern] of said) assert.throws(call, pattern);
});
