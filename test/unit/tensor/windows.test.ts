// Convolution, pooling and padding against finite differences, by their definitions, and what they say to wrong arguments.

import assert from "node:assert/strict";
import test from "node:test";
import * as nn from "../../../kernel/nn";
import {
  adaptiveAvgPool1d,
  adaptiveAvgPool2d,
  arange,
  autograd,
  avgPool1d,
  avgPool2d,
  conv1d,
  conv2d,
  crossEntropy,
  maxPool1d,
  maxPool2d,
  maxPool2dWithIndices,
  nllLoss,
  ones,
  pad,
  type Tensor,
  tensor,
} from "../../../kernel/tensor";
import { apart, leaf } from "./gradient";

const picture = () => leaf([2, 2, 4, 5]);
const labels = tensor(Int32Array.of(1, 0, 1, 1, 0, 1), { shape: [2, 3] });

const gradients: Record<string, [(...inputs: Tensor[]) => Tensor, Tensor[]]> = {
  conv2d: [(x, w, b) => conv2d(x!, w!, b!), [picture(), leaf([3, 2, 3, 2]), leaf([3])]],
  "conv2d with stride, padding and dilation": [
    (x, w) => conv2d(x!, w!, null, { stride: [1, 2], padding: [2, 1], dilation: [2, 1] }),
    [picture(), leaf([2, 2, 2, 3])],
  ],
  "conv2d in groups": [
    (x, w, b) => conv2d(x!, w!, b!, { groups: 2, padding: 1 }),
    [picture(), leaf([4, 1, 3, 3]), leaf([4])],
  ],
  "conv2d, uneven padding": [
    (x, w) => conv2d(x!, w!, null, { padding: "same" }),
    [picture(), leaf([1, 2, 2, 4])],
  ],
  "conv2d of one picture": [
    (x, w, b) => conv2d(x!, w!, b!),
    [leaf([2, 4, 3]), leaf([2, 2, 3, 3]), leaf([2])],
  ],
  "conv2d, weight used twice": [
    (x, w) => conv2d(conv2d(x!, w!, null, { padding: 1 }), w!),
    [leaf([1, 2, 4, 4]), leaf([2, 2, 3, 3], { low: -0.5, high: 0.5 })],
  ],
  "conv2d of a transpose": [
    (x, w) => conv2d(x!.permute(0, 3, 1, 2), w!.transpose(2, 3)),
    [leaf([1, 4, 3, 2]), leaf([2, 2, 3, 2])],
  ],
  conv1d: [
    (x, w, b) => conv1d(x!, w!, b!, { stride: 2, padding: 1 }),
    [leaf([2, 2, 5]), leaf([3, 2, 3]), leaf([3])],
  ],
  maxPool2d: [(x) => maxPool2d(x!, 2), [apart([2, 2, 4, 5])]],
  "maxPool2d of windows that overlap": [
    (x) => maxPool2d(x!, 3, { stride: 1, padding: 1, dilation: [1, 2] }).square(),
    [apart([1, 2, 4, 5])],
  ],
  "maxPool2d, used twice": [(x) => maxPool2d(x!, 2).mul(x!.sum()), [apart([1, 1, 4, 4])]],
  maxPool2dWithIndices: [(x) => maxPool2dWithIndices(x!, 2, { ceilMode: true }).values, [apart([1, 5, 3])]],
  maxPool1d: [(x) => maxPool1d(x!, 3, { stride: 2 }), [apart([2, 7])]],
  avgPool2d: [(x) => avgPool2d(x!, [2, 3]), [picture()]],
  "avgPool2d, padded, over what is inside": [
    (x) => avgPool2d(x!, 3, { stride: 2, padding: 1, ceilMode: true, countIncludePad: false }),
    [picture()],
  ],
  "avgPool2d by a divisor": [(x) => avgPool2d(x!, 2, { stride: 1, divisorOverride: -3 }), [picture()]],
  avgPool1d: [(x) => avgPool1d(x!, 2).add(avgPool1d(x!, 3, { stride: 2, padding: 1 }).sum()), [leaf([2, 6])]],
  adaptiveAvgPool2d: [(x) => adaptiveAvgPool2d(x!, [2, 1]), [picture()]],
  "adaptiveAvgPool2d, uneven": [(x) => adaptiveAvgPool2d(x!, [3, 2]), [picture()]],
  adaptiveAvgPool1d: [(x) => adaptiveAvgPool1d(x!, 3), [leaf([2, 5])]],
  "pad, reflect": [(x) => pad(x!, [2, 1, 0, 3], { mode: "reflect" }).square(), [picture()]],
  "pad, replicate": [(x) => pad(x!, [2, 6], { mode: "replicate" }).square(), [picture()]],
  "pad, circular": [(x) => pad(x!, [1, 5, 4, 0], { mode: "circular" }).square(), [picture()]],
  "crossEntropy of positions": [(x) => crossEntropy(x!, labels, { reduction: "none" }), [leaf([2, 2, 3])]],
  "nllLoss of positions": [(x) => nllLoss(x!, labels, { weight: tensor([1, 3]) }), [leaf([2, 2, 3])]],
};

for (const [name, [f, inputs]] of Object.entries(gradients))
  test(`gradient of ${name}`, () => {
    autograd.gradcheck(f, inputs);
  });

test("a convolution is the sum of its shifted copies, whatever its view", () => {
  const x = arange(24).reshape(1, 2, 3, 4);
  const weight = tensor([[[[1, 10]], [[100, 1000]]]]);
  // y[i, j] = x₀[i, j] + 10·x₀[i, j+1] + 100·x₁[i, j] + 1000·x₁[i, j+1]
  const [first, second] = [x.select(1, 0), x.select(1, 1)];
  const expected = first
    .slice(2, 0, 3)
    .add(first.slice(2, 1, 4), { alpha: 10 })
    .add(second.slice(2, 0, 3), { alpha: 100 })
    .add(second.slice(2, 1, 4), { alpha: 1000 });
  assert.deepEqual(conv2d(x, weight).toArray(), expected.unsqueeze(1).toArray());
  const transposed = x.transpose(2, 3).contiguous().transpose(2, 3);
  assert.deepEqual(conv2d(transposed, weight).toArray(), expected.unsqueeze(1).toArray());
});

test("a mode of padding shows what lies around", () => {
  const x = tensor([[1, 2, 3]]);
  const padded = (mode: "reflect" | "replicate" | "circular") => [...pad(x, [2, 1], { mode }).data];
  assert.deepEqual(padded("reflect"), [3, 2, 1, 2, 3, 2]);
  assert.deepEqual(padded("replicate"), [1, 1, 1, 2, 3, 3]);
  assert.deepEqual(padded("circular"), [2, 3, 1, 2, 3, 1]);
  assert.equal(pad(arange(3).to("int32"), [1, 1], { mode: "reflect" }).dtype, "int32");
});

test("in ceil mode a last window that would start in the padding behind the input is dropped, as in PyTorch", () => {
  const line = (length: number) => arange(length).reshape(1, 1, length);
  const options = { stride: 2, padding: 1, ceilMode: true };
  assert.deepEqual(maxPool1d(line(3), 2, options).toArray(), [[[0, 2]]]);
  assert.deepEqual(maxPool1d(line(4), 2, options).toArray(), [[[0, 2, 3]]]);
  assert.deepEqual(avgPool1d(line(3), 2, options).toArray(), [[[0, 1.5]]]);
  const picture = maxPool2d(arange(15).reshape(1, 1, 3, 5), [2, 3], { ...options, stride: [2, 3] });
  assert.deepEqual(picture.toArray(), [
    [
      [
        [1, 4],
        [11, 14],
      ],
    ],
  ]);
});

test("the places of maxima outlive the graph and pick the values again", () => {
  const x = apart([2, 3, 4, 6]);
  const { values, indices } = maxPool2dWithIndices(x, 2);
  assert.deepEqual([...x.detach().flatten(2).gather(2, indices.flatten(2)).data], [...values.data]);
  const before = [...indices.data];
  for (let pass = 0; pass < 3; pass++) maxPool2d(x, 2).sum().backward();
  values.sum().backward();
  assert.deepEqual([...indices.data], before);
});

test("NaN wins a maximum and takes its gradient", () => {
  const x = tensor([[[1, Number.NaN, 3, 4]]], { requiresGrad: true });
  const y = maxPool2d(x, [1, 2]);
  assert.deepEqual([...y.data], [Number.NaN, 4]);
  y.sum().backward();
  assert.deepEqual([...x.grad!.data], [0, 1, 0, 1]);
});

const x4 = ones([2, 3, 8, 8]);
const w4 = ones([6, 3, 3, 3]);

test("in ceil mode the last window begins within the input or the padding before it, as PyTorch has it", () => {
  const line = arange(3).reshape(1, 1, 3);
  const padded = { stride: 2, padding: 1, ceilMode: true };
  assert.deepEqual(maxPool1d(line, 2, padded).toArray(), [[[0, 2]]]);
  assert.deepEqual(avgPool1d(line, 2, padded).toArray(), [[[0, 1.5]]]);
  const longer = arange(4).reshape(1, 1, 4);
  assert.deepEqual(maxPool1d(longer, 2, padded).toArray(), [[[0, 2, 3]]]);
  assert.deepEqual(avgPool1d(longer, 2, padded).toArray(), [[[0, 1.5, 1.5]]]);
  const square = arange(9).reshape(1, 1, 3, 3);
  assert.deepEqual([...maxPool2d(square, 2, padded).data], [0, 2, 6, 8]);
});

const errors: Record<string, [() => unknown, RegExp]> = {
  "conv2d's channels": [
    () => conv2d(ones([32, 1, 28, 28]), w4),
    /^conv2d: expected input \[N, 3, H, W\] or \[3, H, W\] for weight \[6, 3, 3, 3\], got \[32, 1, 28, 28\]$/,
  ],
  "conv2d's channels in groups": [
    () => conv2d(x4, w4, null, { groups: 2 }),
    /^conv2d: expected input \[N, 6, H, W\] or \[6, H, W\] for weight \[6, 3, 3, 3\] in 2 groups, got \[2, 3, 8, 8\]$/,
  ],
  "conv2d of a matrix": [() => conv2d(ones([3, 8]), w4), /^conv2d: expected input .* got \[3, 8\]$/],
  "conv2d of what is no tensor": [() => conv2d(null as never, w4), /^conv2d: expected .*a tensor, got null/],
  "conv2d's weight": [
    () => conv2d(x4, ones([6, 3, 3])),
    /^conv2d: expected weight \[out, in\/groups, height, width\] of sizes ≥ 1, got \[6, 3, 3\]$/,
  ],
  "conv2d's empty weight": [
    () => conv2d(x4, ones([6, 3, 0, 3])),
    /^conv2d: expected weight .* got \[6, 3, 0, 3\]$/,
  ],
  "conv2d's bias": [
    () => conv2d(x4, w4, ones([3])),
    /^conv2d: expected bias \[6\] float32, got \[3\] float32$/,
  ],
  "conv2d's options in the place of its bias": [
    () => conv2d(x4, w4, { padding: 1 } as never),
    /^conv2d: expected bias to be a tensor, got an object$/,
  ],
  "conv2d's groups": [
    () => conv2d(x4, w4, null, { groups: 4 }),
    /^conv2d: expected groups to be a whole number ≥ 1 that divides the 6 output channels of weight \[6, 3, 3, 3\], got 4$/,
  ],
  "conv2d's kernel": [
    () => conv2d(ones([1, 3, 2, 8]), w4),
    /^conv2d: expected a kernel within the padded height of 2, got one of 3; use larger inputs/,
  ],
  "conv2d's spread kernel": [
    () => conv2d(x4, w4, null, { dilation: [1, 5], padding: 1 }),
    /^conv2d: expected a kernel within the padded width of 10, got one of 3 spread to 11 by dilation 5; use/,
  ],
  "conv2d of nothing": [
    () => conv2d(ones([1, 3, 0, 8]), w4, null, { padding: 2 }),
    /^conv2d: expected a kernel within/,
  ],
  "conv2d's stride": [
    () => conv2d(x4, w4, null, { stride: 0 }),
    /^conv2d: expected stride as a whole number ≥ 1, or \[height, width\] of such, got 0$/,
  ],
  "conv2d's padding": [
    () => conv2d(x4, w4, null, { padding: [1, -1] }),
    /^conv2d: expected padding as a whole number ≥ 0, or \[height, width\] of such, got \[1, -1\]$/,
  ],
  "conv2d's word for padding": [
    () => conv2d(x4, w4, null, { padding: "full" as never }),
    /^conv2d: expected padding as a whole number ≥ 0, .* got full$/,
  ],
  "conv2d's sizes": [
    () => conv2d(x4, w4, null, { dilation: [1, 1, 1] }),
    /^conv2d: expected dilation .* got \[1, 1, 1\]$/,
  ],
  "conv2d, same with a stride": [
    () => conv2d(x4, w4, null, { padding: "same", stride: 2 }),
    /^conv2d: expected stride 1 with padding "same", got 2$/,
  ],
  "conv1d's input": [
    () => conv1d(x4, ones([2, 3, 3])),
    /^conv1d: expected input \[N, 3, L\] or \[3, L\] for weight \[2, 3, 3\], got \[2, 3, 8, 8\]$/,
  ],
  "conv1d's weight": [
    () => conv1d(x4, w4),
    /^conv1d: expected weight \[out, in\/groups, length\] of sizes ≥ 1/,
  ],
  "conv1d's stride": [
    () => conv1d(ones([3, 9]), ones([2, 3, 3]), null, { stride: [1, 1] }),
    /^conv1d: expected stride as a whole number ≥ 1, or \[length\] of such, got \[1, 1\]$/,
  ],
  maxPool2d: [
    () => maxPool2d(ones([8, 8]), 2),
    /^maxPool2d: expected input \[N, C, H, W\] or \[C, H, W\], got \[8, 8\]$/,
  ],
  "maxPool2d's kernel": [
    () => maxPool2d(x4, 9),
    /^maxPool2d: expected a kernel within the padded height of 8, got one of 9/,
  ],
  "maxPool2d's missing kernel": [
    () => maxPool2d(x4, undefined as never),
    /^maxPool2d: expected kernelSize as a whole number ≥ 1, .* got undefined$/,
  ],
  "maxPool2d's padding": [
    () => maxPool2d(x4, 3, { padding: 2 }),
    /^maxPool2d: expected padding of at most half the kernel \[3, 3\], got \[2, 2\]$/,
  ],
  "maxPool1d's kernel": [
    () => maxPool1d(ones([2, 3, 4]), [2, 2]),
    /^maxPool1d: expected kernelSize as a whole number ≥ 1, or \[length\] of such, got \[2, 2\]$/,
  ],
  "avgPool2d's divisor": [
    () => avgPool2d(x4, 2, { divisorOverride: 0 }),
    /^avgPool2d: expected a divisorOverride other than 0, got 0$/,
  ],
  adaptiveAvgPool2d: [
    () => adaptiveAvgPool2d(x4, [0, null]),
    /^adaptiveAvgPool2d: expected outputSize as a whole number ≥ 1, or \[height, width\] of such, got \[0, 8\]$/,
  ],
  "adaptiveAvgPool1d of pictures": [
    () => adaptiveAvgPool1d(x4, 1),
    /^adaptiveAvgPool1d: expected input \[N, C, L\] or \[C, L\], got \[2, 3, 8, 8\]$/,
  ],
  "pad's reach": [
    () => pad(ones([2, 3]), [3, 0], { mode: "reflect" }),
    /^pad: expected reflect padding from 0 to 2 along dim 1 of \[2, 3\], got \[3, 0\]$/,
  ],
  "pad's mode": [
    () => pad(ones([2, 3]), [1, 0], { mode: "zeros" as never }),
    /^pad: expected mode "constant", "reflect", "replicate" or "circular", got zeros$/,
  ],
  "crossEntropy of other positions": [
    () => crossEntropy(ones([2, 4, 3]), labels.reshape(3, 2)),
    /^crossEntropy: expected logits \[N, C\] and targets \[N\], or \[N, C, \.\.\.\] and \[N, \.\.\.\], got \[2, 4, 3\] and \[3, 2\]$/,
  ],
  "Conv2d's sizes": [
    () => new nn.Conv2d(3, 6, 0),
    /^Conv2d: expected inChannels, outChannels, groups and kernelSize .* to be whole numbers ≥ 1, got 3, 6, 1 and 0$/,
  ],
  "Conv2d's kernel": [() => new nn.Conv2d(3, 6, [3]), /^Conv2d: expected .* got 3, 6, 1 and \[3\]$/],
  "Conv2d's groups": [
    () => new nn.Conv2d(3, 6, 3, { groups: 2 }),
    /^Conv2d: expected groups to divide inChannels and outChannels, got 2 for 3 and 6$/,
  ],
  "Conv1d, same with a stride": [
    () => new nn.Conv1d(3, 6, 3, { padding: "same", stride: 2 }),
    /^Conv1d: expected stride 1 with padding "same", got 2$/,
  ],
};

for (const [name, [run, message]] of Object.entries(errors))
  test(`error: ${name}`, () => {
    assert.throws(run, (error: Error) => {
      assert.match(error.message, message);
      return true;
    });
  });
