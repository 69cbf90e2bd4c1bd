// A BatchNorm and the activation after it, computed as one: the bits of the two, and nobody who looks can tell.
import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";
import * as nn from "../../../kernel/nn";
import { forgets } from "../../../kernel/nn/sweep";
import { activations, watch } from "../../../kernel/probe";
import {
  autograd,
  Generator,
  manualSeed,
  memoryUsage,
  noGrad,
  randn,
  type Tensor,
} from "../../../kernel/tensor";
import { setSweeps } from "../../../kernel/tensor/doors/host";

afterEach(() => setSweeps(true));

const generator = new Generator(12);
const channels = 5;
const bits = (tensor: Tensor) => new Int32Array(Float32Array.from(tensor.contiguous().data).buffer);

const activationKinds = { relu: nn.ReLU, sigmoid: nn.Sigmoid, tanh: nn.Tanh };
type Norm = new (channels: number, options: nn.BatchNormOptions) => nn.Module;
const inputs: [name: string, Norm: Norm, make: () => Tensor][] = [
  ["[12, C]", nn.BatchNorm1d, () => randn([12, channels], { generator })],
  ["[100, C]", nn.BatchNorm1d, () => randn([100, channels], { generator })],
  ["[4, C, 7]", nn.BatchNorm1d, () => randn([4, channels, 7], { generator })],
  ["[3, C, 5, 4]", nn.BatchNorm2d, () => randn([3, channels, 5, 4], { generator })],
  ["[2, C, 3, 2, 2]", nn.BatchNorm3d, () => randn([2, channels, 3, 2, 2], { generator })],
  ["a transposed [C, 12]", nn.BatchNorm1d, () => randn([channels, 12], { generator }).transpose(0, 1)],
  ["channels last", nn.BatchNorm2d, () => randn([3, 5, 4, channels], { generator }).permute(0, 3, 1, 2)],
];
const settings: [name: string, options: nn.BatchNormOptions][] = [
  ["as it is", {}],
  ["not affine", { affine: false }],
  ["averaging over all batches", { momentum: null }],
  ["without running statistics", { trackRunningStats: false }],
  ["Keras's words", { convention: "keras" }],
  ["ghost batches", { ghostSize: 2 }],
];

/** Two steps in training, one in evaluation with gradients, one without: all that comes out of them. */
function results(fused: boolean, make: () => nn.Sequential, data: Tensor): Int32Array[] {
  setSweeps(fused);
  const net = make();
  const dy = randn(data.shape, { generator: new Generator(13) });
  const seen: Int32Array[] = [];
  for (const mode of ["train", "train", "eval"]) {
    net.train(mode === "train");
    const x = data.detach().requiresGrad_();
    net.zeroGrad();
    const y = net.forward(x);
    y.backward(dy);
    seen.push(bits(y), bits(x.grad!), ...net.parameters().map(({ grad }) => bits(grad!)));
  }
  seen.push(...net.buffers().map((buffer) => bits(buffer.float())), bits(noGrad(() => net.forward(data))));
  return seen;
}

for (const [kind, Activation] of Object.entries(activationKinds))
  describe(`BatchNorm and ${kind}`, () => {
    for (const [shape, Norm, make] of inputs)
      for (const [setting, options] of settings) {
        if (setting === "ghost batches" && shape.includes("[2")) continue; // one sample each would have too few values
        test(`${shape}, ${setting}: outputs, gradients and statistics keep their bits`, () => {
          const data = make();
          const weight = randn([channels], { generator });
          const bias = randn([channels], { generator });
          const build = () => {
            const net = new nn.Sequential(new Norm(channels, options), new Activation());
            net.loadStateDict({ "0.weight": weight, "0.bias": bias }, { strict: false });
            return net;
          };
          const [together, apart] = [results(true, build, data), results(false, build, data)];
          assert.deepEqual(together, apart);
        });
      }
  });

/** A network of two pairs, as its own and inside branches, with an input. */
function pairs() {
  manualSeed(4);
  const net = new nn.Sequential(
    new nn.Conv2d(2, channels, 3, { padding: 1, bias: false }),
    new nn.BatchNorm2d(channels),
    new nn.ReLU(),
    new nn.InceptionV2(channels, { widths: { conv1: 2 } }),
  );
  return { net, x: randn([3, 2, 6, 6], { generator: new Generator(5) }) };
}

test("nothing is kept of what lies between the two", () => {
  const held = (fused: boolean) => {
    setSweeps(fused);
    const net = new nn.Sequential(new nn.BatchNorm2d(channels), new nn.ReLU());
    const x = randn([8, channels, 32, 32], { generator });
    const before = memoryUsage().liveBytes;
    const y = net.forward(x);
    return { bytes: memoryUsage().liveBytes - before, y };
  };
  const [together, apart] = [held(true), held(false)];
  assert.equal(apart.bytes - together.bytes >= together.y.numel() * 4, true);
});

test("an Inception's branches keep their bits", () => {
  const run = (fused: boolean) => {
    setSweeps(fused);
    const { net, x } = pairs();
    const y = net.forward(x);
    y.square().sum().backward();
    return [bits(y), ...net.parameters().map(({ grad }) => bits(grad!))];
  };
  assert.deepEqual(run(true), run(false));
});

test("a hook sees its layer, whenever and on whichever of the two it was set, and its word counts", () => {
  const { net, x } = pairs();
  const norm = net.at(1);
  const relu = net.at(2);
  const expected = noGrad(() => net.eval().forward(x));
  noGrad(() => net.forward(x)); // both have been computed as one by now
  const seen: ("norm" | "before relu" | "relu")[] = [];
  const removers = [
    norm.registerForwardHook((_module, _inputs, output) => {
      assert.equal(output.min().item() < 0, true);
      seen.push("norm");
    }),
    relu.registerForwardPreHook(() => {
      seen.push("before relu");
    }),
  ];
  assert.deepEqual(bits(noGrad(() => net.forward(x))), bits(expected));
  assert.deepEqual(seen, ["norm", "before relu"]);
  const removeDouble = norm.registerForwardHook((_module, _inputs, output) => output.neg());
  assert.notDeepEqual(bits(noGrad(() => net.forward(x))), bits(expected));
  for (const remove of [...removers, removeDouble]) remove();
  assert.deepEqual(bits(noGrad(() => net.forward(x))), bits(expected));
  assert.equal(seen.length, 4);
  relu.registerForwardHook((_module, [input], output) => {
    assert.deepEqual(bits(output), bits(input!.relu()));
    seen.push("relu");
  });
  noGrad(() => net.forward(x));
  assert.deepEqual(seen.slice(4), ["relu"]);
});

test("a subclass, a forward of one's own and another module between are computed as they say", () => {
  class Doubled extends nn.ReLU {
    override forward(input: Tensor): Tensor {
      return super.forward(input).mul(2);
    }
  }
  class Shifted extends nn.BatchNorm1d {
    override forward(input: Tensor): Tensor {
      return super.forward(input).add(1);
    }
  }
  const x = randn([9, channels], { generator });
  const run = (...layers: nn.Module[]) => bits(new nn.Sequential(...layers).forward(x));
  const normal = new nn.BatchNorm1d(channels).forward(x);
  assert.deepEqual(run(new nn.BatchNorm1d(channels), new Doubled()), bits(normal.relu().mul(2)));
  assert.deepEqual(run(new Shifted(channels), new nn.ReLU()), bits(normal.add(1).relu()));
  assert.deepEqual(run(new nn.BatchNorm1d(channels), new nn.Identity(), new nn.ReLU()), bits(normal.relu()));
  const own = new nn.ReLU();
  own.forward = (input) => input.neg();
  assert.deepEqual(run(new nn.BatchNorm1d(channels), own), bits(normal.neg()));
});

test("probes see the layer between: activations, and a watch in the middle of training", () => {
  const { net, x } = pairs();
  net.forward(x);
  const { "1 BatchNorm2d": before, "2 ReLU": after } = activations(net, x, { layers: ["1", "2"] });
  assert.equal(
    before!.some((value) => value < 0),
    true,
  );
  assert.deepEqual(
    after,
    before!.map((value) => Math.max(value, 0)),
  );
  const watching = watch(net, { every: 1, layers: ["1", "2"] });
  net.forward(x).sum().backward();
  const least = watching.layers.map(({ records }) => records[0]!.activations!.min);
  watching.stop();
  assert.deepEqual([least[0]! < 0, least[1]], [true, 0]);
});

test("the output keeps a gradient, shows it to hooks, and may not be changed before backward", () => {
  const gradients = (fused: boolean) => {
    setSweeps(fused);
    const net = new nn.Sequential(new nn.BatchNorm1d(channels), new nn.Sigmoid());
    const y = net.forward(randn([9, channels], { generator: new Generator(6) }));
    y.retainGrad();
    y.registerHook((gradient) => gradient.mul(3));
    y.square().sum().backward();
    return [bits(y.grad!), bits(net.parameters()[0]!.grad!)];
  };
  assert.deepEqual(gradients(true), gradients(false));
  setSweeps(true);
  const net = new nn.Sequential(new nn.BatchNorm1d(channels), new nn.Tanh());
  const y = net.forward(randn([9, channels], { generator }));
  noGrad(() => y.mul_(2));
  assert.throws(() => y.sum().backward(), /"batchNorm \+ tanh" needs was changed in place/);
});

describe("under noGrad()", () => {
  const layers = () => [
    new nn.Conv2d(3, 8, 3, { padding: 1 }),
    new nn.BatchNorm2d(8),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
    new nn.Conv2d(8, 4, 1),
    new nn.AdaptiveAvgPool2d(null as never),
    new nn.AdaptiveAvgPool2d(1),
    new nn.Flatten(),
    new nn.Linear(4, 2),
  ];
  const x = randn([16, 3, 32, 32], { generator });

  test("what passes between layers is freed at once, input and output are not, and the bits are the same", () => {
    const net = new nn.Sequential(...layers()).eval();
    const measured = (fused: boolean) => {
      setSweeps(fused);
      const before = memoryUsage().liveBytes;
      const y = noGrad(() => net.forward(x));
      return { y: bits(y), kept: memoryUsage().liveBytes - before };
    };
    const apart = measured(false);
    const together = measured(true);
    assert.deepEqual(together.y, apart.y);
    const image = 16 * 32 * 32 * 4;
    assert.ok(apart.kept > 2 * 8 * image, `${apart.kept} bytes`);
    assert.ok(together.kept < image, `${together.kept} bytes`);
    assert.equal(x.data.length, 16 * 3 * 32 * 32);
  });

  test("a layer of the user's, and a hook, may keep what they see", () => {
    class Keeper extends nn.Module {
      readonly kept: Tensor[] = [];
      override forward(input: Tensor): Tensor {
        this.kept.push(input);
        return input;
      }
    }
    const keeper = new Keeper();
    const [first, ...others] = layers();
    const net = new nn.Sequential(first!, keeper, ...others).eval();
    const pooling = others[2]!;
    const seen: Tensor[] = [];
    pooling.registerForwardHook((_, [input], output) => void seen.push(input!, output));
    noGrad(() => net.forward(x));
    for (const tensor of [...keeper.kept, ...seen]) assert.ok(Number.isFinite(tensor.sum().item()));
    assert.equal(keeper.kept.length + seen.length, 3);
  });

  test("a network whose layers keep their memory's sharers: views and .data stay whole", () => {
    const net = new nn.Sequential(
      new nn.Linear(32, 32),
      new nn.Flatten(),
      new nn.ReLU(),
      new nn.Tanh(),
    ).eval();
    const inner = new nn.Sequential(net, new nn.Sigmoid());
    const y = noGrad(() => inner.forward(x.reshape(-1, 32)));
    setSweeps(false);
    assert.deepEqual(bits(y), bits(noGrad(() => inner.forward(x.reshape(-1, 32)))));
  });
});

describe("with a graph", () => {
  const build = () => {
    manualSeed(8);
    return new nn.Sequential(
      new nn.Conv2d(3, 8, 3, { padding: 1 }),
      new nn.BatchNorm2d(8),
      new nn.ReLU(),
      new nn.MaxPool2d(2),
      new nn.Dropout(0.2),
      new nn.Branches(new nn.Sequential(new nn.Conv2d(8, 4, 1), new nn.Tanh()), new nn.Identity()),
      new nn.Sequential(new nn.GroupNorm(3, 12), new nn.GELU()),
      new nn.Flatten(),
      new nn.Linear(12 * 16 * 16, 2),
    );
  };
  const x = randn([16, 3, 32, 32], { generator });

  test("what passes between layers is freed by backward(), not by the one after it; the bits are the same", () => {
    const measured = (sweeps: boolean) => {
      setSweeps(sweeps);
      const net = build();
      randn([1], { requiresGrad: true }).sum().backward(); // frees what the one before has left
      const before = memoryUsage().liveBytes;
      const loss = net.forward(x).square().sum();
      const made = memoryUsage().liveBytes - before;
      loss.backward();
      return {
        made,
        kept: memoryUsage().liveBytes - before,
        gradients: net.parameters().map(({ grad }) => bits(grad!)),
      };
    };
    const apart = measured(false);
    const together = measured(true);
    assert.deepEqual(together.gradients, apart.gradients);
    assert.ok(apart.kept > 0, `${apart.kept} bytes`);
    assert.ok(together.kept < 0.1 * together.made, `${together.kept} of ${together.made} bytes`);
  });

  test("hooks, layers and subclasses of the user's keep what they see as long as ever", () => {
    class Keeper extends nn.Module {
      readonly kept: Tensor[] = [];
      override forward(input: Tensor): Tensor {
        this.kept.push(input);
        return input;
      }
    }
    class Seeing extends nn.BatchNorm2d {
      kept: Tensor | undefined;
      protected override normalize(...[activation, input]: Parameters<nn.BatchNorm2d["normalize"]>): Tensor {
        this.kept = input;
        return super.normalize(activation, input);
      }
    }
    const [keeper, seeing] = [new Keeper(), new Seeing(12)];
    const net = build();
    net.insert(1, keeper).insert(8, seeing).insert(8, new nn.Identity());
    const hooked: Tensor[] = [];
    net.at(4).registerForwardHook((_, [input], output) => void hooked.push(input!, output));
    const loss = net.forward(x).square().sum();
    const seen = [...keeper.kept, seeing.kept!, ...hooked];
    const sums = seen.map((tensor) => tensor.detach().clone().sum().item());
    loss.backward();
    assert.deepEqual(
      seen.map((tensor) => tensor.sum().item()),
      sums,
      "until the end of the next backward(), as everything of a step",
    );
    assert.equal(seen.length, 4);
  });

  test("a graph that is kept is walked again, with a graph of its own or without", () => {
    const net = build();
    const loss = net.forward(x).square().sum();
    const parameters = net.parameters();
    loss.backward(undefined, { retainGraph: true });
    const once = parameters.map(({ grad }) => bits(grad!));
    net.zeroGrad();
    const [gradient] = autograd.grad(loss, [parameters.at(-1)!], { createGraph: true });
    gradient!.square().sum().backward(undefined, { retainGraph: true });
    net.zeroGrad();
    loss.backward();
    assert.deepEqual(
      parameters.map(({ grad }) => bits(grad!)),
      once,
    );
    assert.throws(() => loss.backward(), /went through a graph a second time/);
  });

  test("a walk that an error ended says so when it is tried again", () => {
    const net = build();
    net
      .at(0)
      .parameters()[0]!
      .registerHook(() => {
        throw new Error("enough");
      });
    const loss = net.forward(x).sum();
    assert.throws(() => loss.backward(), /enough/);
    assert.throws(() => loss.backward(), /went through a graph a second time/);
  });
});

test("what does not fit is refused by the layer's own name", () => {
  const net = new nn.Sequential(new nn.BatchNorm1d(channels), new nn.ReLU());
  assert.throws(
    () => net.forward(randn([4, 3])),
    (error: Error) =>
      error.message === "BatchNorm1d: expected input [N, 5] or [N, 5, L], got [4, 3]" &&
      /BatchNorm1d\.\w+[\s\S]*Sequential\.forward/.test(error.stack!),
  );
});

test("every layer of one tensor to one says that it forgets", () => {
  const others =
    /Loss$|^(RNN|LSTM|GRU)|Transformer|Attention|^Module|^Parameter|Inception|Similarity|Distance|Embedding|^BatchRenorm|^Bilinear$|^ChannelShuffle$|^CovariateNoise$|^Fold$|^Unfold$|^LocalResponseNorm$|^Pixel/;
  for (const [name, value] of Object.entries<unknown>(nn)) {
    if (typeof value !== "function" || !(value.prototype instanceof nn.Module)) continue;
    const layer = Object.create(value.prototype, { layers: { value: [] } }) as nn.Module;
    assert.equal(forgets(layer), !others.test(name), name);
  }
});
