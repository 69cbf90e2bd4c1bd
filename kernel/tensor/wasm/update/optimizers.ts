// The steps of optimizers that scale each parameter's rate by its own gradients: one pass over parameter, gradient and buffers.

import { type Code, type FunctionBuilder, f32x4, type Local, v128 } from "../emit/assembler";
import { eachVector, loadStep, type Step } from "../emit/loops";
import { compile, madd, type Run, type Target } from "../emit/target";
import type { Kernels } from "../kernels";

export type AdaptiveKernels = Pick<Kernels, "adam" | "rmsprop" | "adagrad">;

/** Loads one element or four of a step from each stream. */
type Load = (stream: Local) => Code;

/**
 * run(...streams, n, ...scalars): `values` gives each of `results` its new value, in order; what it sets for one is there for
 * the next.
 */
function pass(
  target: Target,
  streams: number,
  scalars: number,
  build: (
    f: FunctionBuilder,
    streams: readonly Local[],
    splats: readonly Local[],
  ) => { results: readonly Local[]; values: (load: Load) => readonly Code[] },
): Run {
  const types = [...new Array<"i32">(streams + 1).fill("i32"), ...new Array<"f32">(scalars).fill("f32")];
  return compile(target, types, (f, ...parameters) => {
    const pointers = parameters.slice(0, streams);
    const splats = f.vectors(scalars);
    const { results, values } = build(f, pointers, splats);
    return [
      splats.map((splat, i) => splat.set(f32x4.splat(parameters[streams + 1 + i]!.get))),
      eachVector(f, parameters[streams]!.get, pointers, 2, results, (step: Step, at) =>
        values((stream) => loadStep(step, stream, at)),
      ),
    ];
  });
}

/** The gradient, with the penalty's share of the parameter where there is one: 0·∞ would be NaN. */
const penalized = (target: Target, decay: boolean, weight: Local, p: Code, g: Code): Code =>
  decay ? madd(target, weight.get, p, g) : g;

/** old·keep + fresh·take */
const blend = (target: Target, keep: Local, old: Code, take: Local, fresh: Code): Code =>
  madd(target, keep.get, old, f32x4.mul(take.get, fresh));

/** run(parameter, gradient, mean, square, maximum, n, −step size, β₁, 1 − β₁, β₂, 1 − β₂, 1/root, eps, penalty, shrink) */
function adamKernel(target: Target, amsgrad: boolean, decay: boolean): Run {
  return pass(target, 5, 9, (f, streams, splats) => {
    const [parameter, gradient, mean, square, maximum] = streams as [Local, Local, Local, Local, Local];
    const [rate, beta1, fresh1, beta2, fresh2, perRoot, eps, weight, shrink] = splats as [
      Local,
      Local,
      Local,
      Local,
      Local,
      Local,
      Local,
      Local,
      Local,
    ];
    const [p, g, m, v, largest] = f.vectors(5);
    const results = [mean, square, ...(amsgrad ? [maximum] : []), parameter];
    const values = (load: Load) => {
      const under = f32x4.sqrt((amsgrad ? largest : v).get);
      return [
        [
          p.set(load(parameter)),
          g.set(penalized(target, decay, weight, p.get, load(gradient))),
          m.set(blend(target, beta1, load(mean), fresh1, g.get)),
          m.get,
        ],
        [v.set(blend(target, beta2, load(square), fresh2, f32x4.mul(g.get, g.get))), v.get],
        ...(amsgrad ? [[largest.set(f32x4.pmax(load(maximum), v.get)), largest.get]] : []),
        madd(
          target,
          rate.get,
          f32x4.div(m.get, madd(target, under, perRoot.get, eps.get)),
          f32x4.mul(shrink.get, p.get),
        ),
      ];
    };
    return { results, values };
  });
}

/** run(parameter, gradient, square, mean, velocity, n, −lr, α, 1 − α, eps, penalty, momentum) */
function rmspropKernel(target: Target, centered: boolean, moving: boolean, decay: boolean): Run {
  return pass(target, 5, 6, (f, streams, splats) => {
    const [parameter, gradient, square, mean, velocity] = streams as [Local, Local, Local, Local, Local];
    const [rate, alpha, fresh, eps, weight, momentum] = splats as [Local, Local, Local, Local, Local, Local];
    const [p, g, s, a, change] = f.vectors(5);
    const results = [square, ...(centered ? [mean] : []), ...(moving ? [velocity] : []), parameter];
    const values = (load: Load) => {
      const variance = centered ? f32x4.pmax(v128.zero, f32x4.sub(s.get, f32x4.mul(a.get, a.get))) : s.get;
      const own = f32x4.div(g.get, f32x4.add(f32x4.sqrt(variance), eps.get));
      return [
        [
          p.set(load(parameter)),
          g.set(penalized(target, decay, weight, p.get, load(gradient))),
          s.set(blend(target, alpha, load(square), fresh, f32x4.mul(g.get, g.get))),
          s.get,
        ],
        ...(centered ? [[a.set(blend(target, alpha, load(mean), fresh, g.get)), a.get]] : []),
        ...(moving ? [[change.set(madd(target, momentum.get, load(velocity), own)), change.get]] : []),
        madd(target, rate.get, moving ? change.get : own, p.get),
      ];
    };
    return { results, values };
  });
}

/** run(parameter, gradient, sum, n, −lr, eps, penalty) */
function adagradKernel(target: Target, decay: boolean): Run {
  return pass(target, 3, 3, (f, streams, splats) => {
    const [parameter, gradient, sum] = streams as [Local, Local, Local];
    const [rate, eps, weight] = splats as [Local, Local, Local];
    const [p, g, s] = f.vectors(3);
    const values = (load: Load) => [
      [
        p.set(load(parameter)),
        g.set(penalized(target, decay, weight, p.get, load(gradient))),
        s.set(madd(target, g.get, g.get, load(sum))),
        s.get,
      ],
      madd(target, rate.get, f32x4.div(g.get, f32x4.add(f32x4.sqrt(s.get), eps.get)), p.get),
    ];
    return { results: [sum, parameter], values };
  });
}

/** The three as `Kernels` has them; `share` runs a call, maybe in parts: it is told where the streams end. */
export function createAdaptive(
  target: Target,
  share: (run: Run, args: readonly number[], streams: number) => void,
): AdaptiveKernels {
  const made = new Map<string, Run>();
  const once = (key: string, make: () => Run): Run => {
    let run = made.get(key);
    if (run === undefined) {
      run = make();
      made.set(key, run);
    }
    return run;
  };
  return {
    adam(...[parameter, gradient, mean, square, maximum, n, step, beta1, beta2, root, eps, penalty, shrink]) {
      const run = once(`adam ${maximum !== 0} ${penalty !== 0}`, () =>
        adamKernel(target, maximum !== 0, penalty !== 0),
      );
      const scalars = [-step, beta1, 1 - beta1, beta2, 1 - beta2, 1 / root, eps, penalty, shrink];
      share(run, [parameter, gradient, mean, square, maximum, n, ...scalars], 5);
    },
    rmsprop(...[parameter, gradient, square, mean, velocity, n, lr, alpha, eps, penalty, momentum]) {
      const run = once(`rmsprop ${mean !== 0} ${velocity !== 0} ${penalty !== 0}`, () =>
        rmspropKernel(target, mean !== 0, velocity !== 0, penalty !== 0),
      );
      const scalars = [-lr, alpha, 1 - alpha, eps, penalty, momentum];
      share(run, [parameter, gradient, square, mean, velocity, n, ...scalars], 5);
    },
    adagrad(parameter, gradient, sum, n, lr, eps, penalty) {
      const run = once(`adagrad ${penalty !== 0}`, () => adagradKernel(target, penalty !== 0));
      share(run, [parameter, gradient, sum, n, -lr, eps, penalty], 3);
    },
  };
}
