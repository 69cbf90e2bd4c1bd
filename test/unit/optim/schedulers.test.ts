// Learning-rate schedules: PyTorch's rates, and going on from a saved state.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  Adagrad,
  Adam,
  CosineAnnealingLR,
  ExponentialLR,
  LinearLR,
  type LRScheduler,
  MultiStepLR,
  OneCycleLR,
  ReduceLROnPlateau,
  type Scheduled,
  type ScheduledGroup,
  SGD,
  StepLR,
} from "../../../kernel/optim";
import { tensor, zeros } from "../../../kernel/tensor";
import { fixture } from "../fixtures";

interface Schedule {
  readonly scheduler: keyof typeof make;
  readonly options: never;
  readonly momentum: "momentum" | "betas";
  /** [step][group], before each step. */
  readonly lrs: readonly number[][];
  readonly momenta: readonly number[][];
  readonly metrics?: readonly number[];
}

const make = {
  StepLR: (optimizer: Scheduled, options: never) => new StepLR(optimizer, options),
  MultiStepLR: (optimizer: Scheduled, options: never) => new MultiStepLR(optimizer, options),
  ExponentialLR: (optimizer: Scheduled, options: never) => new ExponentialLR(optimizer, options),
  CosineAnnealingLR: (optimizer: Scheduled, options: never) => new CosineAnnealingLR(optimizer, options),
  LinearLR: (optimizer: Scheduled, options: never) => new LinearLR(optimizer, options),
  OneCycleLR: (optimizer: Scheduled, options: never) => new OneCycleLR(optimizer, options),
  ReduceLROnPlateau: (optimizer: Scheduled, options: never) => new ReduceLROnPlateau(optimizer, options),
};

const leaf = () => zeros([1], { requiresGrad: true });
const sgd = (lr = 0.8) => new SGD([leaf()], { lr });

/** A step; only ReduceLROnPlateau takes a metric, the others would not look at it. */
function stepWith(scheduler: LRScheduler | ReduceLROnPlateau, metric: number): void {
  if (scheduler instanceof ReduceLROnPlateau) scheduler.step(metric);
  else scheduler.step();
}

function assertNear(actual: readonly number[], expected: readonly number[], what: string): void {
  assert.equal(actual.length, expected.length, what);
  for (const [i, want] of expected.entries()) {
    const error = Math.abs(actual[i]! - want);
    assert.ok(
      error <= 1e-12 + 2e-8 * Math.abs(want),
      `${what}, group ${i}: expected ${want}, got ${actual[i]}`,
    );
  }
}

describe("schedulers follow torch.optim.lr_scheduler for 16 steps, rtol 2e-8 atol 1e-12", () => {
  for (const { scheduler: name, options, momentum, lrs, momenta, metrics } of fixture<{
    schedulers: Schedule[];
  }>("optim").schedulers) {
    test(`${name} ${JSON.stringify(options)} with ${momentum}`, () => {
      const groups = [{ params: [leaf()] }, { params: [leaf()], lr: 0.4 }];
      const optimizer: Scheduled =
        momentum === "momentum"
          ? new SGD(groups, { lr: 0.8, momentum: 0.5 })
          : new Adam(groups, { lr: 0.8, betas: [0.5, 0.99] });
      const scheduler = make[name](optimizer, options);
      const moving = ({ betas, momentum }: ScheduledGroup) => betas?.[0] ?? momentum!;
      for (const [i, rates] of lrs.entries()) {
        assertNear(scheduler.getLastLr(), rates, `lr after ${i} steps`);
        assertNear(optimizer.paramGroups.map(moving), momenta[i]!, `momentum after ${i} steps`);
        stepWith(scheduler, metrics?.[i] ?? Number.NaN);
      }
    });
  }
});

describe("a schedule goes on from its state, through JSON, with the very rates of one that never stopped", () => {
  const options: Record<keyof typeof make, object> = {
    StepLR: { stepSize: 3 },
    MultiStepLR: { milestones: [2, 5, 9], gamma: 0.3 },
    ExponentialLR: { gamma: 0.9 },
    CosineAnnealingLR: { tMax: 5, etaMin: 0.01 },
    LinearLR: { totalIters: 8 },
    OneCycleLR: { maxLr: [1, 0.4], totalSteps: 16 },
    ReduceLROnPlateau: { patience: 1, factor: 0.5, cooldown: 1 },
  };
  const metrics = [5, 4, 4.5, 4.4, 4.3, 4.2, 3, 3.5, 3.4, 3.3, 3.2, 3.1, 3, 2.9];
  for (const [name, build] of Object.entries(make)) {
    for (const stop of [0, 1, 4, 7]) {
      test(`${name} after ${stop} steps`, () => {
        const start = () => {
          const optimizer = new SGD([{ params: [leaf()] }, { params: [leaf()], lr: 0.4 }], {
            lr: 0.8,
            momentum: 0.5,
          });
          return { optimizer, scheduler: build(optimizer, options[name as keyof typeof make] as never) };
        };
        const { optimizer, scheduler } = start();
        for (const metric of metrics.slice(0, stop)) stepWith(scheduler, metric);
        const resumed = start();
        resumed.scheduler.loadStateDict(JSON.parse(JSON.stringify(scheduler.stateDict())) as never);
        const settings = (of: typeof optimizer) => of.paramGroups.map(({ params, ...rest }) => rest);
        assert.deepEqual(settings(resumed.optimizer), settings(optimizer));
        for (const metric of metrics.slice(stop)) {
          stepWith(scheduler, metric);
          stepWith(resumed.scheduler, metric);
          assert.deepEqual(settings(resumed.optimizer), settings(optimizer));
        }
        assert.deepEqual(resumed.scheduler.stateDict(), scheduler.stateDict());
      });
    }
  }

  test("two schedules of one optimizer, and the optimizer's own state, in any order", () => {
    const start = () => {
      const optimizer = sgd(1);
      const warmup = new LinearLR(optimizer, { startFactor: 0.5, totalIters: 3 });
      return { optimizer, warmup, decay: new CosineAnnealingLR(optimizer, { tMax: 6 }) };
    };
    const run = ({ warmup, decay }: ReturnType<typeof start>, steps: number) =>
      Array.from({ length: steps }, () => {
        warmup.step();
        decay.step();
        return decay.getLastLr();
      });
    const whole = start();
    run(whole, 2);
    const states = [whole.optimizer.stateDict(), whole.warmup.stateDict(), whole.decay.stateDict()] as const;
    const [forth, back] = [start(), start()];
    forth.optimizer.loadStateDict(states[0]);
    forth.warmup.loadStateDict(states[1]);
    forth.decay.loadStateDict(states[2]);
    back.decay.loadStateDict(states[2]);
    back.warmup.loadStateDict(states[1]);
    back.optimizer.loadStateDict(states[0]);
    const expected = run(whole, 5);
    assert.deepEqual(run(forth, 5), expected);
    assert.deepEqual(run(back, 5), expected);
  });

  test("a state that does not fit is refused before anything changes", () => {
    const [step, plateau] = [new StepLR(sgd(), { stepSize: 2 }), new ReduceLROnPlateau(sgd())];
    assert.throws(
      () => step.loadStateDict(plateau.stateDict() as never),
      /^RangeError: StepLR.loadStateDict: expected lastEpoch to be a whole number ≥ 0, got undefined/,
    );
    assert.throws(
      () => plateau.loadStateDict(step.stateDict() as never),
      /ReduceLROnPlateau.loadStateDict: expected numBadEpochs .* got undefined/,
    );
    assert.throws(
      () => step.loadStateDict({ lastEpoch: 1, baseLrs: [1], lastLr: [1, 2] }),
      /StepLR.loadStateDict: expected 1 values of lastLr, got 2/,
    );
    assert.throws(
      () => step.loadStateDict({ lastEpoch: 1, baseLrs: [Number.NaN], lastLr: [1] }),
      /expected baseLrs to be a number ≥ 0, got NaN/,
    );
    assert.deepEqual(step.stateDict(), { lastEpoch: 0, baseLrs: [0.8], lastLr: [0.8] });
  });
});

describe("schedulers", () => {
  test("leave groups alone that came after them", () => {
    const optimizer = sgd(0.5);
    const scheduler = new CosineAnnealingLR(optimizer, { tMax: 4 });
    optimizer.addParamGroup({ params: leaf(), lr: 0.25 });
    scheduler.step();
    assert.equal(optimizer.paramGroups[1]!.lr, 0.25);
    assert.equal(scheduler.getLastLr().length, 1);
  });

  test("change what the next step of the optimizer does", () => {
    const parameter = leaf();
    const optimizer = new SGD([parameter], { lr: 0.5 });
    const scheduler = new StepLR(optimizer, { stepSize: 1, gamma: 0.5 });
    for (let i = 0; i < 3; i++) {
      parameter.grad = tensor([1]);
      optimizer.step();
      scheduler.step();
    }
    assert.deepEqual(parameter.toArray(), [-0.875]);
    assert.deepEqual(scheduler.getLastLr(), [0.0625]);
  });

  test("work together: a warmup times a decay", () => {
    const optimizer = sgd(1);
    const warmup = new LinearLR(optimizer, { startFactor: 0.5, totalIters: 2 });
    const decay = new ExponentialLR(optimizer, { gamma: 0.5 });
    const rates = [0.5, 0.75 / 2, 1 / 4, 1 / 8];
    for (const rate of rates) {
      assertNear(decay.getLastLr(), [rate], "lr");
      warmup.step();
      decay.step();
    }
  });

  test("a cosine made after a warmup rises again to the rate before both", () => {
    const optimizer = sgd(1);
    new LinearLR(optimizer, { startFactor: 0.5, totalIters: 1 }).step();
    const cosine = new CosineAnnealingLR(optimizer, { tMax: 3 });
    for (let i = 0; i < 6; i++) cosine.step();
    assertNear(cosine.getLastLr(), [1], "lr");
  });

  test("ReduceLROnPlateau takes a tensor of one element", () => {
    const scheduler = new ReduceLROnPlateau(sgd(1), { patience: 0, factor: 0.5 });
    for (const loss of [1, 2, 2]) scheduler.step(tensor(loss));
    assert.deepEqual(scheduler.getLastLr(), [0.25]);
  });

  test("say what is wrong with their options", () => {
    const wrong: [() => unknown, RegExp][] = [
      [
        () => new StepLR(sgd(), { stepSize: 0 }),
        /^RangeError: StepLR: expected stepSize to be a whole number ≥ 1, got 0$/,
      ],
      [
        () => new StepLR(sgd(), { stepSize: 1, gamma: -1 }),
        /StepLR: expected gamma to be a number ≥ 0, got -1/,
      ],
      [() => new MultiStepLR(sgd(), { milestones: [1, 2.5] }), /MultiStepLR: expected milestone .* got 2.5/],
      [() => new ExponentialLR(sgd(), { gamma: Number.NaN }), /ExponentialLR: expected gamma .* got NaN/],
      [() => new CosineAnnealingLR(sgd(), { tMax: 0 }), /CosineAnnealingLR: expected tMax .* got 0/],
      [
        () => new LinearLR(sgd(), { startFactor: 0 }),
        /LinearLR: expected startFactor to be > 0 and ≤ 1, got 0/,
      ],
      [() => new OneCycleLR(sgd(), { maxLr: 1 }), /OneCycleLR: expected totalSteps .* got NaN/],
      [() => new OneCycleLR(sgd(), { maxLr: [1, 2], totalSteps: 3 }), /expected 1 values of maxLr, got 2/],
      [
        () => new OneCycleLR(sgd(), { maxLr: 1, totalSteps: 3, pctStart: 2 }),
        /expected pctStart from 0 to 1, got 2/,
      ],
      [
        () => new OneCycleLR(new Adagrad([leaf()]), { maxLr: 1, totalSteps: 3 }),
        /^TypeError: .* got neither/,
      ],
      [() => new ReduceLROnPlateau(sgd(), { factor: 1 }), /ReduceLROnPlateau: expected factor .* got 1/],
      [
        () => new ReduceLROnPlateau(sgd(), { patience: -1 }),
        /expected patience to be a whole number ≥ 0, got -1/,
      ],
      [() => new ReduceLROnPlateau(sgd(), { minLr: [0, 0] }), /expected 1 values of minLr, got 2/],
    ];
    for (const [build, message] of wrong) assert.throws(build, message);
  });

  test("OneCycleLR ends: one step too many is an error", () => {
    const scheduler = new OneCycleLR(sgd(), { maxLr: 1, totalSteps: 4 });
    for (let i = 0; i < 4; i++) scheduler.step();
    assert.throws(() => scheduler.step(), /OneCycleLR: expected at most 4 steps, got one more/);
  });
});
