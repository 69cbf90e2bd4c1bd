// Adam, RMSprop and Adagrad in plain TypeScript: part of the reference kernels.

import type { Kernels, Pointer } from "../kernels";

type AdaptiveKernels = Pick<Kernels, "adam" | "rmsprop" | "adagrad">;

export function createAdaptiveKernels(memory: WebAssembly.Memory): AdaptiveKernels {
  const lane = (pointer: Pointer, n: number) => new Float32Array(memory.buffer, pointer, n);
  const laneIf = (pointer: Pointer, n: number) => (pointer === 0 ? null : lane(pointer, n));
  const penalized = (g: number, penalty: number, p: number) => g + (penalty === 0 ? 0 : penalty * p);
  return {
    adam(...[parameter, gradient, mean, square, maximum, n, step, beta1, beta2, root, eps, penalty, shrink]) {
      const [p, g] = [lane(parameter, n), lane(gradient, n)];
      const [m, v, max] = [lane(mean, n), lane(square, n), laneIf(maximum, n)];
      for (let i = 0; i < n; i++) {
        const own = penalized(g[i]!, penalty, p[i]!);
        m[i] = beta1 * m[i]! + (1 - beta1) * own;
        v[i] = beta2 * v[i]! + (1 - beta2) * own * own;
        if (max !== null) max[i] = Math.max(max[i]!, v[i]!);
        const denominator = Math.sqrt(max === null ? v[i]! : max[i]!) / root + eps;
        p[i] = shrink * p[i]! - (step * m[i]!) / denominator;
      }
    },

    rmsprop(...[parameter, gradient, square, mean, velocity, n, lr, alpha, eps, penalty, momentum]) {
      const [p, g, s] = [lane(parameter, n), lane(gradient, n), lane(square, n)];
      const [a, b] = [laneIf(mean, n), laneIf(velocity, n)];
      for (let i = 0; i < n; i++) {
        const own = penalized(g[i]!, penalty, p[i]!);
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

    adagrad(parameter, gradient, sum, n, lr, eps, penalty) {
      const [p, g, s] = [lane(parameter, n), lane(gradient, n), lane(sum, n)];
      for (let i = 0; i < n; i++) {
        const own = penalized(g[i]!, penalty, p[i]!);
        s[i] = s[i]! + own * own;
        p[i] = p[i]! - (lr * own) / (Math.sqrt(s[i]!) + eps);
      }
    },
  };
}
