// Operations of the user's own, with a gradient of their own: torch.autograd.Function.

import { describe, requireFunction, requireKnown, requireTensor } from "./arguments";
import { contiguousGradient, type Node, type Rule, record, shareOf, wantsGraph } from "./autograd";
import type { BackwardPass } from "./backwardPass";
import { engine } from "./runtime";
import { type Shape, show, stridesOf } from "./shape";
import { Tensor } from "./tensor";

type Gradients = Tensor | null | undefined | readonly (Tensor | null | undefined)[];

/** A backward of a Function, whose context may have properties of its own. */
type Backward = { called(context: FunctionContext, ...gradients: Tensor[]): Gradients }["called"];

/** What a subclass of Function states. */
interface Definition<Arguments extends readonly unknown[], Result> {
  readonly name: string;
  forward(context: FunctionContext, ...inputs: Arguments): Result;
  backward(context: FunctionContext, ...gradients: Tensor[]): Gradients;
}

/**
 * What forward and backward of a Function share. Properties of your own may be added: write the parameter as
 * `ctx: autograd.FunctionContext & { alpha?: number }`.
 */
export class FunctionContext {
  readonly #saved: { readonly tensor: Tensor | null; readonly version: number }[] = [];
  readonly #fixed = new Set<Tensor>();
  readonly #outputs = new Map<Tensor, Tensor>();
  readonly #needs: readonly boolean[];
  readonly #name: string;

  /** Function.apply() makes it. @internal */
  constructor(name: string, needs: readonly boolean[]) {
    this.#name = name;
    this.#needs = needs;
  }

  /** Keeps inputs, outputs or other tensors for backward: `savedTensors` gives them there. Null stays null. */
  saveForBackward(...tensors: (Tensor | null)[]): void {
    for (const tensor of tensors) if (tensor !== null) requireTensor("saveForBackward", tensor);
    this.#saved.length = 0;
    for (const tensor of tensors) this.#saved.push({ tensor, version: tensor?.storage.version ?? 0 });
  }

  /** What saveForBackward() kept, in its order. Throws an Error where one was changed in place since. */
  get savedTensors(): Tensor[] {
    return this.#saved.map(({ tensor, version }) => {
      if (tensor !== null && tensor.storage.version !== version) {
        throw new Error(
          `${this.#name}.backward: a tensor that it saved, ${show(tensor.shape)}, was changed in place after the forward; save a copy (clone())`,
        );
      }
      return (tensor === null ? null : (this.#outputs.get(tensor) ?? tensor)) as Tensor;
    });
  }

  /** For each argument of forward whether it is a tensor that requires grad: what backward may leave out. */
  get needsInputGrad(): readonly boolean[] {
    return this.#needs;
  }

  /** Says of outputs that no gradient goes through them; int32 and bool ones need no word. */
  markNonDifferentiable(...outputs: Tensor[]): void {
    for (const output of outputs) {
      requireTensor("markNonDifferentiable", output);
      this.#fixed.add(output);
    }
  }

  /** Whether a gradient goes through an output. @internal */
  differentiates(output: Tensor): boolean {
    return output.dtype === "float32" && !this.#fixed.has(output);
  }

  /** Names what the graph knows an output of forward by. @internal */
  giveOut(output: Tensor, known: Tensor): void {
    this.#outputs.set(output, known);
  }

  /** The tensors that the graph has to keep. @internal */
  held(): unknown[] {
    return [this.#saved.map(({ tensor }) => tensor), ...Object.values(this)];
  }
}

interface Call {
  readonly context: FunctionContext;
  /** Seen by tidy(). */
  readonly held: unknown[];
  readonly definition: Definition<never, unknown>;
  readonly args: readonly unknown[];
  readonly shapes: readonly Shape[];
  /** The gradients of the outputs as they come by, and the walk that they are of. */
  readonly arrived: { walk: number; readonly gradients: (Tensor | undefined)[] };
}

const once = new WeakSet<object>();

/**
 * A backward whose own steps are not to be recorded: gradients through it cannot be differentiated, and createGraph says
 * so. `static override backward = autograd.onceDifferentiable((ctx, dy) => …)`; as
 * torch.autograd.function.once_differentiable.
 */
export function onceDifferentiable(backward: Backward): Backward {
  requireKnown("onceDifferentiable", arguments, 1);
  requireFunction("onceDifferentiable", backward);
  once.add(backward);
  return backward;
}

/**
 * An operation with a gradient of your own. A subclass states `static forward(ctx, …)`, which computes without recording, and
 * `static backward(ctx, …gradients)`, which gets a gradient for each output (0 for one that took no part) and gives back one
 * for each argument of forward, null for what needs none; `apply()` calls it. Backward's own operations are recorded under
 * createGraph, so it can be differentiated in turn where they can. As torch.autograd.Function.
 */
// biome-ignore lint/complexity/noStaticOnlyClass: it is there to be extended
export abstract class CustomFunction {
  /** What it is called where it is exported, as autograd.Function. */
  static readonly name: string = "Function";

  /** Computes forward(…) and notes it down, so that gradients go back through backward(). */
  static apply<Arguments extends readonly unknown[], Result extends Tensor | readonly Tensor[]>(
    this: Definition<Arguments, Result>,
    ...args: Arguments
  ): Result {
    // biome-ignore lint/complexity/noThisInStatic: the subclass is meant
    return applied(this, args);
  }
}

function applied<Arguments extends readonly unknown[], Result extends Tensor | readonly Tensor[]>(
  definition: Definition<Arguments, Result>,
  args: Arguments,
): Result {
  for (const word of ["forward", "backward"] as const) {
    if (typeof definition?.[word] === "function") continue;
    throw new TypeError(
      `apply: expected a subclass of autograd.Function with static forward and backward, got one without ${word}`,
    );
  }
  const { name } = definition;
  const needs = args.map((each) => each instanceof Tensor && each.requiresGrad);
  const context = new FunctionContext(name, needs);
  const recording = engine.gradEnabled;
  engine.gradEnabled = false;
  let result: Result;
  try {
    result = definition.forward(context, ...args);
  } finally {
    engine.gradEnabled = recording;
  }
  const given: readonly Tensor[] = Array.isArray(result) ? result : [result as Tensor];
  for (const output of given) requireTensor(`${name}.forward`, output, "what it returns");
  const inputs = args.filter((each) => each instanceof Tensor);
  if (!wantsGraph(engine, inputs)) {
    const outside = given.map((output) => (output.requiresGrad ? output.detach() : output));
    return (Array.isArray(result) ? outside : outside[0]) as unknown as Result;
  }
  const hub = engine.empty([], "float32");
  engine.f32[hub.pointer >>> 2] = 0;
  const call: Call = {
    context,
    held: context.held(),
    definition: definition as Definition<never, unknown>,
    args,
    shapes: given.map(({ shape }) => shape),
    arrived: { walk: 0, gradients: [] },
  };
  record(once.has(definition.backward) ? onceRule(name) : twiceRule(name), hub, inputs, call);
  const outputs = given.map((output, index) => {
    const { storage, offset, shape, strides, dtype } = output;
    const known = engine.view(storage, offset, shape, strides, dtype);
    if (!context.differentiates(output)) return known;
    context.giveOut(output, known);
    return record(outputRule(name), known, [hub], index);
  });
  return (Array.isArray(result) ? outputs : outputs[0]) as unknown as Result;
}

// Several outputs meet in one hidden number, the hub: each output leaves its gradient there, and the hub, which the walk
// comes by when all of them are done, calls backward.

const outputRule = (name: string): Rule<number> => ({
  name,
  backward(node, dy, pass) {
    const { shape } = node.output;
    arrive(node, engine.view(pass.take(dy), 0, shape, stridesOf(shape), "float32"));
    const mark = pass.allocate(node.inputs[0]!);
    engine.f32[mark.pointer >>> 2] = 0;
    pass.give(node.inputs[0]!, mark);
  },
  formula(node, dy) {
    return [
      () => {
        arrive(node, dy);
        return node.inputs[0]!.detach();
      },
    ];
  },
});

function arrive(node: Node<number>, gradient: Tensor): void {
  const hub = node.inputs[0]!.gradFn as Node<Call>;
  const { arrived } = hub.info;
  if (arrived.walk !== hub.visit) arrived.gradients.length = 0; // what a walk that failed has left
  arrived.walk = hub.visit;
  arrived.gradients[node.info] = gradient;
}

/** What backward gives for each tensor among the arguments, checked. */
function gradientsOf({ info, inputs }: Node<Call>): (Tensor | null)[] {
  const { context, definition, args, shapes, arrived } = info;
  const gradients = shapes.map((shape, i) => arrived.gradients[i] ?? zerosOf(shape));
  arrived.gradients.length = 0;
  const returned = definition.backward(context, ...gradients);
  const list = Array.isArray(returned) ? returned : [returned];
  const surplus = list.slice(args.length).some((each) => each !== null && each !== undefined);
  if (list.length < args.length || surplus) {
    throw new Error(
      `${definition.name}.backward: expected ${args.length} gradients, one for each argument of forward, got ${list.length}; return null for what needs none`,
    );
  }
  return args.flatMap((x, i) => {
    const gradient: unknown = list[i] ?? null;
    if (!(x instanceof Tensor)) {
      if (gradient === null) return [];
      throw new Error(
        `${definition.name}.backward: expected null for argument ${i}, which is no tensor, got ${describe(gradient)}`,
      );
    }
    const needed = gradient !== null && inputs.includes(x) && x.requiresGrad;
    return [
      needed ? contiguousGradient(`${definition.name}.backward`, `for argument ${i} `, gradient, x) : null,
    ];
  });
}

function zerosOf(shape: Shape): Tensor {
  const zeros = engine.empty(shape, "float32");
  engine.kernels.fill({ y: zeros.pointer, value: 0, n: zeros.count });
  return zeros;
}

const onceRule = (name: string): Rule<Call> => ({ name, backward: callBackward });
const twiceRule = (name: string): Rule<Call> => ({ name, backward: callBackward, formula });

function callBackward(node: Node<Call>, _dy: unknown, pass: BackwardPass): void {
  const recording = engine.gradEnabled;
  engine.gradEnabled = false;
  try {
    for (const [i, gradient] of gradientsOf(node).entries()) {
      if (gradient !== null) pass.give(node.inputs[i]!, shareOf(gradient));
    }
  } finally {
    engine.gradEnabled = recording;
  }
}

function formula(node: Node<Call>): (() => Tensor)[] {
  let gradients: (Tensor | null)[] | undefined;
  return node.inputs.map((x, i) => () => {
    gradients ??= gradientsOf(node);
    return gradients[i] ?? zerosOf(x.shape);
  });
}
