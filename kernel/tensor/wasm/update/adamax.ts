// The step of Adamax.

import { define, elements } from "../call/device";
import { byKey } from "../call/variants";
import { f32x4 } from "../emit/assembler";
import type { Pointer } from "../emit/kernel";
import { madd, type Target } from "../emit/target";
import { blend, type Load, pass, penalized, penalizedNumber } from "./pass";

export interface AdamaxCall {
  readonly parameter: Pointer;
  readonly gradient: Pointer;
  readonly mean: Pointer;
  readonly largest: Pointer;
  readonly n: number;
  /** The learning rate, over what the mean falls short of at the first steps. */
  readonly step: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly eps: number;
  readonly penalty: number;
}

/** One step of Adamax: g += penalty·p; mean = β₁·mean + (1−β₁)·g; largest = max(β₂·largest, |g| + eps); p −= step·mean/largest. */
export const adamax = define<(call: AdamaxCall) => void>({
  emit(device) {
    const kernels = byKey((decay: boolean) => adamaxKernel(device.target, decay));
    return ({ step, ...call }) =>
      device.run(kernels(call.penalty !== 0), { ...call, rate: -step, fresh: 1 - call.beta1 }, elements);
  },
  reference:
    (memory) =>
    ({ n, step, beta1, beta2, eps, penalty, ...call }) => {
      const [p, g] = [memory.floats(call.parameter, n), memory.floats(call.gradient, n)];
      const [m, u] = [memory.floats(call.mean, n), memory.floats(call.largest, n)];
      for (let i = 0; i < n; i++) {
        const own = penalizedNumber(g[i]!, penalty, p[i]!);
        m[i] = beta1 * m[i]! + (1 - beta1) * own;
        u[i] = Math.max(beta2 * u[i]!, Math.abs(own) + eps);
        p[i] = p[i]! - (step * m[i]!) / u[i]!;
      }
    },
});

function adamaxKernel(target: Target, decay: boolean) {
  const streams = ["parameter", "gradient", "mean", "largest"] as const;
  return pass(target, streams, ["rate", "beta1", "fresh", "beta2", "eps", "penalty"], (of, f) => {
    const { parameter, gradient, mean, largest } = of;
    const [p, g, m, u] = f.vectors(4);
    const values = (load: Load) => [
      [
        p.set(load(parameter)),
        g.set(penalized(target, decay, of.penalty, p.get, load(gradient))),
        m.set(blend(target, of.beta1, load(mean), of.fresh.get, g.get)),
        m.get,
      ],
      [
        u.set(
          f32x4.pmax(
            f32x4.add(f32x4.abs(g.get), of.eps.get), // NaN stays
            f32x4.mul(of.beta2.get, load(largest)),
          ),
        ),
        u.get,
      ],
      madd(target, of.rate.get, f32x4.div(m.get, u.get), p.get),
    ];
    return { results: [mean, largest, parameter], values };
  });
}
