// The kernels as the runtime calls them, all over one memory: emitted as WebAssembly, or their references in plain TypeScript.

import { type Definition, Device } from "./call/device";
import { Memory } from "./call/memory";
import type { ThreadHost } from "./call/team";
import { byKey } from "./call/variants";
import type { Pointer } from "./emit/kernel";
import { writeConstants } from "./emit/math";
import type { Target } from "./emit/target";
import { basics } from "./table";

export type { Conv2dShape } from "./conv/shape";
export type { Pointer } from "./emit/kernel";
export type { BinaryLayout, BinaryOp } from "./map/binary";
export type { ChainOp, ChainStep, Operand, PairOp } from "./map/chain";
export type { ActivationOp } from "./map/exactActivations";
export type { ReduceOp } from "./map/reduce";
export type { Activation, UnaryGradOp, UnaryOp } from "./map/unary";
export type { Pool2dShape, PoolDivisor } from "./pool/shape";

/** One of table.ts. */
export type Family = Readonly<Record<string, Definition<unknown>>>;
export type CallsOf<F extends Family> = {
  readonly [N in keyof F]: F[N] extends Definition<infer Call> ? Call : never;
};

/**
 * A call for each of the basic kernels, and for those of another family; parameters go by name. All buffers are contiguous f32
 * unless said otherwise; counts are elements, never bytes. A count of 0 is legal and does nothing. No buffer that is written
 * overlaps one that is read, except where "may alias" is said.
 */
export interface Kernels extends CallsOf<typeof basics> {
  /** "reference", "wasm-simd", "wasm-relaxed-simd", "wasm-revec-simd". */
  readonly name: string;

  /** The calls of a family, made when first asked for. */
  of<F extends Family>(family: F): CallsOf<F>;
  /**
   * Shares long calls among this thread and one more for each of `scratches`, areas of `reservedBytes` for the threads'
   * own use. The numbers stay the same to the last bit.
   */
  useThreads(host: ThreadHost, scratches: readonly Pointer[]): void;
  /** Waits for threads that are still at a call which an interrupt unwound. */
  settle(): void;
}

/** What `make` makes of the definitions. */
function made(make: (definition: Definition<unknown>) => unknown): Pick<Kernels, "of" | keyof typeof basics> {
  const of = byKey((family: Family) => {
    const calls = Object.entries(family).map(([name, each]) => [name, make(each)] as const);
    return Object.fromEntries(calls);
  }) as Kernels["of"];
  return { of, ...of(basics) };
}

/** The kernels as WebAssembly over `target.memory`, whose reserved bytes they write: each is compiled when first asked for. */
export function createEmittedKernels(target: Target): Kernels {
  writeConstants(target.memory);
  const device = new Device(target);
  return {
    name: target.revec ? "wasm-revec-simd" : target.relaxed ? "wasm-relaxed-simd" : "wasm-simd",
    useThreads: (host, scratches) => device.useThreads(host, scratches),
    settle: () => device.settle(),
    ...made((definition) => device.kernel(definition)),
  };
}

/** The kernels in plain TypeScript: slow, exact, and right on any engine. */
export function createReferenceKernels(memory: WebAssembly.Memory): Kernels {
  const views = new Memory(memory);
  return {
    name: "reference",
    useThreads() {}, // one thread is all it wants
    settle() {},
    ...made(({ reference }) => reference(views)),
  };
}
