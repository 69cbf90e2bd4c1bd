// Activations beyond the commonest against PyTorch, as layers and as functions, at ordinary numbers and at ±10⁴.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as nn from "../../../kernel/nn";
import {
  arange,
  autograd,
  full,
  manualSeed,
  ones,
  randn,
  type Tensor,
  tensor,
  zeros,
} from "../../../kernel/tensor";
import { assertClose, fixture, type Packed, unpack } from "../fixtures";

interface Options {
  readonly minVal?: number;
  readonly maxVal?: number;
  readonly alpha?: number;
  readonly lambd?: number;
  readonly threshold: number;
  readonly value: number;
  readonly lower?: number;
  readonly upper?: number;
  readonly beta?: number;
  readonly dim: number;
}

interface Case<Op> {
  readonly op: Op;
  readonly options: Options;
  readonly inputs: readonly Packed[];
  readonly output: Packed;
  readonly dy: Packed;
  readonly grads: readonly Packed[];
}

type Build = { readonly [op: string]: (options: Options) => nn.Module };

const activations = {
  relu6: () => new nn.ReLU6(),
  hardtanh: ({ minVal, maxVal }: Options) => new nn.Hardtanh(minVal, maxVal),
  hardsigmoid: () => new nn.Hardsigmoid(),
  hardswish: () => new nn.Hardswish(),
  selu: () => new nn.SELU(),
  celu: ({ alpha }: Options) => new nn.CELU(alpha),
  elu: ({ alpha }: Options) => new nn.ELU(alpha),
  mish: () => new nn.Mish(),
  logSigmoid: () => new nn.LogSigmoid(),
  softsign: () => new nn.Softsign(),
  tanhshrink: () => new nn.Tanhshrink(),
  softshrink: ({ lambd }: Options) => new nn.Softshrink(lambd),
  hardshrink: ({ lambd }: Options) => new nn.Hardshrink(lambd),
  threshold: ({ threshold, value }: Options) => new nn.Threshold(threshold, value),
  rrelu: ({ lower, upper }: Options) => new nn.RReLU({ lower, upper }).eval(),
  softplus: ({ beta, threshold }: Options) => new nn.Softplus({ beta, threshold }),
  gelu: () => new nn.GELU({ approximate: "tanh" }),
} satisfies Build;

const alongs = {
  glu: ({ dim }: Options) => new nn.GLU(dim),
  softmin: ({ dim }: Options) => new nn.Softmin(dim),
  softmax2d: () => new nn.Softmax2d(),
} satisfies Build;

const { activation, along, slopes } = fixture<{
  activation: Case<keyof typeof activations>[];
  along: Case<keyof typeof alongs>[];
  slopes: Case<"prelu">[];
}>("activations");

describe("activations agree with PyTorch, output and gradient, rtol 2e-6, atol 1e-7", () => {
  const layers: Build = { ...activations, ...alongs };
  for (const { op, options, inputs, output, dy, grads } of [...activation, ...along]) {
    test(`${op} ${JSON.stringify(options)} of [${inputs[0]!.shape}]`, () => {
      const x = unpack(inputs[0]!, { requiresGrad: true });
      const y = layers[op]!(options).forward(x);
      assertClose(y, output, { rtol: 2e-6, atol: 1e-7 }, "output");
      y.backward(unpack(dy));
      assertClose(x.grad, grads[0]!, { rtol: 2e-6, atol: 1e-7 }, "gradient");
    });
  }
});

describe("prelu agrees with PyTorch, output and both gradients, rtol 2e-6, atol 1e-6", () => {
  for (const { inputs, output, dy, grads } of slopes) {
    test(`of [${inputs[0]!.shape}] with [${inputs[1]!.shape}]`, () => {
      const x = unpack(inputs[0]!, { requiresGrad: true });
      const layer = new nn.PReLU({ numParameters: inputs[1]!.shape[0]!, init: 0.5 });
      layer.loadStateDict({ weight: unpack(inputs[1]!) });
      const y = layer.forward(x);
      assertClose(y, output, { rtol: 2e-6, atol: 1e-6 }, "output");
      y.backward(unpack(dy));
      assertClose(x.grad, grads[0]!, { rtol: 2e-6, atol: 1e-6 }, "gradient");
      assertClose(layer.weight.grad, grads[1]!, { rtol: 2e-6, atol: 1e-6 }, "gradient of the slopes");
    });
  }

  test("learns its slopes: they are parameters under PyTorch's name, 0.25 at first", () => {
    const layer = new nn.PReLU(3);
    assert.deepEqual(
      layer.namedParameters().map(([name]) => name),
      ["weight"],
    );
    assert.deepEqual(layer.weight.toArray(), [0.25, 0.25, 0.25]);
    assert.equal(String(layer), "PReLU(numParameters=3)");
    assert.throws(() => new nn.PReLU(0), /PReLU: expected numParameters .* ≥ 1, got 0/);
    assert.throws(
      () => layer.forward(ones([2, 4])),
      /prelu: expected weight \[1\] or \[4\] for input \[2, 4\], got \[3\]/,
    );
  });

  test("a slope of 0 makes 0 of −∞'s neighbor, never NaN of ∞", () => {
    const x = tensor([Number.POSITIVE_INFINITY, 3, -3], { requiresGrad: true });
    const weight = zeros([1], { requiresGrad: true });
    const y = nn.functional.prelu(x, weight);
    assert.deepEqual(y.toArray(), [Number.POSITIVE_INFINITY, 3, -0]);
    y.backward(ones([3]));
    assert.deepEqual(weight.grad!.toArray(), [-3]);
  });
});

describe("RReLU in training", () => {
  test("draws each slope from lower … upper, the gradient is the slope", () => {
    manualSeed(11);
    const layer = new nn.RReLU({ lower: 0.25, upper: 0.75 });
    const x = full([4000], -2).requiresGrad_();
    const y = layer.forward(x);
    const slopes = Array.from(y.detach().data, (value) => value / -2);
    assert.ok(slopes.every((slope) => slope >= 0.25 && slope < 0.75));
    const mean = slopes.reduce((sum, slope) => sum + slope, 0) / slopes.length;
    assert.ok(Math.abs(mean - 0.5) < 0.01, `mean ${mean}`); // its standard error is 0.0023
    y.sum().backward();
    assert.deepEqual(Array.from(x.grad!.data), slopes);
    const again = layer.forward(x);
    assert.notDeepEqual(again.toArray(), y.toArray());
  });

  test("keeps what is positive, and follows manualSeed()", () => {
    const layer = new nn.RReLU();
    const x = randn([50]);
    const draw = () => {
      manualSeed(5);
      return layer.forward(x);
    };
    assert.deepEqual(draw().toArray(), draw().toArray());
    const kept = draw().data;
    for (const [i, value] of x.data.entries()) if (value > 0) assert.equal(kept[i], value);
  });
});

test("functions have PyTorch's defaults, and take strided and whole numbers", () => {
  const f = nn.functional;
  const strided = tensor([
    [-4, 0.25],
    [0.75, 4],
  ]).t();
  const rows: [Tensor, number[]][] = [
    [f.hardtanh(strided), [-1, 0.75, 0.25, 1]],
    [f.softshrink(strided), [-3.5, 0.25, 0, 3.5]],
    [f.hardshrink(strided), [-4, 0.75, 0, 4]],
    [f.celu(strided), [Math.fround(Math.expm1(-4)), 0.75, 0.25, 4]],
    [f.relu6(arange(-1, 8)), [0, 0, 1, 2, 3, 4, 5, 6, 6]],
    [f.rrelu(tensor([-48])), [Math.fround(-11)]],
    [f.glu(tensor([3, 0])), [1.5]],
  ];
  for (const [y, expected] of rows) {
    for (const [i, value] of expected.entries()) {
      const got = y.flatten().data[i]!;
      assert.ok(Math.abs(got - value) <= 1e-6 * Math.abs(value), `expected ${value}, got ${got}`);
    }
  }
});

test("nothing overflows: logSigmoid, softplus and mish at ±10⁴ and beyond, with their gradients", () => {
  const at = [-1e20, -1e4, 1e4, 1e20];
  const values: [(x: Tensor) => Tensor, value: number[], slope: number[]][] = [
    [nn.functional.logSigmoid, [Math.fround(-1e20), -1e4, 0, 0], [1, 1, 0, 0]],
    [(x) => nn.functional.softplus(x), [0, 0, 1e4, Math.fround(1e20)], [0, 0, 1, 1]],
    [nn.functional.mish, [0, 0, 1e4, Math.fround(1e20)], [0, 0, 1, 1]],
    [
      nn.functional.softsign,
      [-1, Math.fround(-1e4 / 10001), Math.fround(1e4 / 10001), 1],
      [0, 1e-8, 1e-8, 0],
    ],
    [nn.functional.tanhshrink, [Math.fround(-1e20), -9999, 9999, Math.fround(1e20)], [1, 1, 1, 1]],
  ];
  for (const [f, value, slope] of values) {
    const x = tensor(at, { requiresGrad: true });
    const y = f(x);
    y.sum().backward();
    const near = (got: Tensor, want: number[]) => {
      for (const [i, each] of want.entries()) {
        assert.ok(
          Math.abs(got.data[i]! - each) <= 1e-3 * Math.abs(each) + 1e-30,
          `${f.name} at ${at[i]}: ${got}`,
        );
      }
    };
    near(y.detach(), value);
    near(x.grad!, slope);
  }
});

test("NaN stays NaN where a comparison alone would lose it", () => {
  const { functional: f } = nn;
  const x = tensor([Number.NaN]);
  const all: Tensor[] = [
    f.hardtanh(x),
    f.relu6(x),
    f.hardsigmoid(x),
    f.hardswish(x),
    f.mish(x),
    f.softsign(x),
    f.softshrink(x),
    f.hardshrink(x),
    f.threshold(x, 0, 1),
    f.celu(x),
    f.selu(x),
    f.logSigmoid(x),
    f.tanhshrink(x),
    f.prelu(x, tensor([0.5])),
    f.rrelu(x),
    f.rrelu(x, { training: true }),
  ];
  for (const [i, y] of all.entries()) assert.ok(Number.isNaN(y.item()), `number ${i} gave ${y.item()}`);
});

test("layers take PyTorch's positional options", () => {
  const pairs: [nn.Module, nn.Module][] = [
    [new nn.Softplus(2, 5), new nn.Softplus({ beta: 2, threshold: 5 })],
    [new nn.GELU("tanh"), new nn.GELU({ approximate: "tanh" })],
    [new nn.PReLU(4, 0.5), new nn.PReLU({ numParameters: 4, init: 0.5 })],
    [new nn.RReLU(0.25, 0.5), new nn.RReLU({ lower: 0.25, upper: 0.5 })],
  ];
  for (const [positional, named] of pairs) assert.equal(String(positional), String(named));
});

test("say what is wrong", () => {
  const x = ones([2, 3]);
  const { functional: f } = nn;
  const wrong: [() => unknown, RegExp][] = [
    [() => f.hardtanh(x, 1, 1), /^RangeError: hardtanh: expected minVal below maxVal, got 1 and 1/],
    [() => f.celu(x, 0), /celu: expected alpha other than 0, got 0/],
    [() => f.softshrink(x, -1), /softshrink: expected lambd ≥ 0, got -1/],
    [() => f.hardshrink(x, Number.NaN), /hardshrink: expected lambd ≥ 0, got NaN/],
    [() => f.glu(x), /glu: expected an even size along -1, got 3/],
    [() => f.rrelu(x, { lower: 1, upper: 0.5 }), /rrelu: expected lower ≤ upper, got 1 and 0.5/],
    [() => new nn.Softmax2d().forward(x), /Softmax2d: expected input \[N, C, H, W\] .* got \[2, 3\]/],
    [() => f.threshold(x, 1, undefined as never), /threshold: expected value to be a number, got undefined/],
  ];
  for (const [call, message] of wrong) assert.throws(call, message);
});

test("a gradient that is recorded is the one that is not, at every corner and beyond", () => {
  const steps = arange(-6, 6.25, 0.25);
  for (const name of [
    "hardsigmoid",
    "hardswish",
    "hardtanh",
    "relu6",
    "leakyRelu",
    "softshrink",
    "hardshrink",
  ] as const) {
    const [plain, recorded] = [false, true].map((createGraph) => {
      const x = steps.clone().requiresGrad_();
      return autograd.grad(nn.functional[name](x).sum(), [x], { createGraph })[0]!.detach();
    });
    assert.deepEqual(recorded!.toArray(), plain!.toArray(), name);
  }
});
