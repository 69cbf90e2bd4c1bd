// Lists and dicts of modules and of parameters: what goes in and out, and the names in the state. Bilinear beside PyTorch.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as nn from "../../../kernel/nn";
import { SGD } from "../../../kernel/optim";
import { manualSeed, ones, type Tensor, tensor, zeros } from "../../../kernel/tensor";
import { assertClose, fixture, type Packed, unpack } from "../fixtures";

const linear = (width: number) => new nn.Linear(width, width, { bias: false });
const widths = (row: Iterable<nn.Linear>) => [...row].map(({ inFeatures }) => inFeatures);

describe("ModuleList and Sequential", () => {
  test("take modules in and out at any place", () => {
    const list = new nn.ModuleList([linear(1)]);
    list
      .extend([linear(2), linear(3)])
      .insert(1, linear(4))
      .insert(-1, linear(5))
      .insert(5, linear(6));
    assert.deepEqual(widths(list), [1, 4, 2, 5, 3, 6]);
    assert.equal(list.set(-1, linear(7)).at(5).inFeatures, 7);
    assert.deepEqual([list.pop().inFeatures, list.pop(0).inFeatures], [7, 1]);
    assert.deepEqual(widths(list), [4, 2, 5, 3]);
    assert.deepEqual(Object.keys(list.stateDict()), ["0.weight", "1.weight", "2.weight", "3.weight"]);
    const net = new nn.Sequential(linear(2));
    net.append(new nn.ReLU()).insert(0, new nn.Sigmoid());
    assert.equal(net.pop(1) instanceof nn.Linear, true);
    assert.deepEqual(net.forward(tensor([0])).toArray(), [0.5]);
  });

  test("say what is wrong, all or nothing", () => {
    const list = new nn.ModuleList([linear(1)]);
    const wrong: [() => unknown, RegExp][] = [
      [() => list.insert(2, linear(1)), /ModuleList: expected a place among its 1 layers, got 2/],
      [() => list.set(1, linear(1)), /ModuleList: expected a place among its 1 layers, got 1/],
      [() => list.pop(-2), /ModuleList: expected a place among its 1 layers, got -2/],
      [() => list.extend([linear(1), 3 as never]), /ModuleList: expected modules, got number at 2/],
      [() => list.extend(3 as never), /ModuleList.extend: expected modules, got 3/],
    ];
    for (const [call, message] of wrong) assert.throws(call, message);
    assert.equal(list.length, 1);
  });
});

describe("ModuleDict", () => {
  test("takes modules in and out by name", () => {
    const dict = new nn.ModuleDict<nn.Linear>();
    dict.set("b", linear(1)).update({ a: linear(2), b: linear(3) });
    assert.deepEqual([dict.keys(), widths(dict.values()), dict.length], [["b", "a"], [3, 2], 2]);
    assert.deepEqual([dict.has("a"), dict.has("c")], [true, false]);
    assert.equal(dict.pop("b").inFeatures, 3);
    assert.deepEqual(
      dict.items().map(([name]) => name),
      ["a"],
    );
    assert.throws(() => dict.update({ c: linear(1), d: 3 as never }), /got number at "d"/);
    assert.deepEqual(Object.keys(dict.stateDict()), ["a.weight"]);
    dict.clear();
    assert.equal(dict.length, 0);
    assert.throws(() => dict.pop("a"), /ModuleDict: expected one of/);
    for (const [odd, got] of [
      [3, "3"],
      [null, "null"],
    ] as const) {
      const message = new RegExp(
        `^TypeError: ModuleDict: expected an object of modules, or pairs, got ${got}`,
      );
      assert.throws(() => new nn.ModuleDict(odd as never), message);
    }
  });
});

describe("ParameterList", () => {
  class Scales extends nn.Module {
    scales = new nn.ParameterList([tensor([1, 2]), new nn.Parameter(tensor([3]))]);

    forward(x: Tensor): Tensor {
      let y = x;
      for (const scale of this.scales) y = y.mul(scale);
      return y;
    }
  }

  test("holds parameters under PyTorch's names, which an optimizer finds", () => {
    const net = new Scales();
    assert.deepEqual(Object.keys(net.stateDict()), ["scales.0", "scales.1"]);
    assert.equal(net.scales[1], net.scales.at(-1));
    net.scales.append(tensor([2]));
    assert.deepEqual([net.scales.length, net.parameters().length], [3, 3]);
    const optimizer = new SGD(net.parameters(), { lr: 1 });
    net
      .forward(ones([2]))
      .sum()
      .backward();
    optimizer.step();
    assert.deepEqual(net.scales[0]!.toArray(), [-5, -4]);
    net.loadStateDict({ "scales.0": zeros([2]), "scales.1": ones([1]), "scales.2": ones([1]) });
    assert.deepEqual(net.scales.at(0).toArray(), [0, 0]);
    assert.equal(String(net.scales), "ParameterList(0: [2], 1: [1], 2: [1])");
    net.zeroGrad();
    assert.equal(net.scales[0]!.grad, null);
  });

  test("counts one that is there twice twice, and shares it", () => {
    const shared = new nn.Parameter(ones([1]));
    const list = new nn.ParameterList([shared, shared]);
    assert.deepEqual([list.length, list.parameters().length, [...list].length], [2, 1, 2]);
  });

  test("says what is wrong", () => {
    const list = new nn.ParameterList();
    const wrong: [() => unknown, RegExp][] = [
      [() => list.append(3 as never), /ParameterList: expected parameters or tensors, got 3 at 0/],
      [() => list.extend(ones([2]) as never), /ParameterList: expected parameters in an array, got a tensor/],
      [() => list.at(0), /ParameterList: expected one of its 0 parameters, got 0/],
      [() => list.forward(), /ParameterList: expected its parameters to be used, got a call/],
    ];
    for (const [call, message] of wrong) assert.throws(call, message);
    assert.equal(list.length, 0);
  });
});

describe("ParameterDict", () => {
  test("holds parameters by name, as they are spelled", () => {
    const dict = new nn.ParameterDict({ leftHand: ones([2]) });
    dict.set("right", zeros([1])).update({ right: ones([3]) });
    assert.deepEqual(Object.keys(dict.stateDict()), ["leftHand", "right"]);
    assert.deepEqual([dict.keys(), dict.length, dict.has("left")], [["leftHand", "right"], 2, false]);
    assert.equal(dict.get("right"), dict.values()[1]);
    assert.equal(dict.pop("leftHand").requiresGrad, true);
    assert.deepEqual(
      [...dict].map(([name]) => name),
      ["right"],
    );
    assert.equal(String(dict), "ParameterDict(right: [3])");
    dict.clear();
    assert.equal(dict.parameters().length, 0);
  });

  test("says what is wrong, all or nothing", () => {
    const dict = new nn.ParameterDict({ a: ones([1]) });
    const wrong: [() => unknown, RegExp][] = [
      [() => dict.update({ b: ones([1]), c: 3 as never }), /expected parameters or tensors, got 3 at "c"/],
      [
        () => dict.set("forward", ones([1])),
        /ParameterDict: expected names that modules leave free, got "forward"/,
      ],
      [() => dict.set("training", ones([1])), /got "training"/],
      [() => dict.get("b"), /^RangeError: ParameterDict: expected one of "a", got string b/],
      [() => dict.update(null as never), /ParameterDict: expected parameters by name, got null/],
      [() => dict.forward(), /ParameterDict: expected its parameters to be used/],
    ];
    for (const [call, message] of wrong) assert.throws(call, message);
    assert.deepEqual(dict.keys(), ["a"]);
  });
});

describe("Bilinear agrees with PyTorch, output and gradients, rtol 1e-5 atol 2e-6", () => {
  const { bilinear } = fixture<{
    bilinear: { inputs: Packed[]; output: Packed; dy: Packed; grads: Packed[] }[];
  }>("bilinear");
  for (const { inputs, output, dy, grads } of bilinear) {
    const [x1, x2, weight, bias] = inputs as [Packed, Packed, Packed, Packed?];
    test(`[${x1.shape}] and [${x2.shape}] by [${weight.shape}]${bias ? ", bias" : ""}`, () => {
      const [out, m, n] = weight.shape as [number, number, number];
      const layer = new nn.Bilinear(m, n, out, { bias: bias !== undefined });
      layer.loadStateDict({ weight: unpack(weight), ...(bias && { bias: unpack(bias) }) });
      const leaves = [unpack(x1, { requiresGrad: true }), unpack(x2, { requiresGrad: true })] as const;
      const y = layer.forward(...leaves);
      assertClose(y, output, { rtol: 1e-5, atol: 2e-6 }, "output");
      y.backward(unpack(dy));
      for (const [i, leaf] of [...leaves, ...layer.parameters()].entries()) {
        assertClose(leaf.grad, grads[i]!, { rtol: 1e-5, atol: 2e-6 }, `gradient ${i}`);
      }
    });
  }

  test("starts within ±1/√in1Features, and says what is wrong", () => {
    manualSeed(3);
    const layer = new nn.Bilinear(16, 4, 50);
    const values = [...layer.weight.data, ...layer.bias!.data].map(Math.abs);
    assert.ok(Math.max(...values) <= 0.25 && Math.max(...values) > 0.24);
    assert.equal(String(layer), "Bilinear(in1Features=16, in2Features=4, outFeatures=50, bias=true)");
    assert.throws(() => new nn.Bilinear(0, 1, 1), /Bilinear: expected in1Features .* ≥ 1, got 0/);
    assert.throws(
      () => layer.forward(ones([2, 16]), ones([3, 4])),
      /bilinear: expected inputs \[\.\.\., 16\] and \[\.\.\., 4\], got \[2, 16\] and \[3, 4\]/,
    );
  });
});
