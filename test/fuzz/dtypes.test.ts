// Every operation over all dtypes and pairs of them, against the table that PyTorch wrote (generate_dtypes.py).

import assert from "node:assert/strict";
import { test } from "node:test";
import * as tensors from "../../kernel/tensor";
import { type DType, Tensor, tensor } from "../../kernel/tensor";
import { fixture } from "../unit/fixtures";
import { Surface } from "../unit/surface";

interface Packed {
  readonly dtype: DType;
  readonly shape: number[];
  readonly data: (number | string)[];
}
type Row = readonly [operation: string, args: readonly unknown[], result: unknown];

const rows = fixture<Row[]>("dtypes");

/** Takes whole numbers and flags as float32, or flags as 0 and 1, where PyTorch has not got a kernel for them. */
const wider = new Set(
  (
    "mean var std norm softmax logSoftmax quantile varMean stdMean argmax argmin topk median matmul mm mv dot bmm einsum " +
    "addmm equal isclose allclose scatterAdd scatter indexPut indexPut_ trace meshgrid " +
    "hypot logaddexp logaddexp2 frac scatterAdd_ indexAdd indexAdd_ indexCopy indexCopy_ maskedScatter maskedScatter_ inner vdot " +
    "tensordot cross addmv baddbmm cartesianProd logcumsumexp normalize cosineSimilarity pairwiseDistance cdist histc scatterReduce nanmedian nanmean " +
    "isin kthvalue bucketize searchsorted addcmul addcmul_"
  ).split(" "),
);

/** Refused here though PyTorch answers: it would lose the number without a word. */
function losesNumber(operation: string, args: readonly unknown[]): boolean {
  const [x] = args;
  const fraction = args.at(-1) === 0.5;
  return (
    /^(maskedFill_?|scatter_?|fill_|indexFill_?|fillDiagonal_)$/.test(operation) &&
    isPacked(x) &&
    x.dtype === "int32" &&
    fraction
  );
}

function isPacked(value: unknown): value is Packed {
  return typeof value === "object" && value !== null && "dtype" in value;
}

function unpacked(value: unknown): unknown {
  if (isPacked(value)) {
    const numbers = value.data.map(Number);
    return tensor(Float64Array.from(numbers), { shape: value.shape, dtype: value.dtype });
  }
  return Array.isArray(value) && value.some(isPacked) ? value.map(unpacked) : value;
}

function call(operation: string, args: readonly unknown[]): unknown {
  const given = args.map(unpacked);
  const target: unknown = operation.startsWith("function:") ? tensors : given.shift();
  const f = (target as Record<string, (...all: unknown[]) => unknown>)[operation.replace("function:", "")]!;
  return f.apply(target, given);
}

/** What differs from PyTorch's answer, or nothing. */
function difference(operation: string, got: unknown, want: unknown): string | undefined {
  if (Array.isArray(want)) {
    const parts =
      got instanceof Object && "values" in got && "indices" in got
        ? [got.values, got.indices]
        : (got as unknown[]);
    return want.map((each, i) => difference(operation, parts[i], each)).find((each) => each !== undefined);
  }
  if (!isPacked(want)) return got === want ? undefined : `gave ${String(got)}, not ${String(want)}`;
  if (!(got instanceof Tensor)) return `gave ${String(got)}, not a tensor`;
  if (got.dtype !== want.dtype || got.shape.join() !== want.shape.join()) {
    return `gave ${got.dtype} [${got.shape}], not ${want.dtype} [${want.shape}]`;
  }
  if (operation === "uniform_" || operation === "normal_") return undefined;
  const values = got.detach().contiguous().data;
  const off = want.data.findIndex((each, i) => {
    const [value, expected] = [values[i]!, Number(each)];
    if (Object.is(value, expected) || value === expected) return false;
    return want.dtype !== "float32" || !(Math.abs(value - expected) <= 2e-6 * Math.abs(expected) + 5e-7);
  });
  return off < 0 ? undefined : `gave ${values[off]} at ${off}, not ${want.data[off]}`;
}

test("every operation gives PyTorch's dtype and numbers, or refuses what PyTorch refuses", () => {
  const complaints = rows.flatMap(([operation, args, want]) => {
    const name = operation.replace("function:", "");
    const written = `${operation}(${args.map((each) => (isPacked(each) ? `${each.dtype} [${each.data}]` : JSON.stringify(each))).join(", ")})`;
    const refused = want === "error" || losesNumber(name, args);
    let got: unknown;
    try {
      got = call(operation, args);
    } catch (error) {
      if (!/^[\w]+: expected .+, got /.test((error as Error).message)) return `${written}: ${String(error)}`;
      return refused ? [] : [`${written} threw: ${(error as Error).message}`];
    }
    if (refused) return wider.has(name) ? [] : [`${written} was taken, and gave ${String(got)}`];
    const complaint = difference(name, got, want);
    return complaint === undefined ? [] : [`${written} ${complaint}`];
  });
  assert.equal(
    complaints.length,
    0,
    `${complaints.length} of ${rows.length}:\n${complaints.slice(0, 60).join("\n")}`,
  );
});

/** No arithmetic, or none that a dtype changes: shapes and views, what makes tensors, what is of float32 by its meaning. */
const elsewhere = new Set(
  [
    "backward requiresGrad_ retainGrad registerHook zeroGrad detach size dim numel isContiguous item toArray tolist toJSON toString",
    "t transpose permute reshape view flatten squeeze unsqueeze movedim unflatten expand expandAs slice select at unbind narrow",
    "split chunk forkRng getRngState setRngState memoryUsage noGrad enableGrad isGradEnabled keep manualSeed tidy",
    "tensor full zeros ones arange linspace logspace eye rand randn randLike randnLike bernoulli randint randperm",
    "normal poisson",
    "elu celu gelu leakyRelu silu mish softplus hardtanh hardsigmoid hardswish softsign softshrink hardshrink threshold",
    "batchNorm conv1d conv2d dropout dropout2d instanceNorm crossEntropy linear nllLoss",
    "groupNorm layerNorm rmsNorm adaptiveAvgPool1d adaptiveAvgPool2d avgPool1d avgPool2d maxPool1d maxPool2d",
    "maxPool2dWithIndices indexSelect ravel multinomial empty nelement swapaxes reshapeAs viewAs broadcastTo",
    "convTranspose1d convTranspose2d conv3d maxPool1dWithIndices maxPool3d avgPool3d",
    "adaptiveAvgPool3d adaptiveMaxPool1d adaptiveMaxPool2d adaptiveMaxPool3d dropout1d dropout3d alphaDropout",
  ]
    .join(" ")
    .split(" "),
);

test("every operation is in PyTorch's table, or known to have no dtype of its own", () => {
  const surface = new Surface();
  const own = new Set(Object.keys(tensors));
  const functions = surface.functions().map(({ name }) => name);
  const names = [
    ...functions.filter((name) => own.has(name)),
    ...surface.methods("Tensor").map(({ name }) => name),
  ];
  const listed = new Set(rows.map(([operation]) => operation.replace("function:", "")));
  const missing = names.filter((name) => !listed.has(name) && !elsewhere.has(name) && !name.startsWith("["));
  assert.deepEqual([...new Set(missing)], []);
});

const whole = (...values: number[]) => tensor(Int32Array.from(values));

test("whole numbers are exact to 2^31, and a total beyond is refused", () => {
  assert.equal(whole(16777216, 16777217).max().item(), 16777217);
  assert.equal(whole(16777216, 16777217).argmax().item(), 1);
  assert.equal(whole(16777217).eq(16777216).item(), 0);
  assert.equal(whole(1).lt(3e9).item(), 1);
  assert.equal(whole(2147483647, 1).sub(1).sum().item(), 2147483646);
  for (const total of ["sum", "prod"] as const) {
    assert.throws(
      () => whole(2147483647, 2)[total](),
      /expected a total .* got 4?2?\d+.*; convert them with float\(\)/,
    );
  }
  assert.throws(() => whole(2147483647, 2).cumsum(0), /cumsum: expected a total/);
  assert.equal(whole(2147483647, 2, 0).prod().item(), 0);
});

test("a number that int32 does not hold is refused where it comes in", () => {
  for (const make of [
    () => tensor([3e9], { dtype: "int32" }),
    () => tensor([Number.NaN], { dtype: "int32" }),
    () => tensors.full([2], 3e9, { dtype: "int32" }),
    () => tensors.arange(2 ** 31, 2 ** 31 + 2),
    () => whole(1).fill_(3e9),
    () => whole(1).fill_(0.5),
    () => whole(1).add(3e9),
    () => whole(1).maskedFill(tensor([true]), 0.5),
  ]) {
    assert.throws(make, /expected a whole number from -2147483648 to 2147483647 for int32, got/);
  }
});

test("masks combine as masks", () => {
  const x = tensor([0, 1, 2, 3]);
  const mask = tensors.where(x.gt(2), x.gt(3), x.lt(1));
  assert.deepEqual(x.maskedFill(mask, 9), tensor([9, 1, 2, 3]));
  assert.deepEqual(x.gt(0).maximum(x.lt(0)), tensor([false, true, true, true]));
  assert.deepEqual(x.gt(0).mul(x.lt(3)), tensor([false, true, true, false]));
  assert.equal(x.gt(0).prod().dtype, "int32");
  const labels = whole(0, 2, 5);
  assert.deepEqual(tensor([1, 2, 3]).gather(0, labels.clamp({ min: 0, max: 2 })), tensor([1, 3, 3]));
  assert.deepEqual(labels.neg().abs(), labels);
});

test("what cannot hold a result in place stays as it was", () => {
  const x = whole(1, 2, 3);
  for (const change of [() => x.div_(6), () => x.add_(0.5), () => x.mul_(tensor(1.5)), () => x.sqrt_()]) {
    assert.throws(change, /expected a result that int32 holds, got float32/);
  }
  assert.deepEqual(x, whole(1, 2, 3));
  assert.throws(() => tensor([true]).neg(), /neg: expected float32 or int32 numbers, got bool/);
  assert.throws(() => {
    x.requiresGrad = true;
  }, /requiresGrad: expected a float32 tensor, got int32/);
});
