// Modules by the shape of a product, a bounded number of them.

import type { GemmShape } from "./blocks";

/**
 * Matrix products by shape, in two generations of at most `limit`: what was not used while a whole generation came in
 * is dropped, so shapes that vary without end (odd batch sizes) hold a bounded number of modules.
 */
export class ShapeCache<T> {
  #young = new Map<number | string, T>();
  #old = new Map<number | string, T>();
  readonly #make: (shape: GemmShape) => T;
  readonly #limit: number;

  constructor(make: (shape: GemmShape) => T, limit = 256) {
    this.#make = make;
    this.#limit = limit;
  }

  get size(): number {
    return this.#young.size + this.#old.size;
  }

  get(m: number, n: number, k: number, transA: boolean, transB: boolean): T {
    const side = 2 ** 17; // three sides and two flags are exact in a double's 53 bits
    const flags = (transA ? 2 : 0) + (transB ? 1 : 0);
    const key =
      m < side && n < side && k < side ? ((m * side + n) * side + k) * 4 + flags : `${m},${n},${k},${flags}`;
    let made = this.#young.get(key);
    if (made === undefined) {
      made = this.#old.get(key) ?? this.#make({ m, n, k, transA, transB });
      if (this.#young.size >= this.#limit) {
        this.#old = this.#young;
        this.#young = new Map();
      }
      this.#young.set(key, made);
    }
    return made;
  }
}
