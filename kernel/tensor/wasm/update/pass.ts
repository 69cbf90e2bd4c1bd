// What the steps of adaptive optimizers have in common: one pass over a parameter, its gradient and its buffers.

import { type Code, type FunctionBuilder, f32x4, type Local } from "../emit/assembler";
import { compile, element, float32, type Kernel, type Kind, units } from "../emit/kernel";
import { eachVector, loadStep } from "../emit/loops";
import { madd, type Target } from "../emit/target";

/** Loads one element or four of a step from a stream. */
export type Load = (stream: Local) => Code;

const every = <N extends string>(names: readonly N[], kind: Kind) =>
  Object.fromEntries(names.map((name) => [name, kind])) as { [name in N]: Kind };

/**
 * A kernel of `streams` of n elements each and of scalars, which `build` gets as vectors. `values` gives each of `results` its
 * new value, in order; what it sets for one is there for the next.
 */
export function pass<S extends string, C extends string>(
  target: Target,
  streams: readonly S[],
  scalars: readonly C[],
  build: (
    vectors: { readonly [name in S | C]: Local },
    f: FunctionBuilder,
  ) => { results: readonly Local[]; values: (load: Load) => readonly Code[] },
): Kernel<S | C | "n"> {
  const description = { ...every(streams, element), n: units, ...every(scalars, float32) };
  return compile(target, description as { [name in S | C | "n"]: Kind }, (parameters, f) => {
    const pointers = streams.map((name) => parameters[name]);
    const splats = f.vectors(scalars.length);
    const vectors = Object.fromEntries(scalars.map((name, i) => [name, splats[i]!])) as {
      [name in C]: Local;
    };
    const { results, values } = build({ ...parameters, ...vectors }, f);
    return [
      scalars.map((name) => vectors[name].set(f32x4.splat(parameters[name].get))),
      eachVector(f, parameters.n.get, pointers, 2, results, (step, at) =>
        values((stream) => loadStep(step, stream, at)),
      ),
    ];
  });
}

/** The gradient, with the penalty's share of the parameter where there is one: 0·∞ would be NaN. */
export const penalized = (target: Target, decay: boolean, weight: Local, p: Code, g: Code): Code =>
  decay ? madd(target, weight.get, p, g) : g;

/** The same of one number. */
export const penalizedNumber = (g: number, penalty: number, p: number): number =>
  g + (penalty === 0 ? 0 : penalty * p);

/** old·keep + fresh·take */
export const blend = (target: Target, keep: Local, old: Code, take: Code, fresh: Code): Code =>
  madd(target, keep.get, old, f32x4.mul(take, fresh));

/** old·keep + fresh²·take, whose order of factors keeps squares finite that float32 alone would not hold. */
export const blendSquare = (target: Target, keep: Local, old: Code, take: Local, fresh: Local): Code =>
  blend(target, keep, old, f32x4.mul(take.get, fresh.get), fresh.get);
