// The one engine of this process, and the functions that act on it as a whole: modes, memory, the random seed.

import { isPlain, requireFunction, requireKnown, requireTensor } from "./arguments";
import type { CollectorHost } from "./collector";
import { Engine, type MemoryUsage, type Scope } from "./engine";
import type { Generator, GeneratorState } from "./math/random";
import { Storage } from "./storage";
import { Tensor } from "./tensor";
import type { KernelOptions, ThreadHost } from "./wasm";

/** The engine that creation functions use. */
export const engine = new Engine(Tensor);

/** Starts the default random stream over: the same seed gives the same numbers. */
export function manualSeed(seed: number): Generator {
  requireKnown("manualSeed", arguments, 1);
  return engine.generator.manualSeed(seed);
}

/** Where the default random stream is, for setRngState(): numbers, which JSON and save() keep. As torch.get_rng_state. */
export function getRngState(): GeneratorState {
  requireKnown("getRngState", arguments, 0);
  return engine.generator.getState();
}

/** Puts the default random stream where getRngState() found it. Throws a TypeError for anything else. As torch.set_rng_state. */
export function setRngState(state: GeneratorState): void {
  requireKnown("setRngState", arguments, 1);
  engine.generator.setState(state);
}

/**
 * Runs fn, a synchronous function, and puts the default random stream back to where it was, so that what fn drew changes
 * nothing after it. As torch.random.fork_rng.
 */
export function forkRng<T>(fn: () => Synchronous<T>): T {
  requireKnown("forkRng", arguments, 1);
  requireFunction("forkRng", fn);
  const state = engine.generator.getState();
  try {
    return requireSynchronous("forkRng", fn());
  } finally {
    engine.generator.setState(state);
  }
}

/** What tensors take of the memory now. A loop that does not leak leaves `heapBytes` where it is. */
export function memoryUsage(): MemoryUsage {
  requireKnown("memoryUsage", arguments, 0);
  return engine.memoryUsage();
}

/** Gives the engine a way to collect garbage at once; without it tensors that nobody reads are moved, see Collector.pageOut(). */
export function setCollectorHost(host: CollectorHost | null): void {
  engine.setCollectorHost(host);
}

/** Chooses the kernels anew: before threads are set, best before any has run. */
export function setSimd(simd: KernelOptions["simd"]): void {
  engine.useSimd(simd);
}

/** Shares long kernel calls among `count` threads that the host starts when first needed. */
export function setThreads(host: ThreadHost, count: number): void {
  engine.useThreads(host, count);
}

/** Allows tensors no more than that many bytes, those of the kernels' own buffers included. */
export function setMemoryLimit(bytes: number): void {
  engine.boundMemory(bytes);
}

/** Whether layers, and operations, in a row may be computed together, which changes no number. */
export function setSweeps(enabled: boolean): void {
  engine.sweeps = enabled;
}

/** See setSweeps(). */
export function isSweeping(): boolean {
  return engine.sweeps;
}

/** Puts modes back after an interrupt that unwound noGrad() or tidy() without running their ends. */
export function recover(): void {
  engine.recover();
}

/** What an async function would return to noGrad() or tidy(): their effect would end at its first await. */
export type Synchronous<T> = T extends PromiseLike<unknown> ? never : T;

/**
 * Runs fn without recording operations, and returns what it returns. fn must be synchronous: a mode that lasted over an
 * await would also hold for whatever code runs in between.
 */
export function noGrad<T>(fn: () => Synchronous<T>): T {
  requireKnown("noGrad", arguments, 1);
  return withGrad("noGrad", false, fn);
}

/** Runs fn with recording on, inside a noGrad(). */
export function enableGrad<T>(fn: () => Synchronous<T>): T {
  requireKnown("enableGrad", arguments, 1);
  return withGrad("enableGrad", true, fn);
}

/** Whether operations are recorded now. */
export function isGradEnabled(): boolean {
  requireKnown("isGradEnabled", arguments, 0);
  return engine.gradEnabled;
}

function withGrad<T>(name: string, enabled: boolean, fn: () => Synchronous<T>): T {
  requireFunction(name, fn);
  const before = engine.gradEnabled;
  engine.gradEnabled = enabled;
  try {
    return requireSynchronous(name, fn());
  } finally {
    engine.gradEnabled = before;
  }
}

/** Throws where a function gave back a promise. */
export function requireSynchronous<T>(name: string, result: T): T {
  if (
    typeof result === "object" &&
    result !== null &&
    "then" in result &&
    typeof result.then === "function"
  ) {
    (result as unknown as Promise<unknown>).then(undefined, () => {}); // the error below is the one to see
    throw new TypeError(
      `${name}: expected a synchronous function, got one that returns a promise; ` +
        `await first, and wrap each stretch between awaits: const x = await …; ${name}(() => f(x))`,
    );
  }
  return result;
}

/** Leaves a tensor's memory to the collector: neither backward() nor tidy() frees it while you hold it. */
export function keep(tensor: Tensor): Tensor {
  requireKnown("keep", arguments, 1);
  requireTensor("keep", tensor);
  tensor.storage.pinned = true;
  return tensor;
}

/**
 * Runs fn and frees at once every tensor it made, except those in its result (a tensor, or arrays and plain objects of
 * them), their graph, gradients, and what keep() marked. Never needed for correctness: unused tensors are collected.
 */
export function tidy<T>(fn: () => Synchronous<T>): T {
  requireKnown("tidy", arguments, 1);
  requireFunction("tidy", fn);
  const scope: Scope = { made: [], outer: engine.scope };
  engine.scope = scope;
  let result: T;
  try {
    result = requireSynchronous("tidy", fn());
  } finally {
    engine.scope = scope.outer;
  }
  const held = new Set<Storage>();
  holdAll(result, held, new Set());
  // The newest first: what waits is dropped before what it reads.
  for (const item of scope.made.reverse()) {
    const storage = item instanceof Storage ? item : item.ref.deref();
    if (storage === undefined) continue; // already garbage
    if (held.has(storage)) scope.outer?.made.push(storage);
    else engine.release(storage, "tidy");
  }
  return result;
}

/** Collects the storages that a value reaches: tensors in arrays and plain objects, and what their graphs still need. */
function holdAll(root: unknown, held: Set<Storage>, seen: Set<unknown>): void {
  const pending = [root];
  while (pending.length > 0) {
    const value = pending.pop();
    if (typeof value !== "object" || value === null || seen.has(value)) continue;
    seen.add(value);
    if (value instanceof Tensor) {
      held.add(value.storage);
      const node = value.gradFn;
      if (node === null) continue;
      for (const storage of node.saved) held.add(storage);
      pending.push(...node.inputs, node.info);
    } else if (Array.isArray(value) || isPlain(value)) pending.push(...Object.values(value));
  }
}
