// The step of Adagrad.

import { define, elements } from "../call/device";
import { byKey } from "../call/variants";
import { f32x4 } from "../emit/assembler";
import type { Pointer } from "../emit/kernel";
import { madd, type Target } from "../emit/target";
import { type Load, pass, penalized, penalizedNumber } from "./pass";

export interface AdagradCall {
  readonly parameter: Pointer;
  readonly gradient: Pointer;
  readonly sum: Pointer;
  readonly n: number;
  readonly lr: number;
  readonly eps: number;
  readonly penalty: number;
}

/** One step of Adagrad: g += penalty·p; sum += g²; p −= lr·g/(√sum + eps). */
export const adagrad = define<(call: AdagradCall) => void>({
  emit(device) {
    const kernels = byKey((decay: boolean) => adagradKernel(device.target, decay));
    return ({ parameter, gradient, sum, n, lr, eps, penalty }) =>
      device.run(kernels(penalty !== 0), { parameter, gradient, sum, n, rate: -lr, eps, penalty }, elements);
  },
  reference:
    (memory) =>
    ({ n, lr, eps, penalty, ...call }) => {
      const [p, g] = [memory.floats(call.parameter, n), memory.floats(call.gradient, n)];
      const s = memory.floats(call.sum, n);
      for (let i = 0; i < n; i++) {
        const own = penalizedNumber(g[i]!, penalty, p[i]!);
        s[i] = s[i]! + own * own;
        p[i] = p[i]! - (lr * own) / (Math.sqrt(s[i]!) + eps);
      }
    },
});

function adagradKernel(target: Target, decay: boolean) {
  const streams = ["parameter", "gradient", "sum"] as const;
  return pass(target, streams, ["rate", "eps", "penalty"], (of, f) => {
    const { parameter, gradient, sum } = of;
    const [p, g, s] = f.vectors(3);
    const values = (load: Load) => [
      [
        p.set(load(parameter)),
        g.set(penalized(target, decay, of.penalty, p.get, load(gradient))),
        s.set(madd(target, g.get, g.get, load(sum))),
        s.get,
      ],
      madd(target, of.rate.get, f32x4.div(g.get, f32x4.add(f32x4.sqrt(s.get), of.eps.get)), p.get),
    ];
    return { results: [sum, parameter], values };
  });
}
