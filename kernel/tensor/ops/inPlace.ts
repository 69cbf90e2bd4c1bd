// Changes in place: on data, or on parameters outside the graph.

import { requireGenerator, requireNumber, requireTensor } from "../arguments";
import type { Generator } from "../math/random";
import { sameShape } from "../shape";
import type { Tensor } from "../tensor";
import { arithmetic, assign, requireOutsideGraph } from "./arithmetic";
import { requireOperand, scalar } from "./check";

/** Computes outside the graph, then writes the result over x. */
export function update(operation: string, x: Tensor, compute: () => Tensor): void {
  const { engine } = x;
  const recording = engine.gradEnabled;
  if (!(x.requiresGrad && recording)) engine.gradEnabled = false;
  try {
    assign(operation, x, compute());
  } finally {
    engine.gradEnabled = recording;
  }
}

/** x ← x ± alpha·other, in one pass where both lie in order. */
export function addTo(operation: "add_" | "sub_", x: Tensor, other: Tensor | number, alpha: number): void {
  const { engine } = x;
  requireOperand(operation, x, other);
  requireNumber(operation, "alpha", alpha);
  const direct =
    typeof other !== "number" &&
    x.dtype === "float32" &&
    other.dtype === "float32" &&
    sameShape(x.shape, other.shape) &&
    x.isContiguous() &&
    other.isContiguous() &&
    !(x.requiresGrad && engine.gradEnabled);
  if (!direct) {
    const op = operation === "add_" ? "add" : "sub";
    update(operation, x, () => arithmetic(op, x, scaled(operation, other, alpha)));
    return;
  }
  engine.kernels.axpy({
    alpha: operation === "add_" ? alpha : -alpha,
    x: other.pointer,
    y: x.pointer,
    n: x.count,
  });
  x.storage.version++;
}

/** alpha·other. */
export function scaled(operation: string, other: Tensor | number, alpha: number): Tensor | number {
  requireNumber(operation, "alpha", alpha);
  if (alpha === 1) return other;
  if (typeof other === "number") return other * alpha;
  requireTensor(operation, other);
  return arithmetic("mul", other, alpha);
}

/** Every element ← value. */
export function fill(x: Tensor, value: number): void {
  requireNumber("fill_", "value", value);
  const { engine } = x;
  const whole = x.dtype === "int32" && (value | 0) === value;
  if (!x.isContiguous() || !(whole || x.dtype === "float32")) {
    update("fill_", x, () => scalar(engine, value, "float32"));
    return;
  }
  requireOutsideGraph("fill_", x);
  if (whole) engine.i32.fill(value, x.pointer >>> 2, (x.pointer >>> 2) + x.count);
  else engine.kernels.fill({ y: x.pointer, value, n: x.count });
  x.storage.version++;
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
  update("copy_", x, () => other);
}
