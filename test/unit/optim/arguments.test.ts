// Optimizers and schedulers given what they are not made for: an answer in words, never a TypeError of the engine.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  Adadelta,
  Adagrad,
  Adam,
  Adamax,
  AdamW,
  ASGD,
  ChainedScheduler,
  ConstantLR,
  CosineAnnealingLR,
  CosineAnnealingWarmRestarts,
  CyclicLR,
  ExponentialLR,
  LambdaLR,
  LinearLR,
  MultiplicativeLR,
  MultiStepLR,
  NAdam,
  OneCycleLR,
  PolynomialLR,
  RAdam,
  ReduceLROnPlateau,
  RMSprop,
  Rprop,
  SequentialLR,
  SGD,
  StepLR,
} from "../../../kernel/optim";
import { ones } from "../../../kernel/tensor";

const things: Record<string, unknown> = {
  nothing: undefined,
  null: null,
  "a number": 3,
  "a string": "weights",
  "a nested array": [[1, 2]],
  "a function": () => 1,
  "an object": { weight: 1 },
};

const leaf = () => ones([1], { requiresGrad: true });

/** An error that says who expected what, and what came. */
function assertRefused(call: () => unknown, what: string): void {
  assert.throws(call, /^\w+: [\w.]+: .*expected .*got /s, `${what} was taken`);
}

const kinds = [SGD, Adam, AdamW, NAdam, RAdam, Adamax, Adadelta, Adagrad, RMSprop, Rprop, ASGD];
for (const Kind of kinds) {
  test(`${Kind.name} refuses what is no parameters, and what is no state`, () => {
    for (const [what, thing] of Object.entries(things)) {
      assertRefused(() => new Kind(thing as never, { lr: 1 }), what);
      const optimizer = new Kind([leaf()], { lr: 1 });
      assertRefused(() => optimizer.loadStateDict(thing as never), what);
      assertRefused(() => optimizer.addParamGroup(thing as never), what);
    }
  });
}

const schedules = {
  StepLR: (optimizer: never) => new StepLR(optimizer, { stepSize: 1 }),
  MultiStepLR: (optimizer: never) => new MultiStepLR(optimizer, { milestones: [1] }),
  ExponentialLR: (optimizer: never) => new ExponentialLR(optimizer, { gamma: 0.5 }),
  CosineAnnealingLR: (optimizer: never) => new CosineAnnealingLR(optimizer, { tMax: 2 }),
  LinearLR: (optimizer: never) => new LinearLR(optimizer),
  OneCycleLR: (optimizer: never) =>
    new OneCycleLR(optimizer, { maxLr: 1, totalSteps: 2, cycleMomentum: false }),
  LambdaLR: (optimizer: never) => new LambdaLR(optimizer, () => 1),
  MultiplicativeLR: (optimizer: never) => new MultiplicativeLR(optimizer, () => 1),
  ConstantLR: (optimizer: never) => new ConstantLR(optimizer),
  PolynomialLR: (optimizer: never) => new PolynomialLR(optimizer),
  CosineAnnealingWarmRestarts: (optimizer: never) => new CosineAnnealingWarmRestarts(optimizer, { t0: 2 }),
  CyclicLR: (optimizer: never) => new CyclicLR(optimizer, { baseLr: 1, maxLr: 2, cycleMomentum: false }),
  SequentialLR: (optimizer: never) => new SequentialLR(optimizer, [new PolynomialLR(optimizer)], []),
  ChainedScheduler: (optimizer: never) => new ChainedScheduler([new PolynomialLR(optimizer)]),
  ReduceLROnPlateau: (optimizer: never) => new ReduceLROnPlateau(optimizer),
};
for (const [name, make] of Object.entries(schedules)) {
  test(`${name} refuses what is no optimizer, and what is no state`, () => {
    for (const [what, thing] of Object.entries(things)) {
      assertRefused(() => make(thing as never), what);
      const scheduler = make(new Adagrad([leaf()]) as never);
      assertRefused(() => scheduler.loadStateDict(thing as never), what);
    }
  });
}

test("lists of rates and milestones are asked for as such", () => {
  const optimizer = new SGD([leaf()], { lr: 1 });
  assertRefused(() => new MultiStepLR(optimizer, { milestones: 3 as never }), "a number");
  assertRefused(() => new OneCycleLR(optimizer, { maxLr: "1" as never, totalSteps: 2 }), "a string");
  assertRefused(() => new ReduceLROnPlateau(optimizer, { minLr: {} as never }), "an object");
});

test("lr is the first group's rate; set, it is every group's, and a rate that makes no sense changes none", () => {
  for (const Kind of kinds) {
    const groups = [{ params: leaf(), lr: 0.1 }, { params: leaf() }];
    const optimizer = new Kind(groups, { lr: 0.5 });
    assert.equal(optimizer.lr, 0.1);
    assert.throws(() => (optimizer.lr = Number.NaN), /expected .*lr.*got NaN/s, Kind.name);
    assert.deepEqual(
      optimizer.paramGroups.map(({ lr }) => lr),
      [0.1, 0.5],
      Kind.name,
    );
    optimizer.lr = 0.2;
    assert.deepEqual(
      optimizer.paramGroups.map(({ lr }) => lr),
      [0.2, 0.2],
    );
  }
});
