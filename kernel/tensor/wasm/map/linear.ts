// Maps whose result is linear in what they read, and the simplest of all, which reads nothing.

import { define } from "../call/device";
import { once } from "../call/variants";
import { f32x4 } from "../emit/assembler";
import { type Call, compile, element, float32, units } from "../emit/kernel";
import { eachVector, loadStep } from "../emit/loops";
import { madd } from "../emit/target";

const filling = { y: element, value: float32, n: units };

/** y[n] = value. */
export const fill = define<Call<typeof filling>>({
  emit(device) {
    const kernel = once(() =>
      compile(device.target, filling, ({ y, value, n }, f) => {
        const v = f.local("v128");
        return [v.set(f32x4.splat(value.get)), eachVector(f, n.get, [y], 4, [y], () => [v.get])];
      }),
    );
    return (call) => device.run(kernel(), call);
  },
  reference: (memory) => (call) => {
    memory.floats(call.y, call.n).fill(call.value);
  },
});

const scaling = { alpha: float32, x: element, y: element, n: units };

/** y[n] += alpha · x[n]. */
export const axpy = define<Call<typeof scaling>>({
  emit(device) {
    const kernel = once(() =>
      compile(device.target, scaling, ({ alpha, x, y, n }, f) => {
        const a = f.local("v128");
        return [
          a.set(f32x4.splat(alpha.get)),
          eachVector(f, n.get, [x, y], 4, [y], (step, at) => [
            madd(device.target, a.get, loadStep(step, x, at), loadStep(step, y, at)),
          ]),
        ];
      }),
    );
    return (call) => device.run(kernel(), call);
  },
  reference: (memory) => (call) => {
    const [x, y] = [memory.floats(call.x, call.n), memory.floats(call.y, call.n)];
    for (let i = 0; i < call.n; i++) y[i] = y[i]! + call.alpha * x[i]!;
  },
});

/** y[n] = x[n] · alpha; y may alias x. */
export const scale = define<Call<typeof scaling>>({
  emit(device) {
    const kernel = once(() =>
      compile(device.target, scaling, ({ alpha, x, y, n }, f) => {
        const a = f.local("v128");
        return [
          a.set(f32x4.splat(alpha.get)),
          eachVector(f, n.get, [x, y], 4, [y], (step, at) => [f32x4.mul(a.get, loadStep(step, x, at))]),
        ];
      }),
    );
    return (call) => device.run(kernel(), call);
  },
  reference: (memory) => (call) => {
    const [x, y] = [memory.floats(call.x, call.n), memory.floats(call.y, call.n)];
    for (let i = 0; i < call.n; i++) y[i] = call.alpha * x[i]!;
  },
});
