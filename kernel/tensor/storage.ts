// A block of tensor memory and the state of its life. Tensors hold storages; the engine makes and frees them.

import type { Survivor } from "./collector";
import type { Engine } from "./engine";

/** Who freed a storage: the number of a backward() pass, or tidy(). */
export type Freeing = number | "tidy" | "release" | null;

/**
 * Owns `byteLength` bytes at `pointer`. Read `pointer` only after an operation's last allocation: an allocation may run
 * the collector, and a storage that only a number points to is garbage.
 */
export class Storage {
  /** Tensors that share this storage, dead ones included. */
  tensors = 0;
  /** Tensors of a consumed graph that share this storage; equal to `tensors`, no view or detached tensor is outside. */
  consumed = 0;
  /** Never freed by structure (backward, tidy), only by the collector: kept, a gradient, or its `.data` was handed out. */
  pinned = false;
  freedBy: Freeing = null;
  /** Owners beside the first, while a backward pass shares it: each release() gives up one. */
  shares = 0;
  /** Counts in-place changes, so that backward can tell that a saved value is no longer the one it needs. */
  version = 0;
  /** Index in the collector's list of young storages, until it has a survivor's record. */
  young = 0;
  /** The collector's record once it has been through a collection. */
  survivor: Survivor | null = null;

  /** Private, so that nothing that lists properties walks into the memory. */
  readonly #engine: Engine;

  constructor(
    engine: Engine,
    readonly pointer: number,
    readonly byteLength: number,
    readonly blockClass: number,
  ) {
    this.#engine = engine;
  }

  get engine(): Engine {
    return this.#engine;
  }
}
