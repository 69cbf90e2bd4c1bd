// What is left out of an optimizer's or a scheduler's options is PyTorch's default; what lies on an edge is taken.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  Adadelta,
  Adagrad,
  Adam,
  Adamax,
  AdamW,
  ASGD,
  ConstantLR,
  CosineAnnealingLR,
  CosineAnnealingWarmRestarts,
  CyclicLR,
  type CyclicOptions,
  LinearLR,
  type LRScheduler,
  MultiStepLR,
  NAdam,
  OneCycleLR,
  type OneCycleOptions,
  PolynomialLR,
  RAdam,
  ReduceLROnPlateau,
  RMSprop,
  Rprop,
  SGD,
  StepLR,
} from "../../../kernel/optim";
import { ones } from "../../../kernel/tensor";

const leaf = () => ones([1], { requiresGrad: true });
const adam = { lr: 1e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0, amsgrad: false };

const optimizers = [
  [new SGD([leaf()], { lr: 1 }), { lr: 1, momentum: 0, dampening: 0, weightDecay: 0, nesterov: false }],
  [new Adam([leaf()]), adam],
  [new AdamW([leaf()]), { ...adam, weightDecay: 1e-2 }],
  [new RMSprop([leaf()]), { lr: 1e-2, alpha: 0.99, eps: 1e-8, weightDecay: 0, momentum: 0, centered: false }],
  [new Adagrad([leaf()]), { lr: 1e-2, lrDecay: 0, weightDecay: 0, initialAccumulatorValue: 0, eps: 1e-10 }],
  [new NAdam([leaf()]), { lr: 2e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0, momentumDecay: 4e-3 }],
  [new RAdam([leaf()]), { lr: 1e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0 }],
  [new Adadelta([leaf()]), { lr: 1, rho: 0.9, eps: 1e-6, weightDecay: 0 }],
  [new Adamax([leaf()]), { lr: 2e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0 }],
  [new ASGD([leaf()]), { lr: 1e-2, lambd: 1e-4, alpha: 0.75, t0: 1e6, weightDecay: 0 }],
  [new Rprop([leaf()]), { lr: 1e-2, etas: [0.5, 1.2], stepSizes: [1e-6, 50] }],
] as const;

for (const [optimizer, expected] of optimizers) {
  test(`${optimizer.constructor.name} has torch.optim's defaults`, () => {
    const { params, ...settings } = optimizer.paramGroups[0]!;
    assert.deepEqual(settings, { maximize: false, ...expected });
  });
}

test("settings of 0 are taken where 0 makes sense, and betas of 0", () => {
  const zeros = { lr: 0, weightDecay: 0, eps: 0 };
  new SGD([leaf()], { lr: 0, momentum: 0, weightDecay: 0, dampening: -1 });
  new Adam([leaf()], { ...zeros, betas: [0, 0] });
  new RMSprop([leaf()], { ...zeros, alpha: 0, momentum: 0 });
  new Adagrad([leaf()], { ...zeros, lrDecay: 0, initialAccumulatorValue: 0 });
  for (const betas of [[1, 0.9], [0.9, 1], [-0.1, 0.9], [0.9]]) {
    assert.throws(() => new Adam([leaf()], { betas: betas as never }), /betas to be two numbers ≥ 0 and < 1/);
  }
});

const constant = (_step: number): number => 1;

/** Rate and momentum at each step of a schedule. */
function course(
  make: (optimizer: SGD) => LRScheduler | ReduceLROnPlateau,
  { lr = 1, steps = 60, metric = constant } = {},
): number[][] {
  const optimizer = new SGD([leaf()], { lr, momentum: 0.5 });
  const schedule = make(optimizer);
  return Array.from({ length: steps }, (_, step) => {
    if (step > 0) {
      optimizer.step(); // before the schedule, as it asks for
      if (schedule instanceof ReduceLROnPlateau) schedule.step(metric(step));
      else schedule.step();
    }
    const { lr: rate, momentum } = optimizer.paramGroups[0]!;
    return [rate, momentum];
  });
}

const oneCycle: Partial<OneCycleOptions> = {
  pctStart: 0.3,
  annealStrategy: "cos",
  cycleMomentum: true,
  baseMomentum: 0.85,
  maxMomentum: 0.95,
  divFactor: 25,
  finalDivFactor: 1e4,
  threePhase: false,
};
const cyclic: Partial<CyclicOptions> = {
  stepSizeUp: 2000,
  stepSizeDown: 2000,
  mode: "triangular",
  gamma: 1,
  cycleMomentum: true,
  baseMomentum: 0.8,
  maxMomentum: 0.9,
};
const plateau = {
  mode: "min",
  factor: 0.1,
  patience: 10,
  threshold: 1e-4,
  thresholdMode: "rel",
  cooldown: 0,
  minLr: 0,
  eps: 1e-8,
} as const;

type Make = (optimizer: SGD) => LRScheduler | ReduceLROnPlateau;
const schedules: Record<string, [short: Make, long: Make, where?: Parameters<typeof course>[1]]> = {
  StepLR: [(o) => new StepLR(o, { stepSize: 7 }), (o) => new StepLR(o, { stepSize: 7, gamma: 0.1 })],
  MultiStepLR: [
    (o) => new MultiStepLR(o, { milestones: [3] }),
    (o) => new MultiStepLR(o, { milestones: [3], gamma: 0.1 }),
  ],
  CosineAnnealingLR: [
    (o) => new CosineAnnealingLR(o, { tMax: 9 }),
    (o) => new CosineAnnealingLR(o, { tMax: 9, etaMin: 0 }),
  ],
  LinearLR: [(o) => new LinearLR(o), (o) => new LinearLR(o, { startFactor: 1 / 3, totalIters: 5 })],
  ConstantLR: [(o) => new ConstantLR(o), (o) => new ConstantLR(o, { factor: 1 / 3, totalIters: 5 })],
  PolynomialLR: [(o) => new PolynomialLR(o), (o) => new PolynomialLR(o, { totalIters: 5, power: 1 })],
  CosineAnnealingWarmRestarts: [
    (o) => new CosineAnnealingWarmRestarts(o, { t0: 7 }),
    (o) => new CosineAnnealingWarmRestarts(o, { t0: 7, tMult: 1, etaMin: 0 }),
  ],
  CyclicLR: [
    (o) => new CyclicLR(o, { baseLr: 1, maxLr: 2 }),
    (o) => new CyclicLR(o, { baseLr: 1, maxLr: 2, ...cyclic }),
    { steps: 4_100 },
  ],
  "CyclicLR of a function": [
    (o) => new CyclicLR(o, { baseLr: 1, maxLr: 2, stepSizeUp: 5, scaleFn: (x) => 1 / x }),
    (o) => new CyclicLR(o, { baseLr: 1, maxLr: 2, stepSizeUp: 5, scaleFn: (x) => 1 / x, scaleMode: "cycle" }),
  ],
  OneCycleLR: [
    (o) => new OneCycleLR(o, { maxLr: 2, totalSteps: 60 }),
    (o) => new OneCycleLR(o, { maxLr: 2, epochs: 6, stepsPerEpoch: 10, ...oneCycle }),
  ],
  "ReduceLROnPlateau of what stays, from a rate near its eps": [
    (o) => new ReduceLROnPlateau(o),
    (o) => new ReduceLROnPlateau(o, plateau),
    { lr: 2e-6 },
  ],
  "ReduceLROnPlateau of what falls by little": [
    (o) => new ReduceLROnPlateau(o),
    (o) => new ReduceLROnPlateau(o, plateau),
    { metric: (step) => 8 * (1 - 2e-4) ** step },
  ],
};

for (const [name, [short, long, where]] of Object.entries(schedules)) {
  test(`${name} has PyTorch's defaults`, () => {
    assert.deepEqual(course(short, where), course(long, where));
  });
}

test("options on the edge of what makes sense are taken, those beyond it are not", () => {
  const optimizer = new SGD([leaf()], { lr: 1, momentum: 0.5 });
  new LinearLR(optimizer, { startFactor: 1, totalIters: 1 });
  assert.throws(() => new LinearLR(optimizer, { startFactor: 0 }), /startFactor to be > 0 and ≤ 1, got 0/);
  for (const pctStart of [0, 1]) new OneCycleLR(optimizer, { maxLr: 1, totalSteps: 5, pctStart });
  for (const wrong of [{ divFactor: 0 }, { finalDivFactor: 0 }, { pctStart: -0.1 }, { pctStart: 1.1 }]) {
    assert.throws(() => new OneCycleLR(optimizer, { maxLr: 1, totalSteps: 5, ...wrong }), /^RangeError/);
  }
  new ReduceLROnPlateau(optimizer, { factor: 0, patience: 0, cooldown: 0, threshold: 0, eps: 0 });
  assert.throws(() => new ReduceLROnPlateau(optimizer, { factor: 1 }), /factor to be ≥ 0 and < 1, got 1/);
  for (const wrong of [{ patience: -1 }, { cooldown: -1 }, { threshold: -1e-9 }]) {
    assert.throws(() => new ReduceLROnPlateau(optimizer, wrong), /^RangeError/);
  }
});

test("ReduceLROnPlateau: a relative threshold is a share of the best, and a fall of eps itself is left out", () => {
  const rateAfter = (options: object, ...metrics: number[]) => {
    const optimizer = new SGD([leaf()], { lr: 1 });
    const scheduler = new ReduceLROnPlateau(optimizer, { factor: 0.5, patience: 0, ...options });
    for (const metric of metrics) scheduler.step(metric);
    return optimizer.paramGroups[0]!.lr;
  };
  assert.equal(rateAfter({ threshold: 0.5 }, 8, 5), 0.5, "5 is no better than half of 8");
  assert.equal(rateAfter({ threshold: 0.5 }, 8, 3), 1);
  assert.equal(rateAfter({ threshold: 0.5, mode: "max" }, 8, 11), 0.5);
  assert.equal(rateAfter({ threshold: 0.5, mode: "max" }, 8, 13), 1);
  assert.equal(rateAfter({ eps: 0.5 }, 8, 8), 1);
  assert.equal(rateAfter({ eps: 0.4375 }, 8, 8), 0.5);
});
