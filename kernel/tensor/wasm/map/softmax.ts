// Log-softmax and cross-entropy along rows: the maximum, then Σe^(x − max), then one pass that writes.

import { f32, f32x4, f64, i32, times } from "../emit/assembler";
import { eachVector, loadStep, storeStep, sumRun } from "../emit/loops";
import { constant, exp, log } from "../emit/math";
import { compile, type Run, type Target } from "../emit/target";
import { extremeRun } from "./reduce";

/** run(x, logProbabilities, rows, columns) */
export function logSoftmaxKernel(target: Target): Run {
  return compile(target, ["i32", "i32", "i32", "i32"], (f, x, y, rows, columns) => {
    const [row, cursor, total] = [f.local("i32"), f.local("i32"), f.local("f64")];
    const [highest, logSum] = f.vectors(2);
    return times(row, rows!.get, [
      cursor.set(x!.get),
      extremeRun(f, "max", columns!.get, cursor, highest),
      [cursor.set(x!.get), total.set(f64.const(0))],
      sumRun(f, columns!.get, [cursor], [total], (step, at, put) =>
        put(0, exp(target, f, f32x4.sub(loadStep(step, cursor, at), highest.get))),
      ),
      logSum.set(log(target, f, f32x4.splat(f32.demote(total.get)))),
      // (x − max) − log Σ: adding max and log Σ first would round away the small one.
      eachVector(f, columns!.get, [x!, y!], 2, [y!], (step, at) => [
        f32x4.sub(f32x4.sub(loadStep(step, x!, at), highest.get), logSum.get),
      ]),
    ]);
  });
}

/** run(logits, targets, loss, dLogits, rows, columns) */
export function crossEntropyKernel(target: Target): Run {
  return compile(
    target,
    ["i32", "i32", "i32", "i32", "i32", "i32"],
    (f, logits, targets, loss, dLogits, rows, columns) => {
      const [row, cursor, to, hit] = f.integers(4);
      const [total, sum] = [f.local("f64"), f.local("f64")];
      const [highest, logSum, perSum] = f.vectors(3);
      return [
        times(row, rows!.get, [
          cursor.set(logits!.get),
          extremeRun(f, "max", columns!.get, cursor, highest),
          [cursor.set(logits!.get), to.set(dLogits!.get), sum.set(f64.const(0))],
          sumRun(f, columns!.get, [cursor, to], [sum], (step, at, put) => [
            logSum.set(exp(target, f, f32x4.sub(loadStep(step, cursor, at), highest.get))),
            storeStep(step, to, logSum.get, at),
            put(0, logSum.get),
          ]),
          perSum.set(f32x4.splat(f32.demote(sum.get))),
          logSum.set(log(target, f, perSum.get)),
          perSum.set(f32x4.div(constant("one"), perSum.get)),
          hit.set(i32.shl(i32.load(targets!.get), i32.const(2))),
          // loss += log Σ − (x[target] − max)
          cursor.set(i32.add(logits!.get, hit.get)),
          total.set(
            f64.add(
              total.get,
              f64.promote(
                f32.sub(f32x4.lane(logSum.get), f32.sub(f32.load(cursor.get), f32x4.lane(highest.get))),
              ),
            ),
          ),
          hit.advance(dLogits!.get),
          eachVector(f, columns!.get, [dLogits!], 2, [dLogits!], (step, at) => [
            f32x4.mul(loadStep(step, dLogits!, at), perSum.get),
          ]),
          f32.store(hit.get, f32.sub(f32.load(hit.get), f32.const(1))),
          logits!.advance(i32.shl(columns!.get, i32.const(2))),
          targets!.advance(4),
        ]),
        f32.store(loss!.get, f32.demote(total.get)),
      ];
    },
  );
}
