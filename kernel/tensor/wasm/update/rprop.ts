// The step of Rprop.

import { define, elements } from "../call/device";
import { f32x4, v128 } from "../emit/assembler";
import type { Pointer } from "../emit/kernel";
import { constant } from "../emit/math";
import type { Target } from "../emit/target";
import { type Load, pass } from "./pass";

export interface RpropCall {
  readonly parameter: Pointer;
  readonly gradient: Pointer;
  readonly before: Pointer;
  readonly size: Pointer;
  readonly n: number;
  readonly less: number;
  readonly more: number;
  readonly least: number;
  readonly most: number;
}

/**
 * One step of Rprop: size *= less where g·before < 0, more where it is above, within least … most; before = g, 0 where the sign
 * has changed; p −= size·sign(before).
 */
export const rprop = define<(call: RpropCall) => void>({
  emit(device) {
    let kernel: ReturnType<typeof rpropKernel> | undefined;
    return (call) => {
      kernel ??= rpropKernel(device.target);
      device.run(kernel, { ...call }, elements);
    };
  },
  reference:
    (memory) =>
    ({ n, less, more, least, most, ...call }) => {
      const [p, g] = [memory.floats(call.parameter, n), memory.floats(call.gradient, n)];
      const [before, size] = [memory.floats(call.before, n), memory.floats(call.size, n)];
      for (let i = 0; i < n; i++) {
        const agreement = g[i]! * before[i]!;
        const factor = agreement < 0 ? less : agreement > 0 ? more : 1;
        size[i] = Math.min(Math.max(size[i]! * factor, least), most);
        before[i] = agreement < 0 ? 0 : g[i]!;
        p[i] = p[i]! - Math.sign(before[i]!) * size[i]!;
      }
    },
});

function rpropKernel(target: Target) {
  const streams = ["parameter", "gradient", "before", "size"] as const;
  return pass(target, streams, ["less", "more", "least", "most"], (of, f) => {
    const { parameter, gradient, before, size } = of;
    const [p, g, a, s] = f.vectors(4);
    const values = (load: Load) => {
      const turned = f32x4.lt(a.get, v128.zero);
      const factor = v128.select(
        of.less.get,
        v128.select(of.more.get, constant("one"), f32x4.gt(a.get, v128.zero)),
        turned,
      );
      return [
        [
          p.set(load(parameter)),
          g.set(load(gradient)),
          a.set(f32x4.mul(g.get, load(before))),
          s.set(f32x4.pmin(f32x4.pmax(f32x4.mul(load(size), factor), of.least.get), of.most.get)),
          s.get,
        ],
        [g.set(v128.select(v128.zero, g.get, turned)), g.get],
        v128.select(
          f32x4.sub(p.get, s.get),
          v128.select(
            f32x4.add(p.get, s.get),
            f32x4.sub(p.get, g.get), // 0, or NaN that stays
            f32x4.lt(g.get, v128.zero),
          ),
          f32x4.gt(g.get, v128.zero),
        ),
      ];
    };
    return { results: [size, before, parameter], values };
  });
}
