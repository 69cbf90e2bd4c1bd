// Gradients of gradients: createGraph beside PyTorch, and what it leaves as it was.

import assert from "node:assert/strict";
import test from "node:test";
import { functional as F } from "../../../kernel/nn";
import {
  autograd,
  batchNorm,
  crossEntropy,
  linear,
  noGrad,
  ones,
  randn,
  type Tensor,
  tensor,
  zeros,
} from "../../../kernel/tensor";
import { assertClose, fixture, type Packed, unpack, unpackInt } from "../fixtures";
import { leaf } from "./gradient";

const { grad, functional } = autograd;

type Nested = Packed | readonly Nested[];

interface Derivatives {
  readonly name: keyof typeof functions;
  readonly inputs: readonly Packed[];
  readonly v: readonly Packed[];
  readonly u: readonly Packed[];
  readonly jacobian: Nested;
  readonly vjp: Nested;
  readonly jvp: Nested;
  readonly hessian?: Nested;
  readonly hvp?: Nested;
}

interface Penalty {
  readonly name: keyof typeof critics;
  readonly parameters: readonly Packed[];
  readonly real: Packed;
  readonly fake: Packed;
  readonly share: Packed;
  readonly penalty: Packed;
  readonly loss: Packed;
  readonly grads: readonly Packed[];
}

interface Maml {
  readonly parameters: readonly Packed[];
  readonly x: Packed;
  readonly y: Packed;
  readonly later: Packed;
  readonly wanted: Packed;
  readonly loss: Packed;
  readonly grads: readonly Packed[];
}

const expected = fixture<{
  functional: readonly Derivatives[];
  penalties: readonly Penalty[];
  maml: Maml;
}>("autograd");

const functions = {
  cubes: (a: Tensor) => a.pow(3).sum(),
  saddle: (a: Tensor, b: Tensor) => a.mul(b).tanh().sum().add(a.sum().mul(b.exp().sum())),
  logsumexp: (a: Tensor) => a.logsumexp(),
  softmax: (a: Tensor) => a.softmax(0),
  matrix: (a: Tensor) => a.t().matmul(a),
  product: (a: Tensor, b: Tensor) => a.sigmoid().mul(b),
  two: (a: Tensor, b: Tensor) => [a.sin().sum(), b.mul(b).mul(a.mean())],
  constant: (a: Tensor) => a.mul(2),
} satisfies Record<string, (...inputs: [Tensor, Tensor]) => Tensor | Tensor[]>;

const tolerance = { rtol: 1e-4, atol: 1e-5 };

function assertNested(actual: unknown, wanted: Nested, what: string): void {
  if (!Array.isArray(wanted)) assertClose(actual as Tensor, wanted as Packed, tolerance, what);
  else for (const [i, each] of wanted.entries()) assertNested((actual as unknown[])[i], each, `${what} ${i}`);
}

for (const { name, inputs, v, u, ...wanted } of expected.functional)
  test(`derivatives of ${name} are PyTorch's`, () => {
    const fn = functions[name] as (...inputs: Tensor[]) => Tensor;
    const [xs, vectors, covectors] = [inputs, v, u].map((list) => list.map((each) => unpack(each)));
    const given = xs!.length === 1 ? xs![0]! : xs!;
    assertNested(functional.jacobian(fn, given as Tensor), wanted.jacobian, "jacobian");
    assertNested(functional.vjp(fn, given, covectors!)[1], wanted.vjp, "vjp");
    assertNested(functional.jvp(fn, given, vectors!)[1], wanted.jvp, "jvp");
    if (wanted.hessian === undefined) return;
    assertNested(functional.hessian(fn, given as Tensor), wanted.hessian, "hessian");
    assertNested(functional.hvp(fn, given, vectors!)[1], wanted.hvp!, "hvp");
  });

const critics = {
  dense: (p: Tensor[], x: Tensor) => linear(F.leakyRelu(linear(x, p[0]!, p[1]!), 0.2).tanh(), p[2]!, p[3]!),
  conv: (p: Tensor[], x: Tensor) => {
    const first = F.leakyRelu(F.conv2d(x, p[0]!, p[1]!, { stride: 2, padding: 1 }), 0.2);
    const second = F.conv2d(first, p[2]!, null, { stride: 2, padding: 1 });
    return linear(F.leakyRelu(F.instanceNorm(second, { weight: p[3]!, bias: p[4]! }), 0.2).flatten(1), p[5]!);
  },
  pooled: (p: Tensor[], x: Tensor) => {
    const first = F.avgPool2d(F.elu(F.conv2d(x, p[0]!, p[1]!, { padding: 1, groups: 2 })), 2);
    const normal = F.layerNorm(first, first.shape.slice(1), { weight: p[2]!, bias: p[3]! });
    return linear(F.softplus(F.maxPool2d(F.gelu(normal), 2)).flatten(1), p[4]!);
  },
};

for (const wanted of expected.penalties)
  test(`the gradient penalty of a ${wanted.name} critic, and its gradients, are PyTorch's`, () => {
    const critic = critics[wanted.name];
    const p = wanted.parameters.map((each) => unpack(each, { requiresGrad: true }));
    const [real, fake, share] = [wanted.real, wanted.fake, wanted.share].map((each) => unpack(each)) as [
      Tensor,
      Tensor,
      Tensor,
    ];
    const between = fake.lerp(real, share).requiresGrad_();
    const scores = critic(p, between);
    const [slope] = grad(scores, between, { gradOutputs: ones(scores.shape), createGraph: true });
    const penalty = slope!.flatten(1).norm(2, 1).sub(1).square().mean();
    const loss = critic(p, fake).mean().sub(critic(p, real).mean()).add(penalty.mul(10));
    loss.backward();
    assertClose(penalty, wanted.penalty, tolerance, "penalty");
    assertClose(loss, wanted.loss, tolerance, "loss");
    for (const [i, each] of wanted.grads.entries()) {
      assertClose(p[i]!.grad ?? zeros(p[i]!.shape), each, { rtol: 1e-3, atol: 1e-4 }, `gradient ${i}`);
    }
  });

test("the gradient of a loss after steps of gradient descent is PyTorch's (MAML)", () => {
  const { maml } = expected;
  const p = maml.parameters.map((each) => unpack(each, { requiresGrad: true }));
  const net = (q: readonly Tensor[], x: Tensor) =>
    linear(
      batchNorm(linear(x, q[0]!, q[1]!), { weight: q[2]!, bias: q[3]!, training: true }).relu(),
      q[4]!,
      q[5]!,
    );
  let fast: readonly Tensor[] = p;
  for (let step = 0; step < 2; step++) {
    const loss = F.mseLoss(net(fast, unpack(maml.x)), unpack(maml.y));
    const slopes = grad(loss, fast, { createGraph: true });
    fast = fast.map((q, i) => q.sub(slopes[i]!.mul(0.3)));
  }
  const loss = crossEntropy(net(fast, unpack(maml.later)), unpackInt(maml.wanted));
  loss.backward();
  assertClose(loss, maml.loss, tolerance, "loss");
  for (const [i, each] of maml.grads.entries()) {
    assertClose(p[i]!.grad, each, { rtol: 1e-3, atol: 1e-5 }, `gradient ${i}`);
  }
});

test("derivatives of any order: x⁵ down to a constant, and below", () => {
  const x = tensor(2, { requiresGrad: true });
  let y = x.pow(5);
  for (const value of [80, 160, 240, 240, 120]) {
    [y] = grad(y, x, { createGraph: true }) as [Tensor];
    assert.equal(y.item(), value);
  }
  assert.deepEqual(grad(y, x, { createGraph: true })[0]!.item(), 0);
});

test("backward with createGraph leaves gradients with a graph, which later ones add to without changing it", () => {
  const x = tensor([1, 2], { requiresGrad: true });
  x.pow(3).sum().backward({ createGraph: true });
  const first = x.grad!;
  assert.ok(first.requiresGrad);
  assert.deepEqual(first.toArray(), [3, 12]);
  const loss = first.square().sum(); // 9x⁴
  x.mul(5).sum().backward();
  assert.deepEqual(x.grad!.toArray(), [8, 17]);
  assert.equal(x.grad!.requiresGrad, false);
  assert.deepEqual(first.toArray(), [3, 12]);
  x.grad = null;
  loss.backward();
  assert.deepEqual(x.grad!.toArray(), [36, 288]);
  const y = tensor([1], { requiresGrad: true });
  y.square().backward({ createGraph: true });
  y.square().backward({ createGraph: true });
  assert.deepEqual([y.grad!.item(), grad(y.grad!, y)[0]!.item()], [4, 4]);
});

test("one gradient that two leaves get is not one tensor", () => {
  const [a, b] = [leaf([2]), leaf([2])];
  a.add(b).sum().backward({ createGraph: true });
  a.mul(2).sum().backward();
  assert.deepEqual(
    [a.grad!.toArray(), b.grad!.toArray()],
    [
      [3, 3],
      [1, 1],
    ],
  );
});

test("backward with inputs changes their .grad and no other, with a graph and without", () => {
  for (const createGraph of [false, true]) {
    const [x, w] = [tensor([3], { requiresGrad: true }), tensor([4], { requiresGrad: true })];
    const y = x.mul(w);
    y.square().backward({ inputs: [x, y], createGraph });
    assert.deepEqual([x.grad!.item(), y.grad!.item(), w.grad], [96, 24, null]);
    x.mul(1).backward({ inputs: x, gradient: tensor([5]), createGraph });
    assert.equal(x.grad!.item(), 101);
  }
  const x = leaf([2]);
  assert.throws(() => x.sum().backward({ inputs: ones([1]) }), /backward: expected inputs that require grad/);
  assert.throws(() => x.sum().backward({ creategraph: true } as never), /did you mean createGraph/);
});

test("createGraph keeps the graph unless told otherwise", () => {
  const x = leaf([3]);
  const y = x.exp().sum();
  grad(y, x, { createGraph: true });
  const [g] = grad(y, x, { createGraph: true, retainGraph: false });
  assert.throws(() => grad(y, x), /second time/);
  assert.throws(() => grad(g!.sum(), x), /second time/);
});

test("hooks see gradients with a graph, and what they return has a part in it", () => {
  const x = tensor([3], { requiresGrad: true });
  const y = x.square();
  const seen: Tensor[] = [];
  y.registerHook((gradient) => {
    seen.push(gradient);
    return gradient.mul(x);
  });
  x.registerHook((gradient) => gradient.mul(2));
  const [g] = grad(y.mul(y), x, { createGraph: true }); // (2y · x) · 2x · 2 = 8x⁴
  assert.ok(Math.abs(g!.item() - 8 * 81) < 1e-3);
  assert.equal(seen[0]!.requiresGrad, true);
  for (const each of [x, y]) each.hooks = null; // they would see what goes back through the gradient, too
  assert.ok(Math.abs(grad(g!, x)[0]!.item() - 32 * 27) < 1e-2);
});

test("gradients that nobody asked for are not computed", () => {
  const x = randn([4, 3], { requiresGrad: true });
  const w = randn([2, 3], { requiresGrad: true });
  const { engine } = x;
  const y = linear(x, w).sum();
  const count = (inputs: Tensor[]) => {
    const before = engine.recorded;
    grad(y, inputs, { createGraph: true });
    return engine.recorded - before;
  };
  assert.ok(count([x]) < count([x, w]));
});

test("a walk with a graph under noGrad records, and leaves the mode as it was", () => {
  const x = leaf([2]);
  const y = x.pow(3).sum();
  noGrad(() => {
    const [g] = grad(y, x, { createGraph: true });
    assert.equal(g!.requiresGrad, true);
    assert.equal(x.mul(2).requiresGrad, false);
  });
});

test("saved values outlive the graph they were saved for", () => {
  const x = leaf([6]);
  const y = F.dropout(x.mul(1), { p: 0.5 }).square();
  const [g] = grad(y.sum(), x, { createGraph: true });
  y.sum().backward();
  randn([6]).mul(2);
  assert.ok(Number.isFinite(g!.sum().item()));
});

test("second derivatives at the edges are finite where PyTorch's are", () => {
  const second = (f: (x: Tensor) => Tensor, at: number[]) => {
    const x = tensor(at, { requiresGrad: true });
    const [g] = grad(f(x).sum(), x, { createGraph: true });
    return g!.requiresGrad ? grad(g!.sum(), x, { allowUnused: true })[0]?.toArray() : undefined;
  };
  assert.deepEqual(
    second((x) => x.norm(), [0, 0]),
    [0, 0],
  );
  assert.deepEqual(
    second((x) => x.relu().square(), [0, -1, 2]),
    [0, 0, 2],
  );
  assert.deepEqual(
    second((x) => F.elu(x), [100, 1]),
    [0, 0],
  );
  assert.deepEqual(
    second((x) => F.softplus(x), [100, 1000]),
    [0, 0],
  );
  assert.deepEqual(
    second((x) => x.pow(2), [0, 1]),
    [2, 2],
  );
  assert.deepEqual(
    second((x) => x.pow(tensor([0, 2])), [0, 0]),
    [0, 2],
  );
  assert.deepEqual(
    second((x) => x.std(), [1, 1]),
    [0, 0],
  );
  assert.deepEqual(
    second((x) => x.prod(), [0, 3]),
    [1, 1],
  );
});
