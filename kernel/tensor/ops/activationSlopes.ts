// The derivatives of activations in words of operations: what their gradients' gradients go back through.

import type { Tensor } from "../tensor";
import type { ActivationOp } from "../wasm/kernels";

/** f′(x) with the constants of `activation()`; finite wherever x is, for what is not chosen comes back as 0 times itself. */
export const activationSlopes: {
  readonly [O in ActivationOp]: (x: Tensor, a: number, b: number) => Tensor;
} = {
  leakyRelu: (x, a) =>
    mask(x.gt(0))
      .mul(1 - a)
      .add(a),
  elu: (x, a, b) => {
    const below = mask(x.le(0));
    const exponential = x.clamp({ max: 0 }).mul(b).exp();
    return exponential
      .mul(below)
      .mul(a * b)
      .add(rest(below));
  },
  gelu: (x) => {
    const density = x
      .square()
      .mul(-0.5)
      .exp()
      .mul(1 / Math.sqrt(2 * Math.PI));
    return x.mul(Math.SQRT1_2).erf().add(1).mul(0.5).add(x.mul(density));
  },
  geluTanh: (far) => {
    const x = far.clamp({ min: -14.5, max: 14.5 }); // the slope is 0 or 1 by then, and x³ would overflow
    const [scale, cubic] = [Math.sqrt(8 / Math.PI), 0.044715];
    const share = x.pow(3).mul(cubic).add(x).mul(scale).sigmoid();
    const growth = x
      .square()
      .mul(3 * cubic)
      .add(1)
      .mul(scale);
    return share.mul(x.mul(rest(share)).mul(growth).add(1));
  },
  silu: (x) => {
    const share = x.sigmoid();
    return share.mul(x.mul(rest(share)).add(1));
  },
  softplus: (x, a, b) => x.mul(a).sigmoid().maskedFill(x.mul(a).gt(b), 1),
  hardtanh: (x, a, b) => mask(x.gt(a).logicalAnd(x.lt(b))),
  hardsigmoid: (x) => mask(x.gt(-3).logicalAnd(x.lt(3))).mul(1 / 6),
  hardswish: (x) => {
    const slope = x.mul(1 / 3).add(0.5);
    return slope.maskedFill(x.lt(-3), 0).maskedFill(x.ge(3), 1);
  },
  mish: (far) => {
    const x = far.clamp({ min: -60, max: 20 }); // the slope is 0 or 1 by then
    const e = x.exp();
    const n = e.mul(e.add(2)); // tanh(log(1 + e)) = n / (n + 2)
    const t = n.div(n.add(2));
    return t.add(x.mul(t.square().neg().add(1)).mul(x.sigmoid()));
  },
  softsign: (x) => x.abs().add(1).pow(-2),
  softshrink: (x, a) => mask(x.abs().gt(a)),
  hardshrink: (x, a) => mask(x.abs().gt(a)),
  threshold: (x, a) => mask(x.gt(a)),
};

/** 1 where the condition holds, else 0. */
const mask = (condition: Tensor): Tensor => condition.float();

/** 1 − share */
const rest = (share: Tensor): Tensor => share.neg().add(1);
