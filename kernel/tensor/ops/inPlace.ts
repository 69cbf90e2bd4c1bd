// Changes in place: on data, or on parameters outside the graph.

import { requireGenerator, requireNumber, requireTensor } from "../arguments";
import { dtypeOf, holds, promote, type Scalar } from "../dtype";
import type { Generator } from "../math/random";
import { sameShape } from "../shape";
import type { Tensor } from "../tensor";
import { arithmetic, assign, requireOutsideGraph, subtractsNoMask } from "./arithmetic";
import { cast, refuseBool, requireInt32, requireTensorOrNumber, scalar } from "./check";

/** Computes outside the graph, then writes the result over x. */
export function update(operation: string, x: Tensor, compute: () => Tensor): void {
  const { engine } = x;
  const recording = engine.gradEnabled;
  if (!(x.requiresGrad && recording)) engine.gradEnabled = false;
  try {
    const result = compute();
    if (!holds(x.dtype, result.dtype)) {
      throw new TypeError(
        `${operation}: expected a result that ${x.dtype} holds, got ${result.dtype}; use the operation without _, or convert the tensor first`,
      );
    }
    assign(operation, x, result);
  } finally {
    engine.gradEnabled = recording;
  }
}

/** x ← x ± alpha·other, in one pass where both lie in order. */
export function addTo(operation: "add_" | "sub_", x: Tensor, other: Tensor | Scalar, alpha: number): void {
  const { engine } = x;
  requireTensorOrNumber(operation, other);
  requireNumber(operation, "alpha", alpha);
  const direct =
    typeof other === "object" &&
    x.dtype === "float32" &&
    other.dtype === "float32" &&
    sameShape(x.shape, other.shape) &&
    x.isContiguous() &&
    other.isContiguous() &&
    !(x.requiresGrad && engine.gradEnabled);
  if (!direct) {
    const op = operation === "add_" ? "add" : "sub";
    update(operation, x, () => arithmetic(op, x, scaled(operation, x, other, alpha)));
    return;
  }
  x.storage.changes();
  engine.kernels.axpy({
    alpha: operation === "add_" ? alpha : -alpha,
    x: other.pointer,
    y: x.pointer,
    n: x.count,
  });
}

/** alpha·other, what x is to be added to: whole beside whole numbers. */
export function scaled(operation: string, x: Tensor, other: Tensor | Scalar, alpha: number): Tensor | Scalar {
  requireNumber(operation, "alpha", alpha);
  if (alpha === 1) return other;
  requireTensorOrNumber(operation, other);
  const dtype = typeof other === "object" ? other.dtype : dtypeOf(other);
  if (promote(x.dtype, dtype) !== "float32" && !Number.isInteger(alpha)) {
    throw new RangeError(`${operation}: expected a whole alpha beside int32 and bool, got ${alpha}`);
  }
  if (typeof other !== "object") return Number(other) * alpha;
  if (operation.startsWith("sub")) refuseBool(operation, subtractsNoMask, other);
  const product = arithmetic("mul", other, alpha);
  return promote(x.dtype, dtype) === "bool" ? cast(product, "bool") : product;
}

/** Every element ← value. */
export function fill(x: Tensor, value: Scalar, operation = "fill_"): void {
  if (typeof value !== "boolean") requireNumber(operation, "value", value);
  const { engine } = x;
  const number = x.dtype === "int32" ? requireInt32(operation, value) : Number(value);
  if (!x.isContiguous() || x.dtype === "bool") {
    update(operation, x, () => scalar(engine, number, x.dtype));
    return;
  }
  requireOutsideGraph(operation, x);
  x.storage.changes();
  if (x.dtype === "int32") engine.i32.fill(number, x.pointer >>> 2, (x.pointer >>> 2) + x.count);
  else engine.kernels.fill({ y: x.pointer, value: number, n: x.count });
}

/** Every element ← what `next` gives, in order. */
export function draw(
  operation: "uniform_" | "normal_",
  x: Tensor,
  [a, b]: readonly [number, number],
  generator: Generator,
): void {
  const { engine } = x;
  const [first, second] = operation === "uniform_" ? ["low", "high"] : ["mean", "std"];
  requireNumber(operation, first!, a);
  requireNumber(operation, second!, b);
  requireGenerator(operation, generator);
  const next =
    operation === "uniform_" ? () => a + (b - a) * generator.uniform() : () => a + b * generator.normal();
  update(operation, x, () => {
    const source = engine.empty(x.shape, "float32");
    const at = source.pointer >>> 2;
    for (let i = 0; i < source.count; i++) engine.f32[at + i] = next();
    return source;
  });
}

/** x ← other, broadcast and converted. */
export function copy(x: Tensor, other: Tensor): void {
  requireTensor("copy_", other);
  update("copy_", x, () => cast(other, x.dtype));
}
