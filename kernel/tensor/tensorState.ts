// What a tensor is: a shape over a storage, its numbers read out, its gradient. Operations are added in tensor.ts.

import { describe, requireKnown } from "./arguments";
import type { Node } from "./autograd";
import { bytesPerElement, type DType, type NestedArray, type TensorData } from "./dtype";
import type { Engine } from "./engine";
import { formatTensor, tagOf } from "./format";
import { countOf, isContiguous, type Shape, sameShape, show } from "./shape";
import type { Storage } from "./storage";
import { copyStrided, type Layout, packed } from "./strided";
import type { Tensor } from "./tensor";

/** Under this name an object tells a notebook how to show it. */
const display: unique symbol = Symbol.for("Jupyter.display") as never;
/** Under this name an object tells Node's console how to show it. */
const inspect: unique symbol = Symbol.for("nodejs.util.inspect.custom") as never;
/** Under this name an object hands its elements to a view of variables. */
export const numbers: unique symbol = Symbol.for("bnlab.numbers") as never;

/** Sees the gradient of a tensor during backward(); the tensor it returns, if any, takes the gradient's place. */
export type GradientHook = (gradient: Tensor) => Tensor | undefined;

/** What structuredClone() says, which looks at own properties and can copy no symbol. */
const unclonable = Symbol(
  "the memory of a tensor; copy a tensor with clone(), send it elsewhere as toArray()",
);

/**
 * Own properties are what assert.deepEqual, structuredClone and a failing assertion's text see of a tensor: its shape and
 * dtype, beside its numbers (see Symbol.toStringTag). All else is private, so that nobody walks into the runtime's memory.
 */
export abstract class TensorState {
  protected readonly memory = unclonable;
  readonly #storage: Storage;
  readonly #offset: number;
  readonly #strides: Shape;
  readonly #count: number;
  #gradFn: Node | null = null;
  #requiresGrad = false;
  #isFrozen = false;
  #retainsGrad = false;
  #hooks: readonly GradientHook[] | null = null;
  #gradient: Tensor | null = null;
  /** Whether user code has seen the gradient tensor, so that its memory must not be reused under it. */
  #gradientSeen = false;

  /** Tensors come from operations and from tensor(), zeros(), randn() and the like. @internal */
  constructor(
    storage: Storage,
    offset: number,
    /** Sizes by dimension; [] for a single number. */
    readonly shape: Shape,
    strides: Shape,
    /** "float32", "int32" or "bool". */
    readonly dtype: DType,
  ) {
    this.#storage = storage;
    this.#offset = offset;
    this.#strides = strides;
    this.#count = countOf(shape);
    storage.tensors++;
  }

  /** @internal */
  get storage(): Storage {
    return this.#storage;
  }

  /** First element within the storage. @internal */
  get offset(): number {
    return this.#offset;
  }

  /** Elements from one index to the next, by dimension. */
  get strides(): Shape {
    return this.#strides;
  }

  /** Number of elements. @internal */
  get count(): number {
    return this.#count;
  }

  /** @internal */
  get engine(): Engine {
    return this.#storage.engine;
  }

  /** The operation this came from, null for a leaf. @internal */
  get gradFn(): Node | null {
    return this.#gradFn;
  }

  /** Makes this the result of an operation. @internal */
  set gradFn(node: Node) {
    this.#gradFn = node;
    this.#requiresGrad = true;
  }

  /** Whether operations on this are recorded, so that backward() reaches it. For float32 leaves; as requiresGrad_(). */
  get requiresGrad(): boolean {
    return this.#requiresGrad;
  }

  set requiresGrad(value: boolean) {
    this.#record("requiresGrad", value);
  }

  /** Turns recording of this leaf on or off, in place. Throws for int32, bool, and results of operations. */
  requiresGrad_(value = true): this {
    requireKnown("requiresGrad_", arguments, 1);
    this.#record("requiresGrad_", value);
    return this;
  }

  #record(operation: string, value: boolean): void {
    if (typeof value !== "boolean") {
      throw new TypeError(`${operation}: expected true or false, got ${describe(value)}`);
    }
    if (value && this.dtype !== "float32") {
      throw new TypeError(
        `${operation}: expected a float32 tensor, got ${this.dtype}; convert it with float()`,
      );
    }
    if (!value && this.#gradFn !== null) {
      throw new Error(`${operation}: expected a leaf, got the result of an operation; use detach()`);
    }
    this.#requiresGrad = value;
    this.#isFrozen = !value;
  }

  /** Whether somebody said that this is to require no grad, as one says of a parameter, not of data. @internal */
  get isFrozen(): boolean {
    return this.#isFrozen;
  }

  /** Whether backward() leaves a gradient on this although it is not a leaf. @internal */
  get retainsGrad(): boolean {
    return this.#retainsGrad;
  }

  /** Lets backward() leave a gradient on this tensor although it is the result of an operation. */
  retainGrad(): this {
    requireKnown("retainGrad", arguments, 0);
    this.#retainsGrad = this.#gradFn !== null;
    return this;
  }

  /** What registerHook() registered, null for nothing. @internal */
  get hooks(): readonly GradientHook[] | null {
    return this.#hooks;
  }

  /** @internal */
  set hooks(hooks: readonly GradientHook[] | null) {
    this.#hooks = hooks;
  }

  /** Address of the first element; read it after an operation's last allocation (see Storage). @internal */
  get pointer(): number {
    const storage = this.#storage;
    if (storage.freedBy !== null) throw this.#freed();
    return storage.pointer + this.#offset * bytesPerElement;
  }

  /** @internal */
  get layout(): Layout {
    if (this.#storage.freedBy !== null) throw this.#freed();
    return this;
  }

  #freed(): Error {
    const by = this.storage.freedBy;
    const who =
      typeof by === "number"
        ? `backward() number ${by} freed it, as an intermediate result of the graph of the backward() before`
        : by === "tidy"
          ? "tidy() freed it at its end"
          : "its gradient was reset";
    const remedy =
      by === "tidy"
        ? "return it from tidy(), or mark it with keep(t)"
        : "mark it with keep(t) when you make it, take t.detach(), or read it before the next backward()";
    return new Error(`use of a freed tensor ${show(this.shape)}: ${who}; ${remedy}`);
  }

  /** Number of elements. */
  numel(): number {
    requireKnown("numel", arguments, 0);
    return this.count;
  }

  /** As numel(). */
  nelement(): number {
    requireKnown("nelement", arguments, 0);
    return this.count;
  }

  /** Number of dimensions, as `ndim`. */
  dim(): number {
    requireKnown("dim", arguments, 0);
    return this.shape.length;
  }

  /** Number of dimensions. */
  get ndim(): number {
    return this.shape.length;
  }

  /** True for tensors that no recorded operation made: data and parameters. */
  get isLeaf(): boolean {
    return this.gradFn === null;
  }

  /** Whether the elements lie in memory in the order of their indices. */
  isContiguous(): boolean {
    requireKnown("isContiguous", arguments, 0);
    return isContiguous(this.shape, this.strides);
  }

  /**
   * The elements in order as a typed array: Float32Array, Int32Array, or Uint8Array for bool. For a contiguous float32
   * or int32 tensor it is the memory itself (writing changes the tensor, and it stays valid as long as you hold it);
   * otherwise a copy.
   */
  get data(): TensorData {
    const { engine, storage } = this;
    if (this.dtype === "bool") return Uint8Array.from(this.#copied());
    if (!this.isContiguous()) return this.#copied();
    const memory = this.dtype === "int32" ? engine.i32 : engine.f32;
    const first = this.pointer >>> 2;
    const view = memory.subarray(first, first + this.count);
    engine.expose(view, storage, this.shape);
    return view;
  }

  /** Writes other numbers over the elements, outside the graph: of a tensor of this shape, or as many in an array. */
  set data(value: Tensor | TensorData) {
    const given: unknown = value;
    const fits = ArrayBuffer.isView(given)
      ? (given as TensorData).length === this.#count
      : given instanceof TensorState && sameShape(given.shape, this.shape);
    if (!fits) {
      throw new RangeError(
        `data: expected a tensor ${show(this.shape)} or an array of ${this.#count} numbers, got ${describe(given)}`,
      );
    }
    const numbers = given instanceof TensorState ? given.#copied() : (given as TensorData);
    const { engine } = this;
    this.#storage.changes();
    const memory = this.dtype === "int32" ? engine.i32 : engine.f32;
    const target = this.isContiguous() ? this.#storage : engine.allocate(this.#count, this.shape);
    const first = (target === this.#storage ? this.pointer : target.pointer) >>> 2;
    for (const [i, each] of numbers.entries())
      memory[first + i] = this.dtype === "bool" ? Number(each !== 0) : each;
    if (target !== this.#storage) {
      copyStrided(engine, this.shape, packed(target, this.shape), this.layout);
      engine.release(target);
    }
  }

  /** The elements in order, to look at at once: the memory itself where it can be, which this keeps nobody from freeing. @internal */
  [numbers](): Float32Array | Int32Array {
    if (!this.isContiguous()) return this.#copied();
    const first = this.pointer >>> 2;
    return (this.dtype === "int32" ? this.engine.i32 : this.engine.f32).subarray(first, first + this.count);
  }

  /** The elements in order, copied out of the runtime's memory. */
  #copied(): Float32Array | Int32Array {
    const { engine } = this;
    const memory = this.dtype === "int32" ? engine.i32 : engine.f32;
    if (this.isContiguous()) {
      const first = this.pointer >>> 2;
      return memory.slice(first, first + this.count);
    }
    const scratch = engine.allocate(this.count, this.shape);
    copyStrided(engine, this.shape, this.layout, packed(scratch, this.shape));
    const first = scratch.pointer >>> 2;
    const copy = memory.slice(first, first + this.count);
    engine.release(scratch);
    return copy;
  }

  /** The number of a one-element tensor (1 or 0 for bool). Throws for any other size. */
  item(): number {
    requireKnown("item", arguments, 0);
    if (this.count !== 1) {
      throw new RangeError(
        `item: expected a tensor of one element, got shape ${show(this.shape)}; use toArray() or data`,
      );
    }
    return this.#numberAt(this.pointer >>> 2);
  }

  /** The elements as nested arrays of numbers (bool as 1 and 0); a number for shape []. */
  toArray(): NestedArray {
    requireKnown("toArray", arguments, 0);
    const values = this.#copied();
    let next = 0;
    const build = (dim: number): NestedArray =>
      dim === this.shape.length
        ? values[next++]!
        : Array.from({ length: this.shape[dim]! }, () => build(dim + 1));
    return build(0);
  }

  /** As toArray(). */
  tolist(): NestedArray {
    requireKnown("tolist", arguments, 0);
    return this.toArray();
  }

  /** What JSON.stringify() writes: as toArray(); NaN and infinities become null. */
  toJSON(): NestedArray {
    return this.toArray();
  }

  /**
   * The numbers, as part of the name under which assert.deepEqual compares values and a failing assertion shows them:
   * all of a small tensor, the first of a large one with a checksum of all. Computed when asked for.
   */
  get [Symbol.toStringTag](): string {
    return this.#storage.freedBy === null ? tagOf(this.#copied()) : "freed";
  }

  #numberAt(index: number): number {
    return (this.dtype === "int32" ? this.engine.i32 : this.engine.f32)[index]!;
  }

  /** The gradient that backward() has accumulated, null before and after `grad = null`. */
  get grad(): Tensor | null {
    if (this.#gradient !== null) this.#gradientSeen = true;
    return this.#gradient;
  }

  set grad(value: Tensor | null) {
    if (value !== null && (!sameShape(value.shape, this.shape) || value.dtype !== "float32")) {
      throw new RangeError(
        `grad: expected a float32 tensor of shape ${show(this.shape)}, got ${value.dtype} ${show(value.shape)}`,
      );
    }
    const old = this.#gradient;
    if (old !== null && old !== value && !this.#gradientSeen) {
      old.storage.pinned = false;
      this.engine.release(old.storage); // nobody else can hold it, so the next backward() finds it warm
    }
    // Whoever reads it starts where its memory does: a row of another tensor is copied.
    const inPlace = value?.isContiguous() === true && value.offset === 0;
    this.#gradient = value === null || inPlace ? value : value.clone();
    if (this.#gradient !== null) this.#gradient.storage.pinned = true;
    this.#gradientSeen = value !== null;
  }

  /** The gradient's memory, to be added to, without showing the tensor to anybody. @internal */
  gradStorage(): Storage | null {
    if (this.#gradient === null) return null;
    if (this.#gradient.requiresGrad) this.grad = this.#gradient.detach().clone(); // its graph keeps the numbers it was recorded with
    return this.#gradient.storage;
  }

  /** Makes a buffer that the caller owns the gradient. @internal */
  adoptGrad(storage: Storage): void {
    storage.pinned = true; // it outlives the pass, and a tidy() around it
    this.#gradient = this.engine.view(storage, 0, this.shape, packed(storage, this.shape).strides, "float32");
    this.#gradientSeen = false;
  }

  /** Adds a copy of a buffer that somebody else owns to the gradient. @internal */
  addGrad(from: Storage): void {
    const { kernels } = this.engine;
    const existing = this.gradStorage();
    if (existing !== null) {
      this.engine.deferrals.changes(existing);
      kernels.axpy({ alpha: 1, x: from.pointer, y: existing.pointer, n: this.count });
      return;
    }
    const copy = this.engine.allocate(this.count, this.shape);
    kernels.unary("copy", { x: from.pointer, y: copy.pointer, n: this.count });
    this.adoptGrad(copy);
  }

  /** Adds a gradient that has a graph, in a tensor of its own. @internal */
  addGraphGrad(gradient: Tensor): void {
    const recording = this.engine.gradEnabled;
    this.engine.gradEnabled = true;
    this.grad = this.#gradient === null ? gradient.clone() : this.#gradient.add(gradient);
    this.engine.gradEnabled = recording;
  }

  /** The tensor as PyTorch prints it; of large ones only the edges. */
  toString(): string {
    const { shape, dtype, requiresGrad, strides } = this;
    const first = this.pointer >>> 2;
    return formatTensor({
      shape,
      dtype,
      requiresGrad,
      from: this.gradFn?.rule.name ?? null,
      at: (index) => this.#numberAt(index.reduce((sum, i, dim) => sum + i * strides[dim]!, first)),
    });
  }

  /** What a notebook shows. @internal */
  [display](): Record<string, string> {
    return { "text/plain": this.toString() };
  }

  /** What console.log shows. @internal */
  [inspect](): string {
    return this.storage.freedBy === null ? this.toString() : `tensor(freed, shape=${show(this.shape)})`;
  }
}
