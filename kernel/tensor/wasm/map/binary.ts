// Operations of two operands, one of which may be repeated over the rows or columns of the result.

import { define, elements, grainOf } from "../call/device";
import type { Memory } from "../call/memory";
import { byKey } from "../call/variants";
import { type Code, f32x4, type Local, times, v128 } from "../emit/assembler";
import { compile, count, each, element, type Kernel, type Pointer, shared, units } from "../emit/kernel";
import { eachVector, loadStep, type Step } from "../emit/loops";
import { constant } from "../emit/math";
import type { Target } from "../emit/target";

/** y = f(a, b), elementwise; comparisons give 1 or 0. */
export type BinaryOp =
  | "add"
  | "sub"
  | "mul"
  | "div"
  | "maximum"
  | "minimum"
  | "pow"
  | "eq"
  | "ne"
  | "lt"
  | "le"
  | "gt"
  | "ge";

/** How the operands are laid over the result y[rows, columns]. */
export type BinaryLayout =
  /** a and b both [rows, columns]. */
  | "same"
  /** One of the two is a single number for all of y. */
  | "scalarLeft"
  | "scalarRight"
  /** One of the two is [columns], repeated for each row. */
  | "rowLeft"
  | "rowRight"
  /** One of the two is [rows], repeated for each column. */
  | "columnLeft"
  | "columnRight";

export interface Operands {
  readonly a: Pointer;
  readonly b: Pointer;
  readonly y: Pointer;
  /** Default 1. */
  readonly rows?: number;
  readonly columns: number;
}

type Vector2 = (a: Code, b: Code) => Code;

/** NaN if either is NaN: pmax alone keeps a only; a + b is NaN where a or b is. */
const extreme =
  (choose: Vector2): Vector2 =>
  (a, b) =>
    v128.select(choose(a, b), f32x4.add(a, b), v128.and(f32x4.eq(a, a), f32x4.eq(b, b)));
const truth =
  (compare: Vector2): Vector2 =>
  (a, b) =>
    v128.and(compare(a, b), constant("one"));

/** In f32 e^(b·ln a) would lose up to seven bits, so a power is computed in plain TypeScript. */
type EmittedOp = Exclude<BinaryOp, "pow">;

export const vectors: { [O in EmittedOp]: Vector2 } = {
  add: f32x4.add,
  sub: f32x4.sub,
  mul: f32x4.mul,
  div: f32x4.div,
  maximum: extreme(f32x4.pmax),
  minimum: extreme(f32x4.pmin),
  eq: truth(f32x4.eq),
  ne: truth(f32x4.ne),
  lt: truth(f32x4.lt),
  le: truth(f32x4.le),
  gt: truth(f32x4.gt),
  ge: truth(f32x4.ge),
};

/**
 * How an operand meets a row of the result: it streams along with it, is read again from its start for each row, or
 * gives one number a row.
 */
type Operand = "stream" | "row" | "number";

const operands: { [L in BinaryLayout]: readonly [Operand, Operand] } = {
  same: ["stream", "stream"],
  scalarLeft: ["number", "stream"],
  scalarRight: ["stream", "number"],
  rowLeft: ["row", "stream"],
  rowRight: ["stream", "row"],
  columnLeft: ["number", "stream"],
  columnRight: ["stream", "number"],
};

/** Whether a layout has but one row: its units are then the elements of it. */
const isFlat = (layout: BinaryLayout): boolean => !layout.startsWith("row") && !layout.startsWith("column");

/** The layout with the longest runs that means the same for this shape. */
function simplified(layout: BinaryLayout, rows: number, columns: number): BinaryLayout {
  if (rows === 1) {
    if (layout === "columnLeft") return "scalarLeft";
    if (layout === "columnRight") return "scalarRight";
    if (layout === "rowLeft" || layout === "rowRight") return "same";
  }
  if (columns === 1) {
    if (layout === "rowLeft") return "scalarLeft";
    if (layout === "rowRight") return "scalarRight";
    if (layout === "columnLeft" || layout === "columnRight") return "same";
  }
  return layout;
}

/** A layout with one row is cut by elements, any other by rows. */
function parametersOf(layout: BinaryLayout) {
  const [left, right] = operands[layout];
  const flat = isFlat(layout);
  const row = each(4, "columns");
  const kinds = flat
    ? { stream: element, number: shared, row: shared }
    : { stream: row, number: element, row: shared };
  return {
    ...{ a: kinds[left], b: kinds[right], y: kinds.stream },
    ...{ rows: flat ? count : units, columns: flat ? units : count },
  };
}

function binaryKernel(target: Target, op: EmittedOp, layout: BinaryLayout): Kernel<keyof Operands> {
  return compile(target, parametersOf(layout), ({ a, b, y, rows, columns }, f) => {
    const row = f.local("i32");
    const operand = (kind: Operand, pointer: Local) => {
      const value = f.local("v128");
      const cursor = f.local("i32");
      return {
        value,
        stream: kind === "stream" ? [pointer] : kind === "row" ? [cursor] : [],
        enterRow:
          kind === "number"
            ? [value.set(v128.loadSplat(pointer.get)), pointer.advance(4)]
            : cursor.set(pointer.get),
        load: (step: Step, at: number): Code =>
          kind === "number" ? [] : value.set(loadStep(step, kind === "stream" ? pointer : cursor, at)),
      };
    };
    const [left, right] = operands[layout];
    const l = operand(left, a);
    const r = operand(right, b);
    return times(row, rows.get, [
      [l.enterRow, r.enterRow],
      eachVector(f, columns.get, [...l.stream, ...r.stream, y], 4, [y], (step, at) => [
        [l.load(step, at), r.load(step, at), vectors[op](l.value.get, r.value.get)],
      ]),
    ]);
  });
}

/** C's powf, which PyTorch follows; Math.pow gives NaN for 1^NaN and (±1)^±∞, where C gives 1. */
function power(a: number, b: number): number {
  if (a === 1 || (a === -1 && Math.abs(b) === Number.POSITIVE_INFINITY)) return 1;
  return a ** b;
}

export const functions: { [O in BinaryOp]: (a: number, b: number) => number } = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  maximum: Math.max, // NaN if either is NaN
  minimum: Math.min,
  pow: power,
  eq: (a, b) => (a === b ? 1 : 0),
  ne: (a, b) => (a !== b ? 1 : 0),
  lt: (a, b) => (a < b ? 1 : 0),
  le: (a, b) => (a <= b ? 1 : 0),
  gt: (a, b) => (a > b ? 1 : 0),
  ge: (a, b) => (a >= b ? 1 : 0),
};

/** Steps of [a by row, a by column, b by row, b by column], in elements; null stands for `columns`. */
const steps: { [L in BinaryLayout]: readonly (0 | 1 | null)[] } = {
  same: [null, 1, null, 1],
  scalarLeft: [0, 0, null, 1],
  scalarRight: [null, 1, 0, 0],
  rowLeft: [0, 1, null, 1],
  rowRight: [null, 1, 0, 1],
  columnLeft: [1, 0, null, 1],
  columnRight: [null, 1, 1, 0],
};

export type BinaryCall = (op: BinaryOp, layout: BinaryLayout, call: Operands) => void;

const reference =
  (memory: Memory): BinaryCall =>
  (op, layout, call) => {
    const { rows = 1, columns } = call;
    const f = functions[op];
    const [aRow, aColumn, bRow, bColumn] = steps[layout].map((step) => step ?? columns);
    if (rows === 0 || columns === 0) return;
    const a = memory.floats(call.a, 1 + (rows - 1) * aRow! + (columns - 1) * aColumn!);
    const b = memory.floats(call.b, 1 + (rows - 1) * bRow! + (columns - 1) * bColumn!);
    const y = memory.floats(call.y, rows * columns);
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        y[i * columns + j] = f(a[i * aRow! + j * aColumn!]!, b[i * bRow! + j * bColumn!]!);
      }
    }
  };

/** y[rows, columns] = f(a, b); y may alias an operand of its own size. */
export const binary = define<BinaryCall>({
  emit(device) {
    const kernels = byKey((key: `${EmittedOp} ${BinaryLayout}`) => {
      const [op, layout] = key.split(" ") as [EmittedOp, BinaryLayout];
      return binaryKernel(device.target, op, layout);
    });
    const exact = reference(device.memory);
    return (op, layout, call) => {
      if (op === "pow") {
        const { a, b, y, rows = 1, columns } = call;
        // A square is what most callers mean.
        if (layout === "scalarRight" && device.memory.floats(b, 1)[0] === 2)
          device.run(kernels("mul same"), { a, b: a, y, rows: 1, columns: rows * columns });
        else exact(op, layout, call);
        return;
      }
      const { a, b, y, rows = 1, columns } = call;
      const simple = simplified(layout, rows, columns);
      const kernel = kernels(`${op} ${simple}`);
      if (isFlat(simple)) device.run(kernel, { a, b, y, rows: 1, columns: rows * columns }, elements);
      else device.run(kernel, { a, b, y, rows, columns }, grainOf(columns));
    };
  },
  reference,
});
