// The step of NAdam.

import { define, elements } from "../call/device";
import { byKey } from "../call/variants";
import { f32x4 } from "../emit/assembler";
import type { Pointer } from "../emit/kernel";
import { madd, type Target } from "../emit/target";
import { blend, blendSquare, type Load, pass, penalized, penalizedNumber } from "./pass";

export interface NadamCall {
  readonly parameter: Pointer;
  readonly gradient: Pointer;
  readonly mean: Pointer;
  readonly square: Pointer;
  readonly n: number;
  /** The rates of the gradient and of its mean. */
  readonly fresh: number;
  readonly step: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly root: number;
  readonly eps: number;
  readonly penalty: number;
}

/**
 * One step of NAdam: g += penalty·p; mean = β₁·mean + (1−β₁)·g; square = β₂·square + (1−β₂)·g²;
 * p −= (fresh·g + step·mean)/(√square/root + eps).
 */
export const nadam = define<(call: NadamCall) => void>({
  emit(device) {
    const kernels = byKey((decay: boolean) => nadamKernel(device.target, decay));
    return ({ fresh, step, root, ...call }) => {
      const { parameter, gradient, mean, square, n, beta1, beta2, eps, penalty } = call;
      device.run(
        kernels(penalty !== 0),
        {
          ...{ parameter, gradient, mean, square, n },
          ...{ fresh: -fresh, rate: -step, beta1, fresh1: 1 - beta1, beta2, fresh2: 1 - beta2 },
          ...{ perRoot: 1 / root, eps, penalty },
        },
        elements,
      );
    };
  },
  reference:
    (memory) =>
    ({ n, fresh, step, beta1, beta2, root, eps, penalty, ...call }) => {
      const [p, g] = [memory.floats(call.parameter, n), memory.floats(call.gradient, n)];
      const [m, v] = [memory.floats(call.mean, n), memory.floats(call.square, n)];
      for (let i = 0; i < n; i++) {
        const own = penalizedNumber(g[i]!, penalty, p[i]!);
        m[i] = beta1 * m[i]! + (1 - beta1) * own;
        v[i] = beta2 * v[i]! + (1 - beta2) * own * own;
        p[i] = p[i]! - (fresh * own + step * m[i]!) / (Math.sqrt(v[i]!) / root + eps);
      }
    },
});

const streams = ["parameter", "gradient", "mean", "square"] as const;
const scalars = [
  ...(["fresh", "rate", "beta1", "fresh1", "beta2", "fresh2"] as const),
  ...(["perRoot", "eps", "penalty"] as const),
];

function nadamKernel(target: Target, decay: boolean) {
  return pass(target, streams, scalars, (of, f) => {
    const { parameter, gradient, mean, square } = of;
    const [p, g, m, v] = f.vectors(4);
    const values = (load: Load) => [
      [
        p.set(load(parameter)),
        g.set(penalized(target, decay, of.penalty, p.get, load(gradient))),
        m.set(blend(target, of.beta1, load(mean), of.fresh1.get, g.get)),
        m.get,
      ],
      [v.set(blendSquare(target, of.beta2, load(square), of.fresh2, g)), v.get],
      f32x4.add(
        p.get,
        f32x4.div(
          madd(target, of.rate.get, m.get, f32x4.mul(of.fresh.get, g.get)),
          madd(target, f32x4.sqrt(v.get), of.perRoot.get, of.eps.get),
        ),
      ),
    ];
    return { results: [mean, square, parameter], values };
  });
}
