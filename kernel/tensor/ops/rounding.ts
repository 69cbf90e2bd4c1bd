// Functions of one number for which no kernel is worth it: angles, logarithms, signs, rounding, and what numbers are finite.

import { type Rule, record } from "../autograd";
import { erf, erfc, erfinv } from "../math/erf";
import { digamma, lgamma, trigamma } from "../math/gamma";
import type { Tensor } from "../tensor";
import { cast, refuseBool, requireFloat } from "./check";
import { clone } from "./elementwise";
import { contiguous } from "./view";

interface Entry {
  readonly f: (x: number) => number;
  /** The derivative at x; 0 everywhere for steps. */
  readonly slope: (x: number) => number;
  /** The same in words of operations, where x may have a graph and y is f(x). */
  readonly formula?: (x: Tensor, y: Tensor) => Tensor;
}

const flat = () => 0;

/** Halves go to the even neighbor, as in PyTorch and unlike Math.round. */
function roundHalfToEven(x: number): number {
  const below = Math.floor(x);
  const rest = x - below;
  return rest < 0.5 || (rest === 0.5 && below % 2 === 0) ? below : below + 1;
}

const entries = {
  sin: { f: Math.sin, slope: Math.cos, formula: (x) => x.cos() },
  cos: { f: Math.cos, slope: (x) => -Math.sin(x), formula: (x) => x.sin().neg() },
  tan: { f: Math.tan, slope: (x) => 1 / Math.cos(x) ** 2, formula: (_, y) => y.square().add(1) },
  asin: {
    f: Math.asin,
    slope: (x) => 1 / Math.sqrt(1 - x * x),
    formula: (x) => x.square().neg().add(1).rsqrt(),
  },
  acos: {
    f: Math.acos,
    slope: (x) => -1 / Math.sqrt(1 - x * x),
    formula: (x) => x.square().neg().add(1).rsqrt().neg(),
  },
  sinh: { f: Math.sinh, slope: Math.cosh, formula: (x) => x.cosh() },
  cosh: { f: Math.cosh, slope: Math.sinh, formula: (x) => x.sinh() },
  asinh: { f: Math.asinh, slope: (x) => 1 / Math.sqrt(x * x + 1), formula: (x) => x.square().add(1).rsqrt() },
  acosh: { f: Math.acosh, slope: (x) => 1 / Math.sqrt(x * x - 1), formula: (x) => x.square().sub(1).rsqrt() },
  atanh: {
    f: Math.atanh,
    slope: (x) => 1 / (1 - x * x),
    formula: (x) => x.square().neg().add(1).reciprocal(),
  },
  atan: { f: Math.atan, slope: (x) => 1 / (1 + x * x), formula: (x) => x.square().add(1).reciprocal() },
  log2: { f: Math.log2, slope: (x) => 1 / (x * Math.LN2), formula: (x) => x.mul(Math.LN2).reciprocal() },
  log10: { f: Math.log10, slope: (x) => 1 / (x * Math.LN10), formula: (x) => x.mul(Math.LN10).reciprocal() },
  log1p: { f: Math.log1p, slope: (x) => 1 / (1 + x), formula: (x) => x.add(1).reciprocal() },
  expm1: { f: Math.expm1, slope: Math.exp, formula: (x) => x.exp() },
  rsqrt: {
    f: (x) => 1 / Math.sqrt(x),
    slope: (x) => -0.5 / (x * Math.sqrt(x)),
    formula: (_, y) => y.pow(3).mul(-0.5),
  },
  erf: {
    f: erf,
    slope: (x) => (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x),
    formula: (x) =>
      x
        .square()
        .neg()
        .exp()
        .mul(2 / Math.sqrt(Math.PI)),
  },
  exp2: { f: (x) => 2 ** x, slope: (x) => 2 ** x * Math.LN2, formula: (_, y) => y.mul(Math.LN2) },
  erfc: {
    f: erfc,
    slope: (x) => (-2 / Math.sqrt(Math.PI)) * Math.exp(-x * x),
    formula: (x) =>
      x
        .square()
        .neg()
        .exp()
        .mul(-2 / Math.sqrt(Math.PI)),
  },
  erfinv: {
    f: erfinv,
    slope: (x) => (Math.sqrt(Math.PI) / 2) * Math.exp(erfinv(x) ** 2),
    formula: (_, y) =>
      y
        .square()
        .exp()
        .mul(Math.sqrt(Math.PI) / 2),
  },
  lgamma: { f: lgamma, slope: digamma, formula: (x) => x.digamma() },
  digamma: { f: digamma, slope: trigamma },
  frac: { f: (x) => x - Math.trunc(x), slope: () => 1, formula: (x) => x.mul(0).add(1) },
  sign: { f: (x) => Number(x > 0) - Number(x < 0), slope: flat }, // 0 for NaN, as in PyTorch
  floor: { f: Math.floor, slope: flat },
  ceil: { f: Math.ceil, slope: flat },
  round: { f: roundHalfToEven, slope: flat },
  trunc: { f: Math.trunc, slope: flat },
} satisfies Record<string, Entry>;

export type RoundingOp = keyof typeof entries;

// dx = dy · f′(x)
const rule = (name: RoundingOp): Rule => ({
  formula: formulaOf(entries[name]),
  name,
  reads: "inputs",
  backward(node, dy, pass) {
    const x = node.inputs[0]!;
    const { slope } = entries[name];
    const { f32 } = pass.engine;
    const [from, to] = [x.pointer >>> 2, dy.pointer >>> 2];
    for (let i = 0; i < x.count; i++) f32[to + i]! *= slope(f32[from + i]!);
    pass.give(x, dy);
  },
});

function formulaOf({ slope, formula }: Entry): Rule["formula"] {
  if (slope === flat) return (_, dy) => [() => dy.mul(0)];
  return formula && (({ inputs: [x], output }, dy) => [() => dy.mul(formula(x!, output))]);
}

const rules = Object.fromEntries(Object.keys(entries).map((name) => [name, rule(name as RoundingOp)]));

/** f(x) element by element; steps of whole numbers stay whole. */
export function elementwise(op: RoundingOp, input: Tensor): Tensor {
  const steps = entries[op].slope === flat;
  if (steps && op !== "sign") refuseBool(op, "convert with int()", input);
  const whole = steps && input.dtype !== "float32";
  if (whole && (op !== "sign" || input.dtype === "bool")) return clone(input);
  const x = contiguous(requireFloat(op, input));
  const y = x.engine.emptyLike(x, "float32");
  const { f } = entries[op];
  const { f32 } = x.engine;
  const [from, to] = [x.pointer >>> 2, y.pointer >>> 2];
  for (let i = 0; i < x.count; i++) f32[to + i] = f(f32[from + i]!);
  return whole ? cast(y, "int32") : record(rules[op]!, y, [x], undefined);
}

const tests = {
  isnan: Number.isNaN,
  isinf: (x: number) => !Number.isFinite(x) && !Number.isNaN(x),
  isfinite: Number.isFinite,
};

/** Which elements are NaN, infinite, or finite: bool, without gradient. */
export function classify(op: "isnan" | "isinf" | "isfinite", input: Tensor): Tensor {
  const x = contiguous(requireFloat(op, input));
  const y = x.engine.emptyLike(x, "bool");
  const holds = tests[op];
  const { f32 } = x.engine;
  const [from, to] = [x.pointer >>> 2, y.pointer >>> 2];
  for (let i = 0; i < x.count; i++) f32[to + i] = Number(holds(f32[from + i]!));
  return y;
}
