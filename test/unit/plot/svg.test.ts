// Pictures made without a browser: where things stand in them, what they say, and when there is none.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import zlib from "node:zlib";
import { thisMachine } from "../../../kernel/host/machine";
import { machine, setMachine } from "../../../kernel/machine/machine";
import { bars, Figure, heatmap, images, line, loss, scatter, surface } from "../../../kernel/plot";
import { contourPaths } from "../../../kernel/plot/svg/contours";
import { element } from "../../../kernel/plot/svg/elements";
import { formatNumber, formatTick } from "../../../kernel/plot/svg/format";
import { storedZlib } from "../../../kernel/plot/svg/zlib";
import { escapeHtml } from "../../../kernel/words";
import { readPng } from "./png";

/** The numbers of the nth path with that stroke, in pairs. */
function points(svg: string, stroke: string): [number, number][] {
  const d = svg.match(new RegExp(`<path d="([^"]*)"[^>]*stroke="${stroke}"`))?.[1] ?? "";
  return [...d.matchAll(/[ML]([-\d.]+) ([-\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);
}
const texts = (svg: string) =>
  [...svg.matchAll(/<tspan x="[^"]*" y="[^"]*">([^<]*)/g)].map(([, text]) => text);

test("a line runs from corner to corner of its panel; ticks are round; the words are there", () => {
  const svg = line({ a: [0, 5, 10] }, { title: "题 <b>", xTitle: "step" }).toSvg({ width: 500, height: 300 });
  const [first, middle, last] = points(svg, "#1673ba") as [
    [number, number],
    [number, number],
    [number, number],
  ];
  assert.ok(
    Math.abs(middle[0] - (first[0] + last[0]) / 2) < 0.2 &&
      Math.abs(middle[1] - (first[1] + last[1]) / 2) < 0.2,
  );
  assert.ok(first[0] >= 40 && last[0] <= 481 && first[1] > last[1] && last[1] > 60);
  assert.deepEqual(texts(svg), ["0", "0.5", "1", "1.5", "2", "step", "0", "5", "10", "a", "题 "]);
  assert.match(svg, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" width="500" height="300"/);
  assert.match(svg, /<desc>题 .*line chart, x: step/);
});

test("a logarithmic axis: equal steps for equal factors; what has no logarithm is a gap", () => {
  const svg = line({ a: [1, 10, 100, 0, 1000] }, { logY: true }).toSvg();
  const drawn = points(svg, "#1673ba");
  assert.equal(drawn.length, 4);
  const [a, b, c] = drawn.map(([, y]) => y) as [number, number, number];
  assert.ok(Math.abs(a - b - (b - c)) < 0.2 && a > b);
});

test("bars stand on zero, side by side; whiskers span the range", () => {
  const svg = bars({ one: { a: [1, 3, 2] }, two: { a: 4 } }).toSvg();
  const rects = [...svg.matchAll(/<rect x="([\d.]+)" width="([\d.]+)" y="([\d.]+)" height="([\d.]+)"/g)].map(
    (m) => m.slice(1).map(Number),
  ) as [number, number, number, number][];
  assert.equal(rects.length, 2);
  const [[x1, w1, y1, h1], [x2, , y2, h2]] = rects as [
    [number, number, number, number],
    [number, number, number, number],
  ];
  assert.ok(x1 + w1 <= x2, "beside each other");
  assert.ok(Math.abs(y1 + h1 - (y2 + h2)) < 0.2 && Math.abs(h2 / h1 - 2) < 0.02, "on one ground, to scale");
  const whisker = svg
    .match(/M[\d.]+ ([\d.]+)V([\d.]+)" stroke="#1673ba"/)!
    .slice(1)
    .map(Number) as [number, number];
  assert.ok(Math.abs((whisker[1] - whisker[0]) / h1 - 1) < 0.02, "from 1 to 3 is as long as a bar of 2");
});

test("heat maps: a rectangle a cell with its number; many cells as one picture", () => {
  const small = heatmap([[0, 1]]).toSvg();
  assert.ok(small.includes('fill="#440154"') && small.includes('fill="#fde725"'));
  assert.ok(texts(small).includes("1"));
  const rows = Array.from({ length: 50 }, (_, r) =>
    Array.from({ length: 50 }, (_, c) => (r === 0 && c === 0 ? 1 : 0)),
  );
  const uri = heatmap(rows)
    .toSvg()
    .match(/href="(data:[^"]*)"/)![1]!;
  const { width, height, rows: pixels } = readPng(uri);
  assert.deepEqual([width, height], [50, 50]);
  assert.deepEqual(
    [pixels[0]?.[0], pixels[0]?.[1], pixels[49]?.[0]],
    [
      [0xfd, 0xe7, 0x25, 255],
      [0x44, 0x01, 0x54, 255],
      [0x44, 0x01, 0x54, 255],
    ],
  );
});

test("contours: one round a hill, two through a saddle, none on a plain or through a hole", () => {
  const strokes = (rows: number[][], level: number) =>
    contourPaths(rows, [level], (c, r) => [c, r]).split("M").length - 1;
  assert.equal(
    strokes(
      [
        [0, 0, 0],
        [0, 1, 0],
        [0, 0, 0],
      ],
      0.5,
    ),
    4,
  );
  assert.equal(
    contourPaths(
      [
        [0, 1],
        [0, 1],
      ],
      [0.25],
      (c, r) => [c, r],
    ),
    "M0.3 0.0L0.3 1.0",
  );
  assert.equal(
    strokes(
      [
        [1, 0],
        [0, 1],
      ],
      0.5,
    ),
    2,
  );
  assert.equal(
    strokes(
      [
        [1, 1],
        [1, 1],
      ],
      0.5,
    ),
    0,
  );
  assert.equal(
    strokes(
      [
        [0, 1],
        [Number.NaN, 1],
      ],
      0.5,
    ),
    0,
  );
  assert.match(
    surface([
      [1, 0],
      [0, 1],
    ]).toSvg(),
    /<image href="data:image\/png/,
  );
});

test("the pictures of a grid keep their shape and are the figure's own", () => {
  const figure = images({ shape: [1, 2, 2], data: [0, 1, 1, 0] });
  const image = figure
    .toSvg()
    .match(/<image href="([^"]*)" x="[\d.]+" y="[\d.]+" width="([\d.]+)" height="([\d.]+)"/)!;
  assert.equal(image[1], figure.data[0]?.source);
  const size = readPng(image[1]!);
  assert.ok(Math.abs(Number(image[2]) / Number(image[3]) - size.width / size.height) < 0.01);
});

test("a picture brings its own page: no style sheet, and nothing that follows the reader's system", () => {
  const svg = scatter({ a: { x: [1], y: [1] } }, { title: "T" }).toSvg();
  assert.match(svg, /<rect width="760" height="\d+" rx="4" fill="#ffffff"\/>/);
  assert.ok(!/<(script|style|foreignObject)|class=/.test(svg));
});

test("what only Plotly can draw has no picture, and says so when one is asked for", () => {
  const figure = new Figure({ data: [{ type: "pie", values: [1, 2] }] });
  assert.equal("image/svg+xml" in figure.toBundle(), false);
  assert.throws(
    () => figure.toSvg(),
    /expected traces that are drawn without a browser, got pie; save it as \.html/,
  );
});

test("a figure is shown whatever its picture makes of what Plotly knows besides", () => {
  const figure = line({ a: [1, 2] });
  figure.layout.annotations = [{ text: undefined as never, x: 1, y: 1 }];
  assert.throws(() => figure.toSvg());
  assert.deepEqual(Object.keys(figure.toBundle()), ["application/vnd.plotly.v1+json", "text/plain"]);
});

test("nothing, gaps and single points are drawn as far as they go", () => {
  for (const figure of [
    loss(),
    line({ a: [] }),
    line({ a: [Number.NaN] }),
    line({ a: [3] }),
    scatter(),
    bars({}),
    heatmap([]),
    heatmap([[Number.NaN]]),
    surface([]),
    new Figure({ data: [] }),
  ]) {
    assert.doesNotMatch(figure.toSvg(), /NaN|undefined|Infinity/);
  }
});

test("a long line's picture stays small", () => {
  const figure = line({ a: Array.from({ length: 100_000 }, (_, at) => Math.sin(at)) });
  assert.ok(figure.toSvg().length < 20_000);
});

test("numbers as d3 and Plotly write them", () => {
  const cases: [number, string, string][] = [
    [0.25, "~%", "25%"],
    [0.125, ".1%", "12.5%"],
    [1234.5, ",d", "1,235"],
    [-0.00001, "~g", "−0.00001"],
    [1500, "~s", "1.5k"],
    [3, ".2f", "3.00"],
    [1e-7, ".1e", "1.0e−7"],
    [2, "no format", "2"],
  ];
  for (const [value, format, text] of cases) assert.equal(formatNumber(value, format), text, format);
  assert.deepEqual(
    [
      formatTick(0.30000000000000004, 0.1),
      formatTick(-0, 1),
      formatTick(20_000, 5000),
      formatTick(3e6, 1e6),
      formatTick(-2e-5, 1e-5),
    ],
    ["0.3", "0", "20,000", "3×10<sup>6</sup>", "−2×10<sup>−5</sup>"],
  );
});

test("zlib's format without zlib is read by zlib", () => {
  for (const length of [0, 1, 65_535, 65_536, 200_000]) {
    const bytes = Uint8Array.from({ length }, (_, at) => (at * 7) & 255);
    assert.deepEqual(new Uint8Array(zlib.inflateSync(storedZlib(bytes))), bytes);
  }
});

test("save: by the path's ending, folders made; other endings and machines without files refused", () => {
  const figure = loss({ run: [2, 1] }, { title: "</script> & loss" });
  assert.throws(() => figure.save("a.svg"), /there is none here/);
  const before = machine();
  const folder = mkdtempSync(path.join(os.tmpdir(), "bnlab-plot-"));
  after(() => {
    setMachine(before);
    rmSync(folder, { recursive: true });
  });
  setMachine({ ...thisMachine, viewerScript: () => "/* viewer </script> */" });
  const file = (name: string) => path.join(folder, "charts", name);
  for (const name of ["a.svg", "a.json", "a.HTML"]) figure.save(file(name));
  assert.equal(readFileSync(file("a.svg"), "utf8"), figure.toSvg());
  assert.deepEqual(JSON.parse(readFileSync(file("a.json"), "utf8")), JSON.parse(JSON.stringify(figure)));
  const page = readFileSync(file("a.HTML"), "utf8");
  assert.equal(page.match(/<\/script>/g)?.length, 2);
  assert.match(page, /bnlabPlotly\.draw\(document\.getElementById\("chart"\), \{"data":\[/);
  assert.throws(
    () => figure.save("a.png"),
    /expected a path that ends in \.svg, \.html or \.json, got "a\.png"/,
  );
});

test("texts and attributes are escaped, whatever a figure says", () => {
  assert.equal(escapeHtml(`<a b="c">&`), "&lt;a b=&quot;c&quot;&gt;&amp;");
  assert.equal(element("rect", { fill: `"><script>` }), '<rect fill="&quot;&gt;&lt;script&gt;"/>');
  const hostile = "1 < 2 &lt;script&gt; & <script>pwned</script>";
  const svg = line({ [hostile]: [0, 1] }, { title: hostile, xTitle: hostile }).toSvg();
  assert.ok(svg.includes("1 &lt; 2"));
  assert.doesNotMatch(svg, /<script|< /);
});
