// Transcendental functions on four f32 lanes, as expressions. Polynomials: Cephes (S. L. Moshier, single/expf.c, logf.c,
// tanhf.c). Errors are the largest seen over 4 million inputs; NaN in, NaN out.

import { type Code, type FunctionBuilder, f32x4, i32, i32x4, type Local, v128 } from "./assembler";
import { constantsRegion } from "./scratch";
import { choose, madd, type Target } from "./target";
import { winogradConstants } from "./winogradPoints";

/**
 * Constants live in memory: V8 rebuilds a v128.const at each use inside a loop (three instructions), a splat-load is one.
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
  roundingMagic: 12582912, // 1.5·2²³: adding it leaves the rounded integer in the low bits
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

/** A constant in all four lanes. */
export const constant = (name: ConstantName): Code =>
  v128.loadSplat(i32.const(0), constantsRegion.start + 4 * names.indexOf(name));

/** ((c₀·x + c₁)·x + …): Horner's rule. */
export function polynomial(target: Target, x: Local, coefficients: readonly ConstantName[]): Code {
  const [first, ...rest] = coefficients.map(constant);
  return rest.reduce<Code>((sum, coefficient) => madd(target, sum, x.get, coefficient), first!);
}

/**
 * e^x ≤ 1 ulp, gradual underflow and overflow to ∞ included.
 * x = n·ln2 + r with |r| ≤ ln2/2, e^r by a polynomial, 2^n in two factors: one alone cannot reach the denormals or 2¹²⁸.
 */
export function exp(target: Target, f: FunctionBuilder, x: Code): Code {
  const [r, n, p, scale] = f.vectors(4);
  return [
    // pmin and pmax keep their first operand where either is NaN, so NaN stays.
    r.set(f32x4.pmin(f32x4.pmax(x, constant("expLowest")), constant("expHighest"))),
    n.set(madd(target, r.get, constant("log2e"), constant("roundingMagic"))),
    p.set(f32x4.sub(n.get, constant("roundingMagic"))), // n as f32
    r.set(madd(target, p.get, constant("minusLn2High"), r.get)),
    r.set(madd(target, p.get, constant("minusLn2Low"), r.get)),
    p.set(polynomial(target, r, ["exp0", "exp1", "exp2", "exp3", "exp4", "exp5"])),
    p.set(f32x4.add(madd(target, f32x4.mul(r.get, r.get), p.get, r.get), constant("one"))),
    n.set(i32x4.sub(n.get, constant("roundingMagic"))), // n as i32
    scale.set(i32x4.shrSigned(n.get, i32.const(1))),
    n.set(i32x4.sub(n.get, scale.get)),
    f32x4.mul(f32x4.mul(p.get, powerOfTwo(scale)), powerOfTwo(n)),
  ];
}

/** 2^n for an integer n within −126…127, by writing the exponent field. */
const powerOfTwo = (n: Local): Code => i32x4.add(i32x4.shl(n.get, i32.const(23)), constant("one"));

/**
 * 1/(1 + e^−x) ≤ 2.5 ulp, as e/(1 + e) with e = e^−|x| ≤ 1 and 1 for e in the numerator where x ≥ 0: with e^−x itself
 * everything below −88.7 would be 0.
 */
export function sigmoid(target: Target, f: FunctionBuilder, x: Code): Code {
  const [input, e] = f.vectors(2);
  return [
    input.set(x),
    e.set(exp(target, f, v128.or(input.get, constant("signBit")))),
    f32x4.div(
      choose(target, e.get, constant("one"), f32x4.lt(input.get, v128.zero)),
      f32x4.add(constant("one"), e.get),
    ),
  ];
}

/** tanh ≤ 2 ulp: an odd polynomial below 0.625, where 1 − 2/(e^2|x| + 1) would cancel, and that above. */
export function tanh(target: Target, f: FunctionBuilder, x: Code): Code {
  const [input, square, small, large] = f.vectors(4);
  const magnitude = f32x4.abs(input.get);
  return [
    input.set(x),
    square.set(f32x4.mul(input.get, input.get)),
    small.set(polynomial(target, square, ["tanh0", "tanh1", "tanh2", "tanh3", "tanh4"])),
    small.set(madd(target, f32x4.mul(small.get, square.get), input.get, input.get)),
    large.set(exp(target, f, f32x4.add(magnitude, magnitude))),
    large.set(f32x4.sub(constant("one"), f32x4.div(constant("two"), f32x4.add(large.get, constant("one"))))),
    // The sign by its bit, which keeps that of −0 too; the polynomial has it already.
    v128.or(
      choose(target, small.get, large.get, f32x4.lt(magnitude, constant("tanhSmall"))),
      v128.and(input.get, constant("signBit")),
    ),
  ];
}

/**
 * ln x ≤ 1 ulp, denormals included; −∞ at 0, NaN below. x = 2^e·m with m within √½…√2, ln m by a polynomial in m − 1,
 * which is exact and small near x = 1.
 */
export function log(target: Target, f: FunctionBuilder, x: Code): Code {
  const [input, m, e, z, p] = f.vectors(5);
  const denormal = f32x4.lt(input.get, constant("smallestNormal"));
  return [
    input.set(x),
    m.set(choose(target, f32x4.mul(input.get, constant("two23")), input.get, denormal)),
    e.set(i32x4.shrSigned(i32x4.sub(m.get, constant("sqrtHalf")), i32.const(23))),
    m.set(i32x4.sub(m.get, i32x4.shl(e.get, i32.const(23)))),
    m.set(f32x4.sub(m.get, constant("one"))),
    e.set(f32x4.sub(f32x4.fromI32(e.get), v128.and(denormal, constant("twentyThree")))),
    z.set(f32x4.mul(m.get, m.get)),
    p.set(polynomial(target, m, ["log0", "log1", "log2", "log3", "log4", "log5", "log6", "log7", "log8"])),
    p.set(f32x4.mul(f32x4.mul(p.get, m.get), z.get)),
    p.set(madd(target, e.get, constant("ln2Low"), p.get)),
    p.set(madd(target, z.get, constant("minusHalf"), p.get)),
    p.set(f32x4.add(m.get, p.get)),
    p.set(madd(target, e.get, constant("ln2High"), p.get)),
    p.set(choose(target, p.get, constant("nan"), f32x4.ge(input.get, v128.zero))),
    p.set(choose(target, constant("infinity"), p.get, f32x4.eq(input.get, constant("infinity")))),
    choose(target, constant("negativeInfinity"), p.get, f32x4.eq(input.get, v128.zero)),
  ];
}
