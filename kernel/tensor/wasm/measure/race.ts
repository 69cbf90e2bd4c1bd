// Whether the engine fuses two neighboring vectors to one of 256 bits: none tells, so a race between tiles shows it.

import { createKernels, createReferenceKernels, type Kernels, reservedBytes } from "..";

const [m, n, k] = [48, 64, 128];
/** The engine optimizes a kernel beside its first calls: the race is on when both take so much less than the first. */
const optimized = 0.5;
const patience = 150; // ms; it takes 5 to 20
/** A fair win: fused tiles take some 60 % of the time, tiles of pairs that are not fused 140 %. */
const margin = 0.8;

/**
 * Whether matrix products of pairs of vectors win clearly, with the very numbers that single vectors give, and right ones.
 * Undefined where the engine did not optimize in time for a race.
 */
export function fusesPairs(): boolean | undefined {
  const memory = new WebAssembly.Memory({ initial: reservedBytes / 65536 + 2 });
  const [a, b] = [reservedBytes, reservedBytes + m * k * 4];
  new Float32Array(memory.buffer, a, m * k + k * n).forEach((_, i, all) => {
    all[i] = ((i * 7919) % 1000) / 1000 - 0.5;
  });
  const entry = (kernels: Kernels, place: number) => {
    const c = b + k * n * 4 + place * m * n * 4;
    const run = () => kernels.gemm({ a, b, c, m, n, k, transA: false, transB: false, accumulate: false });
    run();
    return { run, result: new Float32Array(memory.buffer, c, m * n), first: time(run), best: Infinity };
  };
  const single = entry(createKernels(memory), 0);
  const pairs = entry(createKernels(memory, { simd: "revec" }), 1);
  const truth = entry(createReferenceKernels(memory), 2).result;
  if (pairs.result.some((value, i) => Math.abs(value - truth[i]!) > 1e-4)) return false;
  const until = performance.now() + patience;
  for (let laps = 0; laps < 40 && performance.now() < until; ) {
    for (const each of [single, pairs]) each.best = Math.min(each.best, time(each.run));
    if (single.best < optimized * single.first && pairs.best < optimized * pairs.first) laps++;
    else laps = 0;
    if (laps === 40) {
      return (
        pairs.best < margin * single.best && pairs.result.every((value, i) => value === single.result[i])
      );
    }
  }
  return undefined;
}

/** Milliseconds of a call, over eight of them: the clock is coarse. */
function time(run: () => void): number {
  const start = performance.now();
  for (let i = 0; i < 8; i++) run();
  return (performance.now() - start) / 8;
}
