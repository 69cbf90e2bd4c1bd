// Schedules over 40 steps beside PyTorch's; those made of others; going to an epoch; a step in the wrong order.

import assert from "node:assert/strict";
import { describe, mock, test } from "node:test";
import * as optim from "../../../kernel/optim";
import { tensor, zeros } from "../../../kernel/tensor";
import { fixture } from "../fixtures";

type Description = readonly [name: string, options: { readonly schedulers?: readonly Description[] }];

interface Course {
  readonly scheduler: string;
  readonly options: Description[1];
  /** What step() is given, null for nothing; left out, nothing at every step. */
  readonly epochs?: readonly (number | null)[];
  /** [step][group], before each step. */
  readonly lrs: readonly number[][];
  readonly momenta: readonly number[][];
}

const functions: Readonly<Record<string, optim.LrLambda>> = {
  inverse: (t) => 1 / (1 + t),
  decay: (t) => 0.95 ** t,
  alternating: (t) => (t % 2 === 1 ? 0.5 : 1.5),
};

const leaf = () => zeros([1], { requiresGrad: true });
const twoGroups = () =>
  new optim.SGD([{ params: [leaf()] }, { params: [leaf()], lr: 0.4 }], { lr: 0.8, momentum: 0.5 });

/** A name of a function in the options becomes the function. */
function meantBy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(meantBy);
  return typeof value === "string" ? (functions[value] ?? value) : value;
}

function build(
  optimizer: optim.SGD,
  [name, { schedulers, ...options }]: Description,
): optim.LRScheduler & { step(epoch?: number): void } {
  const Kind = (optim as unknown as Record<string, new (...args: unknown[]) => optim.LRScheduler>)[name]!;
  const parts = schedulers?.map((part) => build(optimizer, part));
  if (name === "ChainedScheduler") return new Kind(parts);
  const own = Object.fromEntries(Object.entries(options).map(([key, value]) => [key, meantBy(value)]));
  return new Kind(optimizer, parts === undefined ? own : { schedulers: parts, ...options });
}

function assertNear(actual: readonly number[], expected: readonly number[], what: string): void {
  assert.equal(actual.length, expected.length, what);
  for (const [i, want] of expected.entries()) {
    const error = Math.abs(actual[i]! - want);
    assert.ok(error <= 1e-12 + 2e-8 * want, `${what}, group ${i}: expected ${want}, got ${actual[i]}`);
  }
}

const courses = fixture<{ schedulers: Course[] }>("schedulers").schedulers;

describe("schedules follow torch.optim.lr_scheduler step by step, rtol 2e-8 atol 1e-12", () => {
  for (const { scheduler, options, epochs, lrs, momenta } of courses) {
    test(`${scheduler} ${JSON.stringify(options)}${epochs === undefined ? "" : " at given epochs"}`, () => {
      const optimizer = twoGroups();
      const schedule = build(optimizer, [scheduler, options]);
      for (const [i, rates] of lrs.entries()) {
        assertNear(schedule.getLastLr(), rates, `lr after ${i} steps`);
        const moving = optimizer.paramGroups.map(({ momentum }) => momentum);
        assertNear(moving, momenta[i]!, `momentum after ${i} steps`);
        if (epochs === undefined) assert.equal(schedule.lastEpoch, i);
        optimizer.step();
        const epoch = epochs?.[i] ?? undefined;
        if (epoch === undefined) schedule.step();
        else schedule.step(epoch);
      }
    });
  }
});

describe("a schedule goes on from its state, through JSON, with the very rates of one that never stopped", () => {
  for (const { scheduler, options, lrs } of courses.filter(({ epochs }) => epochs === undefined)) {
    test(`${scheduler} ${JSON.stringify(options)}`, () => {
      for (const stop of [0, 1, 7, 16]) {
        const start = () => {
          const optimizer = twoGroups();
          return { optimizer, schedule: build(optimizer, [scheduler, options]) };
        };
        const step = ({ optimizer, schedule }: ReturnType<typeof start>) => {
          optimizer.step();
          schedule.step();
        };
        const settings = ({ optimizer }: ReturnType<typeof start>) =>
          optimizer.paramGroups.map(({ params, ...rest }) => rest);
        const [whole, resumed] = [start(), start()];
        for (let i = 0; i < stop; i++) step(whole);
        resumed.schedule.loadStateDict(JSON.parse(JSON.stringify(whole.schedule.stateDict())));
        assert.deepEqual(settings(resumed), settings(whole));
        for (let i = stop; i < lrs.length - 1; i++) {
          step(whole);
          step(resumed);
          assert.deepEqual(settings(resumed), settings(whole));
        }
        assert.deepEqual(resumed.schedule.stateDict(), whole.schedule.stateDict());
      }
    });
  }
});

test("CyclicLR moves Adam's first beta", () => {
  const optimizer = new optim.Adam([leaf()], { betas: [0.5, 0.99] });
  const scheduler = new optim.CyclicLR(optimizer, { baseLr: 0.1, maxLr: 1, stepSizeUp: 2 });
  assert.deepEqual(optimizer.paramGroups[0]!.betas, [0.9, 0.99]);
  optimizer.step();
  scheduler.step();
  assertNear([optimizer.paramGroups[0]!.betas[0]], [0.85], "β₁ half way up");
});

test("a ConstantLR of factor 0 ends with the whole rate", () => {
  const optimizer = new optim.SGD([leaf()], { lr: 0.5 });
  const scheduler = new optim.ConstantLR(optimizer, { factor: 0, totalIters: 2 });
  const rates = [0, 0, 0.5, 0.5];
  for (const rate of rates) {
    assert.deepEqual(scheduler.getLastLr(), [rate]);
    optimizer.step();
    scheduler.step();
  }
});

test("a warm restart is where whole cosines end, whatever a logarithm says", () => {
  const optimizer = new optim.SGD([leaf()], { lr: 0.5 });
  const scheduler = new optim.CosineAnnealingWarmRestarts(optimizer, { t0: 2, tMult: 3 });
  optimizer.step();
  for (const restart of [2, 8, 26, 80, 242, 728, 2186]) {
    scheduler.step(restart);
    assert.deepEqual(scheduler.getLastLr(), [0.5], `at ${restart}`);
    assert.equal(scheduler.lastEpoch, restart);
    scheduler.step(restart - 1e-9);
    assertNear(scheduler.getLastLr(), [0], `before ${restart}`);
  }
  assert.throws(() => scheduler.step(-1), /WarmRestarts.step: expected an epoch ≥ 0, got -1/);
  assert.throws(() => scheduler.step("2" as never), /expected an epoch ≥ 0, got string 2/);
});

test("sequences may hold sequences and chains, which begin anew at their milestone", () => {
  const optimizer = new optim.SGD([leaf()], { lr: 1 });
  const halves = (stepSize: number) => new optim.StepLR(optimizer, { stepSize, gamma: 0.5 });
  const inner = new optim.SequentialLR(optimizer, [halves(1), halves(2)], [2]);
  const chain = new optim.ChainedScheduler([
    new optim.ConstantLR(optimizer, { factor: 0.25, totalIters: 2 }),
    halves(1),
  ]);
  const scheduler = new optim.SequentialLR(optimizer, [halves(2), inner, chain], [3, 8]);
  const rates = [1, 1, 0.5, 1, 0.5, 1, 1, 0.5, 0.25, 0.125, 0.25, 0.125];
  for (const rate of rates) {
    assert.deepEqual(scheduler.getLastLr(), [rate], `after ${scheduler.lastEpoch}`);
    optimizer.step();
    scheduler.step();
  }
});

/** What console.warn() was told meanwhile. */
function warningsOf(run: () => void): string[] {
  const warn = mock.method(console, "warn", () => {});
  try {
    run();
    return warn.mock.calls.map(({ arguments: [text] }) => String(text));
  } finally {
    warn.mock.restore();
  }
}

describe("a scheduler stepped before its optimizer", () => {
  const make = () => {
    const parameter = leaf();
    const optimizer = new optim.SGD([parameter], { lr: 1 });
    return { optimizer, scheduler: new optim.StepLR(optimizer, { stepSize: 2 }) };
  };

  test("warns once", () => {
    const { scheduler } = make();
    const warnings = warningsOf(() => {
      scheduler.step();
      scheduler.step();
    });
    assert.equal(warnings.length, 1);
    assert.match(warnings[0]!, /^StepLR: expected optimizer\.step\(\) before .*, got none: .*first, then/);
  });

  test("warns again of a scheduler made later, not of the steps before it", () => {
    const { optimizer, scheduler } = make();
    const warnings = warningsOf(() => {
      optimizer.step();
      scheduler.step();
      new optim.ExponentialLR(optimizer, { gamma: 0.5 }).step();
    });
    assert.deepEqual(
      warnings.map((text) => text.split(":")[0]),
      ["ExponentialLR"],
    );
  });

  test("says nothing in the right order, of ReduceLROnPlateau, or of an optimizer that does not count", () => {
    const { optimizer, scheduler } = make();
    const own = { paramGroups: [{ lr: 1 }] };
    const warnings = warningsOf(() => {
      new optim.ReduceLROnPlateau(optimizer).step(1);
      new optim.StepLR(own, { stepSize: 1 }).step();
      optimizer.step();
      scheduler.step();
      scheduler.step();
    });
    assert.deepEqual(warnings, []);
  });
});

test("say what is wrong with their options", () => {
  const sgd = () => new optim.SGD([leaf()], { lr: 1 });
  const [one, other] = [sgd(), sgd()];
  const step = (optimizer: optim.Scheduled) => new optim.StepLR(optimizer, { stepSize: 1 });
  const cyclic = { baseLr: 0.1, maxLr: 1 };
  const wrong: [() => unknown, RegExp][] = [
    [() => new optim.LambdaLR(one, 3 as never), /^TypeError: LambdaLR: expected lrLambda .* got 3/],
    [
      () => new optim.LambdaLR(one, [functions.decay!, functions.decay!]),
      /LambdaLR: expected 1 values of lrLambda, got 2/,
    ],
    [
      () => new optim.LambdaLR(one, () => Number.NaN),
      /LambdaLR: expected lrLambda\(0\) to be a number ≥ 0, got NaN/,
    ],
    [
      () => new optim.MultiplicativeLR(one, () => tensor(1) as never).step(),
      /MultiplicativeLR: expected lrLambda\(1\) .* got a tensor/,
    ],
    [() => new optim.ConstantLR(one, { factor: 2 }), /ConstantLR: expected factor to be ≥ 0 and ≤ 1, got 2/],
    [() => new optim.PolynomialLR(one, 0), /PolynomialLR: expected totalIters .* got 0/],
    [() => new optim.PolynomialLR(one, 5, -1), /PolynomialLR: expected power .* got -1/],
    [
      () => new optim.CosineAnnealingWarmRestarts(one, { t0: 2, tMult: 1.5 }),
      /expected tMult to be a whole number ≥ 1, got 1.5/,
    ],
    [() => new optim.CyclicLR(one, { ...cyclic, maxLr: [1, 2] }), /expected 1 values of maxLr, got 2/],
    [
      () => new optim.CyclicLR(one, { ...cyclic, mode: "square" as never }),
      /CyclicLR: expected mode "triangular", "triangular2", "exp_range", got string square/,
    ],
    [
      () => new optim.CyclicLR(one, { ...cyclic, scaleMode: "steps" as never }),
      /CyclicLR: expected scaleMode "cycle" or "iterations", got/,
    ],
    [() => new optim.CyclicLR(new optim.Adagrad([leaf()]), cyclic), /^TypeError: CyclicLR: .* got neither/],
    [() => new optim.CyclicLR(one, { ...cyclic, stepSizeUp: 0 }), /CyclicLR: expected stepSizeUp .* got 0/],
    [
      () => new optim.SequentialLR(one, [step(one), step(other)], [2]),
      /^RangeError: SequentialLR: expected schedulers of one optimizer, got one of another at 1/,
    ],
    [
      () => new optim.SequentialLR(one, [step(other)], []),
      /SequentialLR: expected schedulers of the given optimizer/,
    ],
    [
      () => new optim.SequentialLR(one, [step(one), step(one)], []),
      /SequentialLR: expected 1 milestones for 2 schedulers, got 0/,
    ],
    [
      () => new optim.SequentialLR(one, [step(one), step(one), step(one)], [4, 4]),
      /SequentialLR: expected milestones in rising order, got \[4, 4\]/,
    ],
    [
      () => new optim.ChainedScheduler([step(one), new optim.ReduceLROnPlateau(one) as never]),
      /^TypeError: ChainedScheduler: .* without a metric, got a ReduceLROnPlateau at 1/,
    ],
    [() => new optim.ChainedScheduler([]), /ChainedScheduler: expected schedulers in an array/],
    [
      () => new optim.ChainedScheduler([step(one)]).loadStateDict(step(one).stateDict() as never),
      /ChainedScheduler.loadStateDict: expected the states of 1 schedulers, got undefined/,
    ],
  ];
  for (const [build, message] of wrong) assert.throws(build, message);
});
