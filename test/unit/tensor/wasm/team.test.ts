// Threads: real ones. Whoever computes a part, the numbers are the same to the last bit, and nothing waits for ever.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as esbuild from "esbuild";
import { threadHost } from "../../../../kernel/host/threads";
import { reservedBytes } from "../../../../kernel/tensor/wasm";
import { createEveryKernel, type EveryKernel } from "./everyKernel";
import { randomNumbers } from "./guardedMemory";

const memory = new WebAssembly.Memory({ initial: 1024, maximum: 1024, shared: true });
const floats = new Float32Array(memory.buffer);
const bytes = new Uint8Array(memory.buffer);
/** Buffers of 8 MiB behind the scratch areas of three threads. */
const [a, b, c] = [1, 2, 3].map((i) => i * 8 * 2 ** 20) as [number, number, number];
let alone: EveryKernel;
const teams: EveryKernel[] = [];

before(() => {
  const { outputFiles } = esbuild.buildSync({
    entryPoints: ["kernel/host/thread.ts"],
    bundle: true,
    platform: "node",
    format: "cjs",
    write: false,
  });
  const random = randomNumbers(1);
  for (let i = a / 4; i < c / 4; i++) floats[i] = random() * 2 - 1;
  alone = createEveryKernel(memory);
  for (const helpers of [1, 2]) {
    const kernels = createEveryKernel(memory);
    const scratches = Array.from({ length: helpers }, (_, i) => reservedBytes * (2 + i));
    kernels.useThreads({ ...threadHost(outputFiles[0]!.text), always: true }, scratches);
    teams.push(kernels);
  }
});

/** Runs `call` by one thread and by teams, and compares what each left in c. */
function compare(what: string, length: number, call: (kernels: EveryKernel) => void, rounds = 3): void {
  const run = (kernels: EveryKernel) => {
    floats.fill(0.5, c / 4, c / 4 + length + 8);
    call(kernels);
    return bytes.slice(c, c + (length + 8) * 4);
  };
  const expected = run(alone);
  for (const [i, team] of teams.entries()) {
    for (let round = 0; round < rounds; round++)
      assert.ok(Buffer.compare(run(team), expected) === 0, `${what}: ${i + 2} threads give other bits`);
  }
}

test("products of many shapes are the same bits by one, two and three threads", () => {
  const random = randomNumbers(2);
  const size = (most: number) => 1 + Math.floor(random() * most);
  const shapes = [
    [60, 100, 784],
    [784, 100, 60],
    [256, 256, 256],
    [1, 1000, 784],
    [1000, 3, 50],
    [500, 500, 300],
  ];
  for (let i = 0; i < 40; i++) shapes.push([size(700), size(300), size(300)]);
  for (const [m, n, k] of shapes as [number, number, number][]) {
    const transA = random() < 0.5;
    const transB = random() < 0.5;
    const accumulate = random() < 0.5;
    compare(`gemm ${m}×${n}×${k} ${transA} ${transB}`, m * n, (kernels) =>
      kernels.gemm({ a, b, c, m, n, k, transA, transB, accumulate }),
    );
  }
});

test("elementwise calls of any length are the same bits by one, two and three threads", () => {
  for (const n of [32767, 32768, 50001, 100_000, 262_144, 1_000_003]) {
    compare(`sigmoid of ${n}`, n, (kernels) => kernels.unary("sigmoid", { x: a, y: c, n }));
    for (const layout of ["same", "scalarLeft", "scalarRight"] as const) {
      compare(`difference of ${n}, ${layout}`, n, (kernels) =>
        kernels.binary("sub", layout, { a, b, y: c, rows: 1, columns: n }),
      );
    }
    compare(`gradient of tanh of ${n}`, n, (kernels) =>
      kernels.unaryGrad("tanh", { saved: a, dy: b, dx: c, n, accumulate: true }),
    );
  }
});

test("convolutions and pools are the same bits by one, two and three threads", () => {
  const planes = { inHeight: 12, inWidth: 10, outHeight: 12, outWidth: 10, kernelHeight: 3, kernelWidth: 3 };
  const unit = { strideHeight: 1, strideWidth: 1, dilationHeight: 1, dilationWidth: 1 };
  const scratch = c + 8 * 2 ** 20;
  for (const [batch, inChannels, outChannels, groups] of [
    [13, 8, 12, 1],
    [64, 1, 5, 1],
    [9, 6, 4, 2],
  ] as const) {
    const shape = {
      ...{ batch, inChannels, outChannels, groups, paddingTop: 1, paddingLeft: 1, ...planes, ...unit },
    };
    assert.ok(scratch + alone.conv2dScratch(shape) <= memory.buffer.byteLength);
    const what = `${batch} images, ${inChannels} to ${outChannels} channels`;
    compare(`conv2d of ${what}`, batch * outChannels * 120, (kernels) =>
      kernels.conv2d(shape, { x: a, weight: b, bias: b, y: c, scratch }),
    );
    compare(`conv2dBackwardInput of ${what}`, batch * inChannels * 120, (kernels) =>
      kernels.conv2dBackwardInput(shape, { dy: a, weight: b, dx: c, scratch, accumulate: true }),
    );
    compare(`conv2dBackwardWeight of ${what}`, (outChannels * inChannels * 9) / groups, (kernels) =>
      kernels.conv2dBackwardWeight(shape, { x: a, dy: b, dWeight: c, scratch, accumulate: true }),
    );
  }
  for (const batch of [1, 2, 9, 32]) {
    const [inChannels, outChannels] = [24, 40]; // large enough for parts of three images
    const sizes = { ...planes, kernelHeight: 1, kernelWidth: 1, paddingTop: 0, paddingLeft: 0 };
    const shape = { batch, inChannels, outChannels, groups: 1, ...sizes, ...unit };
    const what = `${batch} images by 1×1`;
    compare(`conv2d of ${what}`, batch * outChannels * 120, (kernels) =>
      kernels.conv2d(shape, { x: a, weight: b, bias: b, y: c, scratch }),
    );
    compare(`conv2dBackwardInput of ${what}`, batch * inChannels * 120, (kernels) =>
      kernels.conv2dBackwardInput(shape, { dy: a, weight: b, dx: c, scratch, accumulate: true }),
    );
    for (const accumulate of [false, true]) {
      compare(`conv2dBackwardWeight of ${what}`, outChannels * inChannels, (kernels) =>
        kernels.conv2dBackwardWeight(shape, { x: a, dy: b, dWeight: c, scratch, accumulate }),
      );
    }
  }
  const pool = { planes: 700, paddingHeight: 1, paddingWidth: 1, ...planes, ...unit };
  compare("maxPool2d", 700 * 120, (kernels) => kernels.maxPool2d(pool, { x: a, y: c, indices: scratch }));
  compare("maxPool2dBackward", 700 * 120, (kernels) =>
    kernels.maxPool2dBackward(pool, { dy: a, indices: scratch, dx: c, accumulate: true }),
  );
  compare("avgPool2d", 700 * 120, (kernels) => kernels.avgPool2d(pool, "inside", { x: a, y: c }));
  compare("avgPool2dBackward", 700 * 120, (kernels) =>
    kernels.avgPool2dBackward(pool, "inside", { dy: a, dx: c, accumulate: false }),
  );
});

test("batch normalization, with an activation and without, is the same bits by one, two and three threads", () => {
  const area = 4 * 8 * 2 ** 20;
  const [mean, invStd, dWeight, dBias] = [0, 1, 2, 3].map((i) => area + i * 4096) as [
    ...[number, number, number, number],
  ];
  const y = area + 2 ** 20;
  for (const [outer, channels, inner] of [
    [64, 12, 150],
    [9, 7, 3000],
    [3, 23, 4000], // by channels
    [18, 1030, 20], // more of them than fit one call
    [300, 500, 1],
    [50, 900, 1],
  ] as const) {
    const shape = { outer, channels, inner };
    const size = outer * channels * inner;
    for (const activation of [null, "relu", "sigmoid"] as const) {
      const what = `[${[outer, channels, inner]}], ${activation}`;
      compare(`batchNormForward of ${what}`, size, (kernels) =>
        kernels.batchNormForward({
          ...{ x: a, weight: b, bias: b + 4096, runningMean: 0, runningVar: 0, y: c, mean, invStd },
          ...{ ...shape, eps: 1e-5, momentum: 0.1, correction: 1, activation },
        }),
      );
      alone.unary("copy", { x: c, y, n: size });
      compare(`batchNormBackward of ${what}`, size, (kernels) =>
        kernels.batchNormBackward({
          ...{ x: a, mean, invStd, weight: b, dy: b + 8192, dx: c, dWeight, dBias },
          ...{ ...shape, activation, y, bias: b + 4096 },
        }),
      );
      compare(`batchNormApply of ${what}`, size, (kernels) =>
        kernels.batchNormApply({
          ...{ x: a, mean, invStd, weight: b, bias: b + 4096, y: c, ...shape, activation },
        }),
      );
    }
  }
});

test("sums of rows and columns are the same bits by one, two and three threads", () => {
  for (const [rows, columns] of [
    [256, 1024],
    [33, 5001],
    [100_000, 3],
    [2, 40_000],
  ] as const) {
    for (const layout of ["rowLeft", "rowRight", "columnLeft", "columnRight"] as const) {
      compare(`${rows}×${columns} ${layout}`, rows * columns, (kernels) =>
        kernels.binary("sub", layout, { a, b, y: c, rows, columns }),
      );
    }
  }
});

test("more kernels than a thread remembers", () => {
  const columns = Array.from({ length: 530 }, (_, i) => 100 + i);
  for (const n of [...columns, ...columns.slice(0, 20)]) {
    compare(
      `gemm 40×${n}×200`,
      40 * n,
      (kernels) =>
        kernels.gemm({ a, b, c, m: 40, n, k: 200, transA: false, transB: false, accumulate: false }),
      1,
    );
  }
});

test("settle() after nothing, twice, and between calls changes nothing", () => {
  for (const team of teams) {
    team.settle();
    team.settle();
  }
  compare("after settle()", 100_000, (kernels) => kernels.unary("exp", { x: a, y: c, n: 100_000 }));
});
