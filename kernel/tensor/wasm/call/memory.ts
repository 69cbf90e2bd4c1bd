// The memory as the reference kernels read it: views of so many numbers at a pointer.

import type { Pointer } from "../emit/kernel";

export class Memory {
  readonly #memory: WebAssembly.Memory;
  constructor(memory: WebAssembly.Memory) {
    this.#memory = memory;
  }

  // A view for each call: growing the memory detaches every view.
  floats(pointer: Pointer, count: number): Float32Array {
    return new Float32Array(this.#memory.buffer, pointer, count);
  }
  integers(pointer: Pointer, count: number): Int32Array {
    return new Int32Array(this.#memory.buffer, pointer, count);
  }
  doubles(pointer: Pointer, count: number): Float64Array {
    return new Float64Array(this.#memory.buffer, pointer, count);
  }
  /** Null for the pointer 0, of a buffer that is absent. */
  floatsIf(pointer: Pointer, count: number): Float32Array | null {
    return pointer === 0 ? null : this.floats(pointer, count);
  }

  /** Sums in float64 what `add` gives, on top of what is at `to` if asked, and rounds once. */
  sum(to: Pointer, count: number, accumulate: boolean, add: (sums: Float64Array) => void): void {
    const result = this.floats(to, count);
    const sums = accumulate ? Float64Array.from(result) : new Float64Array(count);
    add(sums);
    result.set(sums);
  }
}
