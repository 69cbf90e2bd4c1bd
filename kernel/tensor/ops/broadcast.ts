// Broadcasting of contiguous buffers: binary kernels over it forward, sums over it backward.

import type { BackwardPass } from "../backwardPass";
import type { Engine } from "../engine";
import { broadcastRuns, countOf, type Shape, sameShape } from "../shape";
import type { Storage } from "../storage";
import type { Tensor } from "../tensor";
import type { BinaryLayout, BinaryOp } from "../wasm/kernels";

/** y = f(a, b) with a and b broadcast to `shape`. All three are contiguous; y may be an operand of its own size. */
export function binaryInto(
  engine: Engine,
  op: BinaryOp,
  a: number,
  shapeA: Shape,
  b: number,
  shapeB: Shape,
  y: number,
  shape: Shape,
): void {
  const { kernels } = engine;
  const count = countOf(shape);
  if (count === 0) return;
  if (sameShape(shapeA, shape) && sameShape(shapeB, shape)) {
    kernels.binary(op, "same", { a, b, y, columns: count });
    return;
  }
  const runs = broadcastRuns(shape, shapeA, shapeB);
  const inner = runs.at(-1) ?? { size: 1, a: true, b: true };
  // One kernel call covers the last two runs where a layout describes them, else the last one.
  const outer = runs.at(-2);
  const pair = outer === undefined ? undefined : pairLayout(outer.a, outer.b, inner.a, inner.b);
  const layout = pair ?? (inner.a ? (inner.b ? "same" : "scalarRight") : "scalarLeft");
  const rows = pair === undefined ? 1 : outer!.size;
  const loops = runs.slice(0, pair === undefined ? -1 : -2);
  const stepA = (inner.a ? inner.size : 1) * (pair !== undefined && outer!.a ? rows : 1);
  const stepB = (inner.b ? inner.size : 1) * (pair !== undefined && outer!.b ? rows : 1);
  const step = rows * inner.size;
  const total = count / step;
  for (let call = 0; call < total; call++) {
    let rest = call;
    let indexA = 0;
    let indexB = 0;
    let strideA = stepA;
    let strideB = stepB;
    for (let i = loops.length - 1; i >= 0; i--) {
      const run = loops[i]!;
      const position = rest % run.size;
      rest = (rest - position) / run.size;
      if (run.a) {
        indexA += position * strideA;
        strideA *= run.size;
      }
      if (run.b) {
        indexB += position * strideB;
        strideB *= run.size;
      }
    }
    kernels.binary(op, layout, {
      a: a + indexA * 4,
      b: b + indexB * 4,
      y: y + call * step * 4,
      rows,
      columns: inner.size,
    });
  }
}

/** The kernel layout of two neighboring runs, where one operand walks both of them. */
function pairLayout(
  outerA: boolean,
  outerB: boolean,
  innerA: boolean,
  innerB: boolean,
): BinaryLayout | undefined {
  if (outerA && innerA) return outerB ? "columnRight" : innerB ? "rowRight" : undefined;
  if (outerB && innerB) return outerA ? "columnLeft" : innerA ? "rowLeft" : undefined;
  return undefined;
}

/**
 * Sums a gradient of `from` over the dimensions along which `to` was broadcast. Takes over `gradient`: gives it back
 * where nothing was broadcast, else frees it and gives a new buffer.
 */
function sumTo(engine: Engine, gradient: Storage, from: Shape, to: Shape): Storage {
  if (countOf(from) === countOf(to)) return gradient;
  const runs = broadcastRuns(from, from, to);
  if (countOf(from) === 0) {
    const zero = engine.allocate(countOf(to), to);
    engine.kernels.fill({ y: zero.pointer, value: 0, n: countOf(to) });
    engine.release(gradient);
    return zero;
  }
  let current = gradient;
  for (let i = runs.length - 1; i >= 0; i--) {
    if (runs[i]!.b) continue;
    let outer = 1;
    for (let j = 0; j < i; j++) outer *= runs[j]!.size;
    let inner = 1;
    for (let j = i + 1; j < runs.length; j++) if (runs[j]!.b) inner *= runs[j]!.size;
    const next = engine.allocate(outer * inner, to);
    engine.kernels.reduce("sum", { x: current.pointer, y: next.pointer, outer, n: runs[i]!.size, inner });
    engine.release(current);
    current = next;
  }
  return current;
}

/** A buffer of shape `to` that repeats `source` of shape `from`. */
export function repeatTo(engine: Engine, source: Storage, from: Shape, to: Shape): Storage {
  const repeated = engine.allocate(countOf(to), to);
  engine.kernels.fill({ y: repeated.pointer, value: 0, n: countOf(to) });
  binaryInto(engine, "add", repeated.pointer, to, source.pointer, from, repeated.pointer, to);
  return repeated;
}

/**
 * Gives x the sum of a gradient of shape `shape` over what x was broadcast along, as if x had shape `as`. The pass owns the
 * gradient then.
 */
export function giveTo(
  pass: BackwardPass,
  x: Tensor,
  gradient: Storage,
  shape: Shape,
  as: Shape = x.shape,
): void {
  pass.give(x, sumTo(pass.engine, pass.take(gradient), shape, as));
}
