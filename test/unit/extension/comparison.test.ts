// The curves of several runs in one chart, without VS Code.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { compare, type Figure, metricsOf, withCurves } from "../../../extension/notebook/comparison";
import { constantsOf, differences } from "../../../extension/notebook/constants";
import { grid, line, loss } from "../../../kernel/plot";

const figureOf = (figure: unknown): Figure => {
  const found = withCurves(JSON.parse(JSON.stringify(figure)));
  assert.ok(found);
  return found;
};
const names = ({ data }: Figure) => data.map(({ name }) => name);
const dashes = ({ data }: Figure) => data.map(({ line: style }) => (style as { dash: string }).dash);

const losses = (title: string) => figureOf(loss({ a: [3, 2, 1], b: [3, 1, 0] }, { title }));

describe("compared runs", () => {
  it("are told apart by their dashes, their curves by the colors they had", () => {
    const run = (name: string) => ({ notebook: "n.ipynb", name, figures: [losses("Loss")] });
    const [figure, ...others] = compare([run("[1]"), run("[2]")]);
    assert.equal(others.length, 0);
    assert.deepEqual(names(figure!), ["a · [1]", "b · [1]", "a · [2]", "b · [2]"]);
    assert.deepEqual(dashes(figure!), ["solid", "solid", "dash", "dash"]);
    const colors = figure!.data.map(({ line: style }) => (style as { color: string }).color);
    assert.deepEqual(colors.slice(2), colors.slice(0, 2));
    assert.notEqual(colors[0], colors[1]);
    assert.deepEqual(figure!.layout.title, { text: "Loss" });
    const { summary } = figure!.layout.meta as { summary: string };
    assert.match(summary, /^Loss \(line chart, x: step, y: loss\)\n {2}a · \[1\]: 3 points, .*, last 1\n/);
  });

  it("of several notebooks have the notebook's name in theirs", () => {
    const figures = [losses("Loss")];
    const [figure] = compare([
      { notebook: "one.ipynb", name: "[1]", figures },
      { notebook: "two.ipynb", name: "", figures },
    ]);
    assert.deepEqual(names(figure!), [
      "a · one.ipynb [1]",
      "b · one.ipynb [1]",
      "a · two.ipynb",
      "b · two.ipynb",
    ]);
  });

  it("share a chart for each title that more than one has; with none, each keeps its own", () => {
    const one = { notebook: "one", name: "", figures: [losses("Loss"), losses("Only here")] };
    const two = { notebook: "two", name: "", figures: [losses("Loss")] };
    const other = { notebook: "three", name: "", figures: [losses("Elsewhere")] };
    const titles = (figures: Figure[]) =>
      figures.map(({ layout }) => (layout.title as { text: string }).text);
    assert.deepEqual(titles(compare([one, two])), ["Loss"]);
    assert.deepEqual(titles(compare([two, other])), ["Loss", "Elsewhere"]);
  });

  it("consist of lines in the legend: no shaded ranges, no raw values behind smoothed ones, no grids", () => {
    const runs = [1, 2, 3].map((seed) => [3, 2, 1].map((value) => value + seed / 10));
    assert.deepEqual(names(figureOf(loss({ "five seeds": runs }))), ["five seeds"]);
    assert.deepEqual(names(figureOf(loss({ smoothed: [3, 2, 2.5, 1] }, { smoothing: 0.5 }))), ["smoothed"]);
    const curve = line({ a: [1, 2] });
    assert.equal(withCurves(JSON.parse(JSON.stringify(grid([curve, curve])))), undefined);
    for (const stranger of [null, 3, {}, { data: 1 }, { data: [{ type: "heatmap", z: [[1]] }] }]) {
      assert.equal(withCurves(stranger), undefined);
    }
  });
});

describe("runs", () => {
  it("have the last value of each curve, and what was recorded", () => {
    const records = [{ name: "accuracy", value: 0.9 }, { name: "curve", value: [1] }, null];
    assert.deepEqual(Object.fromEntries(metricsOf([losses("Loss")], records)), {
      "Loss: a": 1,
      "Loss: b": 0,
      accuracy: 0.9,
    });
  });

  it("name their constants, but for comments", () => {
    const code = `const lr: number = 1e-3, name = "a b";
// const old = 3;
let deep = true; step = 5;
manualSeed(7);
const net = new Net({ width: 100, depth: -2 }), other = f({ width: 200 }); /* lr = 9; */`;
    assert.deepEqual(Object.fromEntries(constantsOf(code)), {
      ...{ lr: "1e-3", deep: "true", manualSeed: "7" },
      ...{ width: "100, 200", depth: "-2" },
    });
  });

  it("are told apart by the constants that differ, else by their lines", () => {
    const run = (lr: number, last = "train(100);") => `const lr = ${lr};\nconst seed = 1;\n${last}`;
    assert.deepEqual(differences([run(0.1), run(0.5), run(0.1)]), ["lr 0.1", "lr 0.5", "lr 0.1"]);
    assert.deepEqual(differences([run(1), run(1, "train(200);")]), ["train(100);", "train(200);"]);
    assert.deepEqual(differences([run(1), run(1)]), ["", ""]);
    assert.deepEqual(differences([run(1)]), [""]);
    assert.deepEqual(differences(["const lr = 1;", ""]), ["lr 1", ""]);
  });
});
