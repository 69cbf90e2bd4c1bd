// The most multiplications and additions a second that emitted code reaches here: what other kernels are measured against.

import { f32x4, repeat, v128 } from "../emit/assembler";
import { compile, count, shared } from "../emit/kernel";
import { madd, type Target } from "../emit/target";

const rounds = 100_000;

/** Floating-point operations a second of one thread, the best of some runs (about 50 ms). */
export function peakFlops({
  relaxed,
  revec,
  tileSums,
}: Pick<Target, "relaxed" | "revec" | "tileSums">): number {
  const sums = revec ? 24 : 12; // that do not wait for each other; pairs of them share a register where vectors are fused
  const memory = new WebAssembly.Memory({ initial: 1 });
  new Float32Array(memory.buffer).fill(0.5); // each sum converges to a number, none to a slow denormal
  const target: Target = { memory, shared: false, relaxed, revec, tileSums };
  const { run } = compile(target, { pointer: shared, turns: count }, ({ pointer, turns }, f) => {
    const all = f.vectors(sums);
    const [half, one] = f.vectors(2);
    return [
      half.set(v128.loadSplat(pointer.get)),
      one.set(f32x4.add(half.get, half.get)),
      all.map((sum, i) => sum.set(v128.load(pointer.get, i * 16))),
      repeat(
        turns,
        all.map((sum) => sum.set(madd(target, half.get, sum.get, one.get))),
      ),
      // Side by side, so that an engine that fuses vectors fuses these too.
      all.map((sum, i) => v128.store(pointer.get, sum.get, i * 16)),
    ];
  });
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 60; i++) {
    const start = performance.now();
    run(1024, rounds);
    best = Math.min(best, performance.now() - start);
  }
  return (rounds * sums * 4 * 2) / (best / 1000);
}
