// The step of Adam and AdamW.

import { define, elements } from "../call/device";
import { variants } from "../call/variants";
import { f32x4 } from "../emit/assembler";
import type { Pointer } from "../emit/kernel";
import { madd, type Target } from "../emit/target";
import { blend, blendSquare, type Load, pass, penalized, penalizedNumber } from "./pass";

export interface AdamCall {
  readonly parameter: Pointer;
  readonly gradient: Pointer;
  readonly mean: Pointer;
  readonly square: Pointer;
  /** 0 without amsgrad. */
  readonly maximum: Pointer;
  readonly n: number;
  /** The learning rate, over what the mean falls short of at the first steps. */
  readonly step: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly root: number;
  readonly eps: number;
  readonly penalty: number;
  readonly shrink: number;
}

/**
 * One step of Adam or AdamW: g += penalty·p; mean = β₁·mean + (1−β₁)·g; square = β₂·square + (1−β₂)·g²;
 * p = shrink·p − step·mean/(√square/root + eps). `maximum`, 0 without amsgrad, keeps the largest square and divides instead.
 */
export const adam = define<(call: AdamCall) => void>({
  emit(device) {
    const kernels = variants((options: Variant) => adamKernel(device.target, options));
    return (call) => {
      const { parameter, gradient, mean, square, maximum, n, beta1, beta2, eps, penalty, shrink } = call;
      device.run(
        kernels({ amsgrad: maximum !== 0, decay: penalty !== 0 }),
        {
          parameter,
          gradient,
          mean,
          square,
          maximum,
          n,
          rate: -call.step,
          beta1,
          fresh1: 1 - beta1,
          beta2,
          fresh2: 1 - beta2,
          perRoot: 1 / call.root,
          eps,
          penalty,
          shrink,
        },
        elements,
      );
    };
  },
  reference:
    (memory) =>
    ({ n, step, beta1, beta2, root, eps, penalty, shrink, ...call }) => {
      const [p, g] = [memory.floats(call.parameter, n), memory.floats(call.gradient, n)];
      const [m, v] = [memory.floats(call.mean, n), memory.floats(call.square, n)];
      const max = memory.floatsIf(call.maximum, n);
      for (let i = 0; i < n; i++) {
        const own = penalizedNumber(g[i]!, penalty, p[i]!);
        m[i] = beta1 * m[i]! + (1 - beta1) * own;
        v[i] = beta2 * v[i]! + (1 - beta2) * own * own;
        if (max !== null) max[i] = Math.max(max[i]!, v[i]!);
        const denominator = Math.sqrt(max === null ? v[i]! : max[i]!) / root + eps;
        p[i] = shrink * p[i]! - (step * m[i]!) / denominator;
      }
    },
});

interface Variant {
  readonly amsgrad: boolean;
  readonly decay: boolean;
}

const streams = ["parameter", "gradient", "mean", "square", "maximum"] as const;
const scalars = [
  ...(["rate", "beta1", "fresh1", "beta2", "fresh2"] as const),
  ...(["perRoot", "eps", "penalty", "shrink"] as const),
];

function adamKernel(target: Target, { amsgrad, decay }: Variant) {
  return pass(target, streams, scalars, (of, f) => {
    const { parameter, gradient, mean, square, maximum } = of;
    const [p, g, m, v, largest] = f.vectors(5);
    const results = [mean, square, ...(amsgrad ? [maximum] : []), parameter];
    const values = (load: Load) => {
      const under = f32x4.sqrt((amsgrad ? largest : v).get);
      return [
        [
          p.set(load(parameter)),
          g.set(penalized(target, decay, of.penalty, p.get, load(gradient))),
          m.set(blend(target, of.beta1, load(mean), of.fresh1.get, g.get)),
          m.get,
        ],
        [v.set(blendSquare(target, of.beta2, load(square), of.fresh2, g)), v.get],
        ...(amsgrad ? [[largest.set(f32x4.pmax(load(maximum), v.get)), largest.get]] : []),
        madd(
          target,
          of.rate.get,
          f32x4.div(m.get, madd(target, under, of.perRoot.get, of.eps.get)),
          f32x4.mul(of.shrink.get, p.get),
        ),
      ];
    };
    return { results, values };
  });
}
