// A sweep's runs read back: table, verdict by pairs, heat map, curves.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { experiment } from "../../../kernel/bnlab/experiment";
import { thisMachine } from "../../../kernel/host/machine";
import { setMachine } from "../../../kernel/machine/machine";

setMachine(thisMachine);
const folder = mkdtempSync(path.join(os.tmpdir(), "bnlab-runs-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const write = (run: string, text: string) => {
  mkdirSync(path.join(folder, "runs", run), { recursive: true });
  writeFileSync(path.join(folder, "runs", run, "records.json"), text);
};
let count = 0;
for (const bn of [false, true])
  for (const lr of [0.3, 0.1])
    for (const seed of [0, 1]) {
      const loss = (bn ? 1 : 2) + seed / 10 + lr;
      const records = { loss, curve: [2 * loss, loss], note: "ok" };
      const record = { parameters: { bn, lr, seed }, records, exitCode: 0, error: null, seconds: 1 };
      write(String(count++).padStart(4, "0"), JSON.stringify(record));
    }
write("0008", "{ cut off");
mkdirSync(path.join(folder, "runs/0009"));
const runs = experiment.load(folder);

test("runs that have ended are a table of parameters and single records", () => {
  assert.equal(runs.runs.length, 8);
  assert.deepEqual(runs.rows[0], { run: "0000", bn: false, lr: 0.3, seed: 0, loss: 2.3, note: "ok" });
  const shown = (runs as unknown as Record<symbol, () => Record<string, string>>)[
    Symbol.for("Jupyter.display")
  ]!();
  assert.match(shown["text/plain"]!, /^run +bn +lr +seed +loss +note\n0000 +false +0\.3 +0 +2\.3 +ok\n/);
});

test("arms are compared pair by pair, where nothing else varies", () => {
  assert.throws(
    () => runs.compare({ arms: "bn", metric: "loss" }),
    /some of several lr; choose by where\(\{ lr: … \}\)/,
  );
  const judged = runs.where({ lr: 0.1 }).compare({ arms: "bn", metric: "loss", better: "lower" });
  assert.equal(judged.verdict, "all agree");
  assert.deepEqual(Object.keys(judged.values), ["bn false", "bn true"]);
  assert.deepEqual(
    Object.values(judged.values).map((values) => values.map((value) => Number(value.toFixed(6)))),
    [
      [2.1, 2.2],
      [1.1, 1.2],
    ],
  );
});

test("a heat map has the mean over other parameters, numbers in order", () => {
  const { data, layout } = runs.heatmap("lr", "bn", "loss").toJSON();
  const [cells] = data as unknown as { x: string[]; y: string[]; z: number[][] }[];
  assert.deepEqual(
    [cells!.x, cells!.y],
    [
      ["0.1", "0.3"],
      ["false", "true"],
    ],
  );
  const rounded = cells!.z.map((row) => row.map((value) => Number(value.toFixed(6))));
  assert.deepEqual(rounded, [
    [2.15, 2.35],
    [1.15, 1.35],
  ]);
  assert.match(JSON.stringify(layout), /"lr"/);
});

test("curves are lines of runs, or medians of those that share parameters", () => {
  const names = (figure: { toJSON(): { data: object[] } }) =>
    figure.toJSON().data.flatMap((trace) => ("name" in trace && trace.name ? [String(trace.name)] : []));
  assert.equal(new Set(names(runs.curves("curve"))).size, 8);
  assert.ok(names(runs.curves("curve", { by: ["bn"] })).every((name) => /bn (true|false)/.test(name)));
});

test("infinities and NaN come back as numbers", () => {
  const other = mkdtempSync(path.join(folder, "other-"));
  mkdirSync(path.join(other, "runs/0000"), { recursive: true });
  writeFileSync(
    path.join(other, "runs/0000/records.json"),
    '{"parameters":{"seed":0},"records":{"a":"NaN","b":["-Infinity",1]},"exitCode":0,"error":null,"seconds":1}',
  );
  assert.deepEqual(experiment.load(other).runs[0]!.records, {
    a: Number.NaN,
    b: [Number.NEGATIVE_INFINITY, 1],
  });
});

test("what is not there is named, with what is", () => {
  assert.throws(
    () => experiment.load(path.join(folder, "nowhere")),
    /expected the folder of a sweep, with runs in it/,
  );
  assert.throws(() => experiment.load(3 as never), /TypeError|expected the folder of a sweep, got 3/);
  assert.throws(
    () => runs.where({ depth: 3 }),
    /where: expected a parameter of the sweep \(bn, lr, seed\), got string depth/,
  );
  assert.throws(() => runs.where({ lr: 7 }), /expected parameters of one of 8 runs, got \{"lr":7\}/);
  assert.throws(
    () => runs.heatmap("lr", "bn", "accuracy"),
    /expected a number that was recorded \(loss, curve, note\), got string accuracy/,
  );
  assert.throws(() => runs.curves("loss"), /expected a list of numbers that was recorded/);
  assert.throws(
    () => runs.where({ seed: 0 }).compare({ arms: "bn", seeds: "lr", metric: "loss" }),
    /lr to be a whole number/,
  );
});
