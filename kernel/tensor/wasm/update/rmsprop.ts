// The step of RMSprop.

import { define, elements } from "../call/device";
import { variants } from "../call/variants";
import { f32, f32x4, v128 } from "../emit/assembler";
import type { Pointer } from "../emit/kernel";
import { madd, type Target } from "../emit/target";
import { blend, blendSquare, type Load, pass, penalized, penalizedNumber } from "./pass";

export interface RmspropCall {
  readonly parameter: Pointer;
  readonly gradient: Pointer;
  readonly square: Pointer;
  /** 0 unless centered. */
  readonly mean: Pointer;
  /** 0 without momentum. */
  readonly velocity: Pointer;
  readonly n: number;
  readonly lr: number;
  readonly alpha: number;
  readonly eps: number;
  readonly penalty: number;
  readonly momentum: number;
}

/**
 * One step of RMSprop: g += penalty·p; square = α·square + (1−α)·g²; change = g/(√square + eps), less the square of
 * mean = α·mean + (1−α)·g under the root if `mean` is not 0; velocity = momentum·velocity + change, which takes the place
 * of change, if `velocity` is not 0; p −= lr·change.
 */
export const rmsprop = define<(call: RmspropCall) => void>({
  emit(device) {
    const kernels = variants((options: Variant) => rmspropKernel(device.target, options));
    return (call) => {
      const { parameter, gradient, square, mean, velocity, n, alpha, eps, penalty, momentum } = call;
      device.run(
        kernels({ centered: mean !== 0, moving: velocity !== 0, decay: penalty !== 0 }),
        {
          parameter,
          gradient,
          square,
          mean,
          velocity,
          n,
          rate: -call.lr,
          alpha,
          fresh: 1 - alpha,
          eps,
          penalty,
          momentum,
        },
        elements,
      );
    };
  },
  reference:
    (memory) =>
    ({ n, lr, alpha, eps, penalty, momentum, ...call }) => {
      const [p, g] = [memory.floats(call.parameter, n), memory.floats(call.gradient, n)];
      const s = memory.floats(call.square, n);
      const [a, b] = [memory.floatsIf(call.mean, n), memory.floatsIf(call.velocity, n)];
      for (let i = 0; i < n; i++) {
        const own = penalizedNumber(g[i]!, penalty, p[i]!);
        s[i] = alpha * s[i]! + (1 - alpha) * own * own;
        let variance = s[i]!;
        if (a !== null) {
          a[i] = alpha * a[i]! + (1 - alpha) * own;
          variance = Math.max(0, variance - a[i]! * a[i]!);
        }
        let change = own / (Math.sqrt(variance) + eps);
        if (b !== null) {
          b[i] = momentum * b[i]! + change;
          change = b[i]!;
        }
        p[i] = p[i]! - lr * change;
      }
    },
});

interface Variant {
  readonly centered: boolean;
  readonly moving: boolean;
  readonly decay: boolean;
}

/** The largest float32. */
const greatest = (2 - 2 ** -23) * 2 ** 127;

const streams = ["parameter", "gradient", "square", "mean", "velocity"] as const;
const scalars = ["rate", "alpha", "fresh", "eps", "penalty", "momentum"] as const;

function rmspropKernel(target: Target, { centered, moving, decay }: Variant) {
  return pass(target, streams, scalars, (of, f) => {
    const { parameter, gradient, square, mean, velocity } = of;
    const [p, g, s, a, change] = f.vectors(5);
    const results = [square, ...(centered ? [mean] : []), ...(moving ? [velocity] : []), parameter];
    const values = (load: Load) => {
      // A mean whose square is beyond float32 leaves ∞ of a square that is ∞.
      const ofMean = f32x4.pmin(f32x4.mul(a.get, a.get), f32x4.splat(f32.const(greatest)));
      const variance = centered ? f32x4.pmax(v128.zero, f32x4.sub(s.get, ofMean)) : s.get;
      const own = f32x4.div(g.get, f32x4.add(f32x4.sqrt(variance), of.eps.get));
      return [
        [
          p.set(load(parameter)),
          g.set(penalized(target, decay, of.penalty, p.get, load(gradient))),
          s.set(blendSquare(target, of.alpha, load(square), of.fresh, g)),
          s.get,
        ],
        ...(centered ? [[a.set(blend(target, of.alpha, load(mean), of.fresh.get, g.get)), a.get]] : []),
        ...(moving ? [[change.set(madd(target, of.momentum.get, load(velocity), own)), change.get]] : []),
        madd(target, of.rate.get, moving ? change.get : own, p.get),
      ];
    };
    return { results, values };
  });
}
