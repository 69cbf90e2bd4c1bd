// Batch normalization of [N, C] with few rows: a step of channels goes down all rows while they are in the nearest cache, its
// sums in registers.

import { type Code, f32, f32x4, f64, f64x2, type Local, times, v128, when } from "../emit/assembler";
import { compile } from "../emit/kernel";
import { eachStep, highHalf, loadStep, type Step, storeStep, sumColumns } from "../emit/loops";
import type { Target } from "../emit/target";
import {
  type Affine,
  backwardParameters,
  coefficients,
  forwardParameters,
  gradient,
  gradientsOf,
  moving,
  normalized,
} from "./batchNormParts";

/** The most rows it is the fastest for. */
export const mostRows = 64;

/** As batchNormForwardKernel, of [N, C]. */
export function batchNormForwardRowsKernel(target: Target, affine: Affine) {
  return compile(target, forwardParameters, (parameters, f) => {
    const { x, weight, bias, runningMean, runningVar, y, mean, invStd } = parameters;
    const { outer: rows, channels, stride, eps, momentum, correction } = parameters;
    const [row, from, to] = f.integers(3);
    const [means, variances] = f.integers(2);
    const [d, variance, one, epsilon] = f.vectors(4);
    const [m, parts] = [f.local("f64"), moving(f, target, momentum, correction)];
    const down = [{ pointer: from, stride: stride.get }];
    const root = (half: Code) =>
      f64x2.div(one.get, f64x2.sqrt(f64x2.add(f64x2.promoteLow(half), epsilon.get)));
    const track = (step: Step, running: Local, cursor: Local, value: Code, at: number): Code =>
      when(running.get, storeStep(step, cursor, parts.moved(loadStep(step, cursor, at), value), at));
    return [
      [parts.set, m.set(f64.fromU32(rows.get))],
      [means.set(runningMean.get), variances.set(runningVar.get)],
      [one.set(f64x2.splat(f64.const(1))), epsilon.set(f64x2.splat(eps.get))],
      eachStep(f, channels.get, [x, y, mean, invStd, weight, bias, means, variances], 4, (step) => {
        const each = Array.from({ length: step.vectors }, () => f.vectors(3));
        const sum = (term: (value: Code, mu: Local) => Code) => {
          const { code, sums } = sumColumns(f, step, rows.get, down, 1, (v, put) =>
            put(0, term(loadStep(step, from, v * 16), each[v]![0])),
          );
          return { code: [from.set(x.get), code], mean: (v: number) => sums[0]![v]!.value(m.get) };
        };
        const values = sum((value) => value);
        const squares = sum((value, mu) => [d.set(f32x4.sub(value, mu.get)), f32x4.mul(d.get, d.get)]);
        return [
          values.code,
          each.map(([mu], v) => [mu.set(values.mean(v)), storeStep(step, mean, mu.get, v * 16)]),
          squares.code,
          each.map(([mu, scale, shift], v) => [
            variance.set(squares.mean(v)),
            scale.set(
              v128.shuffle(
                f32x4.demote(root(variance.get)),
                f32x4.demote(root(highHalf(variance))),
                [0, 1, 4, 5],
              ),
            ),
            storeStep(step, invStd, scale.get, v * 16),
            track(step, runningMean, means, mu.get, v * 16),
            track(step, runningVar, variances, f32x4.mul(variance.get, parts.correction), v * 16),
            affine.weight ? scale.set(f32x4.mul(scale.get, loadStep(step, weight, v * 16))) : [],
            shift.set(affine.bias ? loadStep(step, bias, v * 16) : v128.zero),
          ]),
          [from.set(x.get), to.set(y.get)],
          times(row, rows.get, [
            each.map((value, v) =>
              storeStep(step, to, normalized(target, loadStep(step, from, v * 16), ...value), v * 16),
            ),
            [from.advance(stride.get), to.advance(stride.get)],
          ]),
        ];
      }),
    ];
  });
}

/** As batchNormBackwardKernel, of [N, C]. */
export function batchNormBackwardRowsKernel(target: Target, weighted: boolean) {
  return compile(target, backwardParameters, (parameters, f) => {
    const { x, mean, invStd, weight, dy, dx, dWeight, dBias } = parameters;
    const { outer: rows, channels, stride } = parameters;
    const [row, fromX, fromDy, to] = f.integers(4);
    const [d, perM] = f.vectors(2);
    const start = [fromX.set(x.get), fromDy.set(dy.get), to.set(dx.get)];
    const down = [fromX, fromDy].map((pointer) => ({ pointer, stride: stride.get }));
    return [
      perM.set(f32x4.splat(f32.demote(f64.div(f64.const(1), f64.fromU32(rows.get))))),
      eachStep(f, channels.get, [x, mean, invStd, weight, dy, dx, dWeight, dBias], 4, (step) => {
        const each = Array.from({ length: step.vectors }, () => gradientsOf(f));
        const { code, sums } = sumColumns(f, step, rows.get, down, 2, (v, put) => [
          d.set(loadStep(step, fromDy, v * 16)),
          put(0, d.get),
          put(1, f32x4.mul(d.get, f32x4.sub(loadStep(step, fromX, v * 16), each[v]!.mu.get))),
        ]);
        return [
          each.map(({ mu }, v) => mu.set(loadStep(step, mean, v * 16))),
          [start, code],
          each.map((value, v) => {
            const read = (pointer: Local) => loadStep(step, pointer, v * 16);
            return [
              [value.sumDy.set(sums[0]![v]!.value()), value.sumDyX.set(sums[1]![v]!.value())],
              coefficients(read(invStd), weighted ? read(weight) : null, perM, value),
              storeStep(step, dBias, value.sumDy.get, v * 16),
              storeStep(step, dWeight, value.sumDyX.get, v * 16),
            ];
          }),
          start,
          times(row, rows.get, [
            each.map((value, v) => {
              const [xs, dys] = [loadStep(step, fromX, v * 16), loadStep(step, fromDy, v * 16)];
              return storeStep(step, to, gradient(xs, dys, value), v * 16);
            }),
            [fromX, fromDy, to].map((pointer) => pointer.advance(stride.get)),
          ]),
        ];
      }),
    ];
  });
}
