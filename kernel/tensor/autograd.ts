// The graph: what is recorded, and what becomes of it. Rules of single operations live beside their forward in ops/.

import { describe } from "./arguments";
import type { BackwardPass } from "./backwardPass";
import type { DType } from "./dtype";
import type { Engine } from "./engine";
import { type Shape, sameShape, show, stridesOf } from "./shape";
import type { Storage } from "./storage";
import type { Tensor } from "./tensor";

/** How an operation passes its gradient on. `Info` is what its forward noted down. */
export interface Rule<Info = undefined> {
  readonly name: string;
  /** Which values the backward reads; changing one in place between forward and backward is an error. */
  readonly reads?: "inputs" | "output" | "both";
  /** Whether backward writes over dy only where `pass.target` says so: it may share dy then, and need not be given a copy. */
  readonly sharesGradient?: boolean;
  /**
   * Gives each input that requires it its gradient, by `pass.give`. `dy` is contiguous in the output's shape and the
   * rule's own: it may overwrite it (but see `sharesGradient`) or give it on.
   */
  backward(node: Node<Info>, dy: Storage, pass: BackwardPass): void;
  /**
   * The same in words of recorded operations, one function an input, called for those that are asked for: createGraph walks
   * by it (see graphPass.ts). What it gives is summed to the input's shape where that was broadcast. Without it the
   * gradient of this operation cannot be differentiated, which createGraph says by name.
   */
  formula?(node: Node<Info>, dy: Tensor): readonly (() => Tensor)[];
}

/** One recorded operation. */
export class Node<Info = unknown> {
  /** The gradient of `output`, while a pass is under way. */
  gradient: Storage | null = null;
  /** The backward() pass that consumed this node, 0 before. */
  consumedBy = 0;
  /** The pass that last visited this node. */
  visit = 0;
  /** Whether nobody has seen `output` but the operations that made it an input: see giveUp() in doors/nn. */
  isUnseen = false;

  constructor(
    readonly rule: Rule<Info>,
    /** Grows with time: a node's inputs were made before it, so falling order is a topological one. */
    readonly sequence: number,
    public inputs: readonly Tensor[],
    public output: Tensor,
    public info: Info,
    /** Buffers of the forward that only the backward reads; freed with the node. */
    public saved: readonly Storage[],
    public versions: number,
  ) {}
}

const nothing: readonly never[] = [];

/** Where operations were called that were recorded while anomalies are looked for. */
const traces = new WeakMap<object, string>();

/** The lines of the call that recorded a node, those of this runtime left out. */
function traceOf(node: object): string {
  const lines = traces.get(node)?.split("\n").slice(1) ?? [];
  const own = lines.filter((line) => !/[\\/]kernel[\\/](tensor|nn)[\\/]/.test(line)).slice(0, 4);
  return own.length === 0 ? "" : `; it was called here:\n${own.join("\n")}`;
}

/** Notes down that `output` came from `inputs`, if gradients are on and any input requires one. Returns `output`. */
export function record<Info>(
  rule: Rule<Info>,
  output: Tensor,
  inputs: readonly Tensor[],
  info: Info,
  saved: readonly Storage[] = nothing,
): Tensor {
  const engine = output.engine;
  if (wantsGraph(engine, inputs)) {
    const node = new Node(rule, ++engine.recorded, inputs, output, info, saved, 0);
    node.versions = versionsOf(node);
    want(node);
    output.gradFn = node as Node;
    if (engine.detectsAnomaly) traces.set(node, new Error("recorded here").stack ?? "");
  } else {
    for (const storage of saved) engine.release(storage);
  }
  return output;
}

/** What a forward saved as a tensor, for a formula; whatever becomes of the node, it lives as long as that is used. */
export function savedTensor(storage: Storage, shape: Shape, dtype: DType): Tensor {
  storage.pinned = true;
  return storage.engine.view(storage, 0, shape, stridesOf(shape), dtype);
}

/** Whether an operation on `inputs` is to be recorded. */
export function wantsGraph(engine: Engine, inputs: readonly Tensor[]): boolean {
  if (!engine.gradEnabled) return false;
  for (let i = 0; i < inputs.length; i++) if (inputs[i]!.requiresGrad) return true;
  return false;
}

function versionsOf<Info>(node: Node<Info>): number {
  const { reads } = node.rule;
  if (reads === "output") return node.output.storage.version;
  let sum = 0;
  if (reads !== undefined) for (const input of node.inputs) sum += input.storage.version;
  return reads === "both" ? sum + node.output.storage.version : sum;
}

/** Has what the node's backward reads stored when it is computed. */
function want<Info>({ rule: { reads }, inputs, output }: Node<Info>): void {
  if (reads === undefined) return;
  if (reads !== "inputs" && output.storage.deferred !== null) output.storage.deferred.wanted = true;
  if (reads === "output") return;
  for (const { storage } of inputs) if (storage.deferred !== null) storage.deferred.wanted = true;
}

/** `value` as a contiguous gradient of x, or an error of what `operation` expected. */
export function contiguousGradient(operation: string, expected: string, value: unknown, x: Tensor): Tensor {
  const given = value as Partial<Tensor> | undefined;
  if (given?.dtype !== "float32" || given.shape === undefined || !sameShape(given.shape, x.shape)) {
    throw new Error(
      `${operation}: expected ${expected}a float32 gradient of shape ${show(x.shape)}, got ${describe(value)}`,
    );
  }
  return (value as Tensor).contiguous();
}

/** The nodes below `root`, newest first. */
export function graphOf(root: Node, visit: number): Node[] {
  const nodes: Node[] = [root];
  root.visit = visit;
  for (let i = 0; i < nodes.length; i++) {
    const node = nodes[i]!;
    if (node.consumedBy !== 0) throw consumedTwice(node);
    for (const input of node.inputs) {
      const next = input.gradFn;
      if (next !== null && next.visit !== visit) {
        next.visit = visit;
        nodes.push(next);
      }
    }
  }
  return nodes.sort((a, b) => b.sequence - a.sequence);
}

/** Below this a storage is left to the collector: losses, logits and predictions stay readable for good. */
const smallBytes = 16 * 1024;

/**
 * Lets go of a graph. What the previous pass's graph held is freed now; what this one held stays readable until the end
 * of the next pass. A storage that a tensor outside the graph shares (a view, a detached tensor) is left to the collector.
 */
export function consume(engine: Engine, nodes: Node[], pass: number): void {
  for (const storage of engine.consumed) {
    if (storage.consumed === storage.tensors) engine.release(storage, pass);
  }
  const consumed: Storage[] = [];
  for (const node of nodes) {
    if (node.consumedBy !== 0) continue; // finished on the way
    const storage = node.output.storage;
    if (storage.byteLength > smallBytes && storage.consumed++ === 0) consumed.push(storage);
    letGo(engine, node, pass);
  }
  engine.consumed = consumed;
}

/**
 * Lets go of a node whose output nobody has seen: all operations on it came before in the walk, so its memory is free for
 * what comes after.
 */
export function finish(engine: Engine, node: Node, pass: number): void {
  const { storage } = node.output;
  if (--storage.tensors === 0) engine.release(storage, pass);
  letGo(engine, node, pass);
}

function letGo(engine: Engine, node: Node, pass: number): void {
  for (const saved of node.saved) engine.release(saved);
  node.saved = nothing;
  node.inputs = nothing;
  node.info = undefined;
  node.consumedBy = pass;
}

/** Throws unless a walk may start from the tensor: it requires grad, and is one number or a gradient was given. */
export function requireRoot(operation: string, tensor: Tensor, gradient: Tensor | null | undefined): void {
  if (!tensor.requiresGrad) {
    throw new Error(
      `${operation}: expected a tensor that requires grad, got one without: no parameter took part in it, or it was made under noGrad()`,
    );
  }
  if ((gradient === undefined || gradient === null) && tensor.count !== 1) {
    throw new Error(
      `${operation}: expected a tensor of one element, got shape ${show(tensor.shape)}; take .sum() or .mean() first, or pass a gradient of that shape`,
    );
  }
}

/** The gradient a walk starts from: 1 for a tensor of one element, or the one given, shared where that can be. */
export function seedOf(operation: string, tensor: Tensor, gradient: Tensor | null | undefined): Storage {
  requireRoot(operation, tensor, gradient);
  const { engine } = tensor;
  if (gradient === undefined || gradient === null) {
    const one = engine.allocate(1);
    engine.f32[one.pointer >>> 2] = 1;
    return one;
  }
  return shareOf(contiguousGradient(operation, "", gradient, tensor));
}

/** The numbers of a contiguous gradient for a pass to own: shared where that can be, else copied. */
export function shareOf(source: Tensor): Storage {
  const { engine } = source;
  // What is pinned may change under the walk: a .grad that it adds to, numbers that hooks hold by .data.
  if (source.offset === 0 && !source.storage.pinned) {
    source.storage.shares++;
    return source.storage;
  }
  const copy = engine.allocate(source.count, source.shape);
  engine.kernels.unary("copy", { x: source.pointer, y: copy.pointer, n: source.count });
  return copy;
}

/** Throws where a value that the node's backward reads is no longer what it was. */
export function requireUnchanged(node: Node): void {
  if (versionsOf(node) !== node.versions) throw changedInPlace(node);
}

export function anomaly(node: Node, input: number): Error {
  return new Error(
    `detectAnomaly: expected numbers, got NaN in the gradient that "${node.rule.name}" gives its input ${input}: ` +
      `inputs ${node.inputs.map((x) => show(x.shape)).join(", ")}, output ${show(node.output.shape)}${traceOf(node)}`,
  );
}

function consumedTwice(node: Node): Error {
  return new Error(
    `backward: went through a graph a second time: backward() number ${node.consumedBy} already freed what "${node.rule.name}" had saved; ` +
      "pass { retainGraph: true } to the first backward(), or cut the graph with detach()",
  );
}

function changedInPlace(node: Node): Error {
  return new Error(
    `backward: a value that the gradient of "${node.rule.name}" needs was changed in place after the forward pass ` +
      "(an optimizer step, or a method ending in _); run the forward again, or change a copy (clone())",
  );
}
