// Binary arithmetic with NumPy broadcasting, between tensors or a tensor and a number.

import { requireNumber, requireTensor } from "../arguments";
import { type Rule, record } from "../autograd";
import type { BackwardPass } from "../backwardPass";
import { type DType, dtypeOf, promote, type Scalar } from "../dtype";
import type { Engine } from "../engine";
import { broadcastShapes, type Shape, sameShape, show } from "../shape";
import type { Storage } from "../storage";
import { copyStrided } from "../strided";
import type { Tensor } from "../tensor";
import type { BinaryOp, PairOp } from "../wasm/kernels";
import { binaryInto, giveTo } from "./broadcast";
import { cast, refuseBool, requireFloat, requireOperand, requireTensorOrNumber, scalar } from "./check";
import { clone } from "./elementwise";
import { type ComparisonOp, compareExactly, integers } from "./integers";
import { where } from "./join";
import { contiguous, expand } from "./view";

/** dy times or through x, which broadcasts to `output`, whose gradient dy is; takes over a share of dy. */
function map(pass: BackwardPass, op: "mul" | "div", dy: Storage, x: Tensor, output: Tensor): Storage {
  const { shape } = output;
  if (sameShape(x.shape, shape)) return pass.map(op, dy, x, output);
  const dx = pass.target(dy, output);
  binaryInto(pass.engine, op, dy.pointer, shape, x.pointer, x.shape, dx.pointer, shape);
  return pass.replaced(dy, dx);
}

const add: Rule = {
  name: "add",
  sharesGradient: true,
  backward(node, dy, pass) {
    const [a, b] = node.inputs as [Tensor, Tensor];
    const { shape } = node.output;
    if (a.requiresGrad) giveTo(pass, a, b.requiresGrad ? pass.share(dy) : dy, shape);
    if (b.requiresGrad) giveTo(pass, b, dy, shape);
  },
  formula: (_, dy) => [() => dy, () => dy],
};

const sub: Rule = {
  name: "sub",
  sharesGradient: true,
  backward(node, dy, pass) {
    const [a, b] = node.inputs as [Tensor, Tensor];
    const { output } = node;
    if (b.requiresGrad) {
      const shared = a.requiresGrad ? pass.share(dy) : dy;
      giveTo(pass, b, pass.map("mul", shared, -1, output), output.shape);
    }
    if (a.requiresGrad) giveTo(pass, a, dy, output.shape);
  },
  formula: (_, dy) => [() => dy, () => dy.neg()],
};

// da = dy·b, db = dy·a
const mul: Rule = {
  name: "mul",
  reads: "inputs",
  sharesGradient: true,
  backward(node, dy, pass) {
    const [a, b] = node.inputs as [Tensor, Tensor];
    const { output } = node;
    if (a.requiresGrad) {
      const shared = b.requiresGrad ? pass.share(dy) : dy;
      giveTo(pass, a, map(pass, "mul", shared, b, output), output.shape);
    }
    if (b.requiresGrad) giveTo(pass, b, map(pass, "mul", dy, a, output), output.shape);
  },
  formula: ({ inputs: [a, b] }, dy) => [() => dy.mul(b!), () => dy.mul(a!)],
};

// da = dy / b, db = −dy·a / b²
const div: Rule = {
  name: "div",
  reads: "inputs",
  sharesGradient: true,
  backward(node, dy, pass) {
    const [a, b] = node.inputs as [Tensor, Tensor];
    const { output } = node;
    const da = map(pass, "div", dy, b, output);
    if (b.requiresGrad) {
      const shared = a.requiresGrad ? pass.share(da) : da;
      const db = map(pass, "mul", map(pass, "div", shared, b, output), a, output);
      giveTo(pass, b, pass.map("mul", db, -1, output), output.shape);
    }
    if (a.requiresGrad) giveTo(pass, a, da, output.shape);
  },
  formula: ({ inputs: [a, b] }, dy) => [() => dy.div(b!), () => dy.div(b!).mul(a!).div(b!).neg()],
};

// da = dy·b·a^(b−1), db = dy·a^b·ln a; both are 0 where their formula says 0·∞: b = 0, and a = 0 with b ≥ 0
const pow: Rule = {
  name: "pow",
  reads: "inputs",
  backward(node, dy, pass) {
    const [a, b] = node.inputs as [Tensor, Tensor];
    const { shape, count } = node.output;
    const { engine } = pass;
    const wide = engine.gradEnabled;
    engine.gradEnabled = false;
    const base = contiguous(expand(a, shape));
    const exponent = contiguous(expand(b, shape));
    engine.gradEnabled = wide;
    const da = engine.allocate(count, shape);
    const db = engine.allocate(count, shape);
    const { f32 } = engine;
    const at = (pointer: number) => pointer >>> 2;
    const [x, n, g] = [at(base.pointer), at(exponent.pointer), at(dy.pointer)];
    const [p, q] = [at(da.pointer), at(db.pointer)];
    for (let i = 0; i < count; i++) {
      const value = f32[x + i]!;
      const power = f32[n + i]!;
      f32[p + i] = power === 0 ? 0 : f32[g + i]! * power * value ** (power - 1);
      f32[q + i] = value === 0 && power >= 0 ? 0 : f32[g + i]! * value ** power * Math.log(value);
    }
    if (a.requiresGrad) giveTo(pass, a, da, shape);
    else engine.release(da);
    if (b.requiresGrad) giveTo(pass, b, db, shape);
    else engine.release(db);
  },
  formula({ inputs, output }, dy) {
    const [a, b] = inputs as [Tensor, Tensor];
    // What is left out takes a harmless operand: NaN that is not chosen would come back as 0·NaN.
    const constant = b.eq(0);
    const still = a.eq(0).logicalAnd(b.ge(0));
    return [
      () =>
        dy
          .mul(b)
          .mul(where(constant, one(a), a).pow(b.sub(1)))
          .maskedFill(constant, 0),
      () => dy.mul(output).mul(where(still, one(a), a).log()),
    ];
  },
};

function one(x: Tensor): Tensor {
  return scalar(x.engine, 1, "float32");
}

/** The larger (or smaller) one takes the gradient; equals take half each, as in PyTorch. */
function choose(name: "maximum" | "minimum", loses: BinaryOp): Rule {
  return {
    name,
    reads: "inputs",
    backward(node, dy, pass) {
      const [a, b] = node.inputs as [Tensor, Tensor];
      const { shape, count } = node.output;
      const { kernels } = pass.engine;
      for (const [x, other] of [
        [a, b],
        [b, a],
      ] as const) {
        if (!x.requiresGrad) continue;
        const share = pass.engine.allocate(count, shape);
        const tie = pass.engine.allocate(count, shape);
        binaryInto(pass.engine, loses, x.pointer, x.shape, other.pointer, other.shape, share.pointer, shape);
        binaryInto(pass.engine, "eq", x.pointer, x.shape, other.pointer, other.shape, tie.pointer, shape);
        kernels.axpy({ alpha: 0.5, x: tie.pointer, y: share.pointer, n: count });
        // 1 − what is lost: beside NaN no comparison holds, and both take the gradient.
        kernels.binary("sub", "scalarLeft", {
          a: pass.engine.scalar(1),
          b: share.pointer,
          y: share.pointer,
          columns: count,
        });
        kernels.binary("mul", "same", { a: dy.pointer, b: share.pointer, y: share.pointer, columns: count });
        pass.engine.release(tie);
        giveTo(pass, x, share, shape);
      }
    },
    formula({ inputs: [a, b] }, dy) {
      const share = (x: Tensor, other: Tensor) => {
        const lost = compare(loses === "lt" ? "lt" : "gt", x, other).float();
        return dy.mul(
          lost
            .add(compare("eq", x, other).float(), { alpha: 0.5 })
            .neg()
            .add(1),
        );
      };
      return [() => share(a!, b!), () => share(b!, a!)];
    },
  };
}

/** The operations that carry a gradient. */
export type ArithmeticOp = "add" | "sub" | "mul" | "div" | "pow" | "maximum" | "minimum";

const isPair = (op: ArithmeticOp): op is PairOp =>
  op === "add" || op === "sub" || op === "mul" || op === "div";

const rules: { [O in ArithmeticOp]: Rule } = {
  add,
  sub,
  mul,
  div,
  pow,
  maximum: choose("maximum", "lt"),
  minimum: choose("minimum", "gt"),
};

const addNumber: Rule<number> = {
  name: "add",
  sharesGradient: true,
  backward(node, dy, pass) {
    pass.give(node.inputs[0]!, dy);
  },
  formula: (_, dy) => [() => dy],
};

/** y = x·s and y = x/s: the same factor goes back. */
const mulNumber: Rule<number> = {
  name: "mul",
  sharesGradient: true,
  backward(node, dy, pass) {
    const x = node.inputs[0]!;
    pass.give(x, pass.map("mul", dy, node.info, x));
  },
  formula: ({ info }, dy) => [() => dy.mul(info)],
};

// dx = dy·s·x^(s−1)
const powNumber: Rule<number> = {
  name: "pow",
  reads: "inputs",
  backward(node, dy, pass) {
    const x = node.inputs[0]!;
    const s = node.info;
    const { engine } = pass;
    if (s === 0) {
      engine.kernels.fill({ y: dy.pointer, value: 0, n: x.count }); // the formula says 0·∞ at 0
      pass.give(x, dy);
      return;
    }
    const power = pass.allocate(x);
    engine.kernels.binary("pow", "scalarRight", {
      a: x.pointer,
      b: engine.scalar(s - 1),
      y: power.pointer,
      columns: x.count,
    });
    engine.kernels.binary("mul", "same", {
      a: dy.pointer,
      b: power.pointer,
      y: dy.pointer,
      columns: x.count,
    });
    engine.kernels.scale({ alpha: s, x: dy.pointer, y: dy.pointer, n: x.count });
    engine.release(power);
    pass.give(x, dy);
  },
  formula: ({ inputs: [x], info: s }, dy) => [() => (s === 0 ? dy.mul(0) : dy.mul(x!.pow(s - 1)).mul(s))],
};

/** What to write instead of a difference of masks. */
export const subtractsNoMask = "use logicalXor() or logicalNot(), or convert with int()";

/** f(a, b) in the dtype that both meet in; `div` always gives float32. */
export function arithmetic(op: ArithmeticOp, left: Tensor, right: Tensor | Scalar): Tensor {
  if (typeof right === "number" || typeof right === "boolean") return withScalar(op, left, right);
  requireTensorOrNumber(op, right);
  if (op === "sub") refuseBool(op, subtractsNoMask, left, right);
  const shape = broadcastShapes(op, left.shape, right.shape);
  if (left.dtype !== "float32" && right.dtype !== "float32" && op !== "div") {
    return integers(op, left, right, shape);
  }
  const a = contiguous(requireFloat(op, left));
  const b = contiguous(requireFloat(op, right));
  const { engine } = a;
  let y = isPair(op) && sameShape(a.shape, b.shape) ? engine.deferrals.tensor(op, a, [a, b]) : null;
  if (y === null) {
    y = resultOf(engine, a, shape, "float32");
    binaryInto(engine, op, a.pointer, a.shape, b.pointer, b.shape, y.pointer, shape);
  }
  return record(rules[op], y, [a, b], undefined);
}

function withScalar(op: ArithmeticOp, left: Tensor, scalarRight: Scalar): Tensor {
  const whole = op !== "div" && promote(left.dtype, dtypeOf(scalarRight)) !== "float32";
  if (whole || op === "maximum" || op === "minimum") {
    if (op === "pow" && whole && Number(scalarRight) < 0) {
      throw new RangeError(
        `pow: expected an exponent ≥ 0 for ${left.dtype}, got ${scalarRight}; convert the tensor with float()`,
      );
    }
    return arithmetic(op, left, requireOperand(op, left, scalarRight));
  }
  if (op === "sub") refuseBool(op, subtractsNoMask, left);
  if (op === "sub" && typeof scalarRight === "boolean") {
    throw new TypeError(`sub: expected a tensor or a number, got ${scalarRight}`);
  }
  const right = Number(scalarRight);
  const x = contiguous(requireFloat(op, left));
  const { engine } = x;
  let y = isPair(op) ? engine.deferrals.tensor(op, x, [x, right]) : null;
  if (y === null) {
    y = engine.emptyLike(x, "float32");
    const [from, to] = [x.pointer, y.pointer];
    if (op === "mul") engine.kernels.scale({ alpha: right, x: from, y: to, n: x.count });
    else
      engine.kernels.binary(op, "scalarRight", { a: from, b: engine.scalar(right), y: to, columns: x.count });
  }
  if (op === "pow") return record(powNumber, y, [x], right);
  if (op === "mul") return record(mulNumber, y, [x], right);
  if (op === "div") return record(mulNumber, y, [x], 1 / right);
  return record(addNumber, y, [x], right);
}

/** start + weight·(end − start), of float32 tensors. */
export function lerp(start: Tensor, end: Tensor, weight: Tensor | number): Tensor {
  requireTensor("lerp", end, "end");
  for (const x of [start, end]) {
    if (x.dtype !== "float32") {
      throw new TypeError(`lerp: expected float32 tensors, got ${x.dtype}; convert it with float()`);
    }
  }
  if (typeof weight !== "object") requireNumber("lerp", "weight", weight);
  broadcastShapes("lerp", start.shape, end.shape);
  const step = arithmetic("sub", end, start);
  const share = requireOperand("lerp", step, weight);
  broadcastShapes("lerp", step.shape, share.shape);
  return arithmetic("add", start, arithmetic("mul", step, share));
}

/** Compares element by element, giving a bool tensor, which carries no gradient. */
export function compare(op: ComparisonOp, left: Tensor, right: Tensor | Scalar): Tensor {
  const { engine } = left;
  if (left.dtype === "int32" && typeof right !== "object") {
    requireTensorOrNumber(op, right);
    return compareExactly(op, left, Number(right));
  }
  const other = requireOperand(op, left, right);
  const shape = broadcastShapes(op, left.shape, other.shape);
  if (left.dtype !== "float32" && other.dtype !== "float32") return integers(op, left, other, shape);
  const a = contiguous(requireFloat(op, left));
  const b = contiguous(requireFloat(op, other));
  const y = resultOf(engine, a, shape, "bool");
  binaryInto(engine, op, a.pointer, a.shape, b.pointer, b.shape, y.pointer, shape);
  return y;
}

function resultOf(engine: Engine, a: Tensor, shape: Shape, dtype: DType): Tensor {
  return shape === a.shape ? engine.emptyLike(a, dtype) : engine.empty(shape, dtype);
}

/** Refuses to change in place what a graph is being recorded of. */
export function requireOutsideGraph(operation: string, target: Tensor): void {
  if (!target.requiresGrad || !target.engine.gradEnabled) return;
  throw new Error(
    `${operation}: expected a tensor outside the graph, got one that requires grad; ` +
      "change parameters inside noGrad(() => …), or use the operation without _",
  );
}

/** target ← f(target, other), in target's own memory. */
export function assign(operation: string, target: Tensor, value: Tensor): void {
  requireTensor(operation, value);
  requireOutsideGraph(operation, target);
  const { engine } = target;
  const shape = broadcastShapes(operation, target.shape, value.shape);
  if (!sameShape(shape, target.shape)) {
    throw new RangeError(
      `${operation}: expected a value that broadcasts to ${show(target.shape)}, got ${show(value.shape)}`,
    );
  }
  const converted = expand(cast(value, target.dtype), target.shape);
  const source = converted.storage === target.storage ? clone(converted) : converted; // they may overlap
  target.storage.changes();
  copyStrided(engine, target.shape, source.layout, target.layout);
}
