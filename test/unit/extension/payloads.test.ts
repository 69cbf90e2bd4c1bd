// What comes into a renderer's page from a notebook or a kernel is bounded, or refused in a sentence.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { asTable, asRows as asTableRows } from "../../../extension/renderer/dataViewer/state";
import { asFigure } from "../../../extension/renderer/figure";
import { asBars } from "../../../extension/renderer/outputs/progressBars";
import { asSummary } from "../../../extension/renderer/outputs/tensorCard";
import { asRuns } from "../../../extension/renderer/runs/state";
import { asBox, asTensor } from "../../../extension/renderer/tensorViewer/box";
import { asState } from "../../../extension/renderer/training/state";
import { asRows as asVariables, passes, sorted } from "../../../extension/renderer/variables/state";

/** Anything that JSON can be in another thing's place. */
const anything: unknown[] = [
  null,
  true,
  0,
  -1,
  1e308,
  "",
  "x",
  [],
  {},
  [null],
  [[]],
  { a: null },
  "x".repeat(1e6),
];
const deep = (levels: number) => JSON.parse(`${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`) as unknown;
/** Whatever it throws is a sentence of ours. */
function taken<Value>(take: () => Value): Value | undefined {
  try {
    return take();
  } catch (error) {
    assert.match((error as Error).message, /^(This output is not|This chart (is|cannot))/);
    return undefined;
  }
}

describe("a figure", () => {
  it("takes any value in any place", () => {
    for (const value of anything) {
      taken(() => asFigure(value));
      for (const place of ["data", "layout", "config", "frames"])
        taken(() => asFigure({ data: [], [place]: value }));
      for (const place of ["title", "height", "width", "meta", "sliders", "template", "images"]) {
        const { layout } = asFigure({ data: [], layout: { [place]: value } });
        assert.ok(layout.height === undefined || (layout.height >= 10 && layout.height <= 10_000));
        assert.ok(layout.title?.text === undefined || typeof layout.title.text === "string");
        assert.ok(layout.sliders === undefined || Array.isArray(layout.sliders));
      }
    }
  });

  it("is refused where it is too large or too deep", () => {
    const refused = (figure: unknown, why: RegExp) => assert.throws(() => asFigure(figure), why);
    refused(
      { data: [{ y: new Array(2_000_001).fill(0) }] },
      /^TypeError: This chart is too large to draw: it has more than 2,000,000 values\.$/,
    );
    refused({ data: new Array(1001).fill({}) }, /it has 1,001 traces/);
    refused({ data: [], layout: deep(50_000) }, /nested too deeply/);
    const cyclic: Record<string, unknown> = { data: [] };
    cyclic.layout = cyclic;
    refused(cyclic, /nested too deeply/);
  });

  it("has no picture from elsewhere, nothing of its host, and no name of every object's prototype", () => {
    const url = "https://a.example/x.png";
    const inside = "data:image/png;base64,AAAA";
    const figure = asFigure(
      JSON.parse(`{
        "data": [{"type": "image", "source": "${url}", "text": ["${url}"], "__proto__": {"polluted": 1}}],
        "layout": {
          "images": [{"source": "${url}"}, {"source": "${inside}"}, {"source": "//a.example/x"}, {"source": "x.png"}],
          "template": {"layout": {"imagedefaults": {"source": "${url}"}, "__proto__": {"polluted": 1}}},
          "updatemenus": [{"buttons": [{"method": "relayout", "args": ["images[0].source", "${url}"]}]}]
        },
        "config": {"plotlyServerURL": "${url}", "showLink": true, "scrollZoom": true},
        "frames": [{"name": "a", "data": [], "layout": {"images": [{"source": "${url}"}]}}]
      }`),
    );
    const json = JSON.stringify(figure);
    assert.equal(json.split(url).length - 1, 1, "the text alone stays");
    assert.ok(json.includes(inside) && !json.includes('a.example/x"') && !json.includes("__proto__"));
    assert.deepEqual(figure.config, { scrollZoom: true });
  });
});

describe("outputs of BN Lab", () => {
  const summary = {
    type: "Tensor",
    shape: [2, 2],
    dtype: "float32",
    bytes: 16,
    statistics: { min: 0, max: 1, mean: 0.5, std: 0.5, nan: 0, infinite: 0 },
    histogram: { from: 0, to: 1, counts: [1, 3] },
    tiles: { rows: 2, columns: 2, levels: ["AQID/w=="] },
    text: "[[0, 1]]",
  };
  const bar = { label: "a", done: 1, total: 4, ended: false, text: "1/4" };

  it("take what the kernel sends as it is", () => {
    assert.deepEqual(asSummary(summary), summary);
    assert.deepEqual(asBars({ bars: [bar] }), [bar]);
  });

  it("take any value in any place", () => {
    for (const value of anything) {
      taken(() => asSummary(value));
      taken(() => asBars(value));
      taken(() => asBars({ bars: value }));
      for (const key of Object.keys(summary)) {
        const read = taken(() => asSummary({ ...summary, [key]: value }));
        assert.ok((read?.text.length ?? 0) <= 100_001 && (read?.tiles.levels.length ?? 0) <= 64);
      }
      for (const key of Object.keys(bar)) {
        const [read] = asBars({ bars: [{ ...bar, [key]: value }] });
        assert.ok(Number.isFinite(read!.done) && read!.label.length <= 501 && read!.text.length <= 501);
      }
      for (const part of ["statistics", "histogram", "tiles"] as const) {
        for (const key of Object.keys(summary[part])) {
          taken(() => asSummary({ ...summary, [part]: { ...summary[part], [key]: value } }));
        }
      }
    }
    assert.throws(() => asBars({ bars: new Array(1e6).fill(bar) }), /it has 1000000 bars/);
    assert.throws(
      () => asSummary({ ...summary, tiles: { rows: 1e9, columns: 1e9, levels: [] } }),
      /not a tensor/,
    );
  });
});

describe("pages of the views", () => {
  const tensor = { name: "x", type: "Tensor", shape: [1e9, 1e9], dtype: "float32", bytes: "4 EB" };
  const box = { shape: [2], values: [1, "NaN"], statistics: undefined, histogram: undefined };
  const state = {
    status: "running",
    step: "1/2",
    loop: "a",
    rate: "",
    left: "",
    elapsed: "0:01",
    loops: [{ label: "a", share: 0.5, step: "1/2", rate: "", time: "", note: "", ended: false }],
    curves: [{ name: "loss", color: "#123456", last: "1", points: [[0, 1] as [number, number]] }],
    curvesTitle: "Loss",
  };

  const rows = {
    columns: [{ name: "a", numeric: true }],
    ...{ width: 1, total: 9, matched: 2, start: 0 },
    rows: [[1], ["x"]],
    numbers: [3, 4],
  };
  const variable = {
    ...{ name: "net", type: "Sequential", shape: "", elements: 0, size: "1 KB", bytes: 1000, value: "a b" },
    ...{ isCode: false, viewer: "" as const, expands: true },
  };

  const ran = {
    ...{ id: "a", notebook: "n.ipynb", name: "Run 1", time: "10:00", took: "3 s", differs: "lr 0.1" },
    metrics: [["Loss: a", 0.5] as [string, number]],
    isSaved: false,
  };

  it("take what the extension sends as it is", () => {
    assert.deepEqual(asRuns([ran]), [ran]);
    assert.deepEqual(asTableRows(rows), rows);
    assert.deepEqual(asTable({ name: "x", type: "Array" }), { name: "x", type: "Array" });
    assert.deepEqual(asVariables([variable, { ...variable, owner: "o" }])[1], { ...variable, owner: "o" });
    assert.deepEqual(asTensor(tensor), tensor);
    assert.deepEqual(asBox(box), box);
    assert.deepEqual(asState(state), state);
  });

  it("take any value in any place", () => {
    for (const value of anything) {
      asTensor(value);
      asBox(value);
      asTable(value);
      for (const key of Object.keys(ran)) {
        const [read] = asRuns([{ ...ran, [key]: value }]);
        assert.ok(
          read!.metrics.every(([, number]) => Number.isFinite(number)) && read!.differs.length <= 501,
        );
      }
      for (const key of Object.keys(rows)) {
        const read = asTableRows({ ...rows, [key]: value });
        assert.ok(!read || read.rows.every((row) => row.length === read.columns.length));
      }
      for (const key of Object.keys(variable)) {
        const read = asVariables([{ ...variable, [key]: value }]);
        assert.ok(
          read.length === 1 && passes(read[0]!, "") && sorted(read, { by: "size", descending: true }),
        );
      }
      for (const key of Object.keys(tensor)) asTensor({ ...tensor, [key]: value });
      for (const key of Object.keys(box)) asBox({ ...box, [key]: value });
      for (const key of Object.keys(state)) {
        const { loops, curves } = asState({ ...state, [key]: value });
        assert.ok(loops.every(({ share }) => share === null || (share >= 0 && share <= 1)));
        assert.ok(curves.every(({ points }) => points.every((point) => point.every(Number.isFinite))));
      }
    }
    const many = asTableRows({ ...rows, rows: new Array(1e5).fill(["y".repeat(1e5), 2]) })!;
    assert.deepEqual(
      [many.rows.length, many.rows[0]?.length, many.rows[0]?.[0]],
      [1_000, 1, `${"y".repeat(40_000)}…`],
    );
    assert.equal(asRuns(new Array(1e5).fill(ran)).length, 500);
    assert.equal(asVariables(new Array(1e5).fill(variable)).length, 5_000);
    assert.equal(asBox({ ...box, values: new Array(1e6).fill(0) }), undefined);
    assert.equal(asTensor({ ...tensor, shape: [-1] }), undefined);
    const points = new Array(1e6).fill([0, 1]);
    const [curve] = asState({
      ...state,
      curves: [{ name: "x", color: "url(https://a.example)", points }],
    }).curves;
    assert.deepEqual([curve?.points.length, curve?.color], [20_000, undefined]);
  });

  it("sort variables by what a column means, code last, and filter them by every word", () => {
    const of = (name: string, more: object) => asVariables([{ ...variable, name, ...more }])[0]!;
    const all = [of("f", { isCode: true }), of("b10", { bytes: 1 }), of("b9", { bytes: 5 })];
    const names = (by: "name" | "size", descending: boolean) =>
      sorted(all, { by, descending }).map(({ name }) => name);
    assert.deepEqual(names("name", false), ["b9", "b10", "f"]);
    assert.deepEqual(names("size", true), ["b9", "b10", "f"]);
    assert.deepEqual(
      sorted(all, undefined).map(({ name }) => name),
      ["b10", "b9", "f"],
    );
    assert.ok(passes(all[1]!, "B10 sequen") && !passes(all[1]!, "b10 tensor"));
  });
});
