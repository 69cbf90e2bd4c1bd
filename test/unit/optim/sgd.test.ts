import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { SGD, type SGDSettings } from "../../../kernel/optim";
import { tensor, zeros } from "../../../kernel/tensor";
import { assertClose, fixture, type Packed, unpack } from "../fixtures";

interface Trajectory {
  readonly options: Partial<SGDSettings> & { lr: number };
  readonly start: Packed;
  readonly steps: { readonly grad: Packed; readonly value: Packed }[];
}

describe("SGD follows torch.optim.SGD for six steps, rtol 1e-6 atol 1e-6", () => {
  for (const { options, start, steps } of fixture<{ cases: Trajectory[] }>("sgd").cases) {
    test(JSON.stringify(options), () => {
      const parameter = unpack(start, { requiresGrad: true });
      const optimizer = new SGD([parameter], options);
      for (const [i, { grad, value }] of steps.entries()) {
        parameter.grad = unpack(grad);
        optimizer.step();
        assertClose(parameter, value, { rtol: 1e-6, atol: 1e-6 }, `step ${i}`);
      }
    });
  }
});

describe("SGD", () => {
  const leaf = () => zeros([2], { requiresGrad: true });

  test("leaves a parameter without a gradient alone, also from weight decay", () => {
    const [with_, without] = [tensor([1, 1], { requiresGrad: true }), tensor([1, 1], { requiresGrad: true })];
    const optimizer = new SGD([with_, without], { lr: 0.5, weightDecay: 0.1 });
    with_.sum().backward();
    optimizer.step();
    assert.deepEqual(without.toArray(), [1, 1]);
    assert.notDeepEqual(with_.toArray(), [1, 1]);
  });

  test("reads a gradient that is a row, or a transposed part, of another tensor where it lies", () => {
    const parameter = leaf();
    const optimizer = new SGD([parameter], { lr: 1 });
    const gradients = tensor([
      [1, 2],
      [3, 4],
    ]);
    for (const gradient of [gradients.select(0, 1), gradients.select(1, 1)]) {
      parameter.grad = gradient;
      optimizer.step();
    }
    assert.deepEqual(parameter.toArray(), [-5, -8]);
  });

  test("gives groups settings of their own, which may change between steps", () => {
    const [slow, fast] = [leaf(), leaf()];
    const optimizer = new SGD([{ params: [slow] }, { params: [fast], lr: 1 }], { lr: 0.25 });
    const step = () => {
      optimizer.zeroGrad();
      slow.add(fast).sum().backward();
      optimizer.step();
    };
    step();
    assert.deepEqual(
      [slow.toArray(), fast.toArray()],
      [
        [-0.25, -0.25],
        [-1, -1],
      ],
    );
    optimizer.paramGroups[0]!.lr = 0.5;
    step();
    assert.deepEqual(
      [slow.toArray(), fast.toArray()],
      [
        [-0.75, -0.75],
        [-2, -2],
      ],
    );
  });

  test("zeroGrad forgets; without it gradients add up", () => {
    const parameter = leaf();
    const optimizer = new SGD([parameter], { lr: 1 });
    parameter.sum().backward();
    parameter.sum().backward();
    assert.deepEqual(parameter.grad?.toArray(), [2, 2]);
    optimizer.zeroGrad();
    assert.equal(parameter.grad, null);
  });

  test("says what is wrong with its settings", () => {
    assert.throws(() => new SGD([leaf()], { lr: -1 }), /SGD: expected lr to be a number ≥ 0, got -1/);
    assert.throws(() => new SGD([leaf()], { lr: Number.NaN }), /expected lr to be a number ≥ 0, got NaN/);
    assert.throws(() => new SGD([leaf()], { lr: 1, momentum: -0.1 }), /expected momentum .* got -0.1/);
    assert.throws(
      () => new SGD([{ params: [leaf()], weightDecay: -1 }], { lr: 1 }),
      /expected weightDecay .* got -1/,
    );
    assert.throws(
      () => new SGD([leaf()], { lr: 1, nesterov: true }),
      /SGD: expected a momentum above 0 and dampening 0 with nesterov, got 0 and 0/,
    );
  });

  test("says what is wrong with its parameters", () => {
    const parameter = leaf();
    assert.throws(() => new SGD([], { lr: 1 }), /SGD: expected parameters, got an empty list/);
    assert.throws(
      () => new SGD([zeros([3])], { lr: 1 }),
      /expected leaf tensors that require grad, got one that requires no grad: \[3\]/,
    );
    assert.throws(() => new SGD([parameter.mul(2)], { lr: 1 }), /got the result of an operation: \[2\]/);
    assert.throws(
      () => new SGD([parameter, parameter], { lr: 1 }),
      /expected each parameter once, got one twice/,
    );
  });
});
