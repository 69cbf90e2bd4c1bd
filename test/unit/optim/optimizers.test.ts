// Optimizers beyond SGD: PyTorch's trajectories, groups, state, errors.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  Adadelta,
  Adagrad,
  type AdagradSettings,
  Adam,
  Adamax,
  type AdamSettings,
  AdamW,
  ASGD,
  NAdam,
  type Optimizer,
  RAdam,
  RMSprop,
  type RMSpropSettings,
  Rprop,
  SGD,
} from "../../../kernel/optim";
import { type Tensor, tensor, tidy, zeros } from "../../../kernel/tensor";
import { assertClose, fixture, type Packed, unpack } from "../fixtures";

type Settings = Partial<AdamSettings & RMSpropSettings & AdagradSettings>;

interface Trajectory {
  readonly optimizer: keyof typeof make;
  readonly options: Settings;
  readonly start: Packed;
  readonly steps: { readonly grad: Packed; readonly value: Packed }[];
}

const make = {
  SGD: (params: Tensor[], options: Settings) => new SGD(params, { lr: 0.1, momentum: 0.9, ...options }),
  Adam: (params: Tensor[], options: Settings) => new Adam(params, options),
  AdamW: (params: Tensor[], options: Settings) => new AdamW(params, options),
  RMSprop: (params: Tensor[], options: Settings) => new RMSprop(params, options),
  Adagrad: (params: Tensor[], options: Settings) => new Adagrad(params, options),
  NAdam: (params: Tensor[], options: Settings) => new NAdam(params, options),
  RAdam: (params: Tensor[], options: Settings) => new RAdam(params, options),
  Adadelta: (params: Tensor[], options: Settings) => new Adadelta(params, options),
  Adamax: (params: Tensor[], options: Settings) => new Adamax(params, options),
  ASGD: (params: Tensor[], options: Settings) => new ASGD(params, options),
  Rprop: (params: Tensor[], options: Settings) => new Rprop(params, options),
};

const trajectories = ["optim", "optimizers"].flatMap(
  (file) => fixture<{ optimizers: Trajectory[] }>(file).optimizers,
);

describe("optimizers follow torch.optim for twelve steps, rtol 2e-6 atol 2e-6", () => {
  for (const { optimizer: name, options, start, steps } of trajectories) {
    test(`${name} ${JSON.stringify(options)}`, () => {
      const parameter = unpack(start, { requiresGrad: true });
      const optimizer = make[name]([parameter], options);
      for (const [i, { grad, value }] of steps.entries()) {
        parameter.grad = unpack(grad);
        optimizer.step();
        assertClose(parameter, value, { rtol: 2e-6, atol: 2e-6 }, `step ${i}`);
      }
    });
  }
});

interface HugeSteps {
  readonly optimizer: keyof typeof make;
  readonly options: Settings;
  readonly size: number;
  readonly values: Packed[];
}

describe("optimizers follow torch.optim along gradients up to 1e30, and uphill, rtol 2e-6 atol 2e-6", () => {
  for (const { optimizer: name, options, size, values } of fixture<HugeSteps[]>("edgeSteps")) {
    test(`${name} ${JSON.stringify(options)}, gradients of ${size}`, () => {
      const parameter = leaf(1, 2);
      const optimizer = make[name]([parameter], options);
      for (const [i, value] of values.entries()) {
        parameter.grad = tensor([size, -size / 3]).mul(1 + i / 2);
        optimizer.step();
        assertClose(parameter, value, { rtol: 2e-6, atol: 2e-6 }, `step ${i}`);
      }
    });
  }
});

const leaf = (...values: number[]) => tensor(values, { requiresGrad: true });

function stepWith(optimizer: { step(): void }, parameter: Tensor, ...gradient: number[]): void {
  parameter.grad = tensor(gradient);
  optimizer.step();
}

describe("every optimizer", () => {
  const names = Object.keys(make) as (keyof typeof make)[];
  for (const name of names.filter((each) => each !== "Rprop")) {
    test(`${name} goes on from a state dict exactly as the first one would, and copies it`, () => {
      const [first, second] = [leaf(1, -2), leaf(0, 0)];
      const options = {
        lr: 0.125,
        weightDecay: 0.1,
        ...(name === "SGD" || name === "ASGD" ? {} : { eps: 1e-3 }),
      };
      const [one, two] = [make[name]([first], options), make[name]([second], {})];
      for (let i = 0; i < 3; i++) stepWith(one, first, 0.5 + i, -1);
      second.detach().copy_(first.detach());
      two.loadStateDict(one.stateDict() as never);
      for (let i = 0; i < 3; i++) stepWith(one, first, -0.25, 2);
      assert.notDeepEqual(second.toArray(), first.toArray());
      for (let i = 0; i < 3; i++) stepWith(two, second, -0.25, 2);
      assert.deepEqual(second.toArray(), first.toArray());
      assert.deepEqual(two.stateDict().paramGroups, one.stateDict().paramGroups);
    });

    test(`${name} changes what backward() of an earlier forward needs, which is told`, () => {
      const parameter = leaf(1, 2);
      const optimizer = make[name]([parameter], {});
      const before = parameter.square().sum();
      stepWith(optimizer, parameter, 1, 1);
      assert.throws(() => before.backward(), /"square" needs was changed in place/);
      parameter.square().sum().backward();
    });

    test(`${name} leaves a parameter without a gradient alone and counts none of its steps`, () => {
      const [with_, without] = [leaf(1), leaf(1)];
      const optimizer = make[name]([with_, without], { lr: 0.1, weightDecay: 0.1 });
      stepWith(optimizer, with_, 1);
      assert.deepEqual(without.toArray(), [1]);
      assert.deepEqual(Object.keys(optimizer.stateDict().state), ["0"]);
    });

    test(`${name} treats each group as an optimizer of its own would`, () => {
      const [a, b, aAlone, bAlone] = [leaf(1, -2), leaf(3), leaf(1, -2), leaf(3)];
      const group = { lr: 0.05, weightDecay: 0.2 };
      const both = make[name]([{ params: [a] }, { params: [b], ...group }] as never, { lr: 0.2 });
      const alone = [make[name]([aAlone], { lr: 0.2 }), make[name]([bAlone], group)] as const;
      for (let i = 1; i < 5; i++) {
        for (const parameter of [a, aAlone]) parameter.grad = tensor([i, -1]);
        for (const parameter of [b, bAlone]) parameter.grad = tensor([1 / i]);
        for (const optimizer of [both, ...alone]) optimizer.step();
      }
      assert.deepEqual([a.toArray(), b.toArray()], [aAlone.toArray(), bAlone.toArray()]);
    });

    test(`${name} keeps what it remembers through tidy()`, () => {
      const [inside, outside] = [leaf(1, 2), leaf(1, 2)];
      const [one, two] = [make[name]([inside], {}), make[name]([outside], {})];
      for (let i = 0; i < 3; i++) {
        tidy(() => stepWith(one, inside, 1, i));
        zeros([64]).fill_(9); // takes the memory that was wrongly freed
        stepWith(two, outside, 1, i);
      }
      assert.deepEqual(inside.toArray(), outside.toArray());
    });

    test(`${name} says what is wrong with its settings and parameters`, () => {
      assert.throws(
        () => make[name]([], {}),
        new RegExp(`^RangeError: ${name}: expected parameters, got an empty`),
      );
      assert.throws(() => make[name]([leaf(1)], { lr: -1 }), /expected lr to be a number ≥ 0, got -1/);
      assert.throws(() => make[name]([leaf(1)], { weightDecay: Number.NaN }), /weightDecay .* got NaN/);
    });
  }

  test("groups have settings of their own", () => {
    const [slow, fast] = [leaf(0), leaf(0)];
    const optimizer = new Adam([{ params: [slow] }, { params: [fast], lr: 0.5, eps: 0 }], {
      lr: 0.25,
      eps: 0,
    });
    for (const parameter of [slow, fast]) parameter.grad = tensor([3]);
    optimizer.step(); // the first step of Adam is lr·sign(g)
    assert.ok(Math.abs(slow.item() + 0.25) < 1e-6, `${slow.item()}`);
    assert.ok(Math.abs(fast.item() + 0.5) < 1e-6, `${fast.item()}`);
  });
});

describe("addParamGroup", () => {
  test("takes a layer in that is to learn from now on, with settings of its own", () => {
    const [first, later] = [leaf(0), leaf(0)];
    const optimizer = new SGD([first], { lr: 0.5, momentum: 0.9 });
    stepWith(optimizer, first, 1);
    optimizer.addParamGroup({ params: later, lr: 0.25 });
    assert.deepEqual(
      optimizer.paramGroups.map(({ lr, momentum }) => [lr, momentum]),
      [
        [0.5, 0.9],
        [0.25, 0.9],
      ],
    );
    stepWith(optimizer, later, 1);
    assert.deepEqual(later.toArray(), [-0.25]);
  });

  test("refuses what the constructor refuses, before anything changes", () => {
    const first = leaf(0);
    const optimizer = new Adam([first]);
    const wrong: [() => void, RegExp][] = [
      [
        () => optimizer.addParamGroup({ params: [first] }),
        /Adam: expected each parameter once, got one twice/,
      ],
      [() => optimizer.addParamGroup({ params: [leaf(1)], lr: -1 }), /Adam: expected lr .* got -1/],
      [
        () => optimizer.addParamGroup({ params: [zeros([2])] }),
        /expected leaf tensors .* requires no grad: \[2\]/,
      ],
      [
        () => optimizer.addParamGroup([leaf(1)] as never),
        /^TypeError: Adam: expected parameters or groups \{ params, \.\.\. \}, got undefined; pass net\.parameters\(\)/,
      ],
      [() => new Adam(new Map() as never), /^RangeError: Adam: expected parameters, got an empty list/],
      [
        () => new Adam({ weight: 1 } as never),
        /^TypeError: Adam: expected parameters .* got an object; pass/,
      ],
    ];
    for (const [action, message] of wrong) assert.throws(action, message);
    assert.equal(optimizer.paramGroups.length, 1);
  });
});

describe("state dict", () => {
  test("has PyTorch's names", () => {
    const names = (
      optimizer: { step(): void; stateDict(): { state: Record<number, object> } },
      parameter: Tensor,
    ) => {
      stepWith(optimizer, parameter, 1);
      return Object.keys(optimizer.stateDict().state[0]!).sort();
    };
    const p = leaf(1);
    assert.deepEqual(names(new SGD([p], { lr: 1, momentum: 0.9 }), p), ["momentum_buffer"]);
    assert.deepEqual(names(new Adam([p], { amsgrad: true }), p), [
      "exp_avg",
      "exp_avg_sq",
      "max_exp_avg_sq",
      "step",
    ]);
    assert.deepEqual(names(new RMSprop([p], { momentum: 0.9, centered: true }), p), [
      "grad_avg",
      "momentum_buffer",
      "square_avg",
      "step",
    ]);
    assert.deepEqual(names(new Adagrad([p]), p), ["step", "sum"]);
    assert.deepEqual(names(new NAdam([p]), p), ["exp_avg", "exp_avg_sq", "mu_product", "step"]);
    assert.deepEqual(names(new RAdam([p]), p), ["exp_avg", "exp_avg_sq", "step"]);
    assert.deepEqual(names(new Adamax([p]), p), ["exp_avg", "exp_inf", "step"]);
    assert.deepEqual(names(new Adadelta([p]), p), ["acc_delta", "square_avg", "step"]);
    assert.deepEqual(names(new Rprop([p]), p), ["prev", "step", "step_size"]);
    assert.deepEqual(names(new ASGD([p]), p), ["ax", "eta", "mu", "step"]);
  });

  test("numbers the parameters through all groups", () => {
    const optimizer = new Adam([{ params: [leaf(1), leaf(2)] }, { params: [leaf(3)], lr: 0.5 }]);
    const { state, paramGroups } = optimizer.stateDict();
    assert.deepEqual(state, {});
    assert.deepEqual(
      paramGroups.map(({ params, lr }) => [params, lr]),
      [
        [[0, 1], 1e-3],
        [[2], 0.5],
      ],
    );
  });

  test("that does not fit is refused before anything changes", () => {
    const parameter = leaf(1, 2);
    const optimizer = new Adam([parameter], { lr: 0.5 });
    const other = leaf(1, 2, 3);
    const wide = new Adam([other], { lr: 0.25 });
    stepWith(wide, other, 1, 1, 1);
    assert.throws(
      () => optimizer.loadStateDict(wide.stateDict()),
      /Adam.loadStateDict: expected exp_avg of shape \[2\], got \[3\]/,
    );
    assert.throws(
      () => optimizer.loadStateDict(new Adam([leaf(1), leaf(2)]).stateDict()),
      /expected groups of 1 parameters, got 2/,
    );
    assert.throws(
      () => optimizer.loadStateDict(new SGD([leaf(1, 2)], { lr: 0.25 }).stateDict() as never),
      /expected the state of this kind of optimizer, got none of its betas, eps, amsgrad/,
    );
    assert.equal(optimizer.paramGroups[0]!.lr, 0.5);
    assert.deepEqual(optimizer.stateDict().state, {});
  });
});

test("betas outside [0, 1), and the settings of each optimizer, are refused", () => {
  const message = /AdamW: expected betas to be two numbers ≥ 0 and < 1, got \[0.9, 1\]/;
  assert.throws(() => new AdamW([leaf(1)], { betas: [0.9, 1] }), message);
  assert.throws(() => new Adam([{ params: [leaf(1)], betas: [-0.1, 0.9] }]), /Adam: expected betas/);
  assert.throws(() => new Adam([leaf(1)], { eps: -1 }), /Adam: expected eps .* got -1/);
  assert.throws(() => new RMSprop([leaf(1)], { alpha: -1 }), /RMSprop: expected alpha .* got -1/);
  assert.throws(() => new RMSprop([leaf(1)], { momentum: -1 }), /RMSprop: expected momentum .* got -1/);
  assert.throws(() => new Adagrad([leaf(1)], { lrDecay: -1 }), /Adagrad: expected lrDecay .* got -1/);
  assert.throws(
    () => new Adagrad([leaf(1)], { initialAccumulatorValue: -1 }),
    /Adagrad: expected initialAccumulatorValue .* got -1/,
  );
});

describe("maximize", () => {
  for (const [name, build] of Object.entries(make)) {
    test(`${name} climbs as it goes down the other side, and leaves the gradient as it is`, () => {
      const [up, down] = [leaf(1, -2), leaf(1, -2)];
      const [climbing, falling] = [build([up], { maximize: true }), build([down], {})];
      for (const gradient of [
        [1, -2],
        [0.5, 3],
        [-2, 1],
      ]) {
        stepWith(climbing, up, ...gradient);
        stepWith(falling, down, ...gradient.map((each) => -each));
        assert.deepEqual(up.grad!.toArray(), gradient);
        assert.deepEqual(up.toArray(), down.toArray());
      }
    });

    test(`a state of ${name} that knows nothing of it is taken`, () => {
      const optimizer: Pick<Optimizer<object>, "stateDict" | "loadStateDict" | "paramGroups"> = build(
        [leaf(1)],
        { maximize: true },
      );
      const { state, paramGroups } = optimizer.stateDict();
      const older = paramGroups.map((group) =>
        Object.fromEntries(Object.entries(group).filter(([key]) => key !== "maximize")),
      );
      optimizer.loadStateDict({ state, paramGroups: older as never });
      assert.equal((optimizer.paramGroups[0] as { maximize?: boolean }).maximize, true);
    });
  }
});

test("what only PyTorch has is refused by its name", () => {
  for (const [name, build] of Object.entries(make)) {
    for (const option of ["differentiable", "foreach", "fused", "capturable"]) {
      assert.throws(
        () => build([leaf(1)], { [option]: true } as object),
        new RegExp(`^TypeError: ${name}: expected only the options .*, got ${option}`),
      );
    }
  }
});

test("Rprop starts anew where a gradient has turned, and stays where it is 0", () => {
  const parameter = leaf(0, 0);
  const optimizer = new Rprop([parameter], { lr: 0.5, etas: [0.25, 2] });
  const steps: [gradient: [number, number], value: [number, number]][] = [
    [
      [1, 0],
      [-0.5, 0],
    ],
    [
      [3, 2],
      [-1.5, -0.5],
    ],
    [
      [-1, 2],
      [-1.5, -1.5],
    ],
    [
      [-1, 0],
      [-1.25, -1.5],
    ],
  ];
  for (const [gradient, value] of steps) {
    stepWith(optimizer, parameter, ...gradient);
    assert.deepEqual(parameter.toArray(), value);
  }
});

test("ASGD averages from t0 on", () => {
  const parameter = leaf(0);
  const optimizer = new ASGD([parameter], { lr: 1, lambd: 0, t0: 1 });
  const seen = [];
  for (let i = 0; i < 4; i++) {
    stepWith(optimizer, parameter, -1);
    seen.push((optimizer.stateDict().state[0]!.ax as Tensor).item());
  }
  assert.deepEqual(seen, [1, 2, 3, 3.5]); // the share is that of the step before: 1, 1, 1, 1/2
});

test("settings of the newer optimizers that make no sense are refused", () => {
  const wrong: [() => unknown, RegExp][] = [
    [() => new NAdam([leaf(1)], { momentumDecay: -1 }), /NAdam: expected momentumDecay .* got -1/],
    [() => new RAdam([leaf(1)], { betas: [1, 0.9] }), /RAdam: expected betas .* got \[1, 0.9\]/],
    [() => new Adadelta([leaf(1)], { rho: 1.5 }), /Adadelta: expected rho from 0 to 1, got 1.5/],
    [() => new Adamax([leaf(1)], { eps: -1 }), /Adamax: expected eps .* got -1/],
    [() => new ASGD([leaf(1)], { t0: Number.NaN }), /ASGD: expected t0 .* got NaN/],
    [() => new Rprop([leaf(1)], { lr: -1 }), /Rprop: expected lr .* got -1/],
    [() => new Rprop([leaf(1)], { etas: [1, 1.2] }), /Rprop: expected etas .* got \[1, 1.2\]/],
    [() => new Rprop([leaf(1)], { etas: [0.5, 1] }), /Rprop: expected etas .* got \[0.5, 1\]/],
    [() => new Rprop([leaf(1)], { stepSizes: [2, 1] }), /Rprop: expected stepSizes .* got \[2, 1\]/],
  ];
  for (const [build, message] of wrong) assert.throws(build, message);
});
