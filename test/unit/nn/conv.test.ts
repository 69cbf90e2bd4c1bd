// Convolution, pooling, padding and losses of pictures against PyTorch, one by one and in a whole training run.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as nn from "../../../kernel/nn";
import * as optim from "../../../kernel/optim";
import { manualSeed, noGrad, ones, randn, type Tensor, tensor } from "../../../kernel/tensor";
import { assertCase, assertClose, type Case, fixture, type Packed, unpack, unpackInt } from "../fixtures";

interface Trajectory {
  readonly options: { batch: number; lr: number; momentum: number };
  readonly x: Packed;
  readonly targets: Packed;
  readonly start: Record<string, Packed>;
  readonly losses: Packed;
  readonly end: Record<string, Packed>;
  readonly evalLogits: Packed;
}

const { convolutions, pools, indices, paddings, layers, losses, trajectory } = fixture<{
  convolutions: Case[];
  pools: Case[];
  indices: (Case & { indices: Packed })[];
  paddings: Case[];
  layers: (Case & { state: Record<string, Packed> })[];
  losses: (Case & { targets: Packed })[];
  trajectory: Trajectory;
}>("conv");
const tolerance = { rtol: 1e-5, atol: 5e-6 };
const functions = nn.functional as unknown as Record<string, (...args: unknown[]) => Tensor>;

const shapesOf = ({ inputs }: Case) => inputs.map(({ shape }) => `[${shape}]`).join(" ");
const withOptions = ({ options }: Case) => JSON.stringify(options);

describe("convolution agrees with PyTorch, output and gradients, rtol 1e-5 atol 5e-6", () => {
  for (const recorded of convolutions)
    test(`${recorded.op} ${shapesOf(recorded)}, ${withOptions(recorded)}`, () =>
      assertCase(recorded, (x, weight, ...bias) =>
        functions[recorded.op]!(x, weight, bias[0], recorded.options),
      ));
});

describe("pooling and padding agree with PyTorch, output and gradients, rtol 1e-5 atol 5e-6", () => {
  for (const recorded of [...pools, ...paddings]) {
    const { op, args, options } = recorded;
    test(`${op} ${shapesOf(recorded)} ${JSON.stringify(args)}, ${withOptions(recorded)}`, () =>
      assertCase(recorded, (x) => functions[op]!(x, ...args, options)));
  }

  for (const recorded of indices)
    test(`places of maxima in ${shapesOf(recorded)}, ${withOptions(recorded)}: exactly`, () => {
      const [size] = recorded.args as [number];
      const found = nn.functional.maxPool2dWithIndices(unpack(recorded.inputs[0]!), size, recorded.options);
      assertClose(found.values, recorded.output, { rtol: 0, atol: 0 }, "values");
      assertClose(found.indices, recorded.indices, { rtol: 0, atol: 0 }, "indices");
    });
});

const kinds = { Conv1d: nn.Conv1d, Conv2d: nn.Conv2d };

describe("convolution layers agree with PyTorch in every padding mode, rtol 1e-5 atol 5e-6", () => {
  for (const recorded of layers) {
    const { op, args, options, state, grads } = recorded;
    test(`${op}(${args.join(", ")}) of ${shapesOf(recorded)}, ${withOptions(recorded)}`, () => {
      const layer = new kinds[op as keyof typeof kinds](
        ...(args as never as [number, number, number]),
        options,
      );
      layer.loadStateDict(Object.fromEntries(Object.entries(state).map(([k, v]) => [k, unpack(v)])));
      assertCase(recorded, (x) => layer.forward(x!));
      for (const [i, parameter] of layer.parameters().entries())
        assertClose(parameter.grad, grads[i + 1]!, tolerance, `gradient of parameter ${i}`);
    });
  }
});

describe("losses of every position agree with PyTorch, value and gradient, rtol 1e-5 atol 5e-6", () => {
  for (const recorded of losses)
    test(`${recorded.op} ${shapesOf(recorded)}, ${withOptions(recorded)}`, () => {
      const { weight, ...options } = recorded.options as { weight?: Packed };
      assertCase(recorded, (x) =>
        functions[recorded.op]!(x, unpackInt(recorded.targets), {
          ...options,
          ...(weight && { weight: unpack(weight) }),
        }),
      );
    });
});

const network = () =>
  new nn.Sequential(
    new nn.Conv2d(1, 4, 3, { padding: 1 }),
    new nn.BatchNorm2d(4),
    new nn.ReLU(),
    new nn.Conv2d(4, 6, 3, { padding: 1, bias: false }),
    new nn.BatchNorm2d(6),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
    new nn.Flatten(),
    new nn.Linear(96, 4),
  );

test("a convolutional network follows PyTorch: 30 losses rtol 1e-5, then state and logits rtol 1e-4 atol 2e-5", () => {
  const { batch, ...settings } = trajectory.options;
  const net = network();
  const start = Object.entries(trajectory.start).map(([name, value]): [string, Tensor] => [
    name,
    name.endsWith("num_batches_tracked") ? unpackInt(value) : unpack(value),
  ]);
  net.loadStateDict(Object.fromEntries(start));
  assert.deepEqual(Object.keys(net.stateDict()), Object.keys(trajectory.start));
  const optimizer = new optim.SGD(net.parameters(), settings);
  const [x, targets] = [unpack(trajectory.x), unpackInt(trajectory.targets)];
  const history = trajectory.losses.data.map((_, step) => {
    const at = (step * batch) % targets.shape[0]!;
    const loss = nn.functional.crossEntropy(
      net.forward(x.slice(0, at, at + batch)),
      targets.slice(0, at, at + batch),
    );
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    return loss.item();
  });
  assertClose(tensor(history), trajectory.losses, { rtol: 1e-5, atol: 0 }, "losses");
  const loose = { rtol: 1e-4, atol: 2e-5 };
  for (const [name, value] of Object.entries(trajectory.end))
    assertClose(net.stateDict()[name]!, value, loose, name);
  net.eval();
  const logits = noGrad(() => net.forward(x.slice(0, 0, 8)));
  assertClose(logits, trajectory.evalLogits, loose, "logits");
});

test("weights and biases start uniform within ±1/√(inChannels/groups · kernel elements)", () => {
  manualSeed(3);
  for (const [layer, bound] of [
    [new nn.Conv2d(8, 64, [3, 5], { groups: 2 }), 1 / Math.sqrt(4 * 15)],
    [new nn.Conv1d(6, 64, 4), 1 / Math.sqrt(24)],
  ] as const) {
    const [weight, bias] = layer.parameters() as [Tensor, Tensor];
    for (const values of [weight, bias]) {
      const largest = values.abs().max().item();
      assert.ok(largest <= bound && largest > 0.9 * bound, `${largest} within ${bound}`);
    }
    const std = weight.std().item();
    assert.ok(Math.abs(std / (bound / Math.sqrt(3)) - 1) < 0.05, `standard deviation ${std}`);
  }
});

test("layers name themselves as PyTorch's do", () => {
  assert.equal(
    String(new nn.Conv2d(3, 6, [3, 5], { padding: "same", groups: 3, bias: false, dilation: [1, 2] })),
    "Conv2d(3, 6, kernelSize=[3, 5], stride=1, padding=same, dilation=[1, 2], groups=3, bias=false)",
  );
  assert.equal(
    String(new nn.MaxPool2d(3, { stride: 2 })),
    "MaxPool2d(kernelSize=3, stride=2, padding=0, dilation=1, ceilMode=false)",
  );
  assert.equal(String(new nn.AvgPool1d(4)), "AvgPool1d(kernelSize=4, stride=4, padding=0)");
  assert.equal(String(new nn.AdaptiveAvgPool2d([1, null])), "AdaptiveAvgPool2d(outputSize=[1, null])");
});

test("BatchNorm2d of a transposed and of a sliced picture is that of its copy, gradient and all", () => {
  const views: ((x: Tensor) => Tensor)[] = [
    (x) => x.permute(0, 3, 1, 2),
    (x) => x.slice(3, 1, 4).transpose(1, 3).slice(0, 0, 2),
    (x) => x.slice(1, 0, 4, 2).permute(1, 3, 2, 0),
  ];
  for (const view of views) {
    const run = (make: (x: Tensor) => Tensor) => {
      manualSeed(4);
      const x = randn([3, 4, 5, 6]).requiresGrad_();
      const input = make(view(x));
      const layer = new nn.BatchNorm2d(input.shape[1]!);
      const y = layer.forward(input);
      y.mul(randn(y.shape)).sum().backward();
      return [y, x.grad!, layer.weight!.grad!, layer.runningVar!].map((each) => [...each.data]);
    };
    assert.deepEqual(
      run((x) => x),
      run((x) => x.clone()),
    );
  }
});

test('padding "valid" is none, in every padding mode', () => {
  const x = randn([1, 2, 6, 5]);
  for (const paddingMode of ["zeros", "reflect", "replicate", "circular"] as const) {
    const layer = new nn.Conv2d(2, 3, 3, { padding: "valid", paddingMode });
    assert.deepEqual(layer.forward(x).shape, [1, 3, 4, 3], paddingMode);
  }
});

test("an empty batch passes through convolution and pooling with gradients of 0", () => {
  const layer = new nn.Conv2d(2, 3, 3, { padding: 1 });
  const x = ones([0, 2, 5, 5], { requiresGrad: true });
  const y = nn.functional.avgPool2d(nn.functional.maxPool2d(layer.forward(x), 2), 2);
  assert.deepEqual([...y.shape], [0, 3, 1, 1]);
  y.sum().backward();
  assert.deepEqual([...x.grad!.shape], [0, 2, 5, 5]);
  assert.equal(layer.weight.grad!.abs().sum().item(), 0);
  assert.equal(layer.bias!.grad!.abs().sum().item(), 0);
});

test("weights kept for inference follow every change of them", () => {
  manualSeed(3);
  const small = randn([2, 4, 9, 9]);
  const large = randn([1, 4, 12, 10]);
  for (const options of [{ padding: 1 }, { padding: 1, groups: 2 }, { stride: 2 }]) {
    const conv = new nn.Conv2d(4, 6, 3, options);
    /** Without the graph the weights may be kept; with it they are laid out anew. */
    const check = (what: string, x: Tensor) => {
      for (let call = 0; call < 2; call++) {
        const inferred = noGrad(() => conv.forward(x));
        assert.deepEqual(inferred.data, conv.forward(x).detach().data, what);
      }
    };
    check("at first", small);
    check("another size", large);
    check("the first size", small);
    conv.forward(small).sum().backward();
    for (const optimizer of [
      new optim.SGD(conv.parameters(), { lr: 0.1 }),
      new optim.Adam(conv.parameters()),
      new optim.AdamW(conv.parameters()),
      new optim.RMSprop(conv.parameters()),
      new optim.Adagrad(conv.parameters()),
    ]) {
      optimizer.step();
      check(`after a step of ${optimizer.constructor.name}`, small);
    }
    noGrad(() => conv.weight.mul_(0.5));
    check("after a change in place", small);
    conv.loadStateDict({ weight: randn([6, 4 / (options.groups ?? 1), 3, 3]), bias: randn([6]) });
    check("after loading", small);
    const numbers = conv.weight.data;
    numbers[0] = 7;
    check("after a number was written", small);
    numbers[1] = 8;
    check("after another", small);
  }
});
