// Transposed and 3-D convolution, more pooling, folding, interpolation and padding against PyTorch; what they refuse.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as nn from "../../../kernel/nn";
import { manualSeed, noGrad, ones, randn, type Tensor, tensor } from "../../../kernel/tensor";
import { assertCase, assertClose, type Case, fixture, type Packed, unpack, unpackInt } from "../fixtures";

const { convolutions, pools, unpools, interpolations, shuffles, layers } = fixture<{
  convolutions: Case[];
  pools: Case[];
  unpools: (Case & { indices: Packed })[];
  interpolations: Case[];
  shuffles: Case[];
  layers: (Case & { state: Record<string, Packed> })[];
}>("windows");
const functions = nn.functional as unknown as Record<string, (...args: unknown[]) => Tensor>;
const titled = ({ op, inputs, args, options }: Case) =>
  `${op} ${inputs.map(({ shape }) => `[${shape}]`).join(" ")} ${JSON.stringify(args)} ${JSON.stringify(options)}`;

describe("convolutions agree with PyTorch, output and gradients, rtol 1e-5 atol 5e-6", () => {
  for (const recorded of convolutions)
    test(titled(recorded), () =>
      assertCase(recorded, (x, weight, bias = null as never) =>
        functions[recorded.op]!(x, weight, bias, recorded.options),
      ),
    );
});

describe("pooling, folding, interpolation and shuffles agree with PyTorch, rtol 1e-5 atol 5e-6", () => {
  for (const recorded of [...pools, ...interpolations, ...shuffles]) {
    const { op, args, options } = recorded;
    const given = Object.keys(options).length > 0 ? [...args, options] : args;
    test(titled(recorded), () => assertCase(recorded, (x) => functions[op]!(x, ...given)));
  }
  for (const recorded of unpools) {
    const { op, args, options, indices } = recorded;
    test(titled(recorded), () =>
      assertCase(recorded, (x) => functions[op]!(x, unpackInt(indices), ...args, options)),
    );
  }
});

type Made = new (...args: unknown[]) => nn.Module;

describe("layers agree with PyTorch, output and gradients, rtol 1e-5 atol 5e-6", () => {
  for (const recorded of layers) {
    const { op, args, options, state, grads } = recorded;
    test(titled(recorded), () => {
      const given = Object.keys(options).length > 0 ? [...args, options] : args;
      const layer = new (nn as unknown as Record<string, Made>)[op]!(...given);
      layer.loadStateDict(Object.fromEntries(Object.entries(state).map(([k, v]) => [k, unpack(v)])));
      assertCase(recorded, (x) => layer.forward(x!));
      for (const [i, parameter] of layer.parameters().entries())
        assertClose(parameter.grad, grads[i + 1]!, { rtol: 1e-5, atol: 2e-5 }, `gradient of parameter ${i}`);
    });
  }
});

test("a transposed convolution is the gradient of the convolution by its input, bit by bit", () => {
  manualSeed(5);
  for (const [options, sizes] of [
    [{ stride: 2, padding: 1, outputPadding: 1 }, [4, 6, 9, 10]],
    [{ padding: 1 }, [3, 8, 16, 16]],
    [{ stride: [1, 2], dilation: 2, groups: 2 }, [2, 4, 7, 5]],
  ] as const) {
    const [batch, channels, height, width] = sizes;
    const groups = "groups" in options ? options.groups : 1;
    const x = randn([batch, channels, height, width]);
    const weight = randn([channels, 6 / groups, 3, 3]);
    const y = nn.functional.convTranspose2d(x, weight, null, options);
    const { outputPadding: _, ...back } = options as typeof options & { outputPadding?: number };
    const z = randn(y.shape, { requiresGrad: true });
    nn.functional.conv2d(z, weight, null, back).backward(x);
    assert.deepEqual(y.data, z.grad!.data);
  }
});

test("outputSize leads to a size that the stride leaves open, as in PyTorch", () => {
  const layer = new nn.ConvTranspose2d(2, 3, 3, { stride: 2, padding: 1 });
  const x = randn([1, 2, 4, 4]);
  assert.deepEqual(layer.forward(x).shape, [1, 3, 7, 7]);
  assert.deepEqual(layer.forward(x, [7, 8]).shape, [1, 3, 7, 8]);
  assert.deepEqual(layer.forward(x, [1, 3, 8, 8]).shape, [1, 3, 8, 8]);
  assert.throws(
    () => layer.forward(x, [9, 8]),
    /^RangeError: ConvTranspose2d: expected an outputSize from \[7, 7\] to \[8, 8\], got \[9, 8\]$/,
  );
});

test("a pool of volumes has a padding of its own in each dimension", () => {
  const x = ones([1, 4, 4, 4]);
  for (const pool of [nn.functional.avgPool3d, nn.functional.maxPool3d]) {
    const shape = (...padding: [number, number, number]) => pool(x, 2, { stride: 1, padding }).shape;
    assert.deepEqual(shape(1, 0, 0), [1, 5, 3, 3]);
    assert.deepEqual(shape(0, 1, 0), [1, 3, 5, 3]);
    assert.deepEqual(shape(0, 0, 1), [1, 3, 3, 5]);
  }
});

test("a transposed convolution starts within ±1/√(outChannels/groups · kernel elements), and takes an empty batch", () => {
  manualSeed(3);
  const layer = new nn.ConvTranspose2d(8, 64, [3, 5], { groups: 2 });
  const bound = 1 / Math.sqrt(32 * 15);
  for (const values of layer.parameters()) {
    const largest = values.abs().max().item();
    assert.ok(largest <= bound && largest > 0.9 * bound, `${largest} within ${bound}`);
  }
  const x = ones([0, 8, 4, 4], { requiresGrad: true });
  const y = layer.forward(x);
  assert.deepEqual(y.shape, [0, 64, 6, 8]);
  y.sum().backward();
  assert.equal(layer.weight.grad!.abs().sum().item(), 0);
  const volumes = new nn.Conv3d(2, 3, 2).forward(ones([0, 2, 3, 4, 5]));
  assert.deepEqual(nn.functional.maxPool3d(volumes, 2).shape, [0, 3, 1, 1, 2]);
});

test("maxima of a volume with equal elements give their gradient to the first, as in PyTorch; NaN wins", () => {
  const x = ones([1, 2, 2, 2], { requiresGrad: true });
  nn.functional.maxPool3d(x, 2).sum().backward();
  assert.deepEqual([...x.grad!.data], [1, 0, 0, 0, 0, 0, 0, 0]);
  const y = tensor([1, Number.NaN, 3, 4, 5], { shape: [1, 5], requiresGrad: true });
  const pooled = nn.functional.adaptiveMaxPool1d(y, 2);
  assert.deepEqual([...pooled.data], [Number.NaN, 5]);
  pooled.sum().backward();
  assert.deepEqual([...y.grad!.data], [0, 1, 0, 0, 1]);
});

test("maxima go back to where they were found", () => {
  const x = randn([2, 3, 4, 6]);
  const { values, indices } = nn.functional.maxPool2dWithIndices(x, 2);
  const back = new nn.MaxUnpool2d(2).forward(values, indices);
  assert.deepEqual(nn.functional.maxPool2d(back.add(0), 2).relu(), values.relu());
  assert.equal(back.ne(0).sum().item(), values.numel());
  const line = nn.functional.maxPool1dWithIndices(x.select(2, 0), 3);
  assert.deepEqual(new nn.MaxUnpool1d(3).forward(line.values, line.indices).shape, [2, 3, 6]);
});

test("a window of zeros has a power mean of 0 and no gradient", () => {
  const x = tensor([0, 0, 3, 4], { shape: [1, 4], requiresGrad: true });
  const y = new nn.LPPool1d(2, 2).forward(x);
  assert.deepEqual([...y.data], [0, 5]);
  y.sum().backward();
  assert.deepEqual([...x.grad!.data].map(Math.fround), [0, 0, 0.6, 0.8].map(Math.fround));
});

test("infinite values spread no further than PyTorch's", () => {
  const x = tensor([1, Number.POSITIVE_INFINITY, 3], { shape: [1, 1, 3] });
  assert.deepEqual([...nn.functional.interpolate(x, { size: 3, mode: "linear" }).data], [1, Infinity, 3]);
  const columns = nn.functional.unfold(x.unsqueeze(2), [1, 2]);
  assert.deepEqual([...nn.functional.fold(columns, [1, 3], [1, 2]).data], [1, Infinity, 3]);
});

test("channels dropped as one, and SELU's mean and variance kept by AlphaDropout", () => {
  manualSeed(6);
  const channels = new nn.Dropout1d(0.5).forward(ones([8, 16, 5])).reshape(128, 5);
  assert.deepEqual(channels.amax(1), channels.amin(1));
  const volumes = new nn.Dropout3d(0.5).forward(ones([8, 16, 2, 2, 2])).reshape(128, 8);
  assert.deepEqual(volumes.amax(1), volumes.amin(1));
  assert.ok(Math.abs(channels.mean().item() - 1) < 0.3);
  const layer = new nn.AlphaDropout(0.3);
  const y = layer.forward(randn([100_000]));
  assert.ok(Math.abs(y.mean().item()) < 0.02, `mean ${y.mean().item()}`);
  assert.ok(Math.abs(y.var().item() - 1) < 0.03, `variance ${y.var().item()}`);
  const x = randn([4]);
  assert.equal(layer.eval().forward(x), x);
  assert.deepEqual(nn.functional.alphaDropout(x, { p: 1, training: true }).abs(), tensor([0, 0, 0, 0]));
});

test("pixels are shuffled without a batch, and in a batch of batches, as in each picture", () => {
  const pictures = randn([2, 3, 8, 2, 4]);
  for (const shuffled of [(x: Tensor) => f.pixelShuffle(x, 2), (x: Tensor) => f.pixelUnshuffle(x, 2)]) {
    const all = shuffled(pictures);
    for (const [i, j] of [
      [0, 1],
      [1, 2],
    ] as const)
      assert.deepEqual(all.select(0, i).select(0, j), shuffled(pictures.select(0, i).select(0, j)));
  }
  assert.deepEqual(f.pixelUnshuffle(f.pixelShuffle(pictures, 2), 2), pictures);
});

test("a size may stand beside a factor that is not computed anew", () => {
  const x = randn([1, 1, 4]);
  const { interpolate } = nn.functional;
  assert.deepEqual(interpolate(x, { size: 2, recomputeScaleFactor: false }), interpolate(x, { size: 2 }));
});

test("layers name themselves as PyTorch's do", () => {
  for (const [layer, text] of [
    [
      new nn.ConvTranspose2d(4, 6, 3, { stride: 2, padding: 1, outputPadding: 1, groups: 2, bias: false }),
      "ConvTranspose2d(4, 6, kernelSize=[3, 3], stride=2, padding=1, outputPadding=1, groups=2, bias=false)",
    ],
    [new nn.Conv3d(1, 2, 3), "Conv3d(1, 2, kernelSize=[3, 3, 3], stride=1)"],
    [new nn.Upsample({ scaleFactor: 2 }), "Upsample(scaleFactor=2, mode=nearest)"],
    [new nn.UpsamplingBilinear2d([4, 5]), "UpsamplingBilinear2d(size=[4, 5], mode=bilinear)"],
    [new nn.PixelShuffle(2), "PixelShuffle(upscaleFactor=2)"],
    [new nn.ConstantPad1d(1, 2.5), "ConstantPad1d(padding=[1, 1], value=2.5)"],
    [new nn.ReflectionPad2d([1, 2, 0, 0]), "ReflectionPad2d([1, 2, 0, 0])"],
    [new nn.Fold(4, 2, { stride: 2 }), "Fold(outputSize=4, kernelSize=2, dilation=1, padding=0, stride=2)"],
    [new nn.LPPool2d(2, 3, { stride: 2 }), "LPPool2d(normType=2, kernelSize=3, stride=2, ceilMode=false)"],
    [new nn.Unflatten(1, [2, 3]), "Unflatten(dim=1, unflattenedSize=[2, 3])"],
    [new nn.MaxUnpool2d(2), "MaxUnpool2d(kernelSize=2, stride=2, padding=0)"],
  ] as const) {
    assert.equal(String(layer), text);
  }
});

const f = nn.functional;
const x4 = ones([1, 2, 4, 4]);
const refusals: Record<string, [() => unknown, RegExp]> = {
  "convTranspose2d's weight": [
    () => f.convTranspose2d(x4, ones([2, 3, 3])),
    /^convTranspose2d: expected weight \[in, out\/groups, height, width\] of sizes ≥ 1, got \[2, 3, 3\]$/,
  ],
  "convTranspose2d's channels": [
    () => f.convTranspose2d(x4, ones([3, 2, 3, 3])),
    /^convTranspose2d: expected input \[N, 3, H, W\] or \[3, H, W\] for weight \[3, 2, 3, 3\], got \[1, 2, 4, 4\]$/,
  ],
  "convTranspose2d's outputPadding": [
    () => f.convTranspose2d(x4, ones([2, 2, 3, 3]), null, { stride: 2, outputPadding: 2 }),
    /^convTranspose2d: expected outputPadding below the stride or the dilation, \[2, 2\], got \[2, 2\]$/,
  ],
  "convTranspose1d's padding": [
    () => f.convTranspose1d(ones([1, 2, 2]), ones([2, 2, 1]), null, { padding: 1 }),
    /^convTranspose1d: expected input sizes and padding that leave an output of sizes ≥ 1, got \[0\] for \[2\]$/,
  ],
  "convTranspose2d's bias": [
    () => f.convTranspose2d(x4, ones([2, 3, 3, 3]), ones([2])),
    /^convTranspose2d: expected bias \[3\] float32, got \[2\] float32$/,
  ],
  "conv3d's input": [
    () => f.conv3d(x4, ones([1, 2, 1, 1, 1])),
    /^conv3d: expected input \[N, 2, D, H, W\] or \[2, D, H, W\] .* got \[1, 2, 4, 4\]$/,
  ],
  "conv3d's kernel": [
    () => f.conv3d(ones([1, 2, 1, 4, 4]), ones([1, 2, 2, 1, 1])),
    /^conv3d: expected a kernel within the padded depth of 1, got one of 2/,
  ],
  "maxPool3d's padding": [
    () => f.maxPool3d(ones([1, 4, 4, 4]), 2, { padding: 2 }),
    /^maxPool3d: expected padding of at most half the kernel \[2, 2, 2\], got \[2, 2, 2\]$/,
  ],
  "both of interpolate's sizes": [
    () => f.interpolate(x4, { size: 2, scaleFactor: 2 }),
    /^interpolate: expected one of size and scaleFactor, got both$/,
  ],
  "interpolate's recomputed factor": [
    () => f.interpolate(x4, { size: 2, recomputeScaleFactor: true }),
    /^interpolate: expected recomputeScaleFactor with scaleFactor only, got size$/,
  ],
  "interpolate's mode": [
    () => f.interpolate(x4, { size: 2, mode: "linear" }),
    /^interpolate: expected input \[N, C, L\] for mode "linear", got \[1, 2, 4, 4\]$/,
  ],
  "interpolate's corners": [
    () => f.interpolate(x4, { size: 2, alignCorners: true }),
    /^interpolate: expected alignCorners with linear.* only, got it with "nearest"$/,
  ],
  "interpolate's factor": [
    () => f.interpolate(x4, { scaleFactor: 0.1 }),
    /^interpolate: expected a scaleFactor that leaves sizes ≥ 1, .* got 0.1$/,
  ],
  "fold's columns": [
    () => f.fold(ones([1, 8, 5]), 3, 2),
    /^fold: expected input \[N, C·4, 4\] for windows \[2, 2\] of pictures \[3, 3\], got \[1, 8, 5\]$/,
  ],
  "pixelShuffle's channels": [
    () => f.pixelShuffle(x4, 2),
    /^pixelShuffle: expected channels that 2² divides, got 2$/,
  ],
  "pixelShuffle's input": [
    () => f.pixelShuffle(ones([4, 4]), 2),
    /^pixelShuffle: expected input \[\.\.\., C, H, W\], got \[4, 4\]$/,
  ],
  "pixelUnshuffle's height": [
    () => f.pixelUnshuffle(ones([1, 3, 4]), 2),
    /^pixelUnshuffle: expected height and width that 2 divides, got \[3, 4\]$/,
  ],
  "pixelUnshuffle's width": [
    () => f.pixelUnshuffle(ones([1, 4, 3]), 2),
    /^pixelUnshuffle: expected height and width that 2 divides, got \[4, 3\]$/,
  ],
  "channelShuffle's channels": [
    () => f.channelShuffle(ones([1, 4, 3]), 3),
    /^channelShuffle: expected input \[N, C, L, \.\.\.\] with C a multiple of 3, got \[1, 4, 3\]$/,
  ],
  "channelShuffle's dimensions": [
    () => f.channelShuffle(ones([2, 4]), 2),
    /^channelShuffle: expected input \[N, C, L, \.\.\.\] with C a multiple of 2, got \[2, 4\]$/,
  ],
  "a padding layer's value": [
    () => new nn.ConstantPad1d(1, "0" as never),
    /^ConstantPad1d: expected value to be a number, got string 0$/,
  ],
  "a padding layer's amounts": [
    () => new nn.ZeroPad2d([1, 1, 0.5, 1]),
    /^ZeroPad2d: expected padding as a whole number, or \[before, after\] of each of 2 dims, got \[1, 1, 0\.5, 1\]$/,
  ],
  "a padding layer's input": [
    () => new nn.ZeroPad2d(1).forward(ones([4, 4])),
    /^ZeroPad2d: expected input \[N, C, H, W\] or \[C, H, W\], got \[4, 4\]$/,
  ],
  "a padding layer's sides": [
    () => new nn.ReflectionPad1d([1, 2, 3, 4]),
    /^ReflectionPad1d: expected padding as a whole number, or \[before, after\] of each of 1 dims, got \[1, 2, 3, 4\]$/,
  ],
  "maxUnpool2d's size": [
    () => f.maxUnpool2d(x4, ones([1, 2, 4, 4]).int(), 2, { outputSize: [10, 8] }),
    /^maxUnpool2d: expected an outputSize within a stride of \[8, 8\], got \[10, 8\]$/,
  ],
};

for (const [name, [call, message]] of Object.entries(refusals))
  test(`error: ${name}`, () => {
    assert.throws(call, ({ message: said }: Error) => {
      assert.match(said, message);
      return true;
    });
  });

test("nothing of it leaves a graph under noGrad()", () => {
  const layer = new nn.ConvTranspose2d(2, 2, 2);
  assert.equal(noGrad(() => layer.forward(x4)).requiresGrad, false);
});
