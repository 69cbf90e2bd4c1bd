// deepcopy(): nothing that is done to the copy reaches the original, and what was one is one.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as nn from "../../../kernel/nn";
import { deepcopy } from "../../../kernel/nn/deepcopy";
import * as optim from "../../../kernel/optim";
import {
  arange,
  Generator,
  manualSeed,
  noGrad,
  ones,
  randn,
  type Tensor,
  tensor,
  zeros,
} from "../../../kernel/tensor";
import { layers } from "../layers";

const bits = (module: nn.Module) =>
  Object.entries(module.stateDict()).map(([name, x]) => [name, [...x.data]]);

function train(net: nn.Module, steps: number): void {
  const optimizer = new optim.SGD(net.parameters(), 0.1);
  for (let i = 0; i < steps; i++) {
    optimizer.zeroGrad();
    net
      .forward(randn([8, 4]))
      .square()
      .mean()
      .backward();
    optimizer.step();
  }
}

class Block extends nn.Module {
  readonly inner = new nn.Sequential(new nn.Linear(4, 4), new nn.BatchNorm1d(4), new nn.ReLU());
  readonly heads = new nn.ModuleDict({ a: new nn.Linear(4, 2), b: new nn.Linear(4, 2) });
  readonly list = [new nn.Linear(2, 2)];
  readonly settings = { at: new Date(5), table: new Map([["x", [1, 2]]]) };
  count = this.registerBuffer("count", zeros([1]));
  act = (x: Tensor) => x.tanh();
  override forward(x: Tensor): Tensor {
    this.count.add_(1);
    return this.act(this.list[0]!.forward(this.heads.get("a").forward(this.inner.forward(x))));
  }
}

describe("a module", () => {
  test("and its copy learn apart, alike from the same numbers", () => {
    const net = new Block();
    train(net, 2);
    const before = bits(net);
    const copy = deepcopy(net);
    assert.ok(copy instanceof Block && copy !== net);
    assert.deepEqual(Object.keys(copy.stateDict()), Object.keys(net.stateDict()));
    assert.equal(String(copy), String(net));
    assert.deepEqual(bits(copy), before);
    manualSeed(1);
    train(copy, 3);
    assert.deepEqual(bits(net), before);
    manualSeed(1);
    train(net, 3);
    assert.deepEqual(bits(copy), bits(net));
    copy.settings.table.get("x")!.push(3);
    assert.deepEqual(net.settings.table.get("x"), [1, 2]);
    assert.equal(copy.settings.at.getTime(), 5);
  });

  test("keeps its modes and what learns, not its gradients", () => {
    const net = new Block();
    net.inner.at(1).eval();
    net.heads.requiresGrad_(false);
    train(net, 1);
    const copy = deepcopy(net);
    assert.deepEqual(
      copy.modules().map(({ training }) => training),
      net.modules().map(({ training }) => training),
    );
    assert.deepEqual(
      copy.parameters().map((p) => [p.requiresGrad, p.isFrozen, p.isLeaf]),
      net.parameters().map((p) => [p.requiresGrad, p.isFrozen, p.isLeaf]),
    );
    assert.ok(net.inner.at(0).parameters()[0]!.grad !== null);
    assert.ok(copy.parameters().every(({ grad, hooks }) => grad === null && hooks === null));
  });

  test("keeps its hooks; removing them from one leaves them on the other", () => {
    const net = new nn.Linear(2, 2);
    const seen: nn.Module[] = [];
    const remove = net.registerForwardHook((module) => void seen.push(module));
    net.registerForwardPreHook((module, [x]) => {
      seen.push(module);
      return x!.mul(0);
    });
    const copy = deepcopy(net);
    const bias = copy.forward(ones([1, 2]));
    assert.deepEqual(bias.detach().toArray(), [copy.bias!.toArray()]);
    assert.ok(seen.length === 2 && seen.every((module) => module === copy));
    remove();
    copy.forward(ones([1, 2]));
    assert.equal(seen.length, 4);
    net.forward(ones([1, 2]));
    assert.equal(seen.length, 5);
    assert.equal(seen[4], net);
  });

  test("with tied weights has them tied in the copy", () => {
    class Tied extends nn.Module {
      first = new nn.Linear(2, 2);
      second = Object.assign(new nn.Linear(2, 2), { weight: this.first.weight });
      override forward(x: Tensor) {
        return this.second.forward(this.first.forward(x));
      }
    }
    const net = new Tied();
    const copy = deepcopy(net);
    assert.equal(copy.first.weight, copy.second.weight);
    assert.notEqual(copy.first.weight, net.first.weight);
    assert.equal(copy.parameters().length, 3);
    noGrad(() => copy.first.weight.fill_(7));
    assert.notEqual(net.first.weight.detach().max().item(), 7);
  });

  test("whose forward is a field is copied if it is free of the original, and refused if it is bound to it", () => {
    class Free extends nn.Module {
      override forward = (x: Tensor) => x.mul(2) as never;
    }
    assert.equal((deepcopy(new Free()).forward(ones([1])) as Tensor).item(), 2);
    const hooked = new Free();
    hooked.registerForwardHook((_module, _inputs, y) => y.add(1));
    assert.equal((deepcopy(hooked).forward(ones([1])) as Tensor).item(), 3);
    class Bound extends nn.Module {
      scale = new nn.Parameter(ones([1]));
      override forward = (x: Tensor) => x.mul(this.scale) as never;
    }
    assert.throws(
      () => deepcopy({ nets: [new Bound()] }),
      /^TypeError: deepcopy: expected .*, got an arrow function that is bound to the original at value\.nets\[0\]\.forward; write it as a method: forward\(…\)/,
    );
    const bound = new Bound();
    bound.registerForwardHook(() => undefined);
    assert.throws(() => deepcopy(bound), /bound to the original at value\.forward/);
  });
});

test("every layer can be copied", () => {
  const made = layers();
  assert.ok(made.length > 40, `${made.length} layers`);
  for (const [name, make] of made) {
    const layer = make();
    const copy = deepcopy(layer);
    assert.equal(String(copy), String(layer), name);
    assert.deepEqual(bits(copy), bits(layer), name);
    for (const x of [randn([2, 4]), randn([2, 4, 4]), randn([2, 4, 4, 4]), arange(2)]) {
      let expected: unknown;
      try {
        manualSeed(3);
        expected = layer.forward(x);
      } catch {
        continue;
      }
      manualSeed(3);
      assert.deepEqual(copy.forward(x), expected, name);
    }
  }
});

describe("tensors and what holds them", () => {
  test("views of one memory are views of one memory", () => {
    const a = arange(6);
    const copy = deepcopy({ a, part: a.slice(0, 2, 4), turned: a.reshape(2, 3).t() });
    copy.part.fill_(9);
    assert.deepEqual(copy.a.toArray(), [0, 1, 9, 9, 4, 5]);
    assert.equal((copy.turned.toArray() as number[][])[0]![1], 9);
    assert.deepEqual(a.toArray(), [0, 1, 2, 3, 4, 5]);
  });

  test("leaves keep their gradient, dtype and whether they learn; results are refused", () => {
    const x = tensor([1, 2], { requiresGrad: true });
    x.mul(2).sum().backward();
    const copy = deepcopy(x);
    assert.deepEqual(copy.grad!.toArray(), [2, 2]);
    copy.grad!.fill_(0);
    assert.deepEqual(x.grad!.toArray(), [2, 2]);
    assert.equal(deepcopy(tensor([true])).dtype, "bool");
    assert.ok(deepcopy(tensor([1]).requiresGrad_(false)).isFrozen);
    assert.throws(
      () => deepcopy([{ loss: x.mul(2) }]),
      /got the result of an operation at value\[0\]\.loss; copy its detach\(\)/,
    );
  });

  test("the state of an optimizer stays while the optimizer goes on", () => {
    const p = tensor([1, 2], { requiresGrad: true });
    const optimizer = new optim.Adam([p]);
    const step = () => {
      p.grad = tensor([1, -1]);
      optimizer.step();
    };
    step();
    const state = deepcopy(optimizer.stateDict());
    const numbers = [...(state.state[0]!.exp_avg as Tensor).data];
    step();
    assert.deepEqual([...(state.state[0]!.exp_avg as Tensor).data], numbers);
    assert.equal(state.state[0]!.step, 1);
    assert.throws(
      () => deepcopy({ optimizer }),
      /got a Adam with #private state at value\.optimizer; copy its stateDict\(\)/,
    );
  });

  test("cycles, shared values, Maps, Sets, typed arrays, generators, instances, odd lists", () => {
    class Point {
      constructor(readonly at: number[]) {}
      get first() {
        return this.at[0];
      }
    }
    const list: unknown[] = [1];
    list[2] = Object.assign([2], { extra: 3 }); // and a hole
    const generator = new Generator(4);
    generator.normal();
    const value: Record<string, unknown> = {
      list,
      again: list,
      point: new Point([5]),
      numbers: Float64Array.of(1, 2),
      data: arange(3).data,
      bytes: Buffer.from("ab"),
      set: new Set([list]),
      map: new Map([[list, 1]]),
      generator,
      nothing: null,
      text: "x",
      bare: Object.assign(Object.create(null), { y: 1 }),
    };
    value.self = value;
    const copy = deepcopy(value) as typeof value & {
      list: unknown[];
      point: Point;
      numbers: Float64Array;
      data: Int32Array;
      bytes: Buffer;
      set: Set<unknown>;
      map: Map<unknown, number>;
      generator: Generator;
    };
    assert.equal(copy.self, copy);
    assert.equal(copy.again, copy.list);
    assert.ok(copy.list !== list && !(1 in copy.list) && copy.list.length === 3);
    assert.deepEqual(copy.list[2], list[2]);
    assert.ok(copy.set.has(copy.list) && copy.map.get(copy.list) === 1);
    assert.ok(
      copy.point instanceof Point && copy.point.first === 5 && copy.point.at !== (value.point as Point).at,
    );
    copy.bytes[0] = 0;
    copy.data[0] = 7;
    copy.numbers[0] = 7;
    assert.deepEqual(
      [(value.bytes as Buffer)[0], (value.data as Int32Array)[0], (value.numbers as Float64Array)[0]],
      [97, 0, 1],
    );
    assert.equal(copy.generator.normal(), generator.normal());
    assert.equal(Object.getPrototypeOf(copy.bare), null);
  });

  test("what nobody can copy is refused by name", () => {
    class Secret {
      #x = 1;
      get x() {
        return this.#x;
      }
    }
    assert.throws(
      () => deepcopy({ a: new Secret() }),
      /got a Secret with #private state at value\.a; keep it in a property without #/,
    );
    assert.throws(() => deepcopy([new WeakMap()]), /got a WeakMap at value\[0\]; leave it out/);
    assert.throws(() => deepcopy(Promise.resolve()), /got a Promise at value; leave it out/);
    assert.throws(() => deepcopy(new DataView(new ArrayBuffer(1))), /got a DataView at value/);
  });
});
