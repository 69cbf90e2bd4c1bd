// A block of tensor memory and the state of its life. Tensors hold storages; the engine makes and frees them.

import type { Survivor } from "./collector";
import type { Deferred } from "./deferrals";
import type { Engine } from "./engine";

/** Who freed a storage: the number of a backward() pass, or tidy(). */
export type Freeing = number | "tidy" | "release" | null;

/**
 * Owns `byteLength` bytes at `pointer`. Read `pointer` only after an operation's last allocation: an allocation may run
 * the collector, for which a storage that only a number points to is garbage, or move the numbers elsewhere.
 */
export class Storage {
  /** Tensors that share this storage, dead ones included. */
  tensors = 0;
  /** Tensors of a consumed graph that share this storage; equal to `tensors`, no view or detached tensor is outside. */
  consumed = 0;
  /** Never freed by structure (backward, tidy), only by the collector: kept, a gradient, or its `.data` was handed out. */
  pinned = false;
  /** Whether `.data` was handed out, which shows this block: it stays where it is. */
  exposed = false;
  freedBy: Freeing = null;
  /** Owners beside the first, while a backward pass shares it: each release() gives up one. */
  shares = 0;
  /** Counts in-place changes, so that backward can tell that a saved value is no longer the one it needs. */
  version = 0;
  /** Index in the collector's list of young storages, until it has a survivor's record. */
  young = 0;
  /** The collector's record once it has been through a collection. */
  survivor: Survivor | null = null;
  /** What the numbers are to be, while nobody has read them: see Deferrals. */
  deferred: Deferred | null = null;
  /** The numbers while they have no block, see Collector.pageOut(). */
  pagedOut: Int32Array | null = null;
  /** Engine.allocations when somebody read the pointer last: until the next one that number has to stay right. */
  readAt = 0;
  /** How often the pager came by since then, and how often it may before it takes the block. */
  idle = 0;
  patience = 1;

  /** Private, so that nothing that lists properties walks into the memory. */
  readonly #engine: Engine;

  constructor(
    engine: Engine,
    /** Where the block is, 0 while the numbers are elsewhere: for the collector, all others read `pointer`. */
    public address: number,
    readonly byteLength: number,
    readonly blockClass: number,
  ) {
    this.#engine = engine;
  }

  get engine(): Engine {
    return this.#engine;
  }

  /** Says that the numbers are about to change, before any pointer is read for it. */
  changes(): void {
    this.#engine.deferrals.changes(this); // first: it throws where memory is full
    this.version++;
  }

  get pointer(): number {
    this.readAt = this.#engine.allocations;
    this.idle = 0;
    return this.address === 0 ? this.#engine.bring(this) : this.address;
  }
}
