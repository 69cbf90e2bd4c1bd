// The walk back through the graph: who owns which gradient on the way, and where those of the leaves go.

import {
  anomaly,
  consume,
  contiguousGradient,
  finish,
  graphOf,
  type Node,
  requireUnchanged,
} from "./autograd";
import { bytesPerElement } from "./dtype";
import type { Engine } from "./engine";
import { stridesOf } from "./shape";
import type { Storage } from "./storage";
import type { Tensor } from "./tensor";
import type { UnaryGradOp } from "./wasm/kernels";

/** Elementwise operations that make gradients: dy times or through something, or through the derivative of a function. */
export type GradientOp = "mul" | "div" | UnaryGradOp;

/** One walk from a tensor back to the leaves. */
export class BackwardPass {
  /** The gradient the running rule owns, until it gives it away. */
  #current: Storage | null = null;
  /** Gradients of leaves that may not go to `.grad` at once: shared ones, those with hooks, and those that grad() asks for. */
  readonly #held = new Map<Tensor, Storage>();
  /** Gradients of leaves that are in `.grad` and not yet computed. */
  readonly #deferred = new Map<Tensor, Storage>();
  /** What grad() asked for, as far as the walk came by it. */
  readonly found = new Map<Tensor, Storage>();

  /** What grad() asks for; no `.grad` changes then. */
  readonly #wanted: ReadonlySet<Tensor> | null;

  constructor(
    readonly engine: Engine,
    wanted: ReadonlySet<Tensor> | null = null,
  ) {
    this.#wanted = wanted;
  }

  /** Adds `gradient`, contiguous in x's shape and owned by the caller, to the gradient of x. The pass owns it then. */
  give(x: Tensor, gradient: Storage): void {
    this.take(gradient);
    const existing = this.#existing(x);
    if (existing !== null) {
      this.engine.kernels.axpy({ alpha: 1, x: gradient.pointer, y: existing.pointer, n: x.count });
      this.engine.release(gradient);
    } else if (x.gradFn !== null) x.gradFn.gradient = gradient;
    else if (this.#wanted?.has(x) ?? (x.hooks !== null || gradient.shares > 0)) this.#held.set(x, gradient);
    else if (this.#wanted !== null) this.engine.release(gradient);
    else {
      x.adoptGrad(gradient);
      if (gradient.deferred !== null) this.#deferred.set(x, gradient);
    }
  }

  /**
   * The gradient of x that an elementwise operation makes of dy, a share of which it takes over, and a number or a contiguous
   * tensor of its size. Long ones wait (see Deferrals), others are computed at once, over dy where nobody else reads it.
   */
  map(op: GradientOp, dy: Storage, by: Tensor | number, x: Tensor): Storage {
    const { deferrals, kernels } = this.engine;
    const { count } = x;
    const operand = deferrals.operandOf(by);
    if (operand !== null && deferrals.takes(count) && dy.byteLength === count * bytesPerElement) {
      return deferrals.defer(
        op === "mul" || op === "div" ? op : `${op}′`,
        [dy, operand],
        x.shape,
        this.take(dy),
      );
    }
    const dx = this.target(dy, x);
    const call = { dy: dy.pointer, dx: dx.pointer, n: count };
    if (typeof by === "number") kernels.scale({ alpha: by, x: call.dy, y: call.dx, n: count });
    else if (op === "mul" || op === "div") {
      kernels.binary(op, "same", { a: call.dy, b: by.pointer, y: call.dx, columns: count });
    } else kernels.unaryGrad(op, { ...call, saved: by.pointer });
    return this.replaced(dy, dx);
  }

  /** The gradient of x that is one number everywhere. */
  filled(x: Tensor, value: number): Storage {
    const { deferrals, kernels } = this.engine;
    if (deferrals.takes(x.count)) return deferrals.defer("copy", [value], x.shape);
    const dx = this.allocate(x);
    kernels.fill({ y: dx.pointer, value, n: x.count });
    return dx;
  }

  /** dx, where a rule has written it by `target`, in the stead of dy, a share of which is given up. */
  replaced(dy: Storage, dx: Storage): Storage {
    this.take(dy);
    if (dx !== dy) this.engine.release(dy);
    return dx;
  }

  /** Adds to the gradient of x what `write` puts into its buffer: in place of what is there, or added to it. */
  accumulate(x: Tensor, write: (gradient: Storage, adding: boolean) => void): void {
    const existing = this.#existing(x);
    const gradient = existing ?? this.allocate(x);
    write(gradient, existing !== null);
    if (existing === null) this.give(x, gradient);
  }

  /** The gradient of x that is there already, to be added to in place. */
  #existing(x: Tensor): Storage | null {
    const { gradFn } = x;
    if (gradFn !== null) {
      if (gradFn.gradient !== null) gradFn.gradient = this.#owned(gradFn.gradient, x.count);
      return gradFn.gradient;
    }
    const held = this.#held.size > 0 ? this.#held.get(x) : undefined;
    if (held !== undefined) {
      const own = this.#owned(held, x.count);
      if (own !== held) this.#held.set(x, own);
      return own;
    }
    const gradient = this.#wanted === null && x.hooks === null ? x.gradStorage() : null;
    if (gradient !== null) this.engine.deferrals.changes(gradient);
    return gradient;
  }

  /** Takes dy out of the pass's hands, for a function that frees it. */
  take(dy: Storage): Storage {
    if (dy === this.#current) this.#current = null;
    return dy;
  }

  /** Another owner's share of dy: for a second input, which gets it too. Nobody writes over it while it is shared. */
  share(dy: Storage): Storage {
    dy.shares++;
    return dy;
  }

  /** Where a rule writes the gradient of x, which is of dy's size: over dy, or beside it where others read it too. */
  target(dy: Storage, x: Tensor): Storage {
    return dy.shares > 0 ? this.allocate(x) : dy;
  }

  /** The gradient itself where it has one owner, else a copy in its stead. */
  #owned(gradient: Storage, count: number): Storage {
    if (gradient.shares === 0) return gradient;
    const copy = this.#copy(gradient, count);
    this.engine.release(gradient);
    return copy;
  }

  /** A buffer of the size of x. */
  allocate(x: Tensor): Storage {
    return this.engine.allocate(x.count, x.shape);
  }

  #copy(gradient: Storage, count: number): Storage {
    const copy = this.engine.allocate(count);
    this.engine.kernels.unary("copy", { x: gradient.pointer, y: copy.pointer, n: count });
    return copy;
  }

  /** Walks back from `root`, whose gradient is `seed`. */
  run(root: Tensor, seed: Storage, retainGraph: boolean): void {
    const engine = this.engine;
    if (root.gradFn === null) {
      this.give(root, seed);
      this.#settle();
      return;
    }
    const number = ++engine.passes;
    const nodes = graphOf(root.gradFn, number);
    root.gradFn.gradient = seed;
    try {
      for (const node of nodes) {
        let dy = node.gradient;
        if (dy === null) continue;
        node.gradient = null;
        this.#current = dy;
        requireUnchanged(node);
        const { output, rule } = node;
        if (output.hooks !== null || rule.sharesGradient !== true) {
          dy = this.#owned(dy, output.count);
          this.#current = dy;
        }
        if (output.hooks !== null) this.#callHooks(output, dy);
        if (this.#wanted === null) {
          if (output.retainsGrad) output.addGrad(dy);
        } else if (this.#wanted.has(output)) this.found.set(output, this.#copy(dy, output.count));
        rule.backward(node, dy, this);
        if (this.#current !== null) engine.release(dy);
        this.#current = null;
        if (engine.detectsAnomaly) this.#requireNumbers(node);
        if (node.isUnseen && !retainGraph) finish(engine, node, number);
      }
      this.#settle();
    } catch (error) {
      this.#giveUp();
      throw error;
    } finally {
      if (this.#current !== null) engine.release(this.#current);
      this.#current = null;
      for (const node of nodes) {
        if (node.gradient !== null) engine.release(node.gradient);
        node.gradient = null;
      }
    }
    if (!retainGraph) consume(engine, nodes, number);
  }

  /** Lets go of gradients that a walk that failed has left waiting: nobody is to compute them later. */
  #giveUp(): void {
    for (const [x, gradient] of this.#deferred) if (gradient.deferred !== null) x.grad = null;
    for (const held of this.#held.values()) this.engine.release(held);
  }

  /** Throws where the rule that has just run gave one of its inputs a NaN. */
  #requireNumbers(node: Node): void {
    const { f32 } = this.engine;
    for (const [i, x] of node.inputs.entries()) {
      if (!x.requiresGrad) continue;
      const storage = x.gradFn?.gradient ?? this.#held.get(x) ?? (x.gradFn === null ? x.gradStorage() : null);
      const first = storage === null ? 0 : storage.pointer >>> 2;
      if (storage !== null && f32.subarray(first, first + x.count).some(Number.isNaN)) throw anomaly(node, i);
    }
  }

  /** Takes the held gradients, whole by now, through their hooks to where they go. */
  #settle(): void {
    this.engine.deferrals.settle([...this.#deferred.values(), ...this.#held.values()]);
    for (const [x, held] of this.#held) {
      const gradient = this.#owned(held, x.count);
      this.#callHooks(x, gradient);
      if (this.#wanted !== null) this.found.set(x, gradient);
      else if (x.gradStorage() === null) x.adoptGrad(gradient);
      else {
        x.addGrad(gradient);
        this.engine.release(gradient);
      }
    }
  }

  /** Shows the gradient of x to its hooks, each a copy, and writes over it what they return. */
  #callHooks(x: Tensor, gradient: Storage): void {
    const { engine } = this;
    const recording = engine.gradEnabled;
    engine.gradEnabled = false;
    try {
      for (const hook of x.hooks ?? []) {
        const shown = engine.view(this.#copy(gradient, x.count), 0, x.shape, stridesOf(x.shape), "float32");
        const returned: unknown = hook(shown);
        if (returned === undefined || returned === null) continue;
        const source = contiguousGradient("registerHook", "the hook to return nothing or ", returned, x);
        engine.kernels.unary("copy", { x: source.pointer, y: gradient.pointer, n: x.count });
      }
    } finally {
      engine.gradEnabled = recording;
    }
  }
}
