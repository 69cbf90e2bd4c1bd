// Gets memory back that no structure frees, without destructors and in the middle of a synchronous loop: where the platform
// collects garbage on demand, from storages that no tensor refers to; elsewhere from those that nobody has read for a while.

import { blockBytes, type Heap } from "./heap";
import type { Storage } from "./storage";

/**
 * How the platform collects garbage at once. `collect()` must first let V8 drop the objects that WeakRefs keep until the
 * end of the job, then run a full collection.
 */
export interface CollectorHost {
  collect(): void;
}

/** How much is made between two visits, at least and as a share of what is live: a collection takes 4–7 ms, the pager a few nanoseconds a storage. */
const collected = { bytes: 64 * 2 ** 20, count: 131_072, share: 1 / 2 };
const paged = { bytes: 8 * 2 ** 20, count: 8_192, share: 1 / 4 };
/** What brings a major collection by: so many arrays at a time, and how often one is exchanged before that is given up. */
const ballastBytes = 32 * 2 ** 20;
const mostBallast = 4;
const mostHurries = 32;

/** What the collector keeps of a storage that was through a collection. */
export class Survivor {
  readonly ref: WeakRef<Storage>;
  pointer: number;
  readonly blockClass: number;

  constructor(storage: Storage) {
    this.ref = new WeakRef(storage);
    this.pointer = storage.address;
    this.blockClass = storage.blockClass;
  }
}

/**
 * New storages sit on a plain strong list: making and freeing one costs an array push and a swap. Only when the live
 * bytes or their number pass a budget (that follows what survived last time) does anybody look at them: with a host the list
 * turns into WeakRefs, without one the pager goes through it.
 */
export class Collector {
  host: CollectorHost | null = null;
  liveBytes = 0;
  liveStorages = 0;
  peakBytes = 0;
  /** Bytes that the pager has moved so far. */
  pagedOutBytes = 0;
  collections = 0;
  #young: Storage[] = [];
  #old: Survivor[] = [];
  /** Called between turns with those of the old ones that the platform has found to be garbage, where no host does it. */
  readonly #found = new FinalizationRegistry<Survivor>((survivor) => this.#bury(survivor));
  /** Bytes that #found watched when the pager came by, how many it bears, and with what it hurries the platform beyond. */
  #watched = 0;
  #bearable = paged.bytes;
  #ballast: ArrayBuffer[] = [];
  #hurries = 0;
  #byteBudget = 0;
  #countBudget = 0;
  readonly #heap: Heap;
  readonly #memory: Int32Array;

  constructor(heap: Heap) {
    this.#heap = heap;
    this.#memory = new Int32Array(heap.memory.buffer);
    this.#setBudgets();
  }

  add(storage: Storage): void {
    storage.young = this.#young.length;
    this.#young.push(storage);
    this.liveStorages++;
    this.liveBytes += blockBytes(storage.blockClass);
    if (this.liveBytes > this.peakBytes) this.peakBytes = this.liveBytes;
  }

  /** Forgets a storage and frees its block, if it has one. Its owner has marked it freed. */
  remove(storage: Storage): void {
    storage.pagedOut = null;
    if (storage.address === 0) return;
    const survivor = storage.survivor;
    if (survivor !== null) {
      if (survivor.pointer === 0) return;
      survivor.pointer = 0; // the next collection drops the record
    } else this.#unlist(storage);
    this.#release(storage.address, storage.blockClass);
  }

  #unlist(storage: Storage): void {
    const last = this.#young.pop()!;
    if (last !== storage) {
      this.#young[storage.young] = last;
      last.young = storage.young;
    }
  }

  #release(pointer: number, blockClass: number): void {
    this.liveStorages--;
    this.liveBytes -= blockBytes(blockClass);
    this.#heap.free(pointer, blockClass);
  }

  get due(): boolean {
    return this.liveBytes > this.#byteBudget || this.liveStorages > this.#countBudget;
  }

  /** Lets another host collect, or none. */
  setHost(host: CollectorHost | null): void {
    this.host = host;
    this.#setBudgets();
  }

  #setBudgets(watched = 0): void {
    const { bytes, count, share } = this.host === null ? paged : collected;
    this.#byteBudget = this.liveBytes + Math.max(bytes, (this.liveBytes - watched) * share);
    this.#countBudget = this.liveStorages + Math.max(count, this.liveStorages);
  }

  /** Turns the strong list into WeakRefs: from here on only users hold their storages. */
  weaken(): void {
    for (const storage of this.#young) this.#weaken(storage);
    this.#young = [];
  }

  #weaken(storage: Storage): void {
    if (storage.survivor !== null) return; // left here by a collection that an interrupt cut short
    storage.survivor = new Survivor(storage);
    this.#old.push(storage.survivor);
  }

  /** Frees every weakened storage that nothing refers to. */
  sweep(): void {
    this.collections++;
    this.host!.collect();
    const alive: Survivor[] = [];
    for (const survivor of this.#old) {
      if (survivor.pointer === 0) continue;
      if (survivor.ref.deref() !== undefined) alive.push(survivor);
      else this.#bury(survivor);
    }
    this.#old = alive;
    this.#setBudgets();
  }

  #bury(survivor: Survivor): void {
    const { pointer, blockClass } = survivor;
    if (pointer === 0) return;
    survivor.pointer = 0; // first: an interrupt between the two lines may leak the block, never free it twice
    this.#release(pointer, blockClass);
  }

  /**
   * Moves the numbers of storages that nobody has read for a while, or with `all` of every one, into arrays of JavaScript's
   * own, which only their storages hold: those of a dropped tensor are garbage like any other, found whenever the platform
   * pleases, and who still holds one finds its numbers when he reads the pointer (see pageIn). So nothing needs to be known
   * of who holds what. Those stay whose pointer was read since the last allocation, and those whose block the user sees by
   * `.data`: they are freed between turns of the event loop, when the platform has found them to be garbage.
   */
  pageOut(allocations: number, all: boolean): void {
    this.collections++;
    const young = this.#young;
    for (let i = young.length - 1; i >= 0; i--) {
      const storage = young[i]!; // the one that takes its place was looked at already
      if (storage.exposed || storage.survivor !== null) {
        this.#weaken(storage);
        this.#found.register(storage, storage.survivor!);
        this.#unlist(storage);
      } else if (storage.readAt !== allocations && (all || ++storage.idle > storage.patience)) {
        this.#takeBlock(storage);
      }
    }
    this.#old = this.#old.filter(({ pointer }) => pointer !== 0);
    const watched = this.#old.reduce((sum, { blockClass }) => sum + blockBytes(blockClass), 0);
    this.#hurry(watched);
    this.#setBudgets(watched);
  }

  /**
   * Brings a major collection by where many bytes are watched: arrays that outlive some visits do, in V8 and in SpiderMonkey.
   * Untouched, they take address space only.
   */
  #hurry(watched: number): void {
    if (watched < this.#watched || ++this.#hurries > mostHurries) {
      this.#bearable = watched + Math.max(paged.bytes, watched / 2);
      this.#hurries = 0;
    }
    this.#watched = watched;
    if (watched <= this.#bearable) {
      this.#ballast = [];
      return;
    }
    try {
      this.#ballast.push(new ArrayBuffer(ballastBytes));
    } catch {
      return; // JavaScript's own memory is full
    }
    if (this.#ballast.length > mostBallast) this.#ballast.shift();
  }

  #takeBlock(storage: Storage): void {
    const { address, byteLength, blockClass } = storage;
    try {
      storage.pagedOut = this.#memory.slice(address >>> 2, (address + byteLength) >>> 2);
    } catch {
      return; // JavaScript's own memory is full
    }
    this.#unlist(storage);
    storage.address = 0;
    this.pagedOutBytes += blockBytes(blockClass);
    this.#release(address, blockClass);
  }

  /** Gives a storage its first block, at `pointer`: a new one, or that of `former`, which is left with none. */
  place(storage: Storage, pointer: number, former: Storage | null): void {
    if (former !== null) {
      this.#unlist(former);
      former.address = 0;
      this.liveStorages--;
      this.liveBytes -= blockBytes(former.blockClass);
    }
    storage.address = pointer;
    this.add(storage);
  }

  /** Gives a storage the block at `pointer`, and it its numbers. One that comes back is left alone for longer. */
  pageIn(storage: Storage, pointer: number): void {
    this.#memory.set(storage.pagedOut!, pointer >>> 2);
    storage.address = pointer;
    storage.pagedOut = null;
    storage.patience *= 2;
    this.add(storage);
  }
}
