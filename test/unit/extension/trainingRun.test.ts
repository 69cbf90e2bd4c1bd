// What the training view knows follows from the messages of a cell alone.
import assert from "node:assert/strict";
import { test } from "node:test";
import { TrainingRun } from "../../../extension/views/trainingRun";
import { plotBundle, published } from "./publications";

const bar = (done: number, fields: object = {}) => ({
  label: "epoch 1",
  done,
  total: 100,
  seconds: done / 10,
  ended: false,
  note: "",
  ...fields,
});
const progress = (...bars: object[]) =>
  published("display_data", { "application/vnd.bnlab.progress+json": { bars } });

test("progress bars and charts that move tell of a training; what stands still does not", () => {
  const chart = plotBundle("Training loss", { net: [3, 2, 1] });
  assert.equal(TrainingRun.tells(progress(bar(1))), true);
  assert.equal(TrainingRun.tells(published("update_display_data", chart)), true);
  assert.equal(TrainingRun.tells(published("display_data", chart)), false);
  assert.equal(TrainingRun.tells(published("update_display_data", { "text/plain": "x" })), false);
});

test("a bar's step, rate and time left; the loss in its note becomes a curve", () => {
  const run = new TrainingRun(() => 0);
  for (const done of [10, 20, 30])
    run.receive(progress(bar(done, { note: `loss ${(1 / done).toFixed(3)}, acc 0.5` })));
  const { status, step, rate, left, elapsed, loops, curves, curvesTitle } = run.state;
  assert.deepEqual(
    { status, step, rate, left, elapsed, curvesTitle },
    { status: "running", step: "30 / 100", rate: "10/s", left: "0:07", elapsed: "0:03", curvesTitle: "loss" },
  );
  assert.deepEqual(
    loops.map(({ label, share }) => [label, share]),
    [["epoch 1", 0.3]],
  );
  assert.deepEqual(curves[0]?.points, [
    [0, 0.1],
    [1, 0.05],
    [2, 0.033],
  ]);
  assert.equal(curves[0]?.last, "0.033");
});

test("of nested loops: the step of the inner, the time left of the outer", () => {
  const run = new TrainingRun(() => 0);
  run.receive(progress(bar(2, { total: 4, seconds: 20 }), bar(30, { label: "batches", seconds: 3 })));
  assert.deepEqual(
    [run.state.loop, run.state.step, run.state.rate, run.state.left],
    ["batches", "30 / 100", "10/s", "0:20"],
  );
  assert.equal(run.state.loops.length, 2);
});

test("curves are those of the chart of the loss, with their colors, without helpers", () => {
  let now = 0;
  const run = new TrainingRun(() => now);
  run.receive(published("update_display_data", plotBundle("Accuracy", { net: [0.1] }), "a"));
  run.receive(
    published("update_display_data", plotBundle("Training loss", { net: [3, 2, 1], twin: [1, 2, 3] }), "b"),
  );
  now = 2000;
  run.receive(
    published(
      "update_display_data",
      plotBundle("Training loss", { net: [3, 2, 1, 0.5, 0.25], twin: [1] }),
      "b",
    ),
  );
  const { curves, curvesTitle, step, rate } = run.state;
  assert.equal(curvesTitle, "Training loss");
  assert.deepEqual(
    curves.map(({ name, last }) => [name, last]),
    [
      ["net", "0.25"],
      ["twin", "1"],
    ],
  );
  assert.match(curves[0]?.color ?? "", /^#/);
  assert.deepEqual([step, rate], ["4", "2/s"]);
});

test("a long curve is thinned to its shape, with its end", () => {
  const run = new TrainingRun(() => 0);
  const values = Array.from({ length: 10_000 }, (_, i) => 10_000 - i);
  run.receive(published("update_display_data", plotBundle("loss", { net: values })));
  const { points } = run.state.curves[0]!;
  assert.ok(points.length <= 302, `${points.length} points`);
  assert.deepEqual(
    [points[0], points.at(-1)],
    [
      [0, 10_000],
      [9_999, 1],
    ],
  );
});

test("of a curve of very many notes every other point is kept, each with its own number", () => {
  const run = new TrainingRun(() => 0);
  const count = 2_001;
  for (let i = 0; i < count; i++) run.receive(progress(bar(1, { note: `loss ${i + 0.5}` })));
  const { points } = run.state.curves[0]!;
  assert.deepEqual(points.at(-1), [count - 1, count - 0.5]);
  assert.deepEqual(
    points.filter(([x, y]) => x % 2 !== 0 || y !== x + 0.5),
    [],
  );
});

test("it ends with its cell: finished, stopped, failed, or with the kernel", () => {
  const ends = { done: "idle", stopped: "Interrupted", failed: "TypeError", lost: "" };
  const found = Object.entries(ends).map(([name, how]) => {
    const run = new TrainingRun(() => 0);
    run.receive(progress(bar(10)));
    if (name === "lost") run.lose();
    else if (name !== "done") run.receive(published("error", { ename: how, evalue: "", traceback: [] }));
    run.receive(published("status", { execution_state: "idle" }));
    return [run.state.status, run.state.left, run.isRunning];
  });
  assert.deepEqual(found, [
    ["done", "", false],
    ["stopped", "", false],
    ["failed", "", false],
    ["failed", "", false],
  ]);
});
