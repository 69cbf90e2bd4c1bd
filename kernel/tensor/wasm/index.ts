// Chooses the kernels for this engine; the rest of tensor/ imports only this file and the types in kernels.ts.

import { scratchBytes } from "./emit/scratch";
import { chooseTileSums, detectSimd } from "./emit/target";
import { createEmittedKernels, createReferenceKernels, type Kernels } from "./kernels";

export type { ThreadHost } from "./call/team";
export { createReferenceKernels, type Kernels } from "./kernels";

/**
 * The first bytes of the memory belong to the kernels (packed panels, constants): storages start at this address or
 * above it, and the memory is at least this large when the kernels are made.
 */
export const reservedBytes = scratchBytes;

export interface KernelOptions {
  /**
   * "plain" (default): vectors of 128 bits, with relaxed SIMD where the engine has it; "fixed": without; "revec": tiles for
   * an engine that fuses neighboring vectors to 256 bits, with the same numbers as "plain"; "off": plain TypeScript.
   */
  readonly simd?: "revec" | "plain" | "fixed" | "off";
}

/**
 * The fastest kernels over `memory` that this engine can run. They write its first `reservedBytes`.
 * @throws where the memory is smaller than that.
 */
export function createKernels(memory: WebAssembly.Memory, { simd = "plain" }: KernelOptions = {}): Kernels {
  const size = memory.buffer.byteLength;
  if (size < reservedBytes) {
    throw new RangeError(
      `createKernels: expected a memory of at least ${reservedBytes} bytes, got ${size}; create it with more pages`,
    );
  }
  const engine = detectSimd();
  if (simd === "off" || !engine.simd) return createReferenceKernels(memory);
  const shared = typeof SharedArrayBuffer !== "undefined" && memory.buffer instanceof SharedArrayBuffer;
  const relaxed = simd !== "fixed" && engine.relaxed;
  const tileSums = chooseTileSums(relaxed);
  return createEmittedKernels({
    memory,
    shared,
    relaxed,
    revec: relaxed && simd === "revec",
    tileSums,
  });
}
