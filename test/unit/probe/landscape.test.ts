// The probes of a loss against hand computation, and against their promise to leave no trace.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as nn from "../../../kernel/nn";
import {
  gradientFlow,
  gradientPredictiveness,
  ics,
  type Loss,
  landscape,
  lrRangeTest,
  surface,
} from "../../../kernel/probe";
import { recover } from "../../../kernel/probe/untouched";
import { manualSeed, noGrad, rand, randint, randn, type Tensor, tensor } from "../../../kernel/tensor";

const close = (actual: number, expected: number, what: string, tolerance = 1e-5) =>
  assert.ok(
    Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected)),
    `${what}: ${actual}, expected ${expected}`,
  );

/** loss = ½·c·|w|² over w [2]: gradient c·w, β = c everywhere. */
function bowl(c: number) {
  const w = new nn.Parameter(tensor([3, 4]));
  class Bowl extends nn.Module {
    readonly w = w;
    override forward(): Tensor {
      return this.w
        .square()
        .sum()
        .mul(c / 2);
    }
  }
  const model = new Bowl();
  return { model, w, loss: () => model.forward() };
}

/** With batch statistics, dropout, and gradients from an earlier backward. */
function network() {
  manualSeed(11);
  const net = new nn.Sequential(
    new nn.Linear(6, 8),
    new nn.BatchNorm1d(8),
    new nn.Tanh(),
    new nn.Dropout(0.5),
    new nn.Linear(8, 5),
    new nn.ReLU(),
    new nn.Linear(5, 3),
  );
  const [x, y] = [randn([20, 6]), randint(0, 3, [20])];
  const loss = () => nn.functional.crossEntropy(net.forward(x), y);
  loss().backward();
  net.at(3).eval();
  return { net, x, y, loss };
}

const probes: Record<string, (net: nn.Module, loss: Loss) => unknown> = {
  landscape: (net, loss) => landscape(net, loss, { lr: 0.5 }),
  gradientPredictiveness: (net, loss) => gradientPredictiveness(net, loss, { lr: 0.5 }),
  ics: (net, loss) => ics(net, loss, { lr: 0.5 }),
  lrRangeTest: (net, loss) => lrRangeTest(net, loss, { steps: 12 }),
  gradientFlow: (net, loss) => gradientFlow(net, loss),
  surface: (net, loss) => surface(net, loss, { points: 3 }),
};

/** All that a probe could have changed. */
function stateOf(net: nn.Module) {
  return {
    values: Object.entries(net.stateDict()).map(([name, value]) => [name, [...value.data]]),
    modes: net.modules().map(({ training }) => training),
    grads: net.parameters().map(({ grad }) => grad),
    gradValues: net.parameters().map(({ grad }) => grad && [...grad.data]),
    hooks: net.parameters().map(({ hooks }) => hooks),
    hooked: net.modules().filter((module) => Object.hasOwn(module, "forward")).length,
  };
}

for (const [name, probe] of Object.entries(probes)) {
  test(`${name} leaves parameters, buffers, modes, gradients, hooks and the random stream as they were`, () => {
    const { net, loss } = network();
    net.at(3).train();
    const before = stateOf(net);
    manualSeed(1);
    const first = probe(net, loss);
    const next = rand([3]).toArray();
    assert.deepEqual(stateOf(net), before);
    assert.ok(stateOf(net).grads.every((grad, i) => grad === before.grads[i]));
    manualSeed(1);
    assert.deepEqual(rand([3]).toArray(), next);
    manualSeed(1);
    assert.deepEqual(probe(net, loss), first);
  });

  test(`${name} leaves them so when the loss fails on its way`, () => {
    const { net, loss } = network();
    let calls = 0;
    const failing = () => {
      if (++calls > 1 || name === "gradientFlow") throw new Error("no more");
      return loss();
    };
    const before = stateOf(net);
    manualSeed(1);
    const next = rand([3]).toArray();
    manualSeed(1);
    assert.throws(() => probe(net, failing), /no more/);
    assert.deepEqual(rand([3]).toArray(), next);
    assert.deepEqual(stateOf(net), before);
  });

  test(`${name} cut short by an interrupt, which runs no ends, is put back by recover()`, () => {
    const { net, loss } = network();
    const before = stateOf(net);
    let calls = 0;
    const interrupted = () => {
      const value = loss();
      if (++calls === (name === "gradientFlow" ? 1 : 2)) {
        assert.notDeepEqual(stateOf(net), before);
        recover();
        assert.deepEqual(stateOf(net), before);
        throw new Error("cut short");
      }
      return value;
    };
    assert.throws(() => probe(net, interrupted), /^Error: cut short$/);
  });

  test(`${name} works inside noGrad`, () => {
    const { net, loss } = network();
    const outside = probe(net, loss);
    assert.deepEqual(
      noGrad(() => ({ found: probe(net, loss) })),
      { found: outside },
    );
  });

  test(`${name} asks for parameters that learn`, () => {
    assert.throws(
      () => probe(new nn.Tanh(), () => tensor(1)),
      new RegExp(`^Error: ${name}: expected a model with parameters`),
    );
  });
}

test("landscape of a bowl: loss, gradient and smoothness in closed form", () => {
  const { model, loss } = bowl(2);
  const found = landscape(model, loss, { lr: 0.1, points: 3 });
  // At w·(1 − 2t): the loss is 25·(1 − 2t)², the gradient 10·(1 − 2t) long.
  assert.deepEqual(
    found.steps.map((step) => Math.round(step * 1e6) / 1e6),
    [0.05, 0.225, 0.4],
  );
  close(found.loss, 25, "loss");
  for (const [i, t] of [0.05, 0.225, 0.4].entries()) {
    close(found.losses[i]!, 25 * (1 - 2 * t) ** 2, "loss on the way");
    close(found.differences[i]!, 20 * t, "gradient change");
    close(found.cosines[i]!, 1, "angle");
  }
  close(found.gradientNorm, 10, "gradient");
  close(found.smoothness, 2, "β");
  close(found.lossRange[0], 25 * 0.04, "lowest");
  close(found.lossRange[1], 25 * 0.81, "highest");
});

test("gradient predictiveness is the landscape's gradients", () => {
  const { net, loss } = network();
  const { steps, differences, cosines, gradientNorm } = landscape(net, loss, {
    lr: 0.3,
    range: [1, 2],
    points: 4,
  });
  assert.deepEqual(gradientPredictiveness(net, loss, { lr: 0.3, range: [1, 2], points: 4 }), {
    steps,
    differences,
    cosines,
    gradientNorm,
  });
  assert.equal(steps.length, 4);
});

test("ics equals taking the earlier layers' step by hand, one layer after the other", () => {
  const { net, loss } = network();
  const shifts = ics(net, loss, { lr: 0.2 });
  assert.deepEqual(
    shifts.map(({ layer }) => layer),
    ["0", "1", "4", "6"],
  );
  assert.equal(shifts[0]!.difference, 0);
  close(shifts[0]!.cosine, 1, "the first layer's angle");

  net.zeroGrad();
  loss().backward();
  const flat = (module: nn.Module) => module.parameters().flatMap(({ grad }) => [...grad!.data]);
  const now = net.layers.map((layer) => (layer.parameters().length > 0 ? flat(layer) : []));
  const last = net.layers[6]!;
  noGrad(() => {
    for (const layer of net.layers.slice(0, 6)) {
      for (const parameter of layer.parameters()) parameter.sub_(parameter.grad!.mul(0.2));
    }
  });
  net.zeroGrad();
  loss().backward();
  const [g, after] = [now[6]!, flat(last)];
  const length = (v: number[]) => Math.hypot(...v);
  close(shifts[3]!.difference, length(g.map((v, i) => v - after[i]!)), "difference");
  const cosine = g.reduce((sum, v, i) => sum + v * after[i]!, 0) / (length(g) * length(after));
  close(shifts[3]!.cosine, cosine, "cosine");
  close(shifts[3]!.gradientNorm, length(g), "gradient");
  assert.ok(shifts[3]!.difference > 0);
});

test("gradientFlow: norms at outputs and parameters as backward leaves them", () => {
  const { net, loss } = network();
  const flow = gradientFlow(net, loss);
  const outputs: Tensor[] = [];
  for (const layer of net.layers) {
    layer.registerForwardHook((_module, _inputs, output) => {
      if (output.requiresGrad) output.retainGrad();
      outputs.push(output);
    });
  }
  net.zeroGrad();
  loss().backward();
  for (const [i, { layer, outputs: norm, parameters }] of flow.entries()) {
    close(norm!, outputs[i]!.grad!.norm().item(), layer);
    const own = net
      .at(i)
      .parameters()
      .map(({ grad }) => grad!.norm().item());
    if (own.length === 0) assert.equal(parameters, null);
    else close(parameters!, Math.hypot(...own), layer);
  }
});

test("lrRangeTest on a bowl: plain gradient descent, and the edge of stability", () => {
  const { model, loss } = bowl(2);
  const range = lrRangeTest(model, loss, { from: 0.01, to: 100, steps: 41, smoothing: 0 });
  let w = 5;
  for (const [i, lr] of range.lrs.entries()) {
    close(lr, 0.01 * 10 ** (i / 10), "learning rate", 1e-9);
    close(range.losses[i]!, w * w, "loss", 1e-4);
    w *= 1 - 2 * lr;
  }
  // |1 − 2·lr| > 1 from lr = 1 on; the loss is near 0 by then, so four times the smallest comes soon after.
  assert.ok(range.divergedAt! >= 1 && range.divergedAt! < 10, `${range.divergedAt}`);
  assert.equal(range.divergedAt, range.lrs.at(-1));
  assert.ok(range.steepest! > 0.01 && range.steepest! < 0.3, `${range.steepest}`);
  const calm = lrRangeTest(model, loss, { from: 0.001, to: 0.1 });
  assert.equal(calm.divergedAt, null);
  assert.equal(calm.lrs.length, 100);
});

test("surface: the loss in the middle, directions as long as the filters, biases unmoved", () => {
  const net = new nn.Sequential(new nn.Linear(3, 2));
  const { weight, bias } = net.at(0) as nn.Linear;
  noGrad(() =>
    weight.copy_(
      tensor([
        [3, 4, 0],
        [0, 0, 0.5],
      ]),
    ),
  );
  const seen: number[][] = [];
  const loss = () => {
    seen.push([...weight.data, ...bias!.data]);
    return weight.square().sum();
  };
  const { x, y, losses } = surface(net, loss, { points: 3, range: 0.5 });
  assert.deepEqual(
    [x, y],
    [
      [-0.5, 0, 0.5],
      [-0.5, 0, 0.5],
    ],
  );
  close(losses[1]![1]!, 25.25, "middle");
  const middle = seen[4]!;
  const right = seen[5]!; // x = ½, y = 0
  const moved = right.map((value, i) => value - middle[i]!);
  close(Math.hypot(...moved.slice(0, 3)), 0.5 * 5, "first filter");
  close(Math.hypot(...moved.slice(3, 6)), 0.5 * 0.5, "second filter");
  assert.deepEqual(moved.slice(6), [0, 0]);
  assert.notDeepEqual(
    surface(net, loss, { points: 3, seed: 1 }).losses,
    surface(net, loss, { points: 3 }).losses,
  );
  assert.throws(() => surface(net, loss, { points: 4 }), /expected an odd number of points/);
});

test("a parameter that is not contiguous is moved and put back too", () => {
  class Turned extends nn.Module {
    readonly w = new nn.Parameter(
      tensor([
        [1, 2, 3],
        [4, 5, 6],
      ]).t(),
    );
    override forward(): Tensor {
      return this.w.square().sum().div(2);
    }
  }
  const model = new Turned();
  const { losses } = landscape(model, () => model.forward(), { lr: 1, range: [0.5, 1], points: 2 });
  close(losses[0]!, 45.5 / 4, "half way");
  close(losses[1]!, 0, "at the bottom");
  assert.deepEqual(model.w.toArray(), [
    [1, 4],
    [2, 5],
    [3, 6],
  ]);
});
