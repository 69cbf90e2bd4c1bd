// Transcendental functions on four f32 lanes, as expressions. Polynomials: Cephes (S. L. Moshier, single/expf.c, logf.c,
// tanhf.c). Errors are the largest seen over 4 million inputs; NaN in, NaN out.

import { type Code, type FunctionBuilder, f32x4, i32, i32x4, type Local, v128 } from "./assembler";
import { constantsRegion } from "./scratch";
import { choose, madd, type Target } from "./target";
import { winogradConstants } from "./winogradPoints";

/**
 * Constants live in memory: V8 rebuilds a v128.const at each use inside a loop (three instructions), a splat-load is one,
 * or two where two vectors are fused, for which `held` takes it out of the loop.
 * The table is fixed, so any number of kernel sets over one memory agree on it.
 */
const constants = {
  one: 1,
  two: 2,
  minusHalf: -0.5,
  signBit: -0,
  log2e: Math.LOG2E,
  minusLn2High: -0.693359375, // nine bits: n·ln2High is exact
  minusLn2Low: 2.1219444e-4,
  halfLog2e: Math.LOG2E / 2,
  // Adding 1.5·2²³ + b leaves the rounded integer plus b in the low bits.
  rounding127: 12582912 + 127,
  rounding191: 12582912 + 191,
  rounding254: 12582912 + 254,
  twoToMinus64: 2 ** -64,
  expLowest: -104.5, // e^x rounds to 0 below −103.98
  expHighest: 89, // and to ∞ above 88.73
  exp0: 1.98756915e-4,
  exp1: 1.3981999507e-3,
  exp2: 8.3334519073e-3,
  exp3: 4.1665795894e-2,
  exp4: 1.6666665459e-1,
  exp5: 5.0000001201e-1,
  log0: 7.0376836292e-2,
  log1: -1.151461031e-1,
  log2: 1.167699874e-1,
  log3: -1.2420140846e-1,
  log4: 1.4249322787e-1,
  log5: -1.6668057665e-1,
  log6: 2.0000714765e-1,
  log7: -2.4999993993e-1,
  log8: 3.3333331174e-1,
  sqrtHalf: Math.SQRT1_2,
  smallestNormal: 2 ** -126,
  two23: 2 ** 23,
  twentyThree: 23,
  infinity: Number.POSITIVE_INFINITY,
  ln2High: 0.693359375,
  ln2Low: -2.1219444e-4, // ln2 = ln2High + ln2Low
  negativeInfinity: Number.NEGATIVE_INFINITY,
  nan: Number.NaN,
  tanh0: -5.70498872745e-3,
  tanh1: 2.06390887954e-2,
  tanh2: -5.37397155531e-2,
  tanh3: 1.33314422036e-1,
  tanh4: -3.33332819422e-1,
  tanhSmall: 0.625,
  half: 0.5,
  three: 3,
  six: 6,
  twenty: 20,
  forty: 40,
  third: 1 / 3,
  splitter: 4097, // 2¹² + 1
  farthest: 14.5,
  tailScale: 0.35,
  tail0: -0.0291579179,
  tail1: 0.144031078,
  tail2: -0.255839318,
  tail3: 0.159320027,
  tail4: -0.0232125744,
  tail5: 0.105552591,
  tail6: 0.119821265,
  tail7: 0.139863521,
  tail8: 0.139621302,
  normalPeak: 1 / Math.sqrt(2 * Math.PI),
  geluTanhScale: Math.sqrt(8 / Math.PI),
  geluTanhCubic: 0.044715,
  geluTanhSlope: 3 * 0.044715 * Math.sqrt(8 / Math.PI),
  ...winogradConstants,
} as const;
export type ConstantName = keyof typeof constants;
const names = Object.keys(constants) as ConstantName[];

/** Writes the table where `constant` reads it: once, before any kernel runs. */
export function writeConstants(memory: WebAssembly.Memory): void {
  new Float32Array(memory.buffer, constantsRegion.start, names.length).set(Object.values(constants));
}

/** A constant in all four lanes, read where it stands. */
export const constant = (name: ConstantName): Code =>
  v128.loadSplat(i32.const(0), constantsRegion.start + 4 * names.indexOf(name));

/** A constant in all four lanes, read once a call, whatever loop it stands in. */
export const held = (f: FunctionBuilder, name: ConstantName): Code => f.once(constant(name));

/** ((c₀·x + c₁)·x + …): Horner's rule. */
export function polynomial(
  target: Target,
  f: FunctionBuilder,
  x: Local,
  coefficients: readonly ConstantName[],
): Code {
  const [first, ...rest] = coefficients.map((name) => held(f, name));
  return rest.reduce<Code>((sum, coefficient) => madd(target, sum, x.get, coefficient), first!);
}

/** x = n·ln2 + r with |r| ≤ ln2/2: e^r in `p`, by a polynomial, and n in the low bits of `n`, plus what `rounding` adds. */
function exponential(target: Target, f: FunctionBuilder, x: Local, rounding: ConstantName) {
  const [r, n, p] = f.vectors(3);
  const code: Code = [
    n.set(madd(target, x.get, held(f, "log2e"), held(f, rounding))),
    p.set(f32x4.sub(n.get, held(f, rounding))), // n as f32
    r.set(madd(target, p.get, held(f, "minusLn2High"), x.get)),
    r.set(madd(target, p.get, held(f, "minusLn2Low"), r.get)),
    p.set(polynomial(target, f, r, ["exp0", "exp1", "exp2", "exp3", "exp4", "exp5"])),
    p.set(f32x4.add(madd(target, f32x4.mul(r.get, r.get), p.get, r.get), held(f, "one"))),
  ];
  return { code, n, p };
}

/** 2^(n − 127) of an integer n within 1…254 in the low bits, which become the exponent field: those above are pushed out. */
const powerOfTwo = (n: Code): Code => i32x4.shl(n, i32.const(23));

/**
 * e^x ≤ 1 ulp, gradual underflow and overflow to ∞ included: 2^n comes in two factors, for one alone cannot reach the
 * denormals or 2¹²⁸.
 */
export function exp(target: Target, f: FunctionBuilder, x: Code): Code {
  const [clamped, half] = f.vectors(2);
  const { code, n, p } = exponential(target, f, clamped, "rounding254");
  return [
    // pmin and pmax keep their first operand where either is NaN, so NaN stays.
    clamped.set(f32x4.pmin(f32x4.pmax(x, held(f, "expLowest")), held(f, "expHighest"))),
    half.set(madd(target, clamped.get, held(f, "halfLog2e"), held(f, "rounding127"))),
    code,
    f32x4.mul(f32x4.mul(p.get, powerOfTwo(half.get)), powerOfTwo(i32x4.sub(n.get, half.get))),
  ];
}

/** e^x of x ≤ 0, or NaN, as exp(): 2^n is one factor of 2^(n + 64), which is never denormal, and 2^−64. */
function expOfNegative(target: Target, f: FunctionBuilder, x: Code): Code {
  const clamped = f.local("v128");
  const { code, n, p } = exponential(target, f, clamped, "rounding191");
  return [
    clamped.set(f32x4.pmax(x, held(f, "expLowest"))),
    code,
    f32x4.mul(f32x4.mul(p.get, powerOfTwo(n.get)), held(f, "twoToMinus64")),
  ];
}

/** e^x of x ≥ 0, or NaN, as exp() up to 2⁵⁸, and no more from there on. */
function expOfSmall(target: Target, f: FunctionBuilder, x: Code): Code {
  const clamped = f.local("v128");
  const { code, n, p } = exponential(target, f, clamped, "rounding127");
  return [clamped.set(f32x4.pmin(x, held(f, "forty"))), code, f32x4.mul(p.get, powerOfTwo(n.get))];
}

/**
 * 1/(1 + e^−x) ≤ 2.5 ulp, as e/(1 + e) with e = e^−|x| ≤ 1 and 1 for e in the numerator where x ≥ 0: with e^−x itself
 * everything below −88.7 would be 0.
 */
export function sigmoid(target: Target, f: FunctionBuilder, x: Code): Code {
  const [input, e] = f.vectors(2);
  return [
    input.set(x),
    e.set(expOfNegative(target, f, v128.or(input.get, held(f, "signBit")))),
    f32x4.div(
      choose(target, e.get, held(f, "one"), f32x4.lt(input.get, v128.zero)),
      f32x4.add(held(f, "one"), e.get),
    ),
  ];
}

/** tanh ≤ 2 ulp: an odd polynomial below 0.625, where 1 − 2/(e^2|x| + 1) would cancel, and that above; it is 1 long before 20. */
export function tanh(target: Target, f: FunctionBuilder, x: Code): Code {
  const [input, magnitude, square, small, large] = f.vectors(5);
  const one = held(f, "one");
  return [
    input.set(x),
    magnitude.set(v128.andNot(input.get, held(f, "signBit"))),
    square.set(f32x4.mul(input.get, input.get)),
    small.set(polynomial(target, f, square, ["tanh0", "tanh1", "tanh2", "tanh3", "tanh4"])),
    small.set(madd(target, f32x4.mul(small.get, square.get), input.get, input.get)),
    large.set(expOfSmall(target, f, f32x4.add(magnitude.get, magnitude.get))),
    large.set(f32x4.sub(one, f32x4.div(held(f, "two"), f32x4.add(large.get, one)))),
    // The sign by its bit, which keeps that of −0 too; the polynomial has it already.
    v128.or(
      choose(target, small.get, large.get, f32x4.lt(magnitude.get, held(f, "tanhSmall"))),
      v128.and(input.get, held(f, "signBit")),
    ),
  ];
}

/**
 * ln x ≤ 1 ulp, denormals included; −∞ at 0, NaN below. x = 2^e·m with m within √½…√2, ln m by a polynomial in m − 1,
 * which is exact and small near x = 1.
 */
export function log(target: Target, f: FunctionBuilder, x: Code): Code {
  const [input, denormal, m, e, z, p] = f.vectors(6);
  return [
    input.set(x),
    denormal.set(f32x4.lt(input.get, held(f, "smallestNormal"))),
    m.set(choose(target, f32x4.mul(input.get, held(f, "two23")), input.get, denormal.get)),
    e.set(i32x4.shrSigned(i32x4.sub(m.get, held(f, "sqrtHalf")), i32.const(23))),
    m.set(i32x4.sub(m.get, i32x4.shl(e.get, i32.const(23)))),
    m.set(f32x4.sub(m.get, held(f, "one"))),
    e.set(f32x4.sub(f32x4.fromI32(e.get), v128.and(denormal.get, held(f, "twentyThree")))),
    z.set(f32x4.mul(m.get, m.get)),
    p.set(polynomial(target, f, m, ["log0", "log1", "log2", "log3", "log4", "log5", "log6", "log7", "log8"])),
    p.set(f32x4.mul(f32x4.mul(p.get, m.get), z.get)),
    p.set(madd(target, e.get, held(f, "ln2Low"), p.get)),
    p.set(madd(target, z.get, held(f, "minusHalf"), p.get)),
    p.set(f32x4.add(m.get, p.get)),
    p.set(madd(target, e.get, held(f, "ln2High"), p.get)),
    p.set(choose(target, p.get, held(f, "nan"), f32x4.ge(input.get, v128.zero))),
    p.set(choose(target, held(f, "infinity"), p.get, f32x4.eq(input.get, held(f, "infinity")))),
    choose(target, held(f, "negativeInfinity"), p.get, f32x4.eq(input.get, v128.zero)),
  ];
}
