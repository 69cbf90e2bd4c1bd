// The kernels of all families by their names, as one.
import {
  createKernels,
  createReferenceKernels,
  type KernelOptions,
  type Kernels,
} from "../../../../kernel/tensor/wasm";
import type { CallsOf } from "../../../../kernel/tensor/wasm/kernels";
import * as families from "../../../../kernel/tensor/wasm/table";

export { families };

type Families = typeof families;
type AllOf<U> = (U extends unknown ? (each: U) => void : never) extends (all: infer I) => void ? I : never;
type Calls = AllOf<{ [N in keyof Families]: CallsOf<Families[N]> }[keyof Families]>;
export type KernelName = keyof Calls;
export type EveryKernel = Kernels & Calls;

const every = (kernels: Kernels): EveryKernel =>
  Object.assign({}, kernels, ...Object.values(families).map((family) => kernels.of(family)));

export const createEveryKernel = (memory: WebAssembly.Memory, options?: KernelOptions): EveryKernel =>
  every(createKernels(memory, options));
export const createEveryReference = (memory: WebAssembly.Memory): EveryKernel =>
  every(createReferenceKernels(memory));
