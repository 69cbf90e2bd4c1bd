// Picking, cutting, padding, norms and rounding: as PyTorch's (test/fixtures/indexing.json), and shapes with 0 and 1.

import assert from "node:assert/strict";
import test from "node:test";
import { arange, cat, full, ones, pad, type Tensor, tensor, zeros } from "../../../kernel/tensor";
import { assertClose, fixture, type Packed, unpack, unpackInt } from "../fixtures";

interface Case {
  readonly op: string;
  readonly args: readonly unknown[];
  readonly inputs: readonly Packed[];
  readonly output: Packed;
  readonly dy: Packed;
  readonly grads: readonly Packed[];
}

function isPacked(value: unknown): value is Packed {
  return typeof value === "object" && value !== null && "data" in value;
}

/** An argument as the method takes it: packed tensors are indices, or the mask of maskedFill. */
function argument(op: string, value: unknown): unknown {
  if (isPacked(value)) return op === "maskedFill" ? unpackInt(value).to("bool") : unpackInt(value);
  return value === "inf" ? Number.POSITIVE_INFINITY : (value ?? undefined);
}

/** Pieces are weighted by 1, 2, 4 … and put together again, so that each counts. */
function together(pieces: readonly Tensor[], dim: number): Tensor {
  return cat(
    pieces.map((piece, i) => piece.mul(2 ** i)),
    dim,
  );
}

function apply({ op, args }: Case, inputs: readonly Tensor[]): Tensor {
  const [x, ...others] = inputs as [Tensor, ...Tensor[]];
  const values = args.map((value) => argument(op, value));
  if (op === "pad") return pad(x, values[0] as number[], values[1] as { value: number });
  const method = (x as unknown as Record<string, (...values: unknown[]) => unknown>)[op]!;
  const result = method.call(x, ...values, ...others);
  if (Array.isArray(result)) return together(result as Tensor[], values[1] as number);
  return "values" in (result as object) ? (result as { values: Tensor }).values : (result as Tensor);
}

for (const c of fixture<{ cases: Case[] }>("indexing").cases) {
  const shapes = c.inputs.map((input) => `[${input.shape}]`).join(" ");
  const what = `${c.op} ${shapes} ${c.args.map((arg) => (isPacked(arg) ? `by [${arg.shape}]` : JSON.stringify(arg))).join(" ")}`;
  test(`${what} as PyTorch's`, () => {
    const inputs = c.inputs.map((input) => unpack(input, { requiresGrad: true }));
    const output = apply(c, inputs);
    assertClose(output, c.output, { rtol: 1e-5, atol: 1e-5 }, what);
    output.backward(unpack(c.dy));
    for (const [i, grad] of c.grads.entries()) {
      assertClose(inputs[i]!.grad, grad, { rtol: 1e-4, atol: 1e-5 }, `${what}: gradient ${i}`);
    }
  });
}

const shapes = [[0], [1], [0, 3], [3, 0], [1, 3], [3, 1], [1, 1], [2, 0, 3], [1, 4, 1]];

test("pieces of any shape, with sizes 0 and 1, make the whole again", () => {
  for (const shape of shapes) {
    const x = arange(shape.reduce((a, b) => a * b, 1)).reshape(shape);
    for (let dim = -shape.length; dim < shape.length; dim++) {
      const what = `[${shape}] along ${dim}`;
      for (const n of [1, 2, 5]) {
        assert.ok(cat(x.split(n, dim), dim).equal(x), `split ${n} of ${what}`);
        assert.ok(cat(x.chunk(n, dim), dim).equal(x), `chunk ${n} of ${what}`);
      }
      assert.ok(x.narrow(dim, 0, x.size(dim)).equal(x), `narrow of ${what}`);
      const { values, indices } = x.sort(dim, { descending: true });
      assert.ok(x.gather(dim, indices).equal(values), `sort of ${what}`);
      assert.ok(values.sort(dim).values.equal(x), `sort back of ${what}`);
      assert.deepEqual(x.topk(0, dim).values.numel(), 0);
    }
  }
});

test("padding, repeating and masks of shapes with sizes 0 and 1", () => {
  for (const shape of shapes) {
    const x = ones(shape, { requiresGrad: true });
    const padded = pad(x, [1, 2]);
    assert.deepEqual([...padded.shape], shape.with(-1, shape.at(-1)! + 3));
    assert.equal(padded.sum().item(), x.numel());
    assert.ok(pad(padded, [-1, -2]).equal(x));
    assert.ok(cat([x, x, x], -1).equal(x.tile(3)));
    assert.deepEqual([...x.repeat(2, ...shape.map(() => 1)).shape], [2, ...shape]);
    assert.equal(x.tile(0).numel(), 0);
    assert.ok(x.maskedFill(x.gt(0), 3).equal(full(shape, 3)));
    padded.sum().backward();
    assert.ok(x.grad!.equal(ones(shape)));
  }
});

test("norms over nothing are 0, logsumexp over nothing −∞", () => {
  assert.deepEqual(zeros([2, 0]).norm(2, 1).toArray(), [0, 0]);
  assert.deepEqual(zeros([0, 2]).norm(1, 0, { keepdim: true }).toArray(), [[0, 0]]);
  assert.equal(zeros([0]).logsumexp().item(), Number.NEGATIVE_INFINITY);
  assert.deepEqual([...zeros([0, 3]).logsumexp(1).shape], [0]);
  assert.equal(tensor(-3).norm().item(), 3);
});

test("repeat and padding by nothing copy", () => {
  const x = ones([2]);
  for (const copy of [x.repeat(1), x.tile(1), pad(x, [])]) {
    copy.fill_(5);
    assert.deepEqual(x.toArray(), [1, 1]);
  }
});

test("dtypes stay: int32 and bool are cut, picked, padded and rounded as they are", () => {
  const big = tensor(Int32Array.of(2 ** 30 + 1, -(2 ** 30) - 1, 7));
  assert.deepEqual(
    big.gather(0, tensor(Int32Array.of(1, 1))).data,
    Int32Array.of(-(2 ** 30) - 1, -(2 ** 30) - 1),
  );
  assert.deepEqual(pad(big, [1, 0], { value: -1 }).data, Int32Array.of(-1, 2 ** 30 + 1, -(2 ** 30) - 1, 7));
  assert.deepEqual(big.sort().indices.data, Int32Array.of(1, 2, 0));
  assert.deepEqual(big.floor().data, big.data);
  assert.deepEqual(big.sign().data, Int32Array.of(1, -1, 1));
  assert.deepEqual(big.maskedFill(big.lt(0), 0).data, Int32Array.of(2 ** 30 + 1, 0, 7));
  assert.deepEqual(big.gt(0).maskedFill(big.lt(0), 1).data, Uint8Array.of(1, 1, 1));
  assert.equal(pad(big.gt(0), [0, 1], { value: 1 }).dtype, "bool");
});

test("sort keeps the order of equals and puts NaN last; sign of NaN is 0", () => {
  const x = tensor([2, Number.NaN, 1, 2, 1]);
  assert.deepEqual(x.sort().indices.toArray(), [2, 4, 0, 3, 1]);
  assert.deepEqual(x.sort(0, { descending: true }).indices.toArray(), [1, 0, 3, 2, 4]);
  assert.equal(tensor(Number.NaN).sign().item(), 0);
});

test("any, all, isnan, isfinite", () => {
  const x = tensor([
    [0, 1],
    [0, Number.NaN],
  ]);
  assert.deepEqual(x.isnan().toArray(), [
    [0, 0],
    [0, 1],
  ]);
  assert.deepEqual(
    tensor([1, 1 / 0, -1 / 0, Number.NaN])
      .isfinite()
      .toArray(),
    [1, 0, 0, 0],
  );
  assert.equal(x.any().dtype, "bool");
  assert.deepEqual(x.any(0).toArray(), [0, 1]);
  assert.deepEqual(x.all(0, { keepdim: true }).toArray(), [[0, 1]]);
  assert.equal(zeros([0]).any().item(), 0);
  assert.equal(zeros([0]).all().item(), 1);
  assert.deepEqual(zeros([0, 2]).all(0).toArray(), [1, 1]);
});

test("equal asks for the same shape and numbers, allclose for near ones", () => {
  const x = tensor([1, 2]);
  assert.equal(x.equal(tensor([1, 2])), true);
  assert.equal(x.equal(tensor([[1, 2]])), false);
  assert.equal(x.equal(tensor([1, 2.0001])), false);
  assert.equal(x.allclose(tensor([1, 2.00001])), true);
  assert.equal(x.allclose(tensor([1, 2.0001])), false);
  assert.equal(x.allclose(tensor([1, 2.1]), { atol: 0.2 }), true);
  assert.equal(ones([2, 2]).allclose(ones([2])), true);
  const odd = tensor([Number.NaN, 1 / 0]);
  assert.equal(odd.allclose(odd), false);
  assert.equal(odd.allclose(odd, { equalNan: true }), true);
  assert.equal(tensor([1]).allclose(tensor([1 / 0])), false);
  assert.equal(tensor(Int32Array.of(2 ** 30 + 1)).equal(tensor(Int32Array.of(2 ** 30))), false);
});
