// Every layer, helper and schedule given what it is not made for: an answer in words, or a result; never a TypeError of the engine.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as nn from "../../../kernel/nn";
import * as optim from "../../../kernel/optim";
import { full, ones, randn, type Tensor, tensor, zeros } from "../../../kernel/tensor";

const things: Record<string, unknown> = {
  nothing: undefined,
  null: null,
  "a number": 3,
  "a nested array": [[1, 2]],
  "a function": () => 1,
  "a module": new nn.ReLU(),
};
const tensors: Record<string, Tensor> = {
  "an int32 tensor": tensor(Int32Array.of(0, 1, 2, 3), { shape: [2, 2] }),
  "a bool tensor": ones([2, 3]).gt(0),
  "one number": tensor(3),
  "an empty tensor": zeros([0]),
  "no samples": zeros([0, 3]),
  "a matrix": ones([2, 2]),
  "an image of one pixel": ones([1, 3, 1, 1]),
  "six dimensions": ones([1, 1, 1, 1, 1, 1]),
  NaN: full([2, 3], Number.NaN),
};

const layers: Record<string, () => nn.Module> = {
  Linear: () => new nn.Linear(3, 2),
  BatchNorm1d: () => new nn.BatchNorm1d(3),
  BatchNorm2d: () => new nn.BatchNorm2d(3),
  BatchNorm3d: () => new nn.BatchNorm3d(3),
  "BatchNorm1d, ghosts": () => new nn.BatchNorm1d(3, { ghostSize: 1 }),
  BatchRenorm1d: () => new nn.BatchRenorm1d(3),
  BatchRenorm2d: () => new nn.BatchRenorm2d(3),
  InstanceNorm1d: () => new nn.InstanceNorm1d(3),
  InstanceNorm2d: () => new nn.InstanceNorm2d(3),
  LayerNorm: () => new nn.LayerNorm(3),
  GroupNorm: () => new nn.GroupNorm(1, 3),
  RMSNorm: () => new nn.RMSNorm(3),
  LocalResponseNorm: () => new nn.LocalResponseNorm(2),
  Embedding: () => new nn.Embedding(2, 2, { paddingIdx: 0 }),
  Conv1d: () => new nn.Conv1d(3, 1, 2),
  Conv2d: () => new nn.Conv2d(3, 1, 2),
  InceptionV1: () => new nn.InceptionV1(3),
  InceptionReduction: () => new nn.InceptionReduction(3),
  SmallInception: () => new nn.SmallInception(),
  Sequential: () => new nn.Sequential(new nn.Flatten(), new nn.Linear(3, 2)),
  ModuleList: () => new nn.ModuleList([new nn.ReLU()]),
  ModuleDict: () => new nn.ModuleDict({}),
  ReLU: () => new nn.ReLU(),
  Sigmoid: () => new nn.Sigmoid(),
  Tanh: () => new nn.Tanh(),
  GELU: () => new nn.GELU(),
  Softmax: () => new nn.Softmax(1),
  LogSoftmax: () => new nn.LogSoftmax(1),
  Dropout: () => new nn.Dropout(),
  Flatten: () => new nn.Flatten(),
  CrossEntropyLoss: () => new nn.CrossEntropyLoss(),
  NLLLoss: () => new nn.NLLLoss(),
  MSELoss: () => new nn.MSELoss(),
  L1Loss: () => new nn.L1Loss(),
  SmoothL1Loss: () => new nn.SmoothL1Loss(),
  BCEWithLogitsLoss: () => new nn.BCEWithLogitsLoss(),
};

/** Runs it; an error must say who expected what and what came. */
function answers(call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    assert.match(String((error as Error).message), /^[\w.]+: .*expected .*got /s);
    return null;
  }
}

describe("a forward of what is no tensor says so", () => {
  for (const [name, make] of Object.entries(layers)) {
    test(name, () => {
      for (const [what, thing] of Object.entries(things)) {
        const module = make();
        const result = answers(() => module.forward(thing as Tensor, thing as Tensor));
        assert.equal(result, null, `${what} was taken`);
      }
    });
  }
});

describe("a forward of any tensor gives a tensor or says what it expected, and leaves neighbours alone", () => {
  for (const [name, make] of Object.entries(layers)) {
    test(name, () => {
      const module = make();
      const guards = [randn([64]), randn([64])];
      const before = guards.map((guard) => guard.toArray());
      for (const [what, input] of Object.entries(tensors)) {
        const copy = input.toArray();
        const result = answers(() => module.forward(input, input)) as Tensor | null;
        if (result !== null) assert.ok(result.toArray() !== undefined, what);
        assert.deepEqual(input.toArray(), copy, `${what} was changed`);
      }
      assert.deepEqual(
        guards.map((guard) => guard.toArray()),
        before,
      );
    });
  }
});

const { ModelSummary: _, ...utils } = nn.utils;
const { calculateGain: __, ...fillers } = nn.init;
for (const [room, functions] of Object.entries({ utils, init: fillers })) {
  test(`nn.${room} given what is neither tensor, parameters nor layer says so`, () => {
    for (const [name, call] of Object.entries<(...given: never[]) => unknown>(functions)) {
      for (const [what, thing] of Object.entries(things)) {
        assert.equal(
          answers(() => (room === "utils" ? call(thing as never, thing as never) : call(thing as never))),
          null,
          `${name} took ${what}`,
        );
      }
    }
  });
}

test("state dicts and hooks given what is none say so", () => {
  const net = new nn.Linear(1, 1);
  const optimizer = new optim.SGD(net.parameters(), { lr: 1 });
  const scheduler = new optim.StepLR(optimizer, { stepSize: 1 });
  for (const thing of [undefined, null, 3, "weights"]) {
    assert.equal(
      answers(() => net.loadStateDict(thing as never)),
      null,
    );
    assert.equal(
      answers(() => optimizer.loadStateDict(thing as never)),
      null,
    );
    assert.equal(
      answers(() => scheduler.loadStateDict(thing as never)),
      null,
    );
    assert.throws(
      () => net.registerForwardHook(thing as never),
      /^TypeError: Linear's hook: expected a function, got /,
    );
  }
  assert.throws(
    () => net.loadStateDict({ weight: [[1]] as never, bias: zeros([1]) }),
    /^Error: loadStateDict: .* got weight: expected shape \[1, 1\], got an array$/,
  );
});

test("optimizers and schedulers given what is neither parameters nor optimizer say so", () => {
  const { SGD, Adam, AdamW, RMSprop, Adagrad } = optim;
  for (const Kind of [SGD, Adam, AdamW, RMSprop, Adagrad]) {
    for (const thing of Object.values(things)) {
      assert.equal(
        answers(() => new Kind(thing as never, { lr: 1 })),
        null,
      );
    }
  }
  const schedules: ((optimizer: never) => unknown)[] = [
    (optimizer) => new optim.StepLR(optimizer, { stepSize: 1 }),
    (optimizer) => new optim.MultiStepLR(optimizer, { milestones: [1] }),
    (optimizer) => new optim.ExponentialLR(optimizer, { gamma: 0.5 }),
    (optimizer) => new optim.CosineAnnealingLR(optimizer, { tMax: 2 }),
    (optimizer) => new optim.LinearWarmup(optimizer),
    (optimizer) => new optim.OneCycleLR(optimizer, { maxLr: 1, totalSteps: 2 }),
    (optimizer) => new optim.ReduceLROnPlateau(optimizer),
  ];
  for (const make of schedules) {
    for (const thing of Object.values(things))
      assert.equal(
        answers(() => make(thing as never)),
        null,
      );
  }
  const optimizer = new SGD(new nn.Linear(1, 1).parameters(), { lr: 1 });
  assert.equal(
    answers(() => new optim.MultiStepLR(optimizer, { milestones: 3 as never })),
    null,
  );
  assert.equal(
    answers(() => new optim.OneCycleLR(optimizer, { maxLr: "1" as never, totalSteps: 2 })),
    null,
  );
});
