// The step of stochastic gradient descent: one pass over a parameter, its gradient and its momentum buffer.

import { define, elements } from "../call/device";
import { variants } from "../call/variants";
import { type Code, f32x4 } from "../emit/assembler";
import { compile, element, float32, type Pointer, units } from "../emit/kernel";
import { eachVector, loadStep } from "../emit/loops";
import { madd, type Target } from "../emit/target";

export interface SgdCall {
  readonly parameter: Pointer;
  readonly gradient: Pointer;
  /** 0 if momentum is 0. */
  readonly buffer: Pointer;
  readonly n: number;
  readonly lr: number;
  readonly momentum: number;
  readonly dampening: number;
  readonly weightDecay: number;
  readonly nesterov: boolean;
  readonly firstStep: boolean;
}

/**
 * One SGD step on a parameter, as torch.optim.SGD: g += weightDecay·p; buffer = momentum·buffer + (1−dampening)·g
 * (buffer = g on the first step); p −= lr·(nesterov ? g + momentum·buffer : buffer). buffer is 0 if momentum is 0.
 */
export const sgd = define<(call: SgdCall) => void>({
  emit(device) {
    const kernels = variants((options: Variant) => sgdKernel(device.target, options));
    return (call) => {
      const { parameter, gradient, buffer, n, lr, momentum, dampening, weightDecay } = call;
      const moving = momentum !== 0;
      device.run(
        kernels({
          decay: weightDecay !== 0,
          momentum: moving,
          nesterov: moving && call.nesterov,
          firstStep: moving && call.firstStep,
        }),
        { parameter, gradient, buffer, n, rate: -lr, momentum, fresh: 1 - dampening, decay: weightDecay },
        elements,
      );
    };
  },
  reference:
    (memory) =>
    ({ n, lr, momentum, dampening, weightDecay, nesterov, firstStep, ...call }) => {
      const [p, g] = [memory.floats(call.parameter, n), memory.floats(call.gradient, n)];
      const buffer = momentum === 0 ? null : memory.floats(call.buffer, n);
      for (let i = 0; i < n; i++) {
        const own = g[i]! + (weightDecay === 0 ? 0 : weightDecay * p[i]!);
        let step = own;
        if (buffer !== null) {
          const velocity = firstStep ? own : momentum * buffer[i]! + (1 - dampening) * own;
          buffer[i] = velocity;
          step = nesterov ? own + momentum * velocity : velocity;
        }
        p[i] = p[i]! - lr * step;
      }
    },
});

/** What a kernel is specialized to. */
interface Variant {
  readonly decay: boolean;
  readonly momentum: boolean;
  readonly nesterov: boolean;
  readonly firstStep: boolean;
}

const parameters = {
  ...{ parameter: element, gradient: element, buffer: element, n: units },
  ...{ rate: float32, momentum: float32, fresh: float32, decay: float32 },
};

function sgdKernel(target: Target, variant: Variant) {
  return compile(target, parameters, ({ parameter, gradient, buffer, n, ...scalars }, f) => {
    const [rate, mu, one, lambda] = f.vectors(4);
    const [p, g, velocity] = f.vectors(3);
    const streams = variant.momentum ? [parameter, gradient, buffer] : [parameter, gradient];
    const results = variant.momentum ? [buffer, parameter] : [parameter];
    const moved = (step: Code) => madd(target, rate.get, step, p.get);
    return [
      [rate.set(f32x4.splat(scalars.rate.get)), mu.set(f32x4.splat(scalars.momentum.get))],
      [one.set(f32x4.splat(scalars.fresh.get)), lambda.set(f32x4.splat(scalars.decay.get))],
      eachVector(f, n.get, streams, 2, results, (step, at) => {
        const read: Code = [
          p.set(loadStep(step, parameter, at)),
          g.set(loadStep(step, gradient, at)),
          variant.decay ? g.set(madd(target, lambda.get, p.get, g.get)) : [],
        ];
        if (!variant.momentum) return [[read, moved(g.get)]];
        const old = loadStep(step, buffer, at);
        return [
          [
            read,
            velocity.set(variant.firstStep ? g.get : madd(target, mu.get, old, f32x4.mul(one.get, g.get))),
            velocity.get,
          ],
          moved(variant.nesterov ? madd(target, mu.get, velocity.get, g.get) : velocity.get),
        ];
      }),
    ];
  });
}
