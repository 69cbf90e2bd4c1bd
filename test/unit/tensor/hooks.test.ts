// Hooks on gradients, gradients of chosen tensors, and the check of gradients itself.

import assert from "node:assert/strict";
import test from "node:test";
import { autograd, matmul, noGrad, ones, type Tensor, tensor, zeros } from "../../../kernel/tensor";
import { leaf } from "./gradient";

const { grad, gradcheck } = autograd;

test("a hook sees the gradient of an intermediate, and its own copy of it", () => {
  const x = tensor([1, 2], { requiresGrad: true });
  const y = x.mul(3);
  const seen: Tensor[] = [];
  y.registerHook((gradient) => {
    seen.push(gradient);
    gradient.fill_(100); // its own copy: nothing happens to the pass
    return undefined;
  });
  y.square().sum().backward();
  assert.equal(seen.length, 1);
  assert.deepEqual(x.grad!.toArray(), [18, 36]);
});

test("a leaf's hook is called once a backward(), with all that it adds", () => {
  const w = leaf([3, 3]);
  const seen: unknown[] = [];
  w.registerHook((gradient) => {
    seen.push(gradient.toArray());
    return undefined;
  });
  const loss = () =>
    matmul(matmul(ones([2, 3]), w), w)
      .sum()
      .add(w.sum());
  loss().backward();
  const first = w.grad!.toArray();
  assert.deepEqual(seen, [first]);
  loss().backward();
  assert.deepEqual(seen, [first, first]);
  assert.ok(w.grad!.equal(tensor(first).mul(2)));
});

test("what hooks return takes the gradient's place, one after the other; removed ones are silent", () => {
  const x = tensor([1, 2], { requiresGrad: true });
  const y = x.mul(3);
  const remove = y.registerHook((gradient) => gradient.mul(10));
  y.registerHook((gradient) => gradient.add(1));
  x.registerHook((gradient) => gradient.neg());
  y.retainGrad();
  y.sum().backward(undefined, { retainGraph: true });
  assert.deepEqual(y.grad!.toArray(), [11, 11]);
  assert.deepEqual(x.grad!.toArray(), [-33, -33]);
  remove();
  remove();
  x.grad = null;
  y.sum().backward();
  assert.deepEqual(x.grad!.toArray(), [-6, -6]);
});

test("a hook records nothing, and one that throws leaves recording on", () => {
  const x = tensor([1], { requiresGrad: true });
  x.registerHook((gradient) => {
    assert.equal(x.mul(gradient).requiresGrad, false);
    throw new Error("from the hook");
  });
  assert.throws(() => x.square().backward(), /from the hook/);
  assert.equal(x.mul(2).requiresGrad, true);
  assert.equal(x.grad, null);
});

test("hooks return tensors of the gradient's shape, or nothing", () => {
  const returning = (value: unknown) => () => {
    const x = ones([2], { requiresGrad: true });
    x.registerHook(() => value as Tensor);
    x.sum().backward();
  };
  assert.throws(
    returning(ones([3])),
    /^Error: registerHook: expected the hook to return nothing or a float32 gradient of shape \[2\], got a tensor \[3\] float32/,
  );
  assert.throws(returning(1), /return nothing or a float32 gradient of shape \[2\], got 1/);
});

test("grad gives the gradients of leaves and intermediates, and leaves .grad alone", () => {
  const x = tensor([1, 2], { requiresGrad: true });
  const w = tensor([3, 4], { requiresGrad: true });
  const y = x.mul(w);
  const loss = y.square().sum();
  const [dx, dy] = grad(loss, [x, y]) as [Tensor, Tensor];
  assert.deepEqual(dy.toArray(), [6, 16]);
  assert.deepEqual(dx.toArray(), [18, 64]);
  assert.equal(x.grad, null);
  assert.equal(w.grad, null);
  x.grad = tensor([7, 7]);
  const m = leaf([2, 2]);
  m.grad = ones([2, 2]);
  const [dm] = grad(matmul(m, m).sum(), m);
  assert.deepEqual(m.grad.toArray(), ones([2, 2]).toArray());
  m.grad = null;
  matmul(m, m).sum().backward();
  assert.ok(dm!.equal(m.grad!));
});

test("grad of several outputs sums them, weighted by gradOutputs", () => {
  const x = tensor([1, 2], { requiresGrad: true });
  const both = () => [x.square(), x.sum()];
  const [dx] = grad(both(), x, { gradOutputs: [tensor([1, 10]), tensor(5)] });
  assert.deepEqual(dx!.toArray(), [7, 45]);
  assert.deepEqual(grad(x.square(), [x], { gradOutputs: ones([2]) })[0]!.toArray(), [2, 4]);
  assert.deepEqual(grad([x.sum(), x.sum()], x)[0]!.toArray(), [2, 2]);
  assert.deepEqual(grad(x, x, { gradOutputs: tensor([8, 9]) })[0]!.toArray(), [8, 9]);
  const loss = x.square().sum();
  grad(loss, x, { retainGraph: true });
  loss.backward();
  assert.deepEqual(x.grad!.toArray(), [2, 4]);
  assert.throws(() => grad(loss, x), /^Error: backward: went through a graph a second time/);
});

test("grad goes through hooks, and gives null for what took no part if asked", () => {
  const x = tensor([1, 2], { requiresGrad: true });
  const other = zeros([3], { requiresGrad: true });
  x.registerHook((gradient) => gradient.mul(-1));
  assert.deepEqual(grad(x.sum(), x)[0]!.toArray(), [-1, -1]);
  assert.deepEqual(grad(x.sum(), [other], { allowUnused: true }), [null]);
});

test("gradcheck passes right gradients and names the element of a wrong one", () => {
  const x = leaf([2, 3]);
  const before = x.toArray();
  assert.equal(
    gradcheck((a) => a.tanh(), x),
    true,
  );
  assert.deepEqual(x.toArray(), before);
  assert.equal(x.grad, null);
  const constant = ones([3]);
  assert.equal(
    gradcheck((a, b) => [a.mul(b), a.exp()], [x, constant]),
    true,
  );
  const wrong = (a: Tensor) => {
    const y = a.mul(1);
    if (y.requiresGrad) y.registerHook((gradient) => gradient.mul(1.1));
    return y;
  };
  assert.throws(
    () => gradcheck(wrong, x),
    /^Error: gradcheck: expected \S+ by finite differences for element 0 of input 0 \[2, 3\]/,
  );
  assert.equal(gradcheck(wrong, x, { rtol: 0.2 }), true);
  assert.deepEqual(x.toArray(), before);
  assert.equal(
    noGrad(() => gradcheck((a) => a.square(), x)),
    true,
  );
  assert.throws(() => gradcheck((a) => a.detach().mul(2).add(a), x), /gradcheck: expected/);
});
