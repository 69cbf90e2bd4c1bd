// Functions of two numbers for which no kernel is worth it: angles, lengths, signs, sums of exponentials. Always float32.

import { type Rule, record } from "../autograd";
import type { BackwardPass } from "../backwardPass";
import type { Scalar } from "../dtype";
import { broadcastShapes } from "../shape";
import type { Storage } from "../storage";
import type { Tensor } from "../tensor";
import { giveTo } from "./broadcast";
import { requireFloat, requireOperand } from "./check";
import { contiguous, expand } from "./view";

type Function1 = (x: number) => number;
type Function2 = (a: number, b: number) => number;

interface Pair {
  readonly f: Function2;
  /** The derivatives by the first and by the second number. */
  readonly slopes: readonly [Function2, Function2];
  /** The same in words of operations, with the result. */
  readonly formulas: readonly [Formula, Formula];
}

type Formula = (a: Tensor, b: Tensor, y: Tensor) => Tensor;

/** log(e^a + e^b) = max + log(1 + e^−|a − b|), and the softmax that is its gradient. */
function logSum(exp: Function1, log1p: Function1, unit: number): Pair {
  const f: Function2 = (a, b) => {
    if (a === b) return a + unit; // infinities too, whose difference is NaN
    return Math.max(a, b) + log1p(exp(-Math.abs(a - b)));
  };
  const share: Function2 = (a, b) => exp(a - f(a, b));
  const part = (x: Tensor, y: Tensor) =>
    x
      .sub(y)
      .mul(unit === 1 ? Math.LN2 : 1)
      .exp();
  return {
    f,
    slopes: [share, (a, b) => share(b, a)],
    formulas: [(a, _, y) => part(a, y), (_, b, y) => part(b, y)],
  };
}

const squares = (a: Tensor, b: Tensor) => a.square().add(b.square());

const pairs = {
  atan2: {
    f: Math.atan2,
    slopes: [(a, b) => b / (a * a + b * b), (a, b) => -a / (a * a + b * b)],
    formulas: [(a, b) => b.div(squares(a, b)), (a, b) => a.div(squares(a, b)).neg()],
  },
  hypot: {
    f: Math.hypot,
    slopes: [(a, b) => a / Math.hypot(a, b), (a, b) => b / Math.hypot(a, b)],
    formulas: [(a, _, y) => a.div(y), (_, b, y) => b.div(y)],
  },
  copysign: {
    f: copysign,
    slopes: [(a, b) => (a === 0 ? 0 : copysign(1, a) * copysign(1, b)), () => 0],
    formulas: [(a, _, y) => a.sign().mul(y.sign()), (_, b) => b.mul(0)],
  },
  logaddexp: logSum(Math.exp, Math.log1p, Math.LN2),
  logaddexp2: logSum(
    (x) => 2 ** x,
    (x) => Math.log1p(x) / Math.LN2,
    1,
  ),
} satisfies Record<string, Pair>;

export type PairOp = keyof typeof pairs;

/** |a| with the sign of b, which −0 has too. */
function copysign(a: number, b: number): number {
  return b < 0 || Object.is(b, -0) ? -Math.abs(a) : Math.abs(a);
}

const rule: Rule<{ readonly op: PairOp; readonly a: Tensor; readonly b: Tensor }> = {
  name: "pair",
  reads: "inputs",
  backward(node, dy, pass) {
    const { op, a, b } = node.info;
    const [first, second] = node.inputs as [Tensor, Tensor];
    const [left, right] = pairs[op].slopes;
    if (first.requiresGrad) giveTo(pass, first, scaled(pass, dy, a, b, left), node.output.shape);
    if (second.requiresGrad) giveTo(pass, second, scaled(pass, dy, a, b, right), node.output.shape);
  },
  formula({ inputs: [a, b], output, info: { op } }, dy) {
    return pairs[op].formulas.map((slope: Formula) => () => dy.mul(slope(a!, b!, output)));
  },
};

/** dy · slope(a, b) */
function scaled(pass: BackwardPass, dy: Storage, a: Tensor, b: Tensor, slope: Function2): Storage {
  const out = pass.engine.allocate(a.count, a.shape);
  const { f32 } = pass.engine;
  const [p, q, from, to] = [a.pointer >>> 2, b.pointer >>> 2, dy.pointer >>> 2, out.pointer >>> 2];
  for (let i = 0; i < a.count; i++) f32[to + i] = f32[from + i]! * slope(f32[p + i]!, f32[q + i]!);
  return out;
}

/** f(a, b) element by element, broadcast. */
export function pairwise(op: PairOp, left: Tensor, right: Tensor | Scalar): Tensor {
  const x = requireFloat(op, left);
  const y = requireFloat(op, requireOperand(op, x, right));
  const shape = broadcastShapes(op, x.shape, y.shape);
  const [a, b] = [contiguous(expand(x, shape)), contiguous(expand(y, shape))];
  const { engine } = x;
  const z = engine.empty(shape, "float32");
  const { f } = pairs[op];
  const { f32 } = engine;
  const [p, q, to] = [a.pointer >>> 2, b.pointer >>> 2, z.pointer >>> 2];
  for (let i = 0; i < z.count; i++) f32[to + i] = f(f32[p + i]!, f32[q + i]!);
  return record(rule, z, [x, y], { op, a, b });
}
