// The step of Adadelta.

import { define, elements } from "../call/device";
import { byKey } from "../call/variants";
import { f32x4 } from "../emit/assembler";
import type { Pointer } from "../emit/kernel";
import { madd, type Target } from "../emit/target";
import { blendSquare, type Load, pass, penalized, penalizedNumber } from "./pass";

export interface AdadeltaCall {
  readonly parameter: Pointer;
  readonly gradient: Pointer;
  readonly square: Pointer;
  readonly changes: Pointer;
  readonly n: number;
  readonly lr: number;
  readonly rho: number;
  readonly eps: number;
  readonly penalty: number;
}

/**
 * One step of Adadelta: g += penalty·p; square = ρ·square + (1−ρ)·g²; d = √(changes + eps)/√(square + eps)·g;
 * changes = ρ·changes + (1−ρ)·d²; p −= lr·d.
 */
export const adadelta = define<(call: AdadeltaCall) => void>({
  emit(device) {
    const kernels = byKey((decay: boolean) => adadeltaKernel(device.target, decay));
    return ({ lr, ...call }) =>
      device.run(kernels(call.penalty !== 0), { ...call, rate: -lr, fresh: 1 - call.rho }, elements);
  },
  reference:
    (memory) =>
    ({ n, lr, rho, eps, penalty, ...call }) => {
      const [p, g] = [memory.floats(call.parameter, n), memory.floats(call.gradient, n)];
      const [s, c] = [memory.floats(call.square, n), memory.floats(call.changes, n)];
      for (let i = 0; i < n; i++) {
        const own = penalizedNumber(g[i]!, penalty, p[i]!);
        s[i] = rho * s[i]! + (1 - rho) * own * own;
        const change = (Math.sqrt(c[i]! + eps) / Math.sqrt(s[i]! + eps)) * own;
        c[i] = rho * c[i]! + (1 - rho) * change * change;
        p[i] = p[i]! - lr * change;
      }
    },
});

function adadeltaKernel(target: Target, decay: boolean) {
  const streams = ["parameter", "gradient", "square", "changes"] as const;
  return pass(target, streams, ["rate", "rho", "fresh", "eps", "penalty"], (of, f) => {
    const { parameter, gradient, square, changes } = of;
    const [p, g, s, c, d] = f.vectors(5);
    const rooted = (mean: typeof s) => f32x4.sqrt(f32x4.add(mean.get, of.eps.get));
    const values = (load: Load) => [
      [
        p.set(load(parameter)),
        g.set(penalized(target, decay, of.penalty, p.get, load(gradient))),
        s.set(blendSquare(target, of.rho, load(square), of.fresh, g)),
        s.get,
      ],
      [
        c.set(load(changes)),
        d.set(f32x4.mul(f32x4.div(rooted(c), rooted(s)), g.get)),
        blendSquare(target, of.rho, c.get, of.fresh, d),
      ],
      madd(target, of.rate.get, d.get, p.get),
    ];
    return { results: [square, changes, parameter], values };
  });
}
