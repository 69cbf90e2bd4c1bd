// What the command line and files say is varied, and which runs are made of it.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, describe, it } from "node:test";
import type { Json } from "../../../kernel/protocol";
import { type Axis, parseAxis } from "../../../kernel/sweep/axes";
import { halvingOf, parseBudgets, sizesOf } from "../../../kernel/sweep/halving";
import { rowsAxis } from "../../../kernel/sweep/rows";
import { grid, random } from "../../../kernel/sweep/sampler";

const folder = mkdtempSync(path.join(os.tmpdir(), "bnlab-axes-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const valuesOf = (text: string): Json[] => {
  const axis = parseAxis(text);
  return Array.from({ length: axis.size }, (_, i) => axis.at(i)[axis.names[0]!]!);
};

function written(name: string, text: string): string {
  writeFileSync(path.join(folder, name), text);
  return path.join(folder, name);
}

describe("values of a parameter", () => {
  const cases: [text: string, values: Json[]][] = [
    ["lr=.03,.1,3e-1", [0.03, 0.1, 0.3]],
    ["seed=0..4", [0, 1, 2, 3, 4]],
    ["seed=-2..1", [-2, -1, 0, 1]],
    ["seed=0..2,10", [0, 1, 2, 10]],
    ["lr=0.1..0.5..0.1", [0.1, 0.2, 0.3, 0.4, 0.5]],
    ["width=16..64..16", [16, 32, 48, 64]],
    ["sizes=[100,100],[50]", [[100, 100], [50]]],
    ['name="a,b",c', ["a,b", "c"]],
    ['name="1..3"', ["1..3"]],
    ['options={"a":[1,2]},null', [{ a: [1, 2] }, null]],
    ["file=../data,学习 率", ["../data", "学习 率"]],
    ["bn=true,false", [true, false]],
    ["name=", [""]],
    ["名=一,二", ["一", "二"]],
    ['text=say "hi,there', ['say "hi', "there"]],
    ["a==,b", ["=", "b"]],
  ];
  for (const [text, values] of cases) it(text, () => assert.deepEqual(valuesOf(text), values));

  it("is refused where it is not what anybody means", () => {
    const wrong: [text: string, words: RegExp][] = [
      ["seed", /expected NAME=VALUES, as lr=/],
      ["=1", /expected a variable's name, got ""/],
      ["../up=1", /expected a variable's name, got "\.\.\/up"/],
      ["a b=1", /expected a variable's name/],
      ["class=1", /class is a word of the language/],
      ["lr=1,1.0", /lr: 1 stands twice/],
      ["seed=0..5,3", /seed: 3 stands twice/],
      ["lr=1,,2", /a value is missing beside a comma/],
      ["seed=9..0", /expected a range from less to more, got 9\.\.0/],
      ["seed=0..9..0", /expected a step above 0/],
      ["lr=log:0..1", /both above 0 and no step/],
      ["lr=log:abc", /expected log:FROM\.\.TO/],
      ["lr=0.1..0.2,5", /stands alone, not in a list/],
      ["seed=0..1e999", /larger than a number can be/],
      ["seed=12345678901234567890", /a text keeps it/],
    ];
    for (const [text, words] of wrong) assert.throws(() => parseAxis(text), words, text);
  });
});

describe("rows of a file", () => {
  const rowsOf = (axis: Axis) => Array.from({ length: axis.size }, (_, i) => axis.at(i));

  it("come from CSV, JSON and JSON Lines; an empty cell leaves the notebook's value", async () => {
    const csv = await rowsAxis(written("a.csv", '\ufefflr,名\n0.1,甲\n,"a,b"\n\n'));
    assert.deepEqual(rowsOf(csv), [{ lr: 0.1, 名: "甲" }, { 名: "a,b" }]);
    const json = await rowsAxis(written("a.json", '[{ "lr": 1 }, { "lr": [1, 2], "seed": 0 }]'));
    assert.deepEqual(rowsOf(json), [{ lr: 1 }, { lr: [1, 2], seed: 0 }]);
    assert.deepEqual(rowsOf(await rowsAxis(written("a.jsonl", '{"lr":1}\n\n{"lr":2}\n'))), [
      { lr: 1 },
      { lr: 2 },
    ]);
  });

  it("are refused in one line where they are none", async () => {
    const wrong: [name: string, text: string, words: RegExp][] = [
      ["b.csv", "lr\n", /no rows/],
      ["b.csv", "lr,lr\n1,2\n", /two columns are called lr/],
      ["b.csv", "../x\n1\n", /expected a variable's name, got "\.\.\/x"/],
      ["b.csv", "lr\n1\n1.0\n", /rows 1 and 2 are the same run/],
      ["b.csv", "lr\n1,2\n", /./],
      ["b.json", '{ "lr": 1 }', /expected a list of objects/],
      ["b.json", "[1]", /expected a list of objects/],
      ["b.json", "[", /./],
      ["b.json", '[{"a b":1}]', /expected a variable's name/],
      ["b.json", '[{"a":1,"b":2},{"b":2,"a":1}]', /rows 1 and 2 are the same run/],
    ];
    for (const [name, text, words] of wrong)
      await assert.rejects(rowsAxis(written(name, text)), (error: Error) => {
        assert.match(error.message, words, text);
        assert.doesNotMatch(error.message, /\n/);
        return true;
      });
    await assert.rejects(rowsAxis(path.join(folder, "missing.csv")), /no such file/);
    await assert.rejects(rowsAxis(folder), /it is a folder/);
  });
});

describe("runs", () => {
  it("of a grid are all combinations, the last parameter fastest", () => {
    assert.deepEqual(grid([parseAxis("a=1,2"), parseAxis("b=x,y")]), [
      { a: 1, b: "x" },
      { a: 1, b: "y" },
      { a: 2, b: "x" },
      { a: 2, b: "y" },
    ]);
  });

  it("of a grid are counted before they are made, and too many refused", () => {
    const many = [parseAxis("a=0..99999"), parseAxis("b=0..999999999"), parseAxis("c=1,2")];
    assert.throws(
      () => grid(many),
      /100,000 × 1,000,000,000 × 2 = 200,000,000,000,000 runs, expected at most 100,000/,
    );
    assert.throws(() => grid([parseAxis("lr=0.1..0.2")]), /has no steps/);
    assert.throws(() => grid([]), /nothing is varied/);
    assert.throws(() => grid([parseAxis("a=1"), parseAxis("a=2")]), /a is varied twice/);
  });

  it("keep a parameter whatever its name", () => {
    assert.deepEqual(Object.entries(grid([parseAxis("__proto__=1,2"), parseAxis("b=3")])[1]!), [
      ["__proto__", 2],
      ["b", 3],
    ]);
  });

  it("drawn at random differ, stay within bounds, and are the same for the same seed", () => {
    const axes = ["lr=log:1e-4..1", "seed=0..1000000", "keep=0.1..0.9", "bn=true,false"].map((text) =>
      parseAxis(text),
    );
    const runs = random(axes, 200, 3);
    assert.deepEqual(random(axes, 200, 3), runs);
    assert.deepEqual(random(axes, 50, 3), runs.slice(0, 50));
    assert.notDeepEqual(random(axes, 200, 4), runs);
    assert.equal(new Set(runs.map((run) => JSON.stringify(run))).size, 200);
    const lr = runs.map((run) => run.lr as number).sort((a, b) => a - b);
    assert.ok(lr[0]! >= 1e-4 && lr.at(-1)! <= 1);
    assert.ok(lr[100]! > 1e-3 && lr[100]! < 1e-1, `the middle of powers of ten is near 1e-2, got ${lr[100]}`);
    assert.ok(runs.every(({ seed }) => Number.isInteger(seed)));
  });

  it("drawn from few combinations are each made once, and no more than there are", () => {
    const axes = [parseAxis("a=0..9"), parseAxis("b=0..9")];
    const runs = random(axes, 100, 0);
    assert.equal(new Set(runs.map((run) => JSON.stringify(run))).size, 100);
    assert.throws(() => random(axes, 101, 0), /101 random runs, but there are only 100 combinations/);
    assert.throws(() => random([parseAxis("a=0.1..0.2")], 100_001, 0), /at most 100,000 random runs/);
  });
});

describe("rounds of successive halving", () => {
  it("have fewer runs by as much as their budget is more", () => {
    assert.deepEqual(parseBudgets("epochs=1,3,9"), { parameter: "epochs", budgets: [1, 3, 9] });
    const sizes: [first: number, text: string, sizes: number[]][] = [
      [27, "epochs=1,3,9", [27, 9, 3]],
      [30, "share=.1,.3", [30, 10]],
      [10, "epochs=1,2,8", [10, 5, 1]],
      [2, "epochs=1,10,100", [2, 1, 1]],
      [100, "epochs=10..30..10", [100, 50, 33]],
    ];
    for (const [first, text, expected] of sizes)
      assert.deepEqual(sizesOf(first, parseBudgets(text)), expected, text);
  });

  it("are refused where nothing could be ranked, or budgets do not grow", () => {
    const wrong: [text: string, words: RegExp][] = [
      ["epochs", /expected NAME=VALUES/],
      ["epochs=3", /epochs: expected 2 to 20 budgets, .* as epochs=1,3,9, got 1$/],
      ["epochs=1..50", /expected 2 to 20 budgets, .* got 50$/],
      ["epochs=.5..3", /got a range without steps$/],
      ["epochs=1,9,3", /each more than the one before, .* got 1, 9, 3$/],
      ["epochs=0,1", /got 0, 1$/],
      ["epochs=few,many", /got "few", "many"$/],
    ];
    for (const [text, words] of wrong) assert.throws(() => parseBudgets(text), words, text);
    const [budgets, runs] = [parseBudgets("epochs=1,3"), [{ lr: 1 }, { lr: 2 }]];
    assert.throws(() => halvingOf(budgets, { by: "loss" }, runs), /expected --by .* and --better/);
    assert.throws(() => halvingOf(undefined, { by: "loss" }, runs), /--by ranks runs of a sweep by --halve/);
    assert.throws(() => halvingOf(undefined, { better: "lower" }, runs), /--better ranks/);
    const ranking = { by: "loss", better: "lower" } as const;
    assert.throws(() => halvingOf(budgets, ranking, [{ epochs: 1 }]), /epochs is varied, and the budget/);
    assert.throws(() => halvingOf(budgets, ranking, [{ lr: 1 }]), /the best of several runs, got 1/);
    assert.deepEqual(halvingOf(budgets, ranking, runs), { ...budgets, ...ranking });
  });
});
