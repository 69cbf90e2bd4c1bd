// The wider vocabulary against PyTorch's (test/fixtures/tensor.json), and what fixtures cannot say.

import assert from "node:assert/strict";
import test from "node:test";
import * as tensors from "../../../kernel/tensor";
import {
  arange,
  bernoulli,
  cat,
  einsum,
  eye,
  fullLike,
  logspace,
  manualSeed,
  meshgrid,
  noGrad,
  oneHot,
  ones,
  randLike,
  randn,
  randnLike,
  stack,
  type Tensor,
  tensor,
  where,
  zeros,
} from "../../../kernel/tensor";
import { assertClose, fixture, type Packed, unpack, unpackInt } from "../fixtures";

interface Case {
  readonly op: string;
  readonly args: readonly unknown[];
  readonly inputs: readonly Packed[];
  readonly output: Packed;
  readonly dy: Packed;
  readonly grads: readonly Packed[];
}

type Operation = (...values: unknown[]) => unknown;

const { cases, selection } = fixture<{ cases: Case[]; selection: Case[] }>("tensor");

function isPacked(value: unknown): value is Packed {
  return typeof value === "object" && value !== null && "data" in value;
}

/** Packed arguments are indices, or the mask of maskedSelect. */
function argument(op: string, value: unknown): unknown {
  if (isPacked(value)) return op === "maskedSelect" ? unpackInt(value).bool() : unpackInt(value);
  return value ?? undefined;
}

/** One tensor of what came: the values of extremes, the pieces of unbind weighted by 1, 2, 4 …, the two of varMean. */
function asTensor(op: string, result: unknown): Tensor {
  if (op === "unbind")
    return cat(
      (result as Tensor[]).map((part, i) => part.mul(2 ** i)),
      -1,
    );
  if (Array.isArray(result)) return stack(result as Tensor[]);
  return "values" in (result as object) ? (result as { values: Tensor }).values : (result as Tensor);
}

function apply({ op, args }: Case, inputs: readonly Tensor[]): Tensor {
  const values = args.map((value) => argument(op, value));
  if (op === "einsum") return einsum(values[0] as string, ...inputs);
  const [first, ...others] = inputs as [Tensor, ...Tensor[]];
  const method = (first as unknown as Record<string, Operation | undefined>)[op];
  if (method === undefined) {
    return asTensor(op, (tensors as unknown as Record<string, Operation>)[op]!(...inputs, ...values));
  }
  return asTensor(
    op,
    method.call(first, ...(op === "scatter" ? [...values, ...others] : [...others, ...values])),
  );
}

function titleOf({ op, args, inputs }: Case): string {
  const written = args.map((arg) => (isPacked(arg) ? `by [${arg.shape}]` : JSON.stringify(arg)));
  return [op, ...inputs.map(({ shape }) => `[${shape}]`), ...written].join(" ");
}

for (const c of cases) {
  const what = titleOf(c);
  test(`${what}: as PyTorch's, rtol 1e-5 atol 1e-6, gradients 1e-4`, () => {
    const inputs = c.inputs.map((input) => unpack(input, { requiresGrad: true }));
    const output = apply(c, inputs);
    assertClose(output, c.output, { rtol: 1e-5, atol: 1e-6 }, what);
    if (c.grads === undefined) return;
    output.backward(unpack(c.dy));
    for (const [i, grad] of c.grads.entries()) {
      assertClose(inputs[i]!.grad, grad, { rtol: 1e-4, atol: 1e-5 }, `${what}: gradient ${i}`);
    }
  });
}

for (const c of selection) {
  test(`${titleOf(c)}: exactly PyTorch's`, () => {
    const whole = c.op === "bincount" || c.op === "oneHot";
    const output = apply(
      c,
      c.inputs.map((input) => (whole ? unpackInt(input) : unpack(input))),
    );
    assert.deepEqual([...output.shape], [...c.output.shape]);
    assert.ok(output.float().equal(unpack(c.output)));
    assert.notEqual(output.dtype, c.op === "floorDivide" ? "int32" : "float32");
  });
}

test("integers stay integers", () => {
  const x = tensor(Int32Array.of(7, -7, 2 ** 30 + 1));
  assert.deepEqual(x.remainder(3).data, Int32Array.of(1, 2, (2 ** 30 + 1) % 3));
  assert.deepEqual(x.floorDivide(2).data, Int32Array.of(3, -4, 2 ** 29));
  assert.deepEqual(x.cumsum(0).data, Int32Array.of(7, 0, 2 ** 30 + 1));
  assert.deepEqual(x.flip().data, Int32Array.of(2 ** 30 + 1, -7, 7));
  assert.deepEqual(x.roll(1).data, Int32Array.of(2 ** 30 + 1, 7, -7));
  assert.deepEqual(x.gt(0).cumsum(0).data, Int32Array.of(1, 1, 2));
  assert.deepEqual(x.median().data, Int32Array.of(7));
  assert.equal(where(x.gt(0), x, 0).dtype, "int32");
  assert.equal(where(x.gt(0), x, 0.5).dtype, "float32");
  assert.throws(() => x.remainder(0), /^RangeError: remainder: expected int32 divisors other than 0, got 0/);
});

test("grids, and tensors like others", () => {
  const [a, b] = [arange(2), arange(3).float()];
  assert.deepEqual(
    meshgrid([a, b]).map((grid) => grid.toArray()),
    [
      [
        [0, 0, 0],
        [1, 1, 1],
      ],
      [
        [0, 1, 2],
        [0, 1, 2],
      ],
    ],
  );
  assert.deepEqual(
    meshgrid([a, b], { indexing: "xy" }).map(({ shape }) => [...shape]),
    [
      [3, 2],
      [3, 2],
    ],
  );
  assert.deepEqual(fullLike(a, 4).data, Int32Array.of(4, 4));
  assert.deepEqual([...randLike(a).shape, ...randnLike(b).shape], [2, 3]);
  assert.equal(randLike(a).dtype, "float32");
  for (const [i, rate] of [...logspace(-3, 0, 4).data].entries()) {
    assert.ok(Math.abs(rate / 10 ** (i - 3) - 1) < 1e-6);
  }
});

test("bernoulli draws each with its probability, from manualSeed()", () => {
  const p = tensor([0, 0.25, 1]).expand(40_000, 3);
  manualSeed(5);
  const drawn = bernoulli(p);
  const [never, sometimes, always] = drawn.mean(0).data;
  assert.deepEqual([never, always], [0, 1]);
  assert.ok(Math.abs(sometimes! - 0.25) < 5 * Math.sqrt((0.25 * 0.75) / 40_000));
  manualSeed(5);
  assert.ok(bernoulli(p).equal(drawn));
  assert.throws(
    () => bernoulli(tensor([2])),
    /^RangeError: bernoulli: expected probabilities from 0 to 1, got 2/,
  );
});

test("a tensor goes through its rows, and at() picks as arrays do", () => {
  const x = arange(6).reshape(3, 2);
  assert.deepEqual(
    [...x].map((row) => row.toArray()),
    [
      [0, 1],
      [2, 3],
      [4, 5],
    ],
  );
  assert.deepEqual(x.at(-1).toArray(), [4, 5]);
  assert.equal(x.at(1, 0).item(), 2);
  assert.throws(() => [...tensor(1)], /^RangeError: unbind: expected at least one dimension/);
  for (const row of x) row.fill_(9);
  assert.deepEqual([...x.data], [9, 9, 9, 9, 9, 9]);
});

test("NaN comes through quantiles and medians, infinities do not become NaN", () => {
  const x = tensor([
    [1, Number.NaN, 3],
    [Number.NEGATIVE_INFINITY, 0, Number.POSITIVE_INFINITY],
  ]);
  assert.deepEqual(x.median(1).values.data, Float32Array.of(Number.NaN, 0));
  assert.deepEqual(x.median(1).indices.data, Int32Array.of(1, 1));
  assert.deepEqual(x.quantile([0, 0.5, 1], 1).data, Float32Array.of(NaN, -1 / 0, NaN, 0, NaN, 1 / 0));
});

test("methods ending in _ change their tensor and give it back", () => {
  const fresh = () => tensor([-1, 0.25, 4]);
  const results: Record<string, [(x: Tensor) => Tensor, number[]]> = {
    neg_: [(x) => x.neg_(), [1, -0.25, -4]],
    exp_: [(x) => x.zero_().exp_(), [1, 1, 1]],
    sqrt_: [(x) => x.mul_(x).sqrt_(), [1, 0.25, 4]],
    relu_: [(x) => x.relu_(), [0, 0.25, 4]],
    sigmoid_: [(x) => x.zero_().sigmoid_(), [0.5, 0.5, 0.5]],
    tanh_: [(x) => x.zero_().tanh_(), [0, 0, 0]],
    pow_: [(x) => x.pow_(2), [1, 0.0625, 16]],
    clamp_: [(x) => x.clamp_({ min: 0, max: 1 }), [0, 0.25, 1]],
    lerp_: [(x) => x.lerp_(zeros([3]), 0.5), [-0.5, 0.125, 2]],
    maskedFill_: [(x) => x.maskedFill_(x.lt(0), 7), [7, 0.25, 4]],
    copy_: [(x) => x.copy_(ones([])), [1, 1, 1]],
  };
  for (const [name, [change, expected]] of Object.entries(results)) {
    const x = fresh();
    assert.equal(change(x), x, name);
    assert.deepEqual(x.data, Float32Array.from(expected), name);
    const leaf = fresh().requiresGrad_();
    assert.throws(() => change(leaf), /_: expected a tensor outside the graph/, name);
    noGrad(() => change(leaf));
    assert.deepEqual(leaf.data, Float32Array.from(expected), name);
  }
});

test("einsum says what does not fit", () => {
  const [a, b] = [ones([2, 3]), ones([4, 5])];
  assert.throws(
    () => einsum("ij,jk->ik", a, b),
    /^RangeError: einsum: expected one size for "j", got 3 and 4 in "ij,jk->ik"/,
  );
  assert.throws(
    () => einsum("ij->ik", a),
    /einsum: expected each output letter once, and in an operand, got "ik"/,
  );
  assert.throws(
    () => einsum("ijk->i", a),
    /einsum: expected a letter for each of the 2 dims of an operand, got "ijk"/,
  );
  assert.throws(() => einsum("ij,jk->ik", a), /einsum: expected one term for each of the 1 operands, got 2/);
  assert.throws(() => einsum("i1->i", a), /einsum: expected letters and at most one "..."/);
  assert.deepEqual([...einsum("ij,jk->ik", zeros([0, 3]), zeros([3, 2])).shape], [0, 2]);
  assert.equal(einsum("ij,ij->", zeros([2, 0]), zeros([2, 0])).item(), 0);
});

test("einsum of random operands is matmul's, transposes' and sums' result", () => {
  const [x, y] = [randn([3, 4, 5]), randn([3, 5, 2])];
  assert.ok(einsum("bij,bjk->kbi", x, y).allclose(x.matmul(y).permute(2, 0, 1)));
  assert.ok(einsum("bij->j", x).allclose(x.sum([0, 1]), { atol: 1e-5 }));
  assert.ok(einsum("ij,jk,kl", eye(3), randn([3, 3]).mul(0), eye(3)).equal(zeros([3, 3])));
  assert.deepEqual(oneHot(tensor(Int32Array.of(2, 0))).toArray(), [
    [0, 0, 1],
    [1, 0, 0],
  ]);
});

test("multinomial draws by weight, from manualSeed(), each index once unless told", () => {
  const weights = tensor([0, 1, 3, 0]);
  manualSeed(6);
  const drawn = weights.multinomial(20_000, { replacement: true });
  assert.deepEqual([...drawn.shape, drawn.dtype], [20_000, "int32"]);
  const counts = drawn.bincount({ minLength: 4 }).data;
  assert.deepEqual([counts[0], counts[3]], [0, 0]);
  assert.ok(Math.abs(counts[1]! / 20_000 - 0.25) < 5 * Math.sqrt((0.25 * 0.75) / 20_000));
  manualSeed(6);
  assert.ok(weights.multinomial(20_000, { replacement: true }).equal(drawn));
  const first = Array.from({ length: 4_000 }, () => weights.multinomial(2).data);
  assert.ok(first.every((pair) => pair[0]! + pair[1]! === 3 && pair[0] !== pair[1]));
  const share = first.filter((pair) => pair[0] === 1).length / first.length;
  assert.ok(Math.abs(share - 0.25) < 5 * Math.sqrt((0.25 * 0.75) / 4_000));
  assert.deepEqual([...ones([3, 5]).multinomial(5).sort(1).values.select(0, 2).data], [0, 1, 2, 3, 4]);
  assert.throws(
    () => weights.multinomial(3),
    /^RangeError: multinomial: expected at least 3 weights above 0/,
  );
  assert.throws(
    () => tensor([-1, 2]).multinomial(1),
    /^RangeError: multinomial: expected finite weights ≥ 0/,
  );
});

test("empty tensors, NaN and infinities in words of order", () => {
  const none = zeros([0, 3]);
  assert.deepEqual([...none.unique().shape], [0]);
  assert.deepEqual(none.cumprod(0).shape, [0, 3]);
  assert.deepEqual(none.diff(1, 0).shape, [0, 3]);
  assert.deepEqual(none.index([], ":").shape, [0, 3]);
  assert.deepEqual(none.nansum(0).toArray(), [0, 0, 0]);
  assert.deepEqual(none.repeatInterleave(2, 1).shape, [0, 6]);
  assert.throws(() => none.mode(0), /^RangeError: mode: expected at least one element/);
  assert.throws(() => none.kthvalue(1, 0), /^RangeError: kthvalue: expected k from 1 to 0/);
  assert.throws(() => none.norm(-1), /^RangeError: norm: expected at least one element for p = -1/);
  assert.throws(
    () => tensors.combinations(ones([60]), 30),
    /^RangeError: combinations: expected choices of at most/,
  );
  assert.throws(
    () => ones([3]).repeatInterleave(2 ** 40),
    /^RangeError: repeatInterleave: expected fewer than/,
  );
  const odd = tensor([Number.NaN, 1, Number.NaN, -1 / 0, 1]);
  assert.deepEqual(odd.unique({ returnCounts: true })[1]!.data, Int32Array.of(1, 2, 1, 1));
  assert.deepEqual(odd.nanmedian().item(), 1);
  assert.deepEqual(odd.isin(odd).data, Uint8Array.of(0, 1, 0, 1, 1));
  assert.equal(tensor([Number.NaN, 1]).nanmean().item(), 1);
  const lowest = tensor([-1 / 0, -1 / 0, 0], { requiresGrad: true });
  lowest.logcumsumexp(0).select(0, 2).backward();
  assert.deepEqual(lowest.grad!.data, Float32Array.of(0, 0, 1));
  const far = tensor([3e38, 3e38], { requiresGrad: true });
  assert.equal(
    far
      .hypot(tensor([0, 0]))
      .select(0, 1)
      .item(),
    Math.fround(3e38),
  );
  assert.equal(tensor(1e20).norm().item(), Math.fround(1e20));
});

test("functions are their methods, with the same refusals", () => {
  const x = tensor([
    [1, 4],
    [9, 16],
  ]);
  const { exp, max, reshape, sum, split, std } = tensors;
  assert.deepEqual(exp(x), x.exp());
  assert.deepEqual(sum(x, 0, { keepdim: true }), x.sum(0, { keepdim: true }));
  assert.deepEqual(max(x, 1).indices, x.max(1).indices);
  assert.equal(max(x).item(), 16);
  assert.deepEqual(reshape(x, 4), reshape(x, [4]));
  assert.equal(split(x, 1).length, 2);
  assert.deepEqual(std(x, 0, false), x.std(0, false));
  assert.throws(() => exp(2 as never), /^TypeError: exp: expected a tensor, got 2/);
  assert.throws(() => sum(x, 5), /^RangeError: sum: expected dim from -2 to 1 for shape \[2, 2\], got 5/);
  assert.throws(
    () => [x].map(exp as never),
    /exp: expected no arguments, got 2; in map\(\), write \(x\) => exp\(x\)/,
  );
});
