// EarlyStopping: when a training ends, and with which weights.

import assert from "node:assert/strict";
import { test } from "node:test";
import * as nn from "../../../kernel/nn";
import { EarlyStopping } from "../../../kernel/optim";
import { noGrad, tensor, tidy } from "../../../kernel/tensor";

/** Steps until it stops: how many there were. */
function stepsOf(stopping: EarlyStopping, metrics: readonly number[]): number {
  const at = metrics.findIndex((metric) => stopping.step(metric));
  return at < 0 ? metrics.length : at + 1;
}

test("it stops after `patience` steps without improvement in a row", () => {
  assert.equal(stepsOf(new EarlyStopping({ patience: 2 }), [3, 2, 2.5, 1, 1, 1, 0]), 6);
  assert.equal(stepsOf(new EarlyStopping({ patience: 1 }), [3, 3]), 2);
  assert.equal(stepsOf(new EarlyStopping({ patience: 3 }), [1, 2, 2, 0.5, 2, 2]), 6);
  assert.equal(
    stepsOf(
      new EarlyStopping(),
      Array.from({ length: 20 }, () => 1),
    ),
    11,
  );
  assert.equal(stepsOf(new EarlyStopping({ patience: 2, mode: "max" }), [1, 2, 3, 2, 2, 9]), 5);
});

test("an improvement is more than minDelta, and NaN is none", () => {
  const stopping = new EarlyStopping({ patience: 2, minDelta: 0.5 });
  assert.equal(stepsOf(stopping, [3, 2.5, 2.6]), 3);
  assert.deepEqual([stopping.best, stopping.bestStep], [3, 0]);
  assert.equal(stepsOf(new EarlyStopping({ patience: 2, minDelta: 0.5, mode: "max" }), [1, 1.5, 1.6, 9]), 4);
  const nan = new EarlyStopping({ patience: 2 });
  assert.equal(stepsOf(nan, [Number.NaN, Number.NaN, 1]), 2);
  assert.deepEqual([nan.best, nan.bestStep], [null, -1]);
  assert.equal(new EarlyStopping().step(tensor(2)), false);
});

test("the best weights are back when it stops, or when asked", () => {
  const net = new nn.BatchNorm1d(2);
  const set = (value: number) =>
    noGrad(() => {
      net.weight!.fill_(value);
      net.runningMean!.fill_(value);
    });
  const stopping = new EarlyStopping({ patience: 2, restoreBest: net });
  for (const [i, metric] of [3, 1, 2].entries()) {
    set(i);
    assert.equal(
      tidy(() => stopping.step(metric)),
      false,
    );
  }
  assert.deepEqual(net.weight!.detach().toArray(), [2, 2]);
  stopping.restore();
  assert.deepEqual(
    [net.weight!.detach().toArray(), net.runningMean!.toArray()],
    [
      [1, 1],
      [1, 1],
    ],
  );
  set(7);
  assert.equal(stopping.step(2), true);
  assert.deepEqual(
    [net.weight!.detach().toArray(), net.runningMean!.toArray()],
    [
      [1, 1],
      [1, 1],
    ],
  );
  assert.throws(
    () => new EarlyStopping().restore(),
    /restore: expected weights from a step with \{ restoreBest: net \}, got none/,
  );
});

test("its state goes on where it was, weights too", () => {
  const [net, other] = [new nn.Linear(1, 1), new nn.Linear(1, 1)];
  const one = new EarlyStopping({ patience: 3, restoreBest: net });
  one.step(2);
  one.step(3);
  const two = new EarlyStopping({ patience: 3, restoreBest: other });
  two.loadStateDict(one.stateDict());
  assert.deepEqual([two.best, two.bestStep], [2, 0]);
  assert.equal(two.step(3), false);
  assert.equal(two.step(3), true);
  assert.deepEqual(other.weight.detach().toArray(), net.weight.detach().toArray());
  const fresh = { best: null, bestStep: -1, steps: 0, weights: null };
  assert.deepEqual(new EarlyStopping().stateDict(), fresh);
  two.loadStateDict(fresh);
  assert.deepEqual(two.stateDict(), fresh);
});

test("what makes no sense is refused", () => {
  const said: [() => unknown, RegExp][] = [
    [
      () => new EarlyStopping({ patience: 0 }),
      /^RangeError: EarlyStopping: expected patience to be a whole number ≥ 1, got 0/,
    ],
    [() => new EarlyStopping({ minDelta: -1 }), /expected minDelta to be a number ≥ 0, got -1/],
    [() => new EarlyStopping({ mode: "auto" as never }), /expected mode "min" or "max", got string auto/],
    [
      () => new EarlyStopping({ restoreBest: true as never }),
      /expected restoreBest to be a model, got boolean true; write \{ restoreBest: net \}/,
    ],
    [() => new EarlyStopping({ min_delta: 1 } as never), /got min_delta; did you mean minDelta\?/],
    [
      () => new EarlyStopping().step("3" as never),
      /step: expected a number or a tensor of one, got string 3/,
    ],
    [() => new EarlyStopping().loadStateDict(null as never), /loadStateDict: expected a state, got null/],
    [
      () => new EarlyStopping().loadStateDict({ best: "1" } as never),
      /EarlyStopping\.loadStateDict: expected steps/,
    ],
    [
      () =>
        new EarlyStopping({ restoreBest: new nn.Linear(1, 1) }).loadStateDict({
          best: 1,
          bestStep: 0,
          steps: 1,
          weights: null,
        }),
      /expected the weights at the best step, got null/,
    ],
  ];
  for (const [call, pattern] of said) assert.throws(call, pattern);
});
