// Activations whose gradient is taken by their input: the expressions of four lanes, and of their derivatives.

import { define, elements } from "../call/device";
import { byKey } from "../call/variants";
import { type Code, type FunctionBuilder, f32x4, type Local, v128 } from "../emit/assembler";
import { compile, element, float32, units, type Values } from "../emit/kernel";
import { eachVector, loadStep } from "../emit/loops";
import { exp, held, log, polynomial, sigmoid, tanh } from "../emit/math";
import { madd, type Target } from "../emit/target";
import { type ActivationOp, exactActivations } from "./exactActivations";

interface Lanes {
  readonly target: Target;
  readonly f: FunctionBuilder;
  readonly x: Local;
  /** The constants of the call: see ActivationOp. */
  readonly a: Local;
  readonly b: Local;
}

interface Formula {
  readonly value: (lanes: Lanes) => Code;
  readonly slope: (lanes: Lanes) => Code;
}

const one = (f: FunctionBuilder): Code => held(f, "one");
const half = (f: FunctionBuilder): Code => held(f, "half");
const within = (x: Local, a: Local): Code => f32x4.le(f32x4.abs(x.get), a.get);
/** x + 3 between 0 and 6. */
const ramp = ({ f, x }: Lanes): Code =>
  f32x4.pmin(f32x4.pmax(f32x4.add(x.get, held(f, "three")), v128.zero), held(f, "six"));

/** From here on y = x: e² is 2e17, and 2 beside it is nothing. */
const mishEnd = (f: FunctionBuilder): Code => held(f, "twenty");
/** From here on y = 0 and so is its slope. */
const mishStart = (f: FunctionBuilder): Code => f32x4.neg(held(f, "expHighest"));

/** e = e^x and n = e(e + 2), for x up to where y is x. */
function mishParts(target: Target, f: FunctionBuilder, x: Local): { code: Code; e: Local; n: Local } {
  const [e, n] = f.vectors(2);
  const code = [
    e.set(exp(target, f, f32x4.pmin(x.get, mishEnd(f)))),
    n.set(f32x4.mul(e.get, f32x4.add(e.get, held(f, "two")))),
  ];
  return { code, e, n };
}

const positive = (x: Local): Code => f32x4.gt(x.get, v128.zero);

/**
 * ½·erfc(|x|/√2), the normal distribution's tail beyond |x|, in `tail`, and e^(−x²/2) in `bell`, both within 4 ulp: x² is kept in two
 * parts, for the rounding of one would show in e^−100; erfc over e^(−x²/2) is a polynomial of t = 1/(1 + 0.35·|x|), fitted to
 * 3e-8 over 0 … 14.5, where the tail leaves the range of float32.
 */
function normalTail({ target, f, x }: Lanes): { code: Code; tail: Local; bell: Local } {
  const [size, high, rest, t, tail, bell] = f.vectors(6);
  const code: Code = [
    size.set(f32x4.pmin(f32x4.abs(x.get), held(f, "farthest"))), // NaN stays
    high.set(f32x4.mul(size.get, held(f, "splitter"))), // Dekker 1971: the upper twelve bits, whose square is exact
    high.set(f32x4.sub(high.get, f32x4.sub(high.get, size.get))),
    rest.set(f32x4.mul(f32x4.sub(size.get, high.get), f32x4.add(size.get, high.get))),
    rest.set(f32x4.mul(rest.get, held(f, "minusHalf"))), // at most 0.03 in size: three terms of its exponential
    bell.set(exp(target, f, f32x4.mul(f32x4.mul(high.get, high.get), held(f, "minusHalf")))),
    tail.set(madd(target, rest.get, held(f, "third"), one(f))),
    tail.set(madd(target, f32x4.mul(rest.get, tail.get), half(f), one(f))),
    bell.set(f32x4.mul(bell.get, madd(target, rest.get, tail.get, one(f)))),
    t.set(f32x4.div(one(f), madd(target, size.get, held(f, "tailScale"), one(f)))),
    tail.set(
      polynomial(target, f, t, [
        "tail0",
        "tail1",
        "tail2",
        "tail3",
        "tail4",
        "tail5",
        "tail6",
        "tail7",
        "tail8",
      ]),
    ),
    tail.set(f32x4.mul(f32x4.mul(tail.get, t.get), bell.get)),
  ];
  return { code, tail, bell };
}

/** Φ(x) of the tail beyond |x|. */
const normalOf = ({ f, x }: Lanes, tail: Local): Code =>
  v128.select(f32x4.sub(one(f), tail.get), tail.get, positive(x));

/** 2u = √(8/π)·(x + 0.044715·x³) */
const doubleInner = ({ target, f, x }: Lanes): Code =>
  f32x4.mul(
    f32x4.mul(x.get, held(f, "geluTanhScale")),
    madd(target, f32x4.mul(x.get, x.get), held(f, "geluTanhCubic"), one(f)),
  );

const activations: { [O in ActivationOp]: Formula } = {
  leakyRelu: {
    value: ({ x, a }) => v128.select(x.get, f32x4.mul(x.get, a.get), positive(x)),
    slope: ({ f, x, a }) => v128.select(one(f), a.get, positive(x)),
  },

  // e^bx − 1 = 2t/(1 − t) with t = tanh(bx/2), which does not cancel near 0
  elu: {
    value: ({ target, f, x, a, b }) => {
      const t = f.local("v128");
      return [
        t.set(tanh(target, f, f32x4.mul(f32x4.pmin(x.get, v128.zero), f32x4.mul(b.get, half(f))))),
        v128.select(
          x.get,
          f32x4.mul(a.get, f32x4.div(f32x4.add(t.get, t.get), f32x4.sub(one(f), t.get))),
          positive(x),
        ),
      ];
    },
    slope: ({ target, f, x, a, b }) =>
      v128.select(
        one(f),
        f32x4.mul(f32x4.mul(a.get, b.get), exp(target, f, f32x4.mul(f32x4.pmin(x.get, v128.zero), b.get))),
        positive(x),
      ),
  },

  // y = x·Φ(x), y′ = Φ(x) + x·φ(x)
  gelu: {
    value: (lanes) => {
      const { code, tail } = normalTail(lanes);
      return [code, f32x4.mul(lanes.x.get, normalOf(lanes, tail))];
    },
    slope: (lanes) => {
      const { code, tail, bell } = normalTail(lanes);
      return [
        code,
        madd(
          lanes.target,
          f32x4.mul(lanes.x.get, held(lanes.f, "normalPeak")),
          bell.get,
          normalOf(lanes, tail),
        ),
      ];
    },
  },

  // y = x·(1 + tanh u)/2 = x·σ(2u), y′ = σ·(1 + x·(1 − σ)·(2u)′)
  geluTanh: {
    value: (lanes) => f32x4.mul(lanes.x.get, sigmoid(lanes.target, lanes.f, doubleInner(lanes))),
    slope: (lanes) => {
      const { target, f, x } = lanes;
      const [s, growth] = f.vectors(2);
      const farthest = held(f, "farthest"); // the slope is 0 or 1 by then, and x² would overflow
      return [
        x.set(f32x4.pmax(f32x4.pmin(x.get, farthest), f32x4.neg(farthest))),
        s.set(sigmoid(target, f, doubleInner(lanes))),
        growth.set(madd(target, f32x4.mul(x.get, x.get), held(f, "geluTanhSlope"), held(f, "geluTanhScale"))),
        growth.set(f32x4.mul(f32x4.mul(growth.get, x.get), f32x4.sub(one(f), s.get))),
        madd(target, s.get, growth.get, s.get),
      ];
    },
  },

  // y = x·σ, y′ = σ·(1 + x·(1 − σ))
  silu: {
    value: ({ target, f, x }) => f32x4.mul(x.get, sigmoid(target, f, x.get)),
    slope: ({ target, f, x }) => {
      const s = f.local("v128");
      return [
        s.set(sigmoid(target, f, x.get)),
        madd(target, f32x4.mul(s.get, x.get), f32x4.sub(one(f), s.get), s.get),
      ];
    },
  },

  // log(1 + e^u)/β = (max(u, 0) + log(1 + z))/β with u = βx and z = e^−|u|, which never overflows;
  // log(1 + z) = log(w)·z/(w − 1) with w = 1 + z rounded (W. Kahan), z itself where w is 1
  softplus: {
    value: ({ target, f, x, a, b }) => {
      const [u, z, w] = f.vectors(3);
      return [
        u.set(f32x4.mul(x.get, a.get)),
        z.set(exp(target, f, v128.or(u.get, held(f, "signBit")))),
        w.set(f32x4.add(z.get, one(f))),
        z.set(
          v128.select(
            z.get,
            f32x4.mul(log(target, f, w.get), f32x4.div(z.get, f32x4.sub(w.get, one(f)))),
            f32x4.eq(w.get, one(f)),
          ),
        ),
        v128.select(
          x.get,
          f32x4.div(f32x4.add(f32x4.pmax(u.get, v128.zero), z.get), a.get),
          f32x4.gt(u.get, b.get),
        ),
      ];
    },
    slope: ({ target, f, x, a, b }) => {
      const u = f.local("v128");
      return [
        u.set(f32x4.mul(x.get, a.get)),
        v128.select(one(f), sigmoid(target, f, u.get), f32x4.gt(u.get, b.get)),
      ];
    },
  },

  hardtanh: {
    value: ({ x, a, b }) => f32x4.pmin(f32x4.pmax(x.get, a.get), b.get),
    slope: ({ f, x, a, b }) =>
      v128.select(v128.zero, v128.select(v128.zero, one(f), f32x4.ge(x.get, b.get)), f32x4.le(x.get, a.get)),
  },

  // (x + 3)/6 between 0 and 1
  hardsigmoid: {
    value: (lanes) => f32x4.div(ramp(lanes), held(lanes.f, "six")),
    slope: ({ f, x }) =>
      v128.select(f32x4.div(one(f), held(f, "six")), v128.zero, f32x4.lt(f32x4.abs(x.get), held(f, "three"))),
  },

  hardswish: {
    value: (lanes) => f32x4.mul(lanes.x.get, f32x4.div(ramp(lanes), held(lanes.f, "six"))),
    slope: ({ target, f, x }) =>
      v128.select(
        v128.zero,
        v128.select(
          one(f),
          madd(target, x.get, held(f, "third"), half(f)),
          f32x4.ge(x.get, held(f, "three")),
        ),
        f32x4.lt(x.get, f32x4.neg(held(f, "three"))),
      ),
  },

  // y = x·tanh(log(1 + e^x)) = x·n/(n + 2), y′ = n/(n + 2) + x·4e(1 + e)/(n + 2)², with e = e^x and n = e(e + 2)
  mish: {
    value: ({ target, f, x }) => {
      const { code, n } = mishParts(target, f, x);
      return [code, f32x4.mul(x.get, f32x4.div(n.get, f32x4.add(n.get, held(f, "two"))))];
    },
    slope: ({ target, f, x }) => {
      const { code, e, n } = mishParts(target, f, x);
      const d = f.local("v128");
      return [
        x.set(f32x4.pmax(f32x4.pmin(x.get, mishEnd(f)), mishStart(f))), // ∞·0 would be NaN
        code,
        d.set(f32x4.div(one(f), f32x4.add(n.get, held(f, "two")))),
        n.set(f32x4.mul(n.get, d.get)),
        e.set(f32x4.mul(f32x4.mul(e.get, d.get), f32x4.mul(f32x4.add(e.get, one(f)), d.get))),
        e.set(f32x4.mul(f32x4.mul(e.get, held(f, "two")), held(f, "two"))),
        madd(target, x.get, e.get, n.get),
      ];
    },
  },

  softsign: {
    value: ({ f, x }) => f32x4.div(x.get, f32x4.add(one(f), f32x4.abs(x.get))),
    slope: ({ f, x }) => {
      const d = f.local("v128");
      return [d.set(f32x4.div(one(f), f32x4.add(one(f), f32x4.abs(x.get)))), f32x4.mul(d.get, d.get)];
    },
  },

  softshrink: {
    value: ({ x, a }) =>
      v128.select(
        v128.zero,
        f32x4.sub(x.get, v128.select(a.get, f32x4.neg(a.get), positive(x))),
        within(x, a),
      ),
    slope: ({ f, x, a }) => v128.select(v128.zero, one(f), within(x, a)),
  },

  hardshrink: {
    value: ({ x, a }) => v128.select(v128.zero, x.get, within(x, a)),
    slope: ({ f, x, a }) => v128.select(v128.zero, one(f), within(x, a)),
  },

  threshold: {
    value: ({ x, a, b }) => v128.select(b.get, x.get, f32x4.le(x.get, a.get)),
    slope: ({ f, x, a }) => v128.select(v128.zero, one(f), f32x4.le(x.get, a.get)),
  },
};

const forward = { x: element, y: element, n: units, a: float32, b: float32 };

/** y[n] = f(x[n]; a, b); y may alias x. */
export const activation = define<(op: ActivationOp, call: Values<typeof forward>) => void>({
  emit(device) {
    const { target } = device;
    const kernels = byKey((op: ActivationOp) =>
      compile(target, forward, ({ x: from, y, n, a: first, b: second }, f) => {
        const [x, a, b] = f.vectors(3);
        return [
          [a.set(f32x4.splat(first.get)), b.set(f32x4.splat(second.get))],
          eachVector(f, n.get, [from, y], 2, [y], (step, at) => [
            [x.set(loadStep(step, from, at)), activations[op].value({ target, f, x, a, b })],
          ]),
        ];
      }),
    );
    return (op, call) => device.run(kernels(op), call, elements);
  },
  reference: (memory) => (op, call) => {
    const [x, y] = [memory.floats(call.x, call.n), memory.floats(call.y, call.n)];
    const { value } = exactActivations[op];
    for (let i = 0; i < call.n; i++) y[i] = value(x[i]!, call.a, call.b);
  },
});

const backward = { x: element, dy: element, dx: element, n: units, a: float32, b: float32 };

/** dx[n] = dy[n] · f′(x[n]); dx may alias dy. */
export const activationGrad = define<(op: ActivationOp, call: Values<typeof backward>) => void>({
  emit(device) {
    const { target } = device;
    const kernels = byKey((op: ActivationOp) =>
      compile(target, backward, ({ x: from, dy, dx, n, a: first, b: second }, f) => {
        const [x, a, b] = f.vectors(3);
        return [
          [a.set(f32x4.splat(first.get)), b.set(f32x4.splat(second.get))],
          eachVector(f, n.get, [from, dy, dx], 2, [dx], (step, at) => [
            [
              x.set(loadStep(step, from, at)),
              f32x4.mul(activations[op].slope({ target, f, x, a, b }), loadStep(step, dy, at)),
            ],
          ]),
        ];
      }),
    );
    return (op, call) => device.run(kernels(op), call, elements);
  },
  reference: (memory) => (op, call) => {
    const [x, dy] = [memory.floats(call.x, call.n), memory.floats(call.dy, call.n)];
    const dx = memory.floats(call.dx, call.n);
    const { slope } = exactActivations[op];
    for (let i = 0; i < call.n; i++) dx[i] = dy[i]! * slope(x[i]!, call.a, call.b);
  },
});
