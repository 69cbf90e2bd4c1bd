// Speed of the kernels on this machine: `npx tsx bench/kernels.ts`. Medians; each row also under the reference kernels.

import { widestSimd } from "../kernel/host/simd";
import { fusesPairs } from "../kernel/tensor/doors/host";
import { reservedBytes } from "../kernel/tensor/wasm";
import type { Conv2dShape, Pool2dShape } from "../kernel/tensor/wasm/kernels";
import {
  createEveryKernel,
  createEveryReference,
  type EveryKernel,
} from "../test/unit/tensor/wasm/everyKernel";

const memory = new WebAssembly.Memory({ initial: 4096, maximum: 4096, shared: true });
const floats = new Float32Array(memory.buffer);
for (let i = reservedBytes / 4; i < floats.length; i++) floats[i] = ((i * 7919) % 1000) / 1000 - 0.5;

const megabyte = 2 ** 20;
/** Large buffers, apart by no power of two: else their lines would all fall into the same few sets of the cache. */
const [a, b, c, d] = [8, 72, 88, 120].map((start, i) => start * megabyte + 17 * 64 * i) as [
  number,
  number,
  number,
  number,
];
/** Small buffers: one number a channel. */
const [mean, invStd, weight, bias, dWeight, dBias] = [0, 1, 2, 3, 4, 5].map((i) => megabyte * (1 + i)) as [
  number,
  number,
  number,
  number,
  number,
  number,
];
const targets = 7 * megabyte;
new Int32Array(memory.buffer, targets, 60).fill(3);
floats.fill(1, invStd / 4, invStd / 4 + 4096);

/** Seconds a call: the median of 15 batches, each long enough for the clock, after the engine has optimized. */
function seconds(call: () => void): number {
  const time = (count: number) => {
    const start = performance.now();
    for (let i = 0; i < count; i++) call();
    return (performance.now() - start) / 1000;
  };
  const once = time(1);
  const count = Math.max(1, Math.ceil(0.01 / Math.max(once, 1e-7)));
  if (once > 0.5) return once; // a reference kernel on a large case
  const until = performance.now() + 300;
  while (performance.now() < until) time(count);
  const calibrated = Math.max(1, Math.ceil((0.01 / Math.max(time(count), 1e-7)) * count));
  const samples = Array.from({ length: 15 }, () => time(calibrated) / calibrated);
  return samples.sort((x, y) => x - y)[7]!;
}

interface Row {
  readonly name: string;
  readonly unit: string;
  /** From seconds a call to the unit. */
  readonly figure: (seconds: number) => number;
  readonly call: (kernels: EveryKernel) => void;
}

const gemm = (name: string, m: number, n: number, k: number, transA = false, transB = false): Row => ({
  name: `gemm ${name} ${m}×${n}×${k}`,
  unit: "GFLOP/s",
  figure: (s) => (2 * m * n * k) / s / 1e9,
  call: (kernels) => kernels.gemm({ a, b, c, m, n, k, transA, transB, accumulate: false }),
});
const microseconds = (name: string, call: (kernels: EveryKernel) => void): Row => ({
  name,
  unit: "µs",
  figure: (s) => s * 1e6,
  call,
});
const batchNorm = (outer: number, channels: number, inner: number): Row[] => {
  const shape = { outer, channels, inner };
  const label = inner === 1 ? `(${outer}, ${channels})` : `(${outer}, ${channels}, ${inner})`;
  return [
    microseconds(`BatchNorm forward ${label}`, (kernels) => {
      kernels.batchNormForward({
        ...{ x: a, weight, bias, runningMean: 0, runningVar: 0, y: b, mean, invStd },
        ...{ ...shape, eps: 1e-5, momentum: 0.1, correction: 1 },
      });
    }),
    microseconds(`BatchNorm backward ${label}`, (kernels) => {
      kernels.batchNormBackward({ x: a, mean, invStd, weight, dy: b, dx: c, dWeight, dBias, ...shape });
    }),
  ];
};
const elements = (name: string, n: number, call: (kernels: EveryKernel) => void): Row => ({
  name: `${name} of ${n}`,
  unit: "elements/ns",
  figure: (s) => n / s / 1e9,
  call,
});

/** Scratch of convolutions, behind all other buffers. */
const scratch = 160 * megabyte;
const side = (inSize: number, outSize: number, kernel: number, stride: number) => ({
  ...{ inHeight: inSize, inWidth: inSize, outHeight: outSize, outWidth: outSize },
  ...{ kernelHeight: kernel, kernelWidth: kernel, strideHeight: stride, strideWidth: stride },
  ...{ dilationHeight: 1, dilationWidth: 1 },
});
/** A layer of stride 1 that keeps its planes' size: its three passes in multiplications and additions that count, and together in time. */
const convolution = (
  batch: number,
  inChannels: number,
  outChannels: number,
  size: number,
  kernel: 3 | 1,
): Row[] => {
  const padding = (kernel - 1) / 2;
  const shape: Conv2dShape = {
    ...{ batch, inChannels, outChannels, paddingTop: padding, paddingLeft: padding, groups: 1 },
    ...side(size, size, kernel, 1),
  };
  const label = `${kernel}×${kernel} ${batch}×${inChannels}×${size}×${size} → ${outChannels}`;
  const passes: [name: string, call: (kernels: EveryKernel) => void][] = [
    ["forward", (kernels) => kernels.conv2d(shape, { x: a, weight, bias: 0, y: c, scratch })],
    [
      "dX",
      (kernels) => kernels.conv2dBackwardInput(shape, { dy: c, weight, dx: d, scratch, accumulate: false }),
    ],
    [
      "dW",
      (kernels) => kernels.conv2dBackwardWeight(shape, { x: a, dy: c, dWeight, scratch, accumulate: false }),
    ],
  ];
  return [
    ...passes.map(([name, call]) => ({
      name: `conv ${name} ${label}`,
      unit: "GFLOP/s",
      figure: (s: number) => (2 * batch * size * size * outChannels * inChannels * kernel * kernel) / s / 1e9,
      call,
    })),
    {
      ...{ name: `conv all three ${label}`, unit: "ms", figure: (s: number) => s * 1e3 },
      call: (kernels) => {
        for (const [, call] of passes) call(kernels);
      },
    },
  ];
};
const pool = (
  kind: "max" | "average",
  planes: number,
  size: number,
  kernel: number,
  stride: number,
  padding: number,
): Row[] => {
  const out = Math.floor((size + 2 * padding - kernel) / stride) + 1;
  const shape: Pool2dShape = {
    ...{ planes, paddingHeight: padding, paddingWidth: padding },
    ...side(size, out, kernel, stride),
  };
  const label = `${kind} pool ${kernel}×${kernel}/${stride} (${planes}, ${size}, ${size})`;
  const max = kind === "max";
  return [
    microseconds(`${label} forward`, (kernels) =>
      max
        ? kernels.maxPool2d(shape, { x: a, y: c, indices: d })
        : kernels.avgPool2d(shape, "padded", { x: a, y: c }),
    ),
    microseconds(`${label} backward`, (kernels) => {
      if (max) kernels.maxPool2dBackward(shape, { dy: c, indices: d, dx: scratch, accumulate: false });
      else kernels.avgPool2dBackward(shape, "padded", { dy: c, dx: d, accumulate: false });
    }),
  ];
};

const rows: Row[] = [
  gemm("forward", 60, 100, 784),
  gemm("forward, x·Wᵀ", 60, 100, 784, false, true),
  gemm("dW", 784, 100, 60, true, false),
  gemm("dX", 60, 784, 100, false, true),
  gemm("logits", 60, 10, 100),
  gemm("one row", 1, 100, 784),
  gemm("one row, x·Wᵀ", 1, 100, 784, false, true),
  gemm("square", 256, 256, 256),
  gemm("square", 1024, 1024, 1024),
  gemm("square, A·Bᵀ", 1024, 1024, 1024, false, true),
  gemm("square, Aᵀ·B", 1024, 1024, 1024, true, false),
  gemm("convolution", 50176, 64, 288),
  ...convolution(64, 1, 16, 28, 3),
  ...convolution(64, 16, 16, 28, 3),
  ...convolution(64, 32, 32, 14, 3),
  ...convolution(32, 3, 32, 32, 3),
  ...convolution(32, 32, 16, 32, 1),
  ...convolution(32, 16, 24, 32, 3),
  ...convolution(32, 12, 12, 32, 3),
  ...convolution(1, 16, 16, 28, 3),
  ...pool("max", 1024, 28, 2, 2, 0),
  ...pool("max", 1920, 32, 3, 2, 1),
  ...pool("average", 1024, 32, 3, 1, 1),
  ...batchNorm(60, 100, 1),
  ...batchNorm(64, 32, 784),
  ...batchNorm(4096, 512, 1),
  ...(["exp", "log", "sigmoid", "tanh", "relu"] as const).map((op) =>
    elements(op, 6000, (kernels) => kernels.unary(op, { x: a, y: b, n: 6000 })),
  ),
  elements("add", 6000, (kernels) => kernels.binary("add", "same", { a, b, y: c, rows: 1, columns: 6000 })),
  elements("sum", 6000, (kernels) => kernels.reduce("sum", { x: a, y: b, outer: 1, n: 6000, inner: 1 })),
  elements("sum over 60 rows", 6000, (kernels) =>
    kernels.reduce("sum", { x: a, y: b, outer: 1, n: 60, inner: 100 }),
  ),
  elements("max", 6000, (kernels) => kernels.reduce("max", { x: a, y: b, outer: 1, n: 6000, inner: 1 })),
  elements("transpose", 78400, (kernels) => kernels.transpose({ x: a, y: b, rows: 784, columns: 100 })),
  elements("SGD with momentum", 78400, (kernels) =>
    kernels.sgd({
      parameter: a,
      gradient: b,
      buffer: d,
      n: 78400,
      lr: 1e-9,
      momentum: 0.9,
      dampening: 0,
      weightDecay: 0,
      nesterov: false,
      firstStep: false,
    }),
  ),
  microseconds("cross-entropy 60×10", (kernels) =>
    kernels.crossEntropy({ logits: a, targets, loss: c, dLogits: b, rows: 60, columns: 10 }),
  ),
];

const wanted = process.argv[2] ?? "";
const sets = [
  createEveryKernel(memory, { simd: widestSimd(fusesPairs) }),
  createEveryKernel(memory),
  createEveryKernel(memory, { simd: "fixed" }),
  createEveryReference(memory),
];
const distinct = sets.filter((set, i) => sets.findIndex(({ name }) => name === set.name) === i);
console.log(`Node ${process.version}, V8 ${process.versions.v8}, ${process.arch}; one thread, medians\n`);
console.log(`| kernel | unit | ${distinct.map(({ name }) => name).join(" | ")} |`);
console.log(`|---|---|${distinct.map(() => "---:|").join("")}`);
for (const { name, unit, figure, call } of rows.filter((row) => row.name.includes(wanted))) {
  const figures = distinct.map((kernels) => figure(seconds(() => call(kernels))).toPrecision(3));
  console.log(`| ${name} | ${unit} | ${figures.join(" | ")} |`);
}
