// The runtime's state, one instance a process: memory, kernels, collector, modes. Makes and frees storages.

import { bytesText } from "../words";
import { Collector, type CollectorHost, Survivor } from "./collector";
import { Deferrals, type Deferred } from "./deferrals";
import { bytesPerElement, type DType } from "./dtype";
import { blockClassOf, Heap } from "./heap";
import { Generator } from "./math/random";
import { countOf, type Shape, show, stridesOf } from "./shape";
import { type Freeing, Storage } from "./storage";
import type { Tensor } from "./tensor";
import { createKernels, type KernelOptions, type Kernels, reservedBytes, type ThreadHost } from "./wasm";

/** How the engine makes tensors without importing the class, whose methods import the operations, which import this. */
export type TensorConstructor = new (
  storage: Storage,
  offset: number,
  shape: Shape,
  strides: Shape,
  dtype: DType,
) => Tensor;

export interface EngineOptions extends KernelOptions {
  /** Address space to reserve; halved until the platform grants it. Default 4 GiB. */
  readonly maxBytes?: number;
  /** Makes the kernels; default: the fastest this platform runs. */
  readonly kernels?: (memory: WebAssembly.Memory, options: KernelOptions) => Kernels;
}

/** What tensors take of the memory now. */
export interface MemoryUsage {
  /** Bytes of the blocks in use. */
  readonly liveBytes: number;
  /** The most that `liveBytes` has been. */
  readonly peakBytes: number;
  /** Number of blocks in use. */
  readonly liveStorages: number;
  /** Bytes of memory ever touched: a loop that does not leak leaves it where it is. */
  readonly heapBytes: number;
}

/** What a running tidy() has seen allocated: strongly, until a collection comes by. */
export interface Scope {
  made: (Storage | Survivor)[];
  readonly outer: Scope | null;
}

export class Engine {
  kernels: Kernels;
  /** The whole memory; it never grows, so these views never detach. */
  readonly f32: Float32Array;
  readonly i32: Int32Array;
  /** The generator that random operations draw from unless told otherwise. */
  readonly generator = new Generator(Date.now());
  readonly collector: Collector;
  /** Elementwise results that nobody has read yet. */
  readonly deferrals = new Deferrals(this);
  gradEnabled = true;
  /** Whether backward() looks for NaN after each step. */
  detectsAnomaly = false;
  /** Whether layers, and operations, in a row may be computed together. */
  sweeps = true;
  /** Number of operations recorded so far. */
  recorded = 0;
  /** Number of backward() passes so far. */
  passes = 0;
  /** Storages of the graph that the last backward() consumed; the end of the next one frees them. */
  consumed: Storage[] = [];
  /** Number of allocations so far, wrapping around. */
  allocations = 0;
  /** The innermost running tidy(). */
  scope: Scope | null = null;
  readonly #heap: Heap;
  readonly #scalarPointer: number;
  /** Storages whose `.data` the user holds: each lives as long as its view does. */
  readonly #views = new WeakMap<object, { readonly storage: Storage; readonly shape: Shape }>();

  readonly #construct: TensorConstructor;

  constructor(
    construct: TensorConstructor,
    { maxBytes = 2 ** 32, kernels = createKernels, ...options }: EngineOptions = {},
  ) {
    this.#construct = construct;

    this.#heap = new Heap(maxBytes, reservedBytes);
    this.collector = new Collector(this.#heap);
    this.f32 = new Float32Array(this.#heap.memory.buffer);
    this.i32 = new Int32Array(this.#heap.memory.buffer);
    this.kernels = kernels(this.#heap.memory, options);
    this.#scalarPointer = this.#heap.allocate(0);
  }

  /** A new contiguous tensor whose elements are whatever the block held. */
  empty(shape: Shape, dtype: DType): Tensor {
    return new this.#construct(this.allocate(countOf(shape), shape), 0, shape, stridesOf(shape), dtype);
  }

  /** Like `empty`, with the shape and (contiguous) strides of x. */
  emptyLike(x: Tensor, dtype: DType): Tensor {
    return new this.#construct(this.allocate(x.count, x.shape), 0, x.shape, x.strides, dtype);
  }

  /** A tensor over storage that exists. */
  view(storage: Storage, offset: number, shape: Shape, strides: Shape, dtype: DType): Tensor {
    return new this.#construct(storage, offset, shape, strides, dtype);
  }

  /** Room for `count` elements; `shape` is for the error. May run the collector: see Storage.pointer. */
  allocate(count: number, shape?: Shape): Storage {
    this.allocations = (this.allocations + 1) | 0;
    if (this.collector.due) this.collect();
    const byteLength = count * bytesPerElement;
    if (byteLength > this.#heap.capacity) throw this.#outOfMemory(count, shape); // no block class is as large
    const blockClass = blockClassOf(byteLength);
    const pointer = this.#heap.allocate(blockClass) || this.#allocateHard(blockClass, count, shape);
    const storage = new Storage(this, pointer, byteLength, blockClass);
    this.collector.add(storage);
    if (this.scope !== null) this.scope.made.push(storage);
    return storage;
  }

  /** A storage that gets its block when somebody reads it. May run the collector, as allocate(). */
  storageFor(deferred: Deferred): Storage {
    this.allocations = (this.allocations + 1) | 0;
    if (this.collector.due) this.collect();
    const byteLength = countOf(deferred.shape) * bytesPerElement;
    const storage = new Storage(this, 0, byteLength, blockClassOf(byteLength));
    storage.deferred = deferred;
    if (this.scope !== null) this.scope.made.push(storage);
    return storage;
  }

  /**
   * Gets memory back: with a host every storage that no tensor and no `.data` view holds is freed, without one the pager
   * moves what nobody has read for a while, or `all` that it may.
   */
  collect({ all = false } = {}): void {
    const hasHost = this.collector.host !== null;
    this.deferrals.weaken();
    if (hasHost) this.collector.weaken();
    else this.collector.pageOut(this.allocations, all);
    for (let scope = this.scope; scope !== null; scope = scope.outer) {
      scope.made = scope.made.flatMap((item) => {
        if (item instanceof Survivor) return item;
        if (item.deferred !== null) return new Survivor(item); // weak, as it is on the list of what waits
        return item.survivor ?? (item.address === 0 ? [] : item);
      });
    }
    if (hasHost) this.collector.sweep();
  }

  /** The block of a storage that has none: whose numbers the pager has moved, or nobody has computed. */
  bring(storage: Storage): number {
    if (storage.deferred !== null) this.deferrals.settle([storage]);
    else if (storage.pagedOut !== null) this.collector.pageIn(storage, this.blockFor(storage));
    else throw new Error("tensor memory: expected a block that is in use, got one that was freed");
    return storage.address;
  }

  /** A block for the numbers of a storage; see Collector.pageIn() and place(). */
  blockFor({ blockClass, byteLength, deferred }: Storage): number {
    const count = byteLength / bytesPerElement;
    return this.#heap.allocate(blockClass) || this.#allocateHard(blockClass, count, deferred?.shape);
  }

  /** Frees a block of blockFor() that nothing was put into. */
  giveBack({ blockClass }: Storage, pointer: number): void {
    this.#heap.free(pointer, blockClass);
  }

  /** The heap is full: collect, then join freed neighbors, then give up. */
  #allocateHard(blockClass: number, count: number, shape?: Shape): number {
    this.collect({ all: true });
    this.#heap.consolidate();
    const pointer = this.#heap.allocate(blockClass);
    if (pointer === 0) throw this.#outOfMemory(count, shape);
    return pointer;
  }

  #outOfMemory(count: number, shape?: Shape): RangeError {
    const { liveBytes, liveStorages } = this.memoryUsage();
    return new RangeError(
      `out of tensor memory: asked for ${bytesText(count * bytesPerElement)}${shape ? ` for shape ${show(shape)}` : ""}, ` +
        `with ${bytesText(liveBytes)} of ${bytesText(this.#heap.capacity)} in use by ${liveStorages} tensors; ` +
        "drop references to tensors you no longer need (arrays that collect them, a loss kept with its graph), or use smaller batches",
    );
  }

  /** Frees a storage now, or gives up a share of it. The caller knows that nobody reads it again, or that whoever does must be told. */
  release(storage: Storage, by: Freeing = "release"): void {
    if (storage.shares > 0) {
      storage.shares--;
      return;
    }
    if (storage.freedBy !== null || storage.pinned) return;
    if (storage.deferred !== null) {
      storage.freedBy = by;
      this.deferrals.drop(storage);
    } else if (this.deferrals.computes(storage)) {
      storage.freedBy = by;
      this.collector.remove(storage);
    } // else it stays with what reads it, as the collector's
  }

  /** Keeps the storage alive as long as the view of it is. */
  expose(view: object, storage: Storage, shape: Shape): void {
    this.deferrals.changes(storage); // by whoever writes to the view, which says nothing
    storage.pinned = true;
    storage.exposed = true;
    this.#views.set(view, { storage, shape });
  }

  /** The tensor, outside the graph, whose `.data` this array is; undefined for any other. */
  ownerOf(view: ArrayBufferView): Tensor | undefined {
    const owner = this.#views.get(view);
    if (owner === undefined) return undefined;
    const { storage, shape } = owner;
    const offset = (view.byteOffset - storage.pointer) / bytesPerElement;
    return this.view(
      storage,
      offset,
      shape,
      stridesOf(shape),
      view instanceof Int32Array ? "int32" : "float32",
    );
  }

  /** The pointer of a number, valid until the next call: kernels take scalars by address. */
  scalar(value: number): number {
    this.f32[this.#scalarPointer >>> 2] = value;
    return this.#scalarPointer;
  }

  setCollectorHost(host: CollectorHost | null): void {
    this.collector.setHost(host);
  }

  /** Other kernels over the same memory. Threads and compiled kernels of the former are not taken over. */
  useSimd(simd: KernelOptions["simd"]): void {
    this.deferrals.settleAll();
    this.kernels = createKernels(this.#heap.memory, { simd });
  }

  /** Shares long kernel calls among `count` threads, this one included. The numbers stay the same. */
  useThreads(host: ThreadHost, count: number): void {
    const scratches = Array.from({ length: count - 1 }, () =>
      this.#heap.allocate(blockClassOf(reservedBytes)),
    );
    if (scratches.length > 0) this.kernels.useThreads(host, scratches);
  }

  /** Allows tensors no more than that many bytes; what they have they keep. */
  boundMemory(bytes: number): void {
    this.#heap.bound(bytes);
  }

  memoryUsage(): MemoryUsage {
    const { liveBytes, peakBytes, liveStorages } = this.collector;
    return { liveBytes, peakBytes, liveStorages, heapBytes: this.#heap.top };
  }

  /** Back to the state between cells, after an interrupt that unwound frames without running their `finally`. */
  recover(): void {
    this.kernels.settle();
    this.gradEnabled = true;
    this.detectsAnomaly = false;
    this.scope = null;
  }
}
