// `experiment` as cells call it: what is under way is there in `last`, whatever becomes of the promise.
import assert from "node:assert/strict";
import { test } from "node:test";
import { experiment } from "../../../kernel/bnlab/experiment";

test("experiment.last is the latest experiment, while it runs and after", async () => {
  const seen: number[] = [];
  const first = await experiment({
    seeds: 2,
    arms: ["a", "b"],
    run: ({ seed }) => {
      seen.push(experiment.last!.runs.length);
      return seed;
    },
  });
  assert.deepEqual(seen, [0, 1, 2, 3]);
  assert.equal(experiment.last, first);
  const second = await experiment({ seeds: 1, arms: { a: 1 }, run: ({ settings }) => settings });
  assert.equal(experiment.last, second);
  assert.deepEqual(second.values, { a: [1] });
});
