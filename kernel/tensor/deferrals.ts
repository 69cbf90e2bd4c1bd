// Elementwise results that wait until somebody reads them, so that operations one after the other are computed in one pass over
// memory, and what nobody reads is never stored. Nobody can tell: the numbers are those of the operations one by one, and
// whatever would change what a waiting result reads has it computed before.

import { bytesPerElement } from "./dtype";
import type { Engine } from "./engine";
import type { Shape } from "./shape";
import { Storage } from "./storage";
import type { Tensor } from "./tensor";
import type { ChainOp, ChainStep, Operand } from "./wasm/kernels";

/** How many operations are computed in one pass at most. */
const mostSteps = 12;
/** How many results may wait: each keeps what it reads in memory, also when it is garbage itself. */
const mostWaiting = 16;

/** What a storage without numbers is to hold. */
export class Deferred {
  /** How many waiting results read this one. */
  readers = 0;
  /** Whether a backward pass will read it: stored as soon as it is computed on the way to another. */
  wanted = false;

  constructor(
    readonly op: ChainOp,
    readonly inputs: readonly (Storage | number)[],
    /** For the error where there is no memory for it. */
    readonly shape: Shape,
    /** How many operations wait, this one and those below. */
    readonly steps: number,
    /** A gradient among the inputs, a share of which this owns until it is computed. */
    readonly owned: Storage | null,
  ) {}
}

const isDeferred = (input: Storage | number): input is Storage & { deferred: Deferred } =>
  typeof input !== "number" && input.deferred !== null;

export class Deferrals {
  /** In the order in which they were made; weak those that were there when garbage was collected. */
  #waiting: (Storage | WeakRef<Storage>)[] = [];

  /** Below this a pass over the numbers takes no longer than the 3 µs that it takes to think about it. */
  leastCount = 64 * 1024;

  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** Whether results of so many numbers wait at all. */
  takes(count: number): boolean {
    return count >= this.leastCount && this.#engine.sweeps;
  }

  /** What a waiting result may read: a number, or the whole storage of a tensor, unless others may change it without a word. */
  operandOf(x: Tensor | number): Storage | number | null {
    if (typeof x === "number") return x;
    const { storage } = x.layout;
    const whole = x.isContiguous() && storage.byteLength === x.count * bytesPerElement;
    return whole && x.dtype === "float32" && !storage.pinned ? storage : null;
  }

  /** op(operands) as a tensor like x, if it may wait; null where it is to be computed now. */
  tensor(op: ChainOp, x: Tensor, operands: readonly (Tensor | number)[]): Tensor | null {
    if (!this.takes(x.count)) return null;
    const inputs: (Storage | number)[] = [];
    for (const operand of operands) {
      const input = this.operandOf(operand);
      if (input === null || (typeof operand !== "number" && operand.count !== x.count)) return null;
      inputs.push(input);
    }
    return this.#engine.view(this.defer(op, inputs, x.shape), 0, x.shape, x.strides, "float32");
  }

  /** A storage for op(inputs), each of as many numbers as `shape` has, or a number. It takes over a share of `owned`. */
  defer(
    op: ChainOp,
    inputs: readonly (Storage | number)[],
    shape: Shape,
    owned: Storage | null = null,
  ): Storage {
    let below = distinct(inputs);
    let steps = 1;
    for (const { deferred } of below) steps += deferred.steps;
    if (steps > mostSteps) {
      this.settle(below);
      below = [];
      steps = 1;
    }
    const storage = this.#engine.storageFor(new Deferred(op, inputs, shape, steps, owned));
    for (const { deferred } of below) deferred.readers++;
    this.#waiting.push(storage);
    if (this.#waiting.length > mostWaiting) this.#settleOne();
    return storage;
  }

  /** Computes one of those that wait longest, best one that no other reads. */
  #settleOne(): void {
    const waiting = this.#waitingFor(() => true);
    this.settle([waiting.find(({ deferred }) => deferred!.readers === 0) ?? waiting[0]!]);
  }

  #list(): Storage[] {
    this.#waiting = this.#waiting.filter((each) => held(each) !== undefined);
    return this.#waiting.map((each) => held(each)!);
  }

  /** Those on the list that somebody may still read, if `predicate` holds of them; what was freed waits for its readers alone. */
  #waitingFor(predicate: (waiting: Storage) => boolean): Storage[] {
    return this.#list().filter((each) => each.freedBy === null && predicate(each));
  }

  /** Before the numbers of a storage change: computes what reads them. Throws a RangeError where there is no memory for it. */
  changes(storage: Storage): void {
    if (this.computes(storage)) return;
    this.#engine.collect({ all: true }); // what nobody holds needs no memory
    this.settle(this.#waitingFor((each) => readsFrom(each, storage)));
  }

  /** Computes what reads a storage; false where there is no memory for it. */
  computes(storage: Storage): boolean {
    if (this.#waiting.length === 0) return true;
    try {
      this.settle(this.#waitingFor((each) => readsFrom(each, storage)));
      return true;
    } catch (error) {
      if (error instanceof RangeError) return false;
      throw error;
    }
  }

  settleAll(): void {
    this.settle(this.#waitingFor(() => true));
  }

  /** Computes those of the storages that wait; of one size in one pass. */
  settle(storages: readonly Storage[]): void {
    let left = storages.filter((each) => each.deferred !== null);
    while (left.length > 0) {
      const { byteLength } = left[0]!;
      this.#compute(left.filter((each) => each.byteLength === byteLength));
      left = left.filter((each) => each.deferred !== null);
    }
  }

  /** Computes as many of the roots, of one size, as one pass takes: the first at least. */
  #compute(roots: readonly Storage[]): void {
    const order = new Map<Storage, number>();
    for (const root of roots) {
      if (order.size === 0 || order.size + root.deferred!.steps <= mostSteps) place(root, order);
    }
    const steps: ChainStep[] = [];
    const xs: Storage[] = [];
    const numbers: number[] = [];
    /** How many of the steps read a step. */
    const readers = new Map<Storage, number>();
    const operandOf = (input: Storage | number): Operand => {
      if (typeof input === "number") return `number${numbers.push(input) - 1}`;
      const step = order.get(input);
      if (step !== undefined) return `step${step}`;
      const known = xs.indexOf(input);
      return `x${known === -1 ? xs.push(input) - 1 : known}`;
    };
    for (const { deferred } of order.keys()) {
      const { op, inputs } = deferred!;
      steps.push({ op, operands: inputs.map(operandOf) });
      for (const input of distinct(inputs)) readers.set(input, (readers.get(input) ?? 0) + 1);
    }
    const results = [...order.keys()].filter((each) => {
      const { wanted, readers: all } = each.deferred!;
      return roots.includes(each) || (each.freedBy === null && (wanted || all > (readers.get(each) ?? 0)));
    });
    const { engine } = roots[0]!;
    const blocks: { spare: Storage | null; pointer: number }[] = [];
    try {
      for (const each of results) {
        const spare = spareOf(each, results);
        blocks.push({ spare, pointer: spare?.pointer ?? engine.blockFor(each) });
      }
      engine.kernels.chain(
        { steps, results: results.map((each) => order.get(each)!) },
        {
          xs: xs.map((x) => x.pointer),
          numbers,
          ys: blocks.map(({ pointer }) => pointer),
          n: roots[0]!.byteLength / bytesPerElement,
        },
      );
    } catch (error) {
      // There is memory for some of it alone.
      for (const [i, { spare, pointer }] of blocks.entries())
        if (spare === null) engine.giveBack(results[i]!, pointer);
      throw error;
    }
    for (const [i, storage] of results.entries()) {
      const { spare, pointer } = blocks[i]!;
      engine.collector.place(storage, pointer, spare);
      this.#leave(storage);
    }
  }

  /** Gives up a result that was freed, once no other reads it. */
  drop(storage: Storage): void {
    if (storage.deferred?.readers === 0) this.#leave(storage);
  }

  /** Takes a result off the list, and from what it read its claim. */
  #leave(storage: Storage): void {
    const { inputs, owned } = storage.deferred!;
    storage.deferred = null;
    const at = this.#waiting.findIndex((each) => held(each) === storage);
    if (at !== -1) this.#waiting.splice(at, 1);
    for (const input of distinct(inputs)) {
      input.deferred.readers--;
      if (input.freedBy !== null) this.drop(input);
    }
    if (owned !== null) storage.engine.release(owned);
  }

  /** Leaves what waits by now to the collection of garbage. */
  weaken(): void {
    this.#waiting = this.#list().map((each) => new WeakRef(each));
  }
}

const held = (each: Storage | WeakRef<Storage>): Storage | undefined =>
  each instanceof Storage ? each : each.deref();

/** Those of the inputs that wait themselves, each once. */
function distinct(inputs: readonly (Storage | number)[]): (Storage & { deferred: Deferred })[] {
  return inputs.filter((input, i) => isDeferred(input) && inputs.indexOf(input) === i) as never;
}

/** Puts a waiting result behind all that it reads. */
function place(storage: Storage, order: Map<Storage, number>): void {
  if (order.has(storage)) return;
  for (const input of storage.deferred!.inputs) if (isDeferred(input)) place(input, order);
  order.set(storage, order.size);
}

/** The gradient that goes with a result and whose block may hold it: each element is read before it is written. */
function spareOf({ deferred }: Storage, results: readonly Storage[]): Storage | null {
  const owned = deferred?.owned ?? null;
  if (owned === null || owned.shares > 0 || owned.pinned || owned.survivor !== null) return null;
  if (owned.deferred === null) return owned;
  return results.includes(owned) ? null : spareOf(owned, results);
}

function readsFrom(storage: Storage, other: Storage): boolean {
  return storage.deferred!.inputs.some(
    (input) => input === other || (isDeferred(input) && readsFrom(input, other)),
  );
}
