// Hooks on the gradients that go out of a module and into it.

import { autograd, Tensor } from "../tensor";
import { describe } from "../tensor/arguments";
import type { Module } from "./module";

/**
 * Sees the gradients of a module's inputs (null for one that requires none) and of its outputs in each backward() through it.
 * A tensor, or an array as long as gradInput, that it returns takes the place of gradInput.
 */
export type FullBackwardHook = (
  module: Module,
  gradInput: readonly (Tensor | null)[],
  gradOutput: readonly Tensor[],
) => unknown;

type See = (gradients: readonly Tensor[]) => readonly (Tensor | null)[];

/** Gives tensors on as they are, and shows their gradients as these come back. */
class Passage extends autograd.Function {
  static forward(ctx: autograd.FunctionContext & { see?: See }, see: See, ...tensors: Tensor[]): Tensor[] {
    ctx.see = see;
    return tensors;
  }

  static backward(ctx: autograd.FunctionContext & { see?: See }, ...gradients: Tensor[]): (Tensor | null)[] {
    return [null, ...ctx.see!(gradients)];
  }
}

/** What `forward` makes of the inputs, with `hooks` between it and the graph around it, before and behind. */
export function forwardBetweenHooks(
  module: Module,
  hooks: Iterable<FullBackwardHook>,
  inputs: readonly Tensor[],
  forward: (inputs: Tensor[]) => unknown,
): unknown {
  let gradOutput: readonly Tensor[] = [];
  const asked = inputs.map(({ requiresGrad }) => requiresGrad);
  const call: See = (gradients) => {
    let gradInput: readonly (Tensor | null)[] = gradients.map((each, i) => (asked[i] ? each : null));
    for (const hook of hooks) gradInput = replaced(module, gradInput, hook(module, gradInput, gradOutput));
    return gradInput;
  };
  const anyAsked = asked.includes(true);
  const output = forward(anyAsked ? Passage.apply(call, ...inputs) : [...inputs]);
  const single = output instanceof Tensor;
  if (!single && !(Array.isArray(output) && output.every((each) => each instanceof Tensor))) {
    throw new TypeError(
      `${module.constructor.name}: expected its forward to give a tensor or an array of tensors, for it has a full backward hook, got ${describe(output)}`,
    );
  }
  const outputs = Passage.apply(
    (gradients) => {
      gradOutput = gradients;
      if (!anyAsked) call(inputs.map(() => gradients[0]!)); // nothing further on would call
      return gradients;
    },
    ...(single ? [output] : (output as Tensor[])),
  );
  return single ? outputs[0] : outputs;
}

function replaced(
  module: Module,
  gradInput: readonly (Tensor | null)[],
  returned: unknown,
): readonly (Tensor | null)[] {
  if (returned === undefined || returned === null) return gradInput;
  const list: readonly unknown[] = Array.isArray(returned) ? returned : [returned];
  const fits = (each: unknown, i: number) =>
    each instanceof Tensor || (each === null && gradInput[i] === null);
  if (list.length !== gradInput.length || !list.every(fits)) {
    throw new TypeError(
      `${module.constructor.name}'s full backward hook: expected nothing, or ${gradInput.length} gradient${gradInput.length === 1 ? "" : "s"}, one for each input, got ${describe(returned)}`,
    );
  }
  return list as readonly (Tensor | null)[];
}
