// Wrong arguments say the operation, what was expected and what came; nothing traps.

import assert from "node:assert/strict";
import test from "node:test";
import {
  arange,
  autograd,
  batchNorm,
  cat,
  crossEntropy,
  eye,
  linear,
  matmul,
  ones,
  pad,
  randint,
  stack,
  tensor,
  zeros,
} from "../../../kernel/tensor";

const cases: Record<string, [() => unknown, RegExp]> = {
  broadcast: [
    () => ones([2, 3]).add(ones([2])),
    /^add: expected shapes that broadcast, got \[2, 3\] and \[2\]: sizes 3 and 2 at dim -1/,
  ],
  "not a tensor": [() => ones([1]).mul("2" as never), /^mul: expected a tensor or a number, got string 2/],
  undefined: [() => ones([1]).eq(undefined as never), /^eq: expected a tensor or a number, got undefined/],
  matmul: [
    () => matmul(ones([2, 3]), ones([2, 3])),
    /^matmul: expected \[\.\.\., m, k\] and \[\.\.\., k, n\].*got \[2, 3\] and \[2, 3\]/,
  ],
  "matmul of numbers": [() => matmul(tensor(1), tensor(2)), /^matmul: expected/],
  linear: [
    () => linear(ones([2, 3]), ones([4, 5])),
    /^linear: expected input \[\.\.\., 5\] for weight \[4, 5\], got \[2, 3\]; flatten/,
  ],
  "linear's bias": [
    () => linear(ones([2, 3]), ones([4, 3]), ones([3])),
    /^linear: expected bias \[4\] float32, got \[3\]/,
  ],
  reshape: [
    () => ones([2, 3]).reshape(4),
    /^reshape: expected sizes for the 6 elements of \[2, 3\], got \[4\]/,
  ],
  "reshape to nothing known": [() => ones([2, 3]).reshape(-1, 4), /^reshape: expected/],
  "reshape with two unknowns": [() => ones([2, 3]).reshape(-1, -1), /^reshape: expected/],
  dim: [() => ones([2, 3]).sum(2), /^sum: expected dim from -2 to 1 for shape \[2, 3\], got 2/],
  "dim twice": [() => ones([2, 3]).sum([0, -2]), /^sum: expected each dim once/],
  permute: [() => ones([2, 3]).permute(0, 0), /^permute: expected each dim of \[2, 3\] once/],
  expand: [() => ones([2, 3]).expand(2, 4), /^expand: expected sizes that \[2, 3\] repeats to, got \[2, 4\]/],
  select: [
    () => ones([2, 3]).select(0, 2),
    /^select: expected an index from -2 to 1 along dim 0 of \[2, 3\], got 2/,
  ],
  slice: [() => ones([2]).slice(0, 0, 1, 0), /^slice: expected step to be a whole number ≥ 1, got 0/],
  indexSelect: [() => ones([2]).indexSelect(0, [2]), /^indexSelect: expected indices from 0 to 1, got 2/],
  "indexSelect by floats": [
    () => ones([2]).indexSelect(0, ones([1])),
    /^indexSelect: expected indices as an int32 tensor/,
  ],
  narrow: [
    () => ones([2, 3]).narrow(1, 2, 2),
    /^narrow: expected a stretch within the 3 elements along dim 1 of \[2, 3\], got start 2, length 2/,
  ],
  "narrow of a number": [() => tensor(1).narrow(0, 0, 1), /^narrow: expected at least one dimension/],
  split: [
    () => ones([5]).split([2, 2]),
    /^split: expected a size ≥ 1, or sizes that add up to the 5 elements along dim 0 of \[5\], got \[2, 2\]/,
  ],
  "split by nothing": [() => ones([5]).split(0), /^split: expected a size ≥ 1.*got 0/],
  chunk: [() => ones([5]).chunk(0), /^chunk: expected a number of chunks ≥ 1, got 0/],
  pad: [
    () => pad(ones([2, 3]), [1]),
    /^pad: expected \[before, after\] for up to 2 dims of \[2, 3\], the last dim first, got \[1\]/,
  ],
  "pad by less than nothing": [() => pad(ones([2]), [-1, -2]), /^pad: expected/],
  repeat: [
    () => ones([2, 3]).repeat(2),
    /^repeat: expected a count for each of the 2 dims of \[2, 3\], got \[2\]; use tile/,
  ],
  tile: [() => ones([2]).tile(-1), /^tile: expected sizes that are whole numbers ≥ 0, got \[-1\]/],
  gather: [
    () => ones([2, 3]).gather(1, zeros([2, 1])),
    /^gather: expected indices as an int32 tensor, got float32; convert them with \.to\("int32"\)/,
  ],
  "gather's shape": [
    () => ones([2, 3]).gather(1, zeros([3, 1], { dtype: "int32" })),
    /^gather: expected indices of 2 dims, no larger than \[2, 3\] except along dim 1, got \[3, 1\]/,
  ],
  "gather's range": [
    () => ones([3]).gather(0, tensor(Int32Array.of(3))),
    /^gather: expected indices from 0 to 2 along dim 0 of \[3\], got 3/,
  ],
  scatterAdd: [
    () => ones([3]).scatterAdd(0, tensor(Int32Array.of(1)), ones([2])),
    /^scatterAdd: expected a source of the indices' shape \[1\], got \[2\]/,
  ],
  maskedFill: [
    () => ones([2]).maskedFill(ones([2]), 0),
    /^maskedFill: expected a bool mask, got float32; make one by comparing/,
  ],
  "maskedFill's shape": [
    () => ones([2]).maskedFill(ones([3]).gt(0), 0),
    /^maskedFill: expected shapes that broadcast, got \[2\] and \[3\]/,
  ],
  "maskedFill with a tensor": [
    () => ones([2]).maskedFill(ones([2]).gt(0), ones([2]) as never),
    /^maskedFill: expected value to be a number, got a tensor/,
  ],
  topk: [() => ones([2, 3]).topk(4), /^topk: expected k from 0 to 3 along dim -1 of \[2, 3\], got 4/],
  sort: [() => ones([2]).sort(1), /^sort: expected dim from -1 to 0 for shape \[2\], got 1/],
  norm: [() => ones([2]).norm("nuc" as never), /^norm: expected p to be a number or "fro", got string nuc/],
  "norm of nothing": [
    () => zeros([0]).norm(Number.POSITIVE_INFINITY),
    /^norm: expected at least one element for p = Infinity, got shape \[0\]/,
  ],
  logsumexp: [() => ones([2]).logsumexp(1), /^logsumexp: expected dim from -1 to 0/],
  any: [() => ones([2]).any(1), /^any: expected dim from -1 to 0/],
  all: [() => ones([2]).all(1), /^all: expected dim from -1 to 0/],
  allclose: [() => ones([2]).allclose(ones([3])), /^allclose: expected shapes that broadcast/],
  "allclose to a number": [() => ones([2]).allclose(1 as never), /^allclose: expected a tensor, got 1/],
  "equal to a number": [() => ones([2]).equal(1 as never), /^equal: expected a tensor, got 1/],
  cat: [
    () => cat([ones([2, 3]), ones([2, 2])]),
    /^cat: expected shapes equal except at dim 0, got \[2, 3\], \[2, 2\]/,
  ],
  "cat of nothing": [() => cat([]), /^cat: expected at least one tensor/],
  stack: [() => stack([ones([2]), ones([3])]), /^stack: expected equal shapes, got \[2\], \[3\]/],
  item: [() => ones([2]).item(), /^item: expected a tensor of one element, got shape \[2\]/],
  "max of nothing": [() => zeros([0]).max(), /^max: expected at least one element/],
  "argmax of nothing": [() => zeros([2, 0]).argmax(1), /^argmax: expected at least one element/],
  "ragged values": [
    () => tensor([[1, 2], [3]]),
    /^tensor: expected nested arrays of equal lengths \[2, 2\], got length 1 at depth 1/,
  ],
  "uneven depth": [
    () => tensor([[1], 2] as never),
    /^tensor: expected numbers or booleans nested as \[2, 1\], got 2 at depth 1/,
  ],
  text: [
    () => tensor(["a"] as never),
    /^tensor: expected numbers or booleans nested as \[1\], got string a at depth 1/,
  ],
  "values for a shape": [
    () => tensor(new Float32Array(3), { shape: [2, 2] }),
    /^tensor: expected 4 values for shape \[2, 2\], got 3/,
  ],
  "a negative size": [() => zeros([-1]), /^zeros: expected sizes that are whole numbers ≥ 0, got \[-1\]/],
  "a number for a shape": [
    () => zeros(3 as never),
    /^zeros: expected a shape as an array of sizes, e\.g\. \[2, 3\], got 3/,
  ],
  eye: [() => eye(1.5), /^eye: expected sizes/],
  arange: [() => arange(0, 3, -1), /^arange: expected a step that leads from 0 to 3, got -1/],
  randint: [() => randint(3, 3, [1]), /^randint: expected whole numbers low < high/],
  "targets' dtype": [
    () => crossEntropy(ones([2, 3]), ones([2])),
    /^crossEntropy: expected int32 targets.*got float32.*to\("int32"\)/,
  ],
  "targets' range": [
    () => crossEntropy(ones([1, 3]), tensor(Int32Array.of(3))),
    /^crossEntropy: expected targets from 0 to 2 for 3 classes, got 3 in row 0/,
  ],
  "targets' shape": [
    () => crossEntropy(ones([2, 3]), tensor(Int32Array.of(1))),
    /^crossEntropy: expected logits \[N, C\] and targets \[N\], or .* got \[2, 3\] and \[1\]/,
  ],
  "one value a channel": [
    () => batchNorm(ones([1, 3]), { training: true }),
    /^batchNorm: expected more than one value per channel.*got input \[1, 3\]/,
  ],
  "batchNorm's weight": [
    () => batchNorm(ones([2, 3]), { weight: ones([2]), training: true }),
    /^batchNorm: expected weight \[3\] float32, got \[2\]/,
  ],
  "requiresGrad_ of integers": [
    () => arange(3).requiresGrad_(),
    /^requiresGrad_: expected a float32 tensor, got int32/,
  ],
  "grad's shape": [
    () => {
      ones([2]).grad = ones([3]);
    },
    /^grad: expected a float32 tensor of shape \[2\], got float32 \[3\]/,
  ],
  registerHook: [
    () => ones([2]).registerHook(() => undefined),
    /^registerHook: expected a tensor that requires grad, got one without; make it with/,
  ],
  "grad of constants": [
    () => autograd.grad(ones([]), ones([], { requiresGrad: true })),
    /^grad: expected a tensor that requires grad, got one without/,
  ],
  "grad for constants": [
    () => autograd.grad(ones([], { requiresGrad: true }), ones([2])),
    /^grad: expected inputs that require grad, got input 0 \[2\] without/,
  ],
  "grad of many numbers": [
    () => autograd.grad(ones([2], { requiresGrad: true }).mul(2), ones([], { requiresGrad: true })),
    /^grad: expected a tensor of one element, got shape \[2\]/,
  ],
  "grad of several outputs": [
    () => {
      const x = ones([2], { requiresGrad: true });
      autograd.grad([x.sum(), x.mul(2)], x);
    },
    /^grad: expected outputs of one element, got shape \[2\] for output 1; pass gradOutputs/,
  ],
  "grad for what took no part": [
    () => autograd.grad(ones([], { requiresGrad: true }).mul(2), ones([3], { requiresGrad: true })),
    /^grad: expected outputs that depend on every input.*input 0 \[3\]; pass { allowUnused: true }/,
  ],
  "grad of nothing": [
    () => autograd.grad([], ones([])),
    /^grad: expected outputs, inputs, and as many gradOutputs as outputs if any, got 0, 1 and 0/,
  ],
  "gradcheck of constants": [
    () => autograd.gradcheck((x) => x.exp(), ones([2])),
    /^gradcheck: expected contiguous inputs, one of which requires grad/,
  ],
  copy_: [() => ones([2]).copy_(ones([3])), /^copy_: expected shapes that broadcast/],
  "copy_ of more": [
    () => ones([1]).copy_(ones([3])),
    /^copy_: expected a value that broadcasts to \[1\], got \[3\]/,
  ],
};

for (const [name, [run, message]] of Object.entries(cases)) {
  test(`error: ${name}`, () => {
    assert.throws(run, (error: Error) => {
      assert.match(error.message, message);
      return true;
    });
  });
}

test("legal corners are no errors", () => {
  batchNorm(ones([1, 3, 2]), { training: true });
  tensor(1).sum(0);
  tensor(1).softmax(-1);
  tensor(1).argmax();
  ones([2, 1]).squeeze(0);
});
