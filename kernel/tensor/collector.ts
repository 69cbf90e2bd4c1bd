// Finds storages that no tensor refers to any more, without destructors and in the middle of a synchronous loop.

import { blockBytes } from "./heap";
import type { Storage } from "./storage";

/**
 * How the platform collects garbage at once. `collect()` must first let V8 drop the objects that WeakRefs keep until the
 * end of the job, then run a full collection.
 */
export interface CollectorHost {
  collect(): void;
}

const minimumBytes = 64 * 2 ** 20;
const minimumCount = 131_072;

/** What the collector keeps of a storage that was through a collection. */
export class Survivor {
  readonly ref: WeakRef<Storage>;
  pointer: number;
  readonly blockClass: number;

  constructor(storage: Storage) {
    this.ref = new WeakRef(storage);
    this.pointer = storage.pointer;
    this.blockClass = storage.blockClass;
  }
}

/**
 * New storages sit on a plain strong list: making and freeing one costs an array push and a swap. Only when the live
 * bytes or their number pass a budget (that follows what survived last time) does the list turn into WeakRefs.
 */
export class Collector {
  host: CollectorHost | null = null;
  liveBytes = 0;
  liveStorages = 0;
  peakBytes = 0;
  collections = 0;
  #young: Storage[] = [];
  #old: Survivor[] = [];
  #byteBudget = minimumBytes;
  #countBudget = minimumCount;

  readonly #free: (pointer: number, blockClass: number) => void;

  constructor(free: (pointer: number, blockClass: number) => void) {
    this.#free = free;
  }

  add(storage: Storage): void {
    storage.young = this.#young.length;
    this.#young.push(storage);
    this.liveStorages++;
    this.liveBytes += blockBytes(storage.blockClass);
    if (this.liveBytes > this.peakBytes) this.peakBytes = this.liveBytes;
  }

  /** Forgets a storage and frees its block. Its owner has marked it freed. */
  remove(storage: Storage): void {
    const survivor = storage.survivor;
    if (survivor !== null) {
      if (survivor.pointer === 0) return;
      survivor.pointer = 0; // the next collection drops the record
    } else {
      const last = this.#young.pop()!;
      if (last !== storage) {
        this.#young[storage.young] = last;
        last.young = storage.young;
      }
    }
    this.#release(storage.pointer, storage.blockClass);
  }

  #release(pointer: number, blockClass: number): void {
    this.liveStorages--;
    this.liveBytes -= blockBytes(blockClass);
    this.#free(pointer, blockClass);
  }

  get due(): boolean {
    return this.liveBytes > this.#byteBudget || this.liveStorages > this.#countBudget;
  }

  /** Turns the strong list into WeakRefs: from here on only users hold their storages. */
  weaken(): void {
    for (const storage of this.#young) {
      if (storage.survivor !== null) continue; // left here by a collection that an interrupt cut short
      storage.survivor = new Survivor(storage);
      this.#old.push(storage.survivor);
    }
    this.#young = [];
  }

  /**
   * Frees every weakened storage that nothing refers to. Without a host only those whose WeakRef the platform's own
   * collections have cleared, and those only between turns of the event loop.
   */
  sweep(): void {
    this.collections++;
    this.host?.collect();
    const alive: Survivor[] = [];
    for (const survivor of this.#old) {
      if (survivor.pointer === 0) continue;
      if (survivor.ref.deref() !== undefined) alive.push(survivor);
      else {
        const pointer = survivor.pointer;
        survivor.pointer = 0; // first: an interrupt between the two lines may leak the block, never free it twice
        this.#release(pointer, survivor.blockClass);
      }
    }
    this.#old = alive;
    this.#byteBudget = this.liveBytes + Math.max(minimumBytes, this.liveBytes / 2);
    this.#countBudget = this.liveStorages + Math.max(minimumCount, this.liveStorages);
  }
}
