// Derivatives of functions as wholes: Jacobians, Hessians, and their products with vectors. Exported as `autograd.functional`.

import { requireFunction, requireKnown, requireTensors } from "./arguments";
import { ones, zeros } from "./creation";
import { stack } from "./functions";
import { grad, listOf, type OneOrMore } from "./gradients";
import { enableGrad } from "./runtime";
import { sameShape, show } from "./shape";
import type { Tensor } from "./tensor";

/** What the functions of autograd.functional can be told. */
export interface FunctionalOptions {
  /** Gives the result a graph, to be differentiated in turn. Default false. */
  readonly createGraph?: boolean;
}

type Map1 = (input: Tensor) => Tensor;
type Maps = (...inputs: Tensor[]) => OneOrMore;

const named = ["createGraph"];

/** The inputs as tensors that a gradient reaches, and what fn makes of them. */
function called(operation: string, fn: Maps, inputs: OneOrMore, { createGraph = false }: FunctionalOptions) {
  requireFunction(operation, fn);
  const given = listOf(inputs);
  requireTensors(operation, given);
  if (given.length === 0 || given.some(({ dtype }) => dtype !== "float32")) {
    const got = given.map(({ dtype }) => dtype).join(", ");
    throw new TypeError(`${operation}: expected float32 inputs, at least one, got ${got || "none"}`);
  }
  const xs = given.map((x) =>
    createGraph && x.requiresGrad ? x.reshape(x.shape) : x.detach().requiresGrad_(),
  );
  const result = fn(...xs);
  const ys = listOf(result);
  requireTensors(operation, ys);
  if (ys.length === 0) throw new RangeError(`${operation}: expected fn to give a tensor, got none`);
  return { xs, ys, single: !Array.isArray(inputs), singleOutput: !Array.isArray(result) };
}

/** The gradients of ys, 0 for an x that they do not depend on. */
function pullBack(
  ys: readonly Tensor[],
  xs: readonly Tensor[],
  seeds: readonly Tensor[],
  createGraph: boolean,
) {
  const reached = ys.map((y, i) => ({ y, seed: seeds[i]! })).filter(({ y }) => y.requiresGrad);
  if (reached.length === 0) return xs.map((x) => zeros(x.shape));
  const found = grad(
    reached.map(({ y }) => y),
    xs,
    { gradOutputs: reached.map(({ seed }) => seed), retainGraph: true, createGraph, allowUnused: true },
  );
  return found.map((gradient, i) => gradient ?? zeros(xs[i]!.shape));
}

/** Vectors of the shapes of `like`; without any, 1 for a single number. */
function vectorsFor(operation: string, v: OneOrMore | null | undefined, like: readonly Tensor[], of: string) {
  if (v === undefined || v === null) {
    if (like.length === 1 && like[0]!.numel() === 1) return [ones(like[0]!.shape)];
    throw new TypeError(
      `${operation}: expected v of the shapes of ${of}, got none; it may be left out for a single number`,
    );
  }
  const vectors = listOf(v);
  requireTensors(operation, vectors);
  if (vectors.length !== like.length || vectors.some((each, i) => !sameShape(each.shape, like[i]!.shape))) {
    const shapes = (list: readonly Tensor[]) => list.map(({ shape }) => show(shape)).join(", ");
    throw new RangeError(
      `${operation}: expected v of shapes ${shapes(like)}, as ${of}, got ${shapes(vectors)}`,
    );
  }
  return vectors;
}

function requireNumberOutput(operation: string, ys: readonly Tensor[]): Tensor {
  requireTensors(operation, ys);
  if (ys.length === 1 && ys[0]!.numel() === 1) return ys[0]!;
  throw new RangeError(
    `${operation}: expected fn to give a single number, got ${ys.map(({ shape }) => show(shape)).join(", ")}`,
  );
}

const plain = (tensors: readonly Tensor[], createGraph: boolean) =>
  createGraph ? tensors : tensors.map((each) => each.detach());

/**
 * All derivatives of fn's outputs by its inputs: [...output, ...input] for one of each, by a walk back for each element of
 * the output. Several inputs give a list by input, several outputs a list of such. As torch.autograd.functional.jacobian.
 */
export function jacobian(fn: Map1, inputs: Tensor, options?: FunctionalOptions): Tensor;
export function jacobian(
  fn: (...inputs: Tensor[]) => Tensor,
  inputs: readonly Tensor[],
  options?: FunctionalOptions,
): Tensor[];
export function jacobian(
  fn: (input: Tensor) => readonly Tensor[],
  inputs: Tensor,
  options?: FunctionalOptions,
): Tensor[];
export function jacobian(
  fn: (...inputs: Tensor[]) => readonly Tensor[],
  inputs: readonly Tensor[],
  options?: FunctionalOptions,
): Tensor[][];
export function jacobian(
  fn: Maps,
  inputs: OneOrMore,
  options: FunctionalOptions = {},
): Tensor | Tensor[] | Tensor[][] {
  requireKnown("jacobian", arguments, 3, named);
  return jacobians("jacobian", fn, inputs, options);
}

function jacobians(
  operation: string,
  fn: Maps,
  inputs: OneOrMore,
  options: FunctionalOptions,
): Tensor | Tensor[] | Tensor[][] {
  return enableGrad(() => {
    const { createGraph = false } = options;
    const { xs, ys, single, singleOutput } = called(operation, fn, inputs, options);
    const rows = ys.map((y) => {
      const each = Array.from({ length: y.numel() }, (_, i) => {
        const seed = zeros(y.shape);
        seed.data[i] = 1;
        return pullBack([y], xs, [seed], createGraph);
      });
      return xs.map((x, i) => {
        const shape = [...y.shape, ...x.shape];
        return each.length === 0 ? zeros(shape) : stack(each.map((row) => row[i]!)).reshape(shape);
      });
    });
    const wanted = rows.map((row) => (single ? row[0]! : row));
    return (singleOutput ? wanted[0]! : wanted) as Tensor | Tensor[] | Tensor[][];
  });
}

/**
 * All second derivatives of fn, which gives a single number: [...input, ...input] for one input, for several a list of lists.
 * As torch.autograd.functional.hessian.
 */
export function hessian(fn: Map1, inputs: Tensor, options?: FunctionalOptions): Tensor;
export function hessian(
  fn: (...inputs: Tensor[]) => Tensor,
  inputs: readonly Tensor[],
  options?: FunctionalOptions,
): Tensor[][];
export function hessian(
  fn: (...inputs: Tensor[]) => Tensor,
  inputs: OneOrMore,
  options: FunctionalOptions = {},
): Tensor | Tensor[][] {
  requireKnown("hessian", arguments, 3, named);
  requireFunction("hessian", fn);
  const gradients = (...xs: Tensor[]) => {
    const y = requireNumberOutput("hessian", listOf(fn(...xs)));
    return pullBack([y], xs, [ones(y.shape)], true);
  };
  const rows = jacobians("hessian", gradients, listOf(inputs), options) as Tensor[][];
  return Array.isArray(inputs) ? rows : rows[0]![0]!;
}

/**
 * fn's output, and vᵀ times its Jacobian: v has the outputs' shapes, and may be left out where that is a single number; the
 * product has the inputs'. As torch.autograd.functional.vjp.
 */
export function vjp<Output extends OneOrMore>(
  fn: (...inputs: Tensor[]) => Output,
  inputs: Tensor,
  v?: OneOrMore | null,
  options?: FunctionalOptions,
): [output: Output, product: Tensor];
export function vjp<Output extends OneOrMore>(
  fn: (...inputs: Tensor[]) => Output,
  inputs: OneOrMore,
  v?: OneOrMore | null,
  options?: FunctionalOptions,
): [output: Output, product: Tensor[]];
export function vjp<Output extends OneOrMore>(
  fn: (...inputs: Tensor[]) => Output,
  inputs: OneOrMore,
  v?: OneOrMore | null,
  options: FunctionalOptions = {},
): [output: Output, product: OneOrMore] {
  requireKnown("vjp", arguments, 4, named);
  return enableGrad(() => {
    const { createGraph = false } = options;
    const { xs, ys, single, singleOutput } = called("vjp", fn, inputs, options);
    const product = pullBack(ys, xs, vectorsFor("vjp", v, ys, "fn's outputs"), createGraph);
    return packed<Output, OneOrMore>(plain(ys, createGraph), singleOutput, product, single);
  });
}

/**
 * fn's output, and its Jacobian times v: v has the inputs' shapes, the product the outputs'. By a walk back through a walk
 * back, so it costs twice what vjp does. As torch.autograd.functional.jvp.
 */
export function jvp<Output extends OneOrMore>(
  fn: (...inputs: Tensor[]) => Output,
  inputs: OneOrMore,
  v?: OneOrMore | null,
  options: FunctionalOptions = {},
): [output: Output, product: Output] {
  requireKnown("jvp", arguments, 4, named);
  return enableGrad(() => {
    const { createGraph = false } = options;
    const { xs, ys, singleOutput } = called("jvp", fn, inputs, options);
    const vectors = vectorsFor("jvp", v, xs, "the inputs");
    // The gradients are linear in their seeds: their derivative by these is the Jacobian's transpose.
    const seeds = ys.map((y) => zeros(y.shape, { requiresGrad: true }));
    const product = pullBack(pullBack(ys, xs, seeds, true), seeds, vectors, createGraph);
    return packed<Output, Output>(plain(ys, createGraph), singleOutput, product, singleOutput);
  });
}

/**
 * fn's output, a single number, and its Hessian times v, of the inputs' shapes, without the Hessian. As
 * torch.autograd.functional.hvp (and vhp, which is the same: a Hessian is symmetric).
 */
export function hvp(
  fn: (...inputs: Tensor[]) => Tensor,
  inputs: Tensor,
  v?: OneOrMore | null,
  options?: FunctionalOptions,
): [output: Tensor, product: Tensor];
export function hvp(
  fn: (...inputs: Tensor[]) => Tensor,
  inputs: OneOrMore,
  v?: OneOrMore | null,
  options?: FunctionalOptions,
): [output: Tensor, product: Tensor[]];
export function hvp(
  fn: (...inputs: Tensor[]) => Tensor,
  inputs: OneOrMore,
  v?: OneOrMore | null,
  options: FunctionalOptions = {},
): [output: Tensor, product: OneOrMore] {
  requireKnown("hvp", arguments, 4, named);
  return enableGrad(() => {
    const { createGraph = false } = options;
    const { xs, ys, single } = called("hvp", fn, inputs, options);
    const y = requireNumberOutput("hvp", ys);
    const vectors = vectorsFor("hvp", v, xs, "the inputs");
    const gradients = pullBack([y], xs, [ones(y.shape)], true);
    const product = pullBack(gradients, xs, vectors, createGraph);
    return packed<Tensor, OneOrMore>(plain([y], createGraph), true, product, single);
  });
}

function packed<Output, Product>(
  ys: readonly Tensor[],
  singleOutput: boolean,
  product: readonly Tensor[],
  single: boolean,
): [Output, Product] {
  return [singleOutput ? ys[0] : ys, single ? product[0] : product] as [Output, Product];
}
