import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { inspect } from "node:util";
import * as nn from "../../../kernel/nn";
import { manualSeed, ones, randn, Tensor, tensor, zeros } from "../../../kernel/tensor";

const mlp = () =>
  new nn.Sequential(
    new nn.Flatten(),
    new nn.Linear(6, 4),
    new nn.BatchNorm1d(4),
    new nn.Sigmoid(),
    new nn.Linear(4, 2),
  );

/** A module as a user writes one: parameters, buffers, children, and an array of them. */
class Net extends nn.Module {
  scale = new nn.Parameter(ones([1]));
  runningTotal = this.registerBuffer("runningTotal", zeros([1]));
  hidden = [new nn.Linear(3, 3), new nn.Linear(3, 3, { bias: false })];
  outputLayer = new nn.Linear(3, 1);
  note = "not a module";
  constant = tensor([1, 2]);

  forward(x: Tensor): Tensor {
    let y = x.mul(this.scale);
    for (const layer of this.hidden) y = layer.forward(y).relu();
    return this.outputLayer.forward(y);
  }
}

describe("Module finds", () => {
  test("its parameters, those of children and of arrays of children", () => {
    assert.deepEqual(
      new Net().namedParameters().map(([name]) => name),
      [
        "scale",
        "hidden.0.weight",
        "hidden.0.bias",
        "hidden.1.weight",
        "outputLayer.weight",
        "outputLayer.bias",
      ],
    );
    assert.deepEqual(
      new Net().namedBuffers().map(([name]) => name),
      ["running_total"],
    );
  });

  test("the names PyTorch gives to a Sequential's state", () => {
    assert.deepEqual(Object.keys(mlp().stateDict()), [
      "1.weight",
      "1.bias",
      "2.weight",
      "2.bias",
      "2.running_mean",
      "2.running_var",
      "2.num_batches_tracked",
      "4.weight",
      "4.bias",
    ]);
  });

  test("modules depth first, this one as an empty name, children before parents in apply", () => {
    const net = new nn.Sequential(new nn.Identity(), new nn.Sequential(new nn.ReLU()));
    assert.deepEqual(
      net.namedModules().map(([name]) => name),
      ["", "0", "1", "1.0"],
    );
    const order: string[] = [];
    net.apply((module) => order.push(module.constructor.name));
    assert.deepEqual(order, ["Identity", "ReLU", "Sequential", "Sequential"]);
  });

  test("a shared layer once", () => {
    const shared = new nn.Linear(2, 2);
    const net = new nn.Sequential(shared, new nn.ReLU(), shared);
    assert.equal(net.parameters().length, 2);
    assert.equal(net.namedModules().length, 3);
    assert.deepEqual([...net.forward(ones([1, 2])).shape], [1, 2]);
  });
});

describe("containers", () => {
  test("a ModuleList is gone through by its owner, and named as in PyTorch", () => {
    class Stack extends nn.Module {
      blocks = new nn.ModuleList([new nn.Linear(2, 2), new nn.Linear(2, 2, { bias: false })]);

      forward(x: Tensor): Tensor {
        let y = x;
        for (const block of this.blocks) y = block.forward(y);
        return y;
      }
    }
    const net = new Stack();
    assert.deepEqual(Object.keys(net.stateDict()), ["blocks.0.weight", "blocks.0.bias", "blocks.1.weight"]);
    assert.equal(net.blocks.at(-1).bias, null, "its modules keep their type");
    assert.equal(net.blocks.append(new nn.Linear(2, 3)).length, 3);
    assert.deepEqual([...net.forward(ones([1, 2])).shape], [1, 3]);
    assert.equal(net.parameters().length, 5);
    assert.throws(
      () => net.blocks.forward(),
      /^TypeError: ModuleList: expected its modules to be called one by one/,
    );
    assert.throws(() => net.blocks.at(3), /ModuleList: expected one of its 3 layers, got 3/);
    assert.throws(
      () => net.blocks.append(nn.Linear as unknown as nn.Linear),
      /ModuleList: expected modules, got function at 3/,
    );
  });

  test("a ModuleDict gives its modules by name", () => {
    const heads = new nn.ModuleDict({ a: new nn.Linear(2, 1), b: new nn.Linear(2, 3) });
    assert.deepEqual(Object.keys(heads.stateDict()), ["a.weight", "a.bias", "b.weight", "b.bias"]);
    assert.equal(heads.get("b").outFeatures, 3);
    assert.deepEqual(
      [...heads].map(([name]) => name),
      ["a", "b"],
    );
    assert.throws(() => heads.get("c"), /^RangeError: ModuleDict: expected one of "a", "b", got "c"/);
    assert.throws(() => heads.forward(), /ModuleDict: expected one of its modules to be called/);
    assert.throws(
      () => new nn.ModuleDict({ a: 1 as unknown as nn.Module }),
      /ModuleDict: expected modules, got number at "a"/,
    );
  });

  test("Branches lay what their branches give one after the other", () => {
    const net = new nn.Branches(new nn.Identity(), new nn.Linear(2, 3));
    const x = randn([4, 2]);
    const y = net.forward(x);
    assert.deepEqual([...y.shape], [4, 5]);
    assert.deepEqual(y.detach().slice(1, 0, 2).toArray(), x.toArray());
    assert.deepEqual(Object.keys(net.stateDict()), ["branch2.weight", "branch2.bias"]);
    assert.throws(() => new nn.Branches(), /^RangeError: Branches: expected branches, got none$/);
    assert.throws(
      () => new nn.Branches({} as never),
      /^TypeError: Branches: expected modules, got object at 0/,
    );
  });

  test("a slice of a Sequential shares its layers, and append adds one", () => {
    const net = mlp();
    const features = net.slice(0, -1);
    assert.equal(features.at(1), net.at(1));
    assert.deepEqual([...features.forward(randn([3, 6])).shape], [3, 4]);
    assert.equal(features.append(new nn.ReLU()).length, 5);
    assert.equal(net.length, 5);
    assert.equal(net.at(-1).constructor.name, "Linear");
  });

  test("an array of parameters is found as an array of modules is", () => {
    class Net extends nn.Module {
      scales = [1, 2].map((value) => new nn.Parameter(tensor([value])));
      forward = (x: Tensor) => x;
    }
    assert.deepEqual(Object.keys(new Net().stateDict()), ["scales.0", "scales.1"]);
    assert.equal(new nn.Sequential(new Net()).parameters({ recurse: false }).length, 0);
  });
});

describe("Module", () => {
  test("train and eval reach every module inside", () => {
    const net = mlp();
    const modes = () => new Set(net.namedModules().map(([, module]) => module.training));
    assert.deepEqual(modes(), new Set([true]));
    assert.equal(net.eval(), net);
    assert.deepEqual(modes(), new Set([false]));
    net.train();
    assert.deepEqual(modes(), new Set([true]));
  });

  test("zeroGrad forgets all gradients", () => {
    const net = mlp();
    net
      .forward(randn([4, 2, 3]))
      .sum()
      .backward();
    assert.ok(net.parameters().every((parameter) => parameter.grad !== null));
    net.zeroGrad();
    assert.ok(net.parameters().every((parameter) => parameter.grad === null));
  });

  test("prints as PyTorch prints, in a notebook with the number of parameters", () => {
    const net = new nn.Sequential(
      new nn.Linear(784, 100),
      new nn.BatchNorm1d(100),
      new nn.Sequential(new nn.ReLU()),
    );
    const text = [
      "Sequential(",
      "  (0): Linear(inFeatures=784, outFeatures=100, bias=true)",
      "  (1): BatchNorm1d(100, eps=0.00001, momentum=0.1, affine=true, trackRunningStats=true)",
      "  (2): Sequential(",
      "    (0): ReLU()",
      "  )",
      ")",
    ].join("\n");
    assert.equal(inspect(net), text);
    const display = Reflect.get(net, Symbol.for("Jupyter.display")) as () => Record<string, string>;
    const shown = display.call(net);
    assert.equal(shown["text/plain"], `${text}\n78,700 parameters`);
    assert.match(shown["text/html"]!, /<td[^>]*>2.0<\/td><td[^>]*>ReLU\(\)<\/td><td[^>]*><\/td>/);
    assert.match(shown["text/html"]!, /<td[^>]*>1<\/td><td[^>]*>BatchNorm1d\(100, .*<td[^>]*>200<\/td>/);
    assert.match(shown["text/html"]!, /<tfoot>.*>78,700<\/th>/);
    assert.deepEqual(display.call(new nn.ReLU()), { "text/plain": "ReLU()\n0 parameters" });
  });

  test("in a table shows text as text", () => {
    class Net extends nn.Module {
      inner = new nn.ReLU();
      forward = (x: Tensor) => x;
      override extraRepr = () => '<b a="1">&';
    }
    const net = new Net();
    const display = Reflect.get(net, Symbol.for("Jupyter.display")) as () => Record<string, string>;
    assert.ok(display.call(net)["text/html"]!.includes("Net(&lt;b a=&quot;1&quot;&gt;&amp;)"));
    assert.equal(net.toString(), 'Net(\n  <b a="1">&\n  (inner): ReLU()\n)', "its own words come first");
  });

  test("asks each module inside for its mode: one that overrides train() keeps its norms in evaluation", () => {
    class Frozen extends nn.Sequential {
      override train(): this {
        return super.train(false);
      }
    }
    const net = new nn.Sequential(new Frozen(new nn.BatchNorm1d(2)), new nn.BatchNorm1d(2));
    net.train();
    assert.deepEqual(
      net.modules().map((module) => module.training),
      [true, false, false, true],
    );
  });

  test("requiresGrad_ freezes the parameters of a part", () => {
    const net = mlp();
    net.at(1).requiresGrad_(false);
    net
      .forward(randn([4, 6]))
      .sum()
      .backward();
    assert.deepEqual(
      net.namedParameters().map(([name, parameter]) => [name, parameter.grad !== null]),
      [
        ["1.weight", false],
        ["1.bias", false],
        ["2.weight", true],
        ["2.bias", true],
        ["4.weight", true],
        ["4.bias", true],
      ],
    );
    assert.ok(
      net
        .requiresGrad_()
        .parameters()
        .every((parameter) => parameter.requiresGrad),
    );
  });
});

describe("state", () => {
  test("goes from one net to another", () => {
    const [a, b] = [mlp(), mlp()];
    a.forward(randn([5, 6]));
    const x = randn([3, 6]);
    b.loadStateDict(a.stateDict());
    assert.deepEqual(b.eval().forward(x).toArray(), a.eval().forward(x).toArray());
    a.parameters()[0]!.data.fill(0);
    assert.notDeepEqual(b.parameters()[0]!.toArray(), a.parameters()[0]!.toArray(), "they share no memory");
  });

  test("that does not fit is refused with every fault named, and nothing copied", () => {
    const net = mlp();
    const { "2.running_var": _, ...state } = net.stateDict();
    const before = net.parameters()[0]!.toArray();
    const wrong = { ...state, "1.weight": zeros([4, 6]), "4.weight": zeros([3, 4]), extra: zeros([1]) };
    assert.throws(
      () => net.loadStateDict(wrong),
      /loadStateDict: expected the state of this Sequential, got missing 2\.running_var; unexpected extra; 4\.weight: expected shape \[2, 4\], got \[3, 4\]/,
    );
    assert.deepEqual(net.parameters()[0]!.toArray(), before);
  });

  test("that is none is refused, as is a value that is no tensor", () => {
    for (const [thing, got] of [
      [undefined, "undefined"],
      [3, "3"],
      ["weights", "string weights"],
    ] as const) {
      assert.throws(() => mlp().loadStateDict(thing as never), {
        name: "TypeError",
        message: `loadStateDict: expected tensors by name, got ${got}`,
      });
    }
    assert.throws(
      () => new nn.Linear(1, 1).loadStateDict({ weight: [[1]] as never, bias: zeros([1]) }),
      /^Error: loadStateDict: .* got weight: expected shape \[1, 1\], got an array$/,
    );
  });

  test("may be a part of it with strict: false", () => {
    const net = mlp();
    const passed = net.loadStateDict({ "4.bias": ones([2]), extra: ones([1]) }, { strict: false });
    assert.deepEqual(passed.unexpectedKeys, ["extra"]);
    assert.deepEqual(passed.missingKeys.slice(0, 2), ["1.weight", "1.bias"]);
    assert.deepEqual(net.stateDict()["4.bias"]!.toArray(), [1, 1]);
  });
});

describe("a forward hook", () => {
  test("sees each call, its inputs and its output, until it is removed", () => {
    const net = mlp();
    const seen: [string, number[], number[]][] = [];
    const remove = net.at(1).registerForwardHook((module, inputs, output) => {
      seen.push([module.constructor.name, [...inputs[0]!.shape], [...output.shape]]);
    });
    const x = randn([5, 2, 3]);
    net.forward(x);
    net.at(1).forward(x.reshape(5, 6));
    assert.deepEqual(seen, [
      ["Linear", [5, 6], [5, 4]],
      ["Linear", [5, 6], [5, 4]],
    ]);
    remove();
    net.forward(x);
    assert.equal(seen.length, 2);
    assert.ok(!Object.hasOwn(net.at(1), "forward"), "the shadow is gone");
  });

  test("leaves no other module or name behind, and several run in order", () => {
    const layer = new nn.ReLU();
    const calls: string[] = [];
    const [first, second] = ["first", "second"].map((name) =>
      layer.registerForwardHook(() => calls.push(name)),
    );
    layer.forward(ones([1]));
    new nn.ReLU().forward(ones([1]));
    assert.deepEqual(calls, ["first", "second"]);
    assert.deepEqual(Object.keys(layer), Object.keys(new nn.ReLU()));
    first!();
    layer.forward(ones([1]));
    assert.deepEqual(calls, ["first", "second", "second"]);
    second!();
  });

  test("is a function, or refused when it is registered", () => {
    const layer = new nn.ReLU();
    const message = /^TypeError: ReLU's hook: expected a function, got an object$/;
    assert.throws(() => layer.registerForwardHook({} as never), message);
    assert.throws(() => layer.registerForwardPreHook({} as never), message);
    assert.ok(!Object.hasOwn(layer, "forward"));
  });

  test("may replace the output by a tensor, and by nothing else", () => {
    const layer = new nn.Identity();
    layer.registerForwardHook((_module, _inputs, output) => output.mul(2));
    layer.registerForwardHook(() => "not a tensor");
    assert.deepEqual(layer.forward(tensor([1, 2])).toArray(), [2, 4]);
  });

  test("before the forward sees its inputs, and may replace them by a tensor or several", () => {
    class Sum extends nn.Module {
      override forward(a: Tensor, b: Tensor): Tensor {
        return a.add(b);
      }
    }
    const module = new Sum();
    const seen: number[] = [];
    const removers = [
      module.registerForwardPreHook((_module, inputs) => [inputs[0]!.mul(10), inputs[1]!]),
      module.registerForwardHook((_module, inputs) => void seen.push(inputs[0]!.item())),
      module.registerForwardPreHook((_module, inputs) => void seen.push(inputs.length)),
    ];
    assert.equal(module.forward(tensor([1]), tensor([2])).item(), 12);
    assert.deepEqual(seen, [2, 10], "the hook after the forward sees what the forward saw");
    for (const remove of removers) remove();
    assert.equal(module.forward(tensor([1]), tensor([2])).item(), 3);
    assert.ok(!Object.hasOwn(module, "forward"), "the shadow is gone");
    const layer = new nn.ReLU();
    layer.registerForwardPreHook((_module, inputs) => inputs[0]!.neg());
    assert.equal(layer.forward(tensor([-3])).item(), 3);
  });

  test("works where forward is a field, and puts it back", () => {
    class Doubling extends nn.Module {
      forward = (x: Tensor) => x.mul(2);
    }
    const module = new Doubling();
    const { forward } = module;
    let calls = 0;
    const remove = module.registerForwardHook(() => calls++);
    assert.deepEqual(module.forward(tensor([3])).toArray(), [6]);
    assert.equal(calls, 1);
    remove();
    assert.equal(module.forward, forward);
  });
});

describe("layers start", () => {
  test("Linear within ±1/√inFeatures, evenly, by manualSeed", () => {
    const make = () => {
      manualSeed(5);
      return new nn.Linear(100, 400);
    };
    const { weight, bias } = make();
    for (const values of [weight.detach(), bias!.detach()]) {
      assert.ok(values.abs().max().item() <= 0.1 && values.abs().max().item() > 0.099);
      assert.ok(Math.abs(values.std().item() - 0.1 / Math.sqrt(3)) < 0.003);
    }
    assert.deepEqual(make().weight.toArray(), weight.toArray());
  });

  const statistics = {
    xavierUniform_: 1 / 250,
    xavierNormal_: 1 / 250,
    kaimingUniform_: 2 / 200,
    kaimingNormal_: 2 / 200,
  };
  for (const [name, variance] of Object.entries(statistics)) {
    test(`${name} of a weight [300, 200] has variance ${variance}, within 3 %`, () => {
      manualSeed(1);
      const weight = new nn.Parameter(zeros([300, 200]));
      nn.init[name as keyof typeof statistics](weight);
      assert.ok(weight.requiresGrad && weight.isLeaf);
      assert.ok(Math.abs(weight.detach().var().item() / variance - 1) < 0.03);
      assert.ok(Math.abs(weight.detach().mean().item()) < 0.002);
    });
  }

  test("fan modes and gains are PyTorch's", () => {
    assert.equal(nn.init.calculateGain("tanh"), 5 / 3);
    assert.equal(nn.init.calculateGain("leakyRelu", 0.2), Math.sqrt(2 / 1.04));
    const weight = zeros([8, 2]);
    nn.init.kaimingUniform_(weight, { mode: "fanOut", nonlinearity: "relu" });
    assert.ok(weight.abs().max().item() <= Math.sqrt(6 / 8));
    nn.init.constant_(weight, 3);
    assert.deepEqual(weight.sum().item(), 48);
    assert.throws(
      () => nn.init.xavierNormal_(zeros([3])),
      /init: expected a weight of at least two dimensions .* got \[3\]/,
    );
  });
});

describe("layers refuse", () => {
  test("what they cannot be made of", () => {
    assert.throws(
      () => new nn.Linear(0, 3),
      /Linear: expected inFeatures and outFeatures to be whole numbers ≥ 1, got 0/,
    );
    assert.throws(
      () => new nn.Sequential(nn.ReLU as unknown as nn.Module),
      /Sequential: expected modules, got function at 0; layers are made with new/,
    );
    assert.throws(() => mlp().at(9), /Sequential: expected one of its 5 layers, got 9/);
  });

  test("inputs of another width", () => {
    assert.throws(() => new nn.Linear(3, 2).forward(ones([4, 5])), /linear: .*\[4, 5\]/);
    assert.throws(() => nn.functional.mseLoss(ones([2]), ones([3])), /mseLoss: .* got \[2\] and \[3\]/);
  });
});

test("Parameter takes a tensor over as a leaf that requires grad", () => {
  const source = randn([3], { requiresGrad: true }).mul(2);
  const parameter = new nn.Parameter(source);
  assert.ok(parameter instanceof Tensor && parameter.isLeaf && parameter.requiresGrad);
  parameter.square().sum().backward();
  assert.ok(parameter.grad !== null);
});

test("a buffer that does not persist is a buffer, but no state", () => {
  class Causal extends nn.Module {
    readonly mask = this.registerBuffer("mask", ones([2, 2]).tril(), { persistent: false });
    readonly seen = this.registerBuffer("seen", zeros([1]));
    override forward(x: Tensor): Tensor {
      return x.mul(this.mask);
    }
  }
  const module = new Causal();
  assert.deepEqual(
    module.namedBuffers().map(([name]) => name),
    ["mask", "seen"],
  );
  assert.deepEqual(Object.keys(module.stateDict()), ["seen"]);
  assert.deepEqual(module.loadStateDict({ seen: ones([1]) }).missingKeys, []);
});
