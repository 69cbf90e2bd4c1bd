// Charts of values that are far apart, far out, many, dated, or not there: as quick and as small as any other.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as plot from "../../../kernel/plot";
import { dateTicks } from "../../../kernel/plot/svg/dateTicks";

const shown = (figure: plot.Figure) => figure.toBundle()["application/vnd.plotly.v1+json"];
const scalar = (value: number) => ({ shape: [], data: Float32Array.of(value) });
const words = (svg: string) => [...svg.matchAll(/<tspan[^>]*>([^<]*)<\/tspan>/g)].map(([, text]) => text!);
const brokenNumber = /="[^"]*(?:NaN|Infinity)/;
/** No number of a figure has become nothing on its way to JSON. */
const rangesOf = (figure: plot.Figure) =>
  Object.entries(JSON.parse(JSON.stringify(shown(figure).layout)) as Record<string, { range?: unknown }>)
    .filter(([key]) => /^[xy]axis/.test(key))
    .flatMap(([, { range }]) => (range === undefined ? [] : (range as unknown[])));

test("colors and their ticks do not grow with the values", () => {
  const spans = [
    [0, 1e10],
    [1e8, -2e8],
    [-1e300, 1e300],
    [-Number.MAX_VALUE, Number.MAX_VALUE],
    [1e16, 1e16 + 2],
    [5e-324, 1e-300],
  ];
  for (const [low, high] of spans) {
    const cells = [
      [low!, high!],
      [2, 3],
    ];
    for (const figure of [plot.heatmap(cells), plot.surface(cells), plot.heatmap(cells, { log: true })]) {
      const svg = figure.toSvg();
      assert.ok(svg.length < 400_000, `${svg.length} characters`);
      assert.doesNotMatch(svg, brokenNumber);
    }
  }
  const { colorbar } = plot.heatmap([[1e-300, 1e300]], { log: true }).data[0] as {
    colorbar: { tickvals: number[] };
  };
  assert.deepEqual(colorbar.tickvals, [-258, -172, -86, 0, 86, 172, 258]);
});

test("no option is a number of loops", () => {
  for (const bins of [1e9, 1e12, Infinity]) {
    assert.throws(() => plot.histogram({ a: [1, 2] }, { bins }), /histogram: expected bins to be/);
    assert.throws(() => plot.ridge({ a: [1, 2] }, { bins }), /ridge: expected bins to be/);
    assert.throws(() => plot.curve(Math.tanh, { bins }), /curve: expected bins to be/);
  }
  assert.throws(() => plot.surface([[1, 2]], { levels: Number.NaN }), /surface: expected levels to be/);
  const { contours } = plot.surface([[0, 1]], { levels: 1e12 }).data[0] as { contours: { size: number } };
  assert.equal(contours.size, 0.005);
  assert.deepEqual(plot.histogram({ a: [1, 2] }, { columns: 1e9 }).layout.xaxis?.domain, [0, 1]);
  assert.deepEqual(plot.grid([plot.line({ a: [1] })], { columns: 1e9 }).layout.xaxis?.domain, [0, 1]);
  const picture = { shape: [1, 2, 2], data: [0, 1, 0, 1] };
  assert.equal(plot.images(picture, { columns: 1e9 }).summary, plot.images(picture).summary);
  assert.throws(() => plot.images(picture, { count: Number.NaN }), /images: expected count to be/);
  assert.throws(() => plot.images(picture, { range: [1, 1] }), /images: expected range to be ascending/);
});

test("an axis has no more ticks than fit, whatever step or range is asked for", () => {
  const figure = plot.line({ a: [0, 1e6] });
  figure.layout.yaxis!.dtick = 1e-3;
  assert.ok(figure.toSvg().length < 10_000);
  const log = plot.line({ a: [1, 10] }, { logY: true });
  log.layout.yaxis!.range = [0, 1e9]; // meant as values, taken as powers of ten
  assert.ok(log.toSvg().length < 10_000);
});

test("ranges hold what float32 does not", () => {
  const far = [-1e300, 1e300];
  const figures = [
    plot.histogram({ a: [-Number.MAX_VALUE, 0, Number.MAX_VALUE] }),
    plot.histogram({ a: far }, { y: "density" }),
    plot.histogram({ a: [0, 1e-300] }, { y: "density" }),
    plot.curve((x) => x * 1e39, { density: { a: [0, 1e-45] } }),
    plot.curve((x) => x, { density: { a: far } }),
    plot.quantiles({ a: [far] }),
    plot.qq({ a: far }),
    plot.heatmap([far]),
    plot.line({ a: far }),
    plot.frames([{ label: 0, figure: plot.line({ a: far }) }]),
  ];
  for (const figure of figures) {
    assert.ok(
      rangesOf(figure).every((end) => typeof end === "number"),
      `${figure.summary}: ${JSON.stringify(rangesOf(figure))}`,
    );
    assert.ok(
      !shown(figure).data.some(({ x, y }) => [...Array.from(x ?? []), ...Array.from(y ?? [])].includes(null)),
    );
    assert.doesNotMatch(figure.toSvg(), brokenNumber);
  }
  assert.throws(
    () => plot.histogram({ a: far }, { range: [-Infinity, Infinity] }),
    /expected range to be two numbers with a finite distance/,
  );
});

test("confusion: the classes that are there, and those that have a name", () => {
  const figure = plot.confusion([1_000_000_001, 3], [1_000_000_001, 3]);
  assert.deepEqual(figure.data[0]?.x, ["3", "1000000001"]);
  assert.deepEqual(figure.data[0]?.z, [
    [1, 0],
    [0, 1],
  ]);
  assert.deepEqual(plot.confusion([5, 0], [5, 5], { labels: ["a", "b"] }).data[0]?.x, ["a", "b", "5"]);
  const many = Array.from({ length: 1001 }, (_, at) => at);
  assert.throws(() => plot.confusion(many, many), /confusion: expected at most 1000 classes, got 1001/);
});

test("a list of tensors of one number is a list of numbers", () => {
  const losses = [scalar(3), scalar(2), scalar(1)];
  const { data, summary } = plot.line({ loss: losses as never });
  assert.deepEqual(data.length, 1);
  assert.deepEqual(data[0]?.y, [3, 2, 1]);
  assert.match(summary, /loss: 3 points, x 0 to 2/);
  assert.deepEqual(plot.line({ loss: [3, scalar(2)] as never }).data[0]?.y, [3, 2]);
  assert.match(plot.line({ loss: [losses, losses] as never }).summary, /median of 2 runs/);
  assert.deepEqual(plot.heatmap([losses] as never).data[0]?.z, [[3, 2, 1]]);
  assert.match(plot.bars({ a: scalar(3) as never, b: losses as never }).summary, /a: 3; b: median 2 of 3/);
  assert.match(plot.histogram({ a: losses as never }).summary, /3 values from 1 to 3/);
  assert.throws(
    () => plot.line({ loss: "3" as never }),
    /plot: expected numbers or \{ x, y \} for "loss", got 3/,
  );
});

test("a large matrix is shown as means of blocks, and says so; the figure keeps every cell", () => {
  const size = 400;
  const matrix = {
    shape: [size, size],
    data: Float64Array.from({ length: size * size }, (_, at) => Math.sin(at * 0.7) * (1 + (at % 17))),
  };
  for (const figure of [plot.heatmap(matrix), plot.surface(matrix), plot.heatmap(matrix, { log: true })]) {
    const bundle = figure.toBundle();
    assert.ok(JSON.stringify(bundle).length < 2_500_000, `${JSON.stringify(bundle).length} characters`);
    assert.match(bundle["text/plain"], /400×400 values .*, shown as means of 2×2 cells/);
    assert.equal(figure.toJSON().data[0]?.z?.length, size);
  }
  const [trace] = shown(plot.heatmap(matrix)).data;
  assert.deepEqual(
    [trace?.z?.length, trace?.z?.[0]?.length, trace?.x?.[0], trace?.x?.[199]],
    [200, 200, 0.5, 398.5],
  );
  let sum = 0;
  for (let row = 0; row < 2; row++)
    for (let column = 0; column < 2; column++) sum += matrix.data[row * size + column]!;
  assert.ok(Math.abs(Number(trace?.z?.[0]?.[0]) - sum / 4) < 1e-6);
  // The numbers in the cells go with the cells.
  const written = plot.heatmap(new Array<number[]>(201).fill(new Array<number>(200).fill(1)), {
    values: true,
  });
  assert.deepEqual(
    shown(written).data.map(({ y }) => y!.length),
    [101, 0],
  );
});

test("a large matrix with names or of one row: the axis counts what is left, gaps stay gaps", () => {
  const names = Array.from({ length: 1000 }, (_, at) => `row ${at}`);
  const rows = names.map((_, r) => Array.from({ length: 100 }, (_, c) => (r < 20 ? Number.NaN : r + c)));
  const { data, layout } = shown(plot.heatmap(rows, { y: names }));
  const [trace] = data;
  const left = trace!.z!.length;
  assert.ok(left < 500 && trace!.z![0]!.length === 100, `${left} rows`);
  assert.deepEqual(layout.yaxis?.range, [left - 0.5, -0.5]);
  assert.deepEqual([trace?.y?.[1], trace?.z?.[0]?.[0]], ["row 3", null]);
  const flat = shown(plot.heatmap([Array.from({ length: 100_000 }, (_, at) => at)])).data[0];
  assert.deepEqual([flat?.z?.length, (flat?.z?.[0]?.length ?? 0) <= 40_000], [1, true]);
  assert.deepEqual(shown(plot.heatmap(rows.slice(0, 30))).data[0]?.z?.length, 30);
});

test("names that are whole numbers: refused in an object, as written in a Map", () => {
  for (const make of [
    () => plot.bars({ "10": 1, "9": 2, "2": 3 }),
    () => plot.bars({ a: { none: 1, "2": 3 } }),
    () => plot.line({ "10": [1], "9": [2] }),
    () => plot.loss({ run: [1], "9": [2] }),
  ]) {
    assert.throws(
      make,
      /expected names that are no whole numbers, which JavaScript puts first.*write "batch \d+", say, or new Map/,
    );
  }
  const sizes = [10, 9, 2];
  assert.deepEqual(plot.bars(new Map(sizes.map((n) => [n, n]))).data[0]?.x, ["10", "9", "2"]);
  assert.deepEqual(
    plot.bars({
      a: new Map([
        ["10", 1],
        ["2", 3],
      ]),
    }).data[0]?.x,
    ["10", "2"],
  );
  assert.deepEqual(
    plot.line(new Map(sizes.map((n) => [n, [n]]))).data.map(({ name }) => name),
    ["10", "9", "2"],
  );
  assert.deepEqual(plot.bars({ "10": 1 }).data[0]?.x, ["10"]);
});

test("dates along x: an axis of dates, in words, picture and JSON", () => {
  const x = [1, 2, 4].map((day) => new Date(Date.UTC(2026, 0, day, 6 * day)));
  const figure = plot.line({ price: { x, y: [3, 1, 2] } });
  assert.deepEqual(shown(figure).data[0]?.x, ["2026-01-01 06:00", "2026-01-02 12:00", "2026-01-05"]);
  assert.equal(figure.layout.xaxis?.type, "date");
  assert.match(figure.summary, /price: 3 points, x 2026-01-01 06:00 to 2026-01-05, y 1 to 3, last 2/);
  assert.ok(words(figure.toSvg()).includes("2026-01-03"), words(figure.toSvg()).join(" "));
  figure.append("price", new Date(Date.UTC(2026, 0, 6)), 5);
  assert.equal(figure.data[0]?.x?.[3], "2026-01-06");
  const runs = plot.line({
    a: [
      { x, y: [1, 2, 3] },
      { x: x.slice(1), y: [4, 5] },
    ],
  });
  assert.deepEqual(runs.data[2]?.x, ["2026-01-01 06:00", "2026-01-02 12:00", "2026-01-05"]);
  const cloud = plot.scatter({ a: { x, y: [1, 2, 3] } });
  assert.deepEqual([cloud.layout.xaxis?.type, cloud.data[0]?.x?.[2]], ["date", "2026-01-05"]);
  const broken = plot.line({ a: { x: [new Date(Number.NaN), x[0]!], y: [1, 2] } });
  assert.deepEqual(broken.data[0]?.x, [null, "2026-01-01 06:00"]);
  assert.equal(broken.layout.xaxis?.type, "date");
});

test("ticks of dates: whole seconds, hours, days, months and years, as many as fit", () => {
  const start = Date.UTC(2026, 0, 1);
  const texts = (milliseconds: number) => dateTicks(start, start + milliseconds, 6).map(({ text }) => text);
  const day = 86_400_000;
  assert.deepEqual(texts(4), [
    "00:00:00.000",
    "00:00:00.001",
    "00:00:00.002",
    "00:00:00.003",
    "00:00:00.004",
  ]);
  assert.deepEqual(texts(20_000), ["2026-01-01", "00:00:05", "00:00:10", "00:00:15", "00:00:20"]);
  assert.deepEqual(texts(day), ["2026-01-01", "06:00", "12:00", "18:00", "2026-01-02"]);
  assert.deepEqual(texts(3 * day), [
    "2026-01-01",
    "12:00",
    "2026-01-02",
    "12:00",
    "2026-01-03",
    "12:00",
    "2026-01-04",
  ]);
  assert.deepEqual(texts(120 * day), ["2026-01", "2026-02", "2026-03", "2026-04", "2026-05"]);
  assert.deepEqual(texts(5 * 366 * day), ["2026", "2027", "2028", "2029", "2030", "2031"]);
  assert.ok(dateTicks(-8e15, 8e15, 6).length <= 10);
});

test("nothing finite is said, not measured", () => {
  assert.equal(
    plot.line({ a: [Number.NaN, Number.NaN] }).summary,
    "Line chart\n  a: 2 points, x 0 to 1, y none finite",
  );
  const nowhere = plot.scatter({ a: { x: [Number.NaN], y: [1] } });
  assert.equal(nowhere.summary, "Scatter chart\n  a: 1 point, x none finite, y 1 to 1, last 1");
  for (const figure of [plot.heatmap([[Number.NaN]]), plot.histogram({ a: [Number.NaN] }), nowhere]) {
    assert.doesNotMatch(figure.summary, /∞/);
    assert.doesNotMatch(figure.toSvg(), brokenNumber);
  }
});

test("a narrow logarithmic axis has ticks", () => {
  for (const y of [
    [1.01, 1.02, 1.03],
    [0.9, 0.95],
    [7.1e-5, 7.9e-5],
  ]) {
    const figure = plot.line({ a: y }, { logY: true });
    figure.layout.xaxis!.visible = false;
    const ticks = words(figure.toSvg()).filter((word) => /^\d/.test(word));
    assert.ok(ticks.length >= 2, `${y}: ${ticks.join(" ")}`);
  }
});

test("a long name leaves room for the others, a long title ends within the picture", () => {
  const long = "a category whose name is far longer than anyone would think it had to be <b>&amp;";
  const figure = plot.bars({ [long]: 1, short: 2, other: 3, last: 4 }, { title: `${long} ${long} ${long}` });
  const seen = words(figure.toSvg());
  for (const name of ["short", "other", "last"]) assert.ok(seen.includes(name), name);
  assert.ok(seen.some((word) => word.startsWith("a category") && word.endsWith("…") && word.length < 40));
  assert.equal(seen.filter((word) => word.length > 120).length, 0);
  const rows = plot.heatmap([[1], [2]], { y: [long, "short"] }).toSvg();
  assert.match(rows, /<rect x="(?:1\d\d|2[0-4]\d)/, "cells begin in the left third");
  assert.ok(words(plot.line({ [long.repeat(3)]: [1, 2] }).toSvg()).some((word) => word.endsWith("…")));
});
