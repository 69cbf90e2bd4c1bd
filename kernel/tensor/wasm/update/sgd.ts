// One pass of stochastic gradient descent over a parameter, its gradient and its momentum buffer.

import { type Code, f32x4 } from "../emit/assembler";
import { eachVector, loadStep } from "../emit/loops";
import { compile, madd, type Run, type Target } from "../emit/target";

export interface SgdVariant {
  readonly decay: boolean;
  readonly momentum: boolean;
  readonly nesterov: boolean;
  readonly firstStep: boolean;
}

/** run(parameter, gradient, buffer, n, −lr, momentum, 1 − dampening, weightDecay), specialised to what is in use. */
export function sgdKernel(target: Target, variant: SgdVariant): Run {
  return compile(
    target,
    ["i32", "i32", "i32", "i32", "f32", "f32", "f32", "f32"],
    (f, parameter, gradient, buffer, n, minusLr, momentum, fresh, decay) => {
      const [rate, mu, one, lambda] = [minusLr!, momentum!, fresh!, decay!].map((scalar) => {
        const splat = f.local("v128");
        return { splat, set: splat.set(f32x4.splat(scalar.get)) };
      });
      const [p, g, velocity] = f.vectors(3);
      const streams = variant.momentum ? [parameter!, gradient!, buffer!] : [parameter!, gradient!];
      const results = variant.momentum ? [buffer!, parameter!] : [parameter!];
      const moved = (step: Code) => madd(target, rate!.splat.get, step, p!.get);
      return [
        [rate!.set, mu!.set, one!.set, lambda!.set],
        eachVector(f, n!.get, streams, 2, results, (step, at) => {
          const read: Code = [
            p!.set(loadStep(step, parameter!, at)),
            g!.set(loadStep(step, gradient!, at)),
            variant.decay ? g!.set(madd(target, lambda!.splat.get, p!.get, g!.get)) : [],
          ];
          if (!variant.momentum) return [[read, moved(g!.get)]];
          const old = loadStep(step, buffer!, at);
          return [
            [
              read,
              velocity!.set(
                variant.firstStep
                  ? g!.get
                  : madd(target, mu!.splat.get, old, f32x4.mul(one!.splat.get, g!.get)),
              ),
              velocity!.get,
            ],
            moved(variant.nesterov ? madd(target, mu!.splat.get, velocity!.get, g!.get) : velocity!.get),
          ];
        }),
      ];
    },
  );
}
