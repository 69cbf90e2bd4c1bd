// Speed of the kernels against what this machine can do: `npm run bench:kernels [part of a name]`.

import { widestSimd } from "../kernel/host/simd";
import { fusesPairs } from "../kernel/tensor/doors/host";
import { reservedBytes } from "../kernel/tensor/wasm";
import { chooseTileSums, detectSimd } from "../kernel/tensor/wasm/emit/target";
import type { Conv2dShape, Pool2dShape } from "../kernel/tensor/wasm/kernels";
import { peakFlops } from "../kernel/tensor/wasm/measure/peak";
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
new Int32Array(memory.buffer, targets, 512).fill(3);
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

/** A kernel's call and what it cannot do without: each number of its arrays read or written once, or multiplications and additions. */
interface Row {
  readonly name: string;
  readonly bytes?: number;
  readonly flops?: number;
  readonly call: (kernels: EveryKernel) => void;
  /** Why it stays under 70 % of what this machine can do. */
  readonly why?: string;
}

const gemm = (name: string, m: number, n: number, k: number, options: Partial<GemmOptions> = {}): Row => {
  const { transA = false, transB = false, why } = options;
  return {
    name: `gemm ${name} ${m}×${n}×${k}`,
    flops: 2 * m * n * k,
    call: (kernels) => kernels.gemm({ a, b, c, m, n, k, transA, transB, accumulate: false }),
    ...(why && { why }),
  };
};
/** Each number of B is used once: what counts is how fast it comes. */
const oneRow = (name: string, n: number, k: number, transB: boolean): Row =>
  moving(`gemm ${name} 1×${n}×${k}`, n * k + n + k, (kernels) =>
    kernels.gemm({ a, b, c, m: 1, n, k, transA: false, transB, accumulate: false }),
  );
interface GemmOptions {
  readonly transA: boolean;
  readonly transB: boolean;
  readonly why: string;
}

/** A row whose arrays have so many f32 altogether. */
const moving = (name: string, numbers: number, call: (kernels: EveryKernel) => void, why?: string): Row => ({
  ...{ name, bytes: 4 * numbers, call },
  ...(why && { why }),
});
const batchNorm = (outer: number, channels: number, inner: number): Row[] => {
  const shape = { outer, channels, inner };
  const size = outer * channels * inner;
  const label = inner === 1 ? `(${outer}, ${channels})` : `(${outer}, ${channels}, ${inner})`;
  return [
    moving(
      `BatchNorm forward ${label}`,
      2 * size,
      (kernels) => {
        kernels.batchNormForward({
          ...{ x: a, weight, bias, runningMean: 0, runningVar: 0, y: b, mean, invStd },
          ...{ ...shape, eps: 1e-5, momentum: 0.1, correction: 1 },
        });
      },
      "reads x twice",
    ),
    moving(
      `BatchNorm backward ${label}`,
      3 * size,
      (kernels) => {
        kernels.batchNormBackward({ x: a, mean, invStd, weight, dy: b, dx: c, dWeight, dBias, ...shape });
      },
      "reads x and dy twice",
    ),
  ];
};
/** LayerNorm of rows, and GroupNorm of pictures. */
const normalize = (samples: number, groups: number, channels: number, inner: number): Row[] => {
  const shape = { samples, groups, channels, inner, centered: true };
  const size = samples * groups * channels * inner;
  const label =
    inner === 1
      ? `LayerNorm (${samples}, ${channels})`
      : `GroupNorm (${samples}, ${groups}×${channels}, ${inner})`;
  const statistics = d;
  return [
    moving(
      `${label} forward`,
      2 * size,
      (kernels) => kernels.normalize({ x: a, weight, bias, y: b, statistics, ...shape, eps: 1e-5 }),
      "reads a row three times, from the nearest cache",
    ),
    moving(
      `${label} backward`,
      3 * size,
      (kernels) =>
        kernels.normalizeBackward({
          ...{ x: a, statistics, weight, dy: b, dx: c, slopes: scratch, shifts: scratch + 16 * megabyte },
          ...shape,
        }),
      `reads x and dy twice${inner === 1 ? ", and stores what the weights' gradient is the sum of" : ""}`,
    ),
  ];
};

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
  const oneSet = "planes of 4 KB, whose lines share one set of the cache: at 28×28 it is 68 to 80 %";
  const fours = "channels of the input go four at a time: 2 or 3 take as long as 4";
  const passes: [name: string, call: (kernels: EveryKernel) => void, why: string | undefined][] = [
    [
      "forward",
      (kernels) => kernels.conv2d(shape, { x: a, weight, bias: 0, y: c, scratch }),
      kernel === 1 ? oneSet : "to store the result takes as long as to compute two channels of the input",
    ],
    [
      "dX",
      (kernels) => kernels.conv2dBackwardInput(shape, { dy: c, weight, dx: d, scratch, accumulate: false }),
      kernel === 1 ? oneSet : "vectors of 8 channels: fewer take as long as 8",
    ],
    [
      "dW",
      (kernels) => kernels.conv2dBackwardWeight(shape, { x: a, dy: c, dWeight, scratch, accumulate: false }),
      kernel === 1 ? oneSet : inChannels > 1 ? fours : undefined, // of one channel it is not known
    ],
  ];
  return passes.map(([name, call, why]) => ({
    name: `conv ${name} ${label}`,
    flops: 2 * batch * size * size * outChannels * inChannels * kernel * kernel,
    call,
    ...(why && { why }),
  }));
};
const overlapping = "a number is read for each window that it lies in, and compared or added";
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
    moving(
      `${label} forward`,
      planes * (size * size + out * out * (max ? 2 : 1)),
      (kernels) =>
        max
          ? kernels.maxPool2d(shape, { x: a, y: c, indices: d })
          : kernels.avgPool2d(shape, "padded", { x: a, y: c }),
      overlapping,
    ),
    moving(
      `${label} backward`,
      planes * (size * size + out * out * (max ? 2 : 1)),
      (kernels) => {
        if (max) kernels.maxPool2dBackward(shape, { dy: c, indices: d, dx: scratch, accumulate: false });
        else kernels.avgPool2dBackward(shape, "padded", { dy: c, dx: d, accumulate: false });
      },
      max ? "goes where an index says, one number after the other" : overlapping,
    ),
  ];
};

const exponentials = "an exponential a number, and a logarithm a row";

const rows: Row[] = [
  gemm("forward", 60, 100, 784),
  gemm("forward, x·Wᵀ", 60, 100, 784, { transB: true }),
  gemm("dW", 784, 100, 60, { transA: true }),
  gemm("dX", 60, 784, 100, { transB: true }),
  gemm("logits", 60, 10, 100, { why: "10 columns are two and a half vectors" }),
  oneRow("one row", 100, 784, false),
  oneRow("one row, x·Wᵀ", 100, 784, true),
  gemm("square", 256, 256, 256),
  gemm("square", 1024, 1024, 1024),
  gemm("square, A·Bᵀ", 1024, 1024, 1024, { transB: true }),
  gemm("square, Aᵀ·B", 1024, 1024, 1024, { transA: true }),
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
  ...normalize(256, 1, 768, 1),
  ...normalize(64, 8, 4, 784),
  ...(["exp", "log", "sigmoid", "tanh", "relu"] as const).map((op) =>
    moving(
      `${op} of 6000`,
      12000,
      (kernels) => kernels.unary(op, { x: a, y: b, n: 6000 }),
      "a polynomial: 20 to 35 instructions for 8 numbers",
    ),
  ),
  ...[6000, 1_000_000].flatMap((n) => [
    moving(`add of ${n}`, 3 * n, (kernels) =>
      kernels.binary("add", "same", { a, b, y: c, rows: 1, columns: n }),
    ),
    moving(`(a + b)·c·½ of ${n}`, 4 * n, (kernels) =>
      kernels.chain(
        {
          steps: [
            { op: "add", operands: ["x0", "x1"] },
            { op: "mul", operands: ["step0", "x2"] },
            { op: "mul", operands: ["step1", "number0"] },
          ],
          results: [2],
        },
        { xs: [a, b, c], numbers: [0.5], ys: [d], n },
      ),
    ),
    moving(`sum of ${n}`, n, (kernels) => kernels.reduce("sum", { x: a, y: b, outer: 1, n, inner: 1 })),
    moving(
      `sum over rows of ${n / 100}×100`,
      n,
      (kernels) => kernels.reduce("sum", { x: a, y: b, outer: 1, n: n / 100, inner: 100 }),
      "goes down 16 columns at a time: of a row it takes a line or two",
    ),
    moving(`max of ${n}`, n, (kernels) => kernels.reduce("max", { x: a, y: b, outer: 1, n, inner: 1 })),
  ]),
  moving("transpose 784×100", 2 * 78400, (kernels) =>
    kernels.transpose({ x: a, y: b, rows: 784, columns: 100 }),
  ),
  ...[78400, 1_000_000].flatMap((n) => [
    moving(`SGD with momentum of ${n}`, 5 * n, (kernels) =>
      kernels.sgd({
        ...{ parameter: a, gradient: b, buffer: d, n, lr: 1e-9, momentum: 0.9, dampening: 0 },
        ...{ weightDecay: 0, nesterov: false, firstStep: false },
      }),
    ),
    moving(`Adam of ${n}`, 7 * n, (kernels) =>
      kernels.adam({
        ...{ parameter: a, gradient: b, mean: c, square: d, maximum: 0, n, step: 1e-9, beta1: 0.9 },
        ...{ beta2: 0.999, root: 0.3, eps: 1e-8, penalty: 0, shrink: 1 },
      }),
    ),
  ]),
  ...(
    [
      [60, 10],
      [512, 1000],
    ] as const
  ).flatMap(([rows, columns]) => [
    moving(
      `cross-entropy ${rows}×${columns}`,
      2 * rows * columns,
      (kernels) => kernels.crossEntropy({ logits: a, targets, loss: c, dLogits: b, rows, columns }),
      exponentials,
    ),
    moving(
      `log-softmax ${rows}×${columns}`,
      2 * rows * columns,
      (kernels) => kernels.logSoftmax({ x: a, logProbabilities: b, rows, columns }),
      exponentials,
    ),
  ]),
];

/** Bytes a second that a copy reads and writes, of so many altogether: they are as near as those of a kernel that moves as many. */
const copied = (bytes: number): number => {
  const view = new Uint8Array(memory.buffer);
  return bytes / seconds(() => view.copyWithin(c, a, a + bytes / 2));
};

const wanted = process.argv[2] ?? "";
const simd = widestSimd(fusesPairs);
const sets = [
  createEveryKernel(memory, { simd }),
  createEveryKernel(memory),
  createEveryKernel(memory, { simd: "fixed" }),
  createEveryReference(memory),
];
const distinct = sets.filter((set, i) => sets.findIndex(({ name }) => name === set.name) === i);
const { relaxed } = detectSimd();
const peak = peakFlops({ relaxed, revec: simd === "revec", tileSums: chooseTileSums(relaxed) });
console.log(
  `Node ${process.version}, V8 ${process.versions.v8}, ${process.arch}; one thread, medians. Limits: ${(peak / 1e9).toPrecision(3)} GFLOP/s of multiplications and additions, and what a copy of as many bytes moves.\n`,
);
console.log(`| kernel | µs | ${distinct.map(({ name }) => name).join(" | ")} | | of the limit | |`);
console.log(`|---|---:|${distinct.map(() => "---:|").join("")}---|---:|---|`);
for (const { name, bytes, flops, call, why } of rows.filter((row) => row.name.includes(wanted))) {
  const took = distinct.map((kernels) => seconds(() => call(kernels)));
  const work = flops ?? bytes!;
  const share = work / took[0]! / (flops === undefined ? copied(bytes!) : peak);
  const figures = took.map((each) => (work / each / 1e9).toPrecision(3)).join(" | ");
  const unit = flops === undefined ? "GB/s" : "GFLOP/s";
  const reason = share < 0.7 ? (why ?? "?") : "";
  console.log(
    `| ${name} | ${(took[0]! * 1e6).toPrecision(3)} | ${figures} | ${unit} | ${Math.round(100 * share)} % | ${reason} |`,
  );
}
