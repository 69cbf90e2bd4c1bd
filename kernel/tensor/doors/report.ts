// What the kernels are, and how fast they could be: for a report to people, not for programs.

import { engine } from "../runtime";
import { chooseTileSums } from "../wasm/emit/target";
import { peakFlops } from "../wasm/measure/peak";

export interface KernelReport {
  /** "wasm-revec-simd", "wasm-relaxed-simd", "wasm-simd" or "reference". */
  readonly name: string;
  /** Address space of the tensors, in bytes. */
  readonly capacity: number;
  /** What one thread reaches at most, in floating-point operations a second; null for plain TypeScript. */
  readonly peakFlops: number | null;
}

/** Looks at the kernels in use; takes about 50 ms. */
export function inspectKernels(): KernelReport {
  const { name } = engine.kernels;
  const capacity = engine.f32.byteLength;
  if (name === "reference") return { name, capacity, peakFlops: null };
  const revec = name === "wasm-revec-simd";
  const relaxed = revec || name === "wasm-relaxed-simd";
  return { name, capacity, peakFlops: peakFlops({ relaxed, revec, tileSums: chooseTileSums(relaxed) }) };
}
