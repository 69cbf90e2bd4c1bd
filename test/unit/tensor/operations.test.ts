// Values and gradients of operations against PyTorch's (test/fixtures/ops.json), and dtypes, views and edges.

import assert from "node:assert/strict";
import test from "node:test";
import {
  arange,
  cat,
  eye,
  full,
  linear,
  linspace,
  matmul,
  ones,
  stack,
  type Tensor,
  tensor,
  where,
  zeros,
} from "../../../kernel/tensor";
import { assertClose, fixture, type Packed, unpack } from "../fixtures";

interface Case {
  readonly op: string;
  readonly dim?: number | null;
  readonly keepdim?: boolean;
  readonly correction?: number;
  readonly inputs: readonly Packed[];
  readonly output: Packed;
  readonly dy?: Packed;
  readonly grads?: readonly Packed[];
}

type Method = (...values: unknown[]) => Tensor | { readonly values: Tensor };

function apply({ op, dim, keepdim, correction }: Case, inputs: readonly Tensor[]): Tensor {
  const [first, ...others] = inputs as [Tensor, ...Tensor[]];
  const method = (first as unknown as Record<string, Method>)[op]!;
  const settings = dim === undefined ? [] : [dim ?? undefined, { keepdim, correction }];
  const result = method.call(first, ...others, ...settings);
  return "values" in result ? result.values : result;
}

for (const [family, cases] of Object.entries(fixture<Record<string, Case[]>>("ops"))) {
  const byOp = groupByOp(cases);
  for (const [op, list] of byOp) {
    test(`${family} ${op}: ${list.length} cases as PyTorch's (rtol 1e-5)`, () => {
      for (const c of list) {
        const what = `${op} ${JSON.stringify(c.inputs.map((input) => input.shape))} dim ${c.dim} keepdim ${c.keepdim}`;
        const inputs = c.inputs.map((input) => unpack(input, { requiresGrad: c.dy !== undefined }));
        const output = apply(c, inputs);
        assertClose(output, c.output, { rtol: 1e-5, atol: 1e-5 }, what);
        if (c.dy === undefined) continue;
        output.backward(unpack(c.dy));
        for (const [i, grad] of c.grads!.entries()) {
          assertClose(inputs[i]!.grad, grad, { rtol: 1e-4, atol: 1e-5 }, `${what}: gradient ${i}`);
        }
      }
    });
  }
}

function groupByOp(cases: readonly Case[]): Map<string, Case[]> {
  const groups = new Map<string, Case[]>();
  for (const c of cases) groups.set(c.op, [...(groups.get(c.op) ?? []), c]);
  return groups;
}

test("creation", () => {
  assert.deepEqual(
    tensor([
      [1, 2],
      [3, 4],
    ]).shape,
    [2, 2],
  );
  assert.equal(tensor(7).item(), 7);
  assert.equal(tensor([true, false]).dtype, "bool");
  assert.equal(tensor(Int32Array.of(1, -1)).dtype, "int32");
  assert.deepEqual(tensor(Float64Array.of(1, 2, 3, 4), { shape: [2, 2] }).toArray(), [
    [1, 2],
    [3, 4],
  ]);
  assert.deepEqual(tensor([[], []]).shape, [2, 0]);
  assert.deepEqual(arange(5).toArray(), [0, 1, 2, 3, 4]);
  assert.equal(arange(5).dtype, "int32");
  assert.deepEqual(arange(1, 2, 0.25).toArray(), [1, 1.25, 1.5, 1.75]);
  assert.deepEqual(arange(3, 0, -1).toArray(), [3, 2, 1]);
  assert.deepEqual(linspace(0, 1, 5).toArray(), [0, 0.25, 0.5, 0.75, 1]);
  assert.deepEqual(eye(2, 3).toArray(), [
    [1, 0, 0],
    [0, 1, 0],
  ]);
  assert.deepEqual(full([2], 3, { dtype: "int32" }).toArray(), [3, 3]);
});

test("dtypes: comparisons give bool, arguments and labels int32, integer arithmetic is exact", () => {
  const x = tensor([1, 5, 3]);
  assert.equal(x.gt(2).dtype, "bool");
  assert.deepEqual(x.gt(2).data, Uint8Array.of(0, 1, 1));
  assert.equal(x.argmax().dtype, "int32");
  const big = tensor(Int32Array.of(2 ** 30 + 1, -(2 ** 30) - 1));
  assert.deepEqual(big.add(1).data, Int32Array.of(2 ** 30 + 2, -(2 ** 30)));
  assert.equal(
    big
      .eq(2 ** 30)
      .sum()
      .item(),
    0,
  );
  assert.equal(big.sub(big).dtype, "int32");
  assert.equal(big.div(2).dtype, "float32");
  assert.equal(big.add(0.5).dtype, "float32");
  assert.equal(x.eq(x).mean().item(), 1);
  assert.equal(x.eq(x).sum().dtype, "int32");
  assert.deepEqual(tensor([1.7, -1.7]).to("int32").toArray(), [1, -1]);
  assert.deepEqual(
    tensor(Int32Array.of(-1, 7, 2))
      .indexSelect(0, [0, 0])
      .toArray(),
    [-1, -1],
  );
});

test("views share memory, and gather themselves when an operation needs them in order", () => {
  const x = tensor([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  x.t().select(0, 1).fill_(9);
  assert.deepEqual(x.toArray(), [
    [1, 9, 3],
    [4, 9, 6],
  ]);
  assert.deepEqual(x.t().contiguous().toArray(), [
    [1, 4],
    [9, 9],
    [3, 6],
  ]);
  assert.deepEqual(x.slice(1, 0, 3, 2).toArray(), [
    [1, 3],
    [4, 6],
  ]);
  assert.deepEqual(x.slice(1, -1).add(1).toArray(), [[4], [7]]);
  assert.deepEqual(x.select(0, -1).exp().log().toArray().toString(), [4, 9, 6].toString());
  assert.deepEqual(x.unsqueeze(0).expand(2, -1, -1).shape, [2, 2, 3]);
  assert.deepEqual(x.permute(1, 0).data, Float32Array.of(1, 4, 9, 9, 3, 6));
  assert.deepEqual(x.t().argmax(0).toArray(), [1, 1]);
  const picture = arange(24).to("float32").reshape(2, 3, 4);
  assert.deepEqual(picture.permute(2, 0, 1).flatten(1).select(0, 1).toArray(), [1, 5, 9, 13, 17, 21]);
  assert.deepEqual(
    tensor([[-1], [7]])
      .to("int32")
      .expand(2, 2)
      .contiguous()
      .toArray(),
    [
      [-1, -1],
      [7, 7],
    ],
  );
});

test("broadcasting with sizes 0 and 1", () => {
  assert.deepEqual(ones([2, 1]).add(ones([1, 3])).shape, [2, 3]);
  assert.deepEqual(ones([0, 3]).add(ones([3])).shape, [0, 3]);
  assert.deepEqual(ones([1, 3]).add(ones([0, 1])).shape, [0, 3]);
  assert.deepEqual(
    ones([1])
      .add(ones([1, 1, 1]))
      .toArray(),
    [[[2]]],
  );
  const row = ones([1, 3], { requiresGrad: true });
  row
    .add(ones([0, 3]))
    .sum()
    .backward();
  assert.deepEqual(row.grad!.toArray(), [[0, 0, 0]]);
});

test("empty tensors", () => {
  assert.equal(zeros([0, 3]).sum().item(), 0);
  assert.ok(Number.isNaN(zeros([0]).mean().item()));
  assert.deepEqual(zeros([0, 3]).sum(0).toArray(), [0, 0, 0]);
  assert.deepEqual(matmul(zeros([2, 0]), zeros([0, 3])).toArray(), [
    [0, 0, 0],
    [0, 0, 0],
  ]);
  assert.deepEqual(cat([zeros([0, 2]), ones([1, 2])]).toArray(), [[1, 1]]);
  assert.deepEqual(zeros([0, 3]).t().contiguous().shape, [3, 0]);
});

test("cat, stack, where, clamp, sums of many numbers", () => {
  assert.deepEqual(stack([tensor([1, 2]), tensor([3, 4])], -1).toArray(), [
    [1, 3],
    [2, 4],
  ]);
  assert.deepEqual(where(tensor([1, 2, 3]).gt(1), tensor([7, 8, 9]), 0).toArray(), [0, 8, 9]);
  assert.deepEqual(tensor([-3, 0, 3]).clamp({ max: 1 }).toArray(), [-3, 0, 1]);
  assert.ok(Math.abs(full([1_000_000], 0.1).sum().item() - 100_000) < 0.1);
  assert.ok(Math.abs(full([64], 1e4).add(arange(64)).var().item() - 346.6666) < 1e-2);
});

test("in-place methods write through views", () => {
  const x = zeros([2, 2]);
  x.add_(1)
    .mul_(3)
    .sub_(tensor([1, 0]))
    .div_(2);
  assert.deepEqual(x.toArray(), [
    [1, 1.5],
    [1, 1.5],
  ]);
  x.t().copy_(
    tensor([
      [1, 2],
      [3, 4],
    ]),
  );
  assert.deepEqual(x.toArray(), [
    [1, 3],
    [2, 4],
  ]);
  x.select(1, 0).zero_();
  assert.deepEqual(x.toArray(), [
    [0, 3],
    [0, 4],
  ]);
  x.copy_(x.t());
  assert.deepEqual(x.toArray(), [
    [0, 0],
    [3, 4],
  ]);
});

test("linear takes a row alone, as many dimensions in front as there are, and no scalar", () => {
  const weight = tensor([
    [1, 2],
    [3, 4],
    [5, 6],
  ]);
  const bias = tensor([10, 20, 30]);
  assert.deepEqual(linear(tensor([1, 1]), weight, bias).tolist(), [13, 27, 41]);
  assert.deepEqual(linear(ones([2, 1, 2]), weight).tolist(), [[[3, 7, 11]], [[3, 7, 11]]]);
  assert.throws(
    () => linear(tensor(1), weight),
    /linear: expected input \[\.\.\., 2\] for weight \[3, 2\], got \[\]/,
  );
});
