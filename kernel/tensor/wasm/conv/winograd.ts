// The transforms of Winograd's F(4×4, 3×3) along one axis, on vectors of channels. A step of two axes applies one to the
// columns and then to the rows of a tile; 6×6 tiles of the input overlap by two, 4×4 tiles of the output do not.

import { type Code, type FunctionBuilder, f32x4, i32, type Local, times, v128 } from "../emit/assembler";
import { type ConstantName, constant } from "../emit/math";
import { madd, type Target } from "../emit/target";

/** Neighboring vectors that go through the same instructions side by side. */
export type Wide = readonly Code[];

class WideLocal {
  readonly get: Wide;
  readonly #locals: readonly Local[];

  constructor(locals: readonly Local[]) {
    this.#locals = locals;
    this.get = locals.map((local) => local.get);
  }
  set(value: Wide): Code {
    return this.#locals.map((local, v) => local.set(value[v]!));
  }
}

/** What a transform computes with; made once a kernel. */
export interface Axis {
  readonly width: number;
  /** c·x. */
  times(c: ConstantName, x: Wide): Wide;
  /** c·x + y. */
  scaled(c: ConstantName, x: Wide, y: Wide): Wide;
  readonly locals: readonly WideLocal[];
}

function axisOf(target: Target, f: FunctionBuilder, width: number): Axis {
  const held = new Map<ConstantName, Local>();
  /** The first of the vectors loads a constant, the others take the same: V8 fuses them only if it is one and the same. */
  const shared = (c: ConstantName, v: number): Code => {
    if (width === 1) return constant(c);
    const local = held.get(c) ?? f.local("v128");
    held.set(c, local);
    return v === 0 ? [local.set(constant(c)), local.get] : local.get;
  };
  return {
    width,
    times: (c, x) => x.map((value, v) => f32x4.mul(shared(c, v), value)),
    scaled: (c, x, y) => x.map((value, v) => madd(target, shared(c, v), value, y[v]!)),
    locals: Array.from({ length: 7 }, () => new WideLocal(f.vectors(width))),
  };
}

const add = (x: Wide, y: Wide): Wide => x.map((value, v) => f32x4.add(value, y[v]!));
const sub = (x: Wide, y: Wide): Wide => x.map((value, v) => f32x4.sub(value, y[v]!));

type Locals = [WideLocal, WideLocal, WideLocal, WideLocal, WideLocal, WideLocal, WideLocal];
type Get = (i: number) => Wide;
type Put = (i: number, value: Wide) => Code;
/** One axis of a transform: reads each of `inputs` by get(i) once and gives `outputs` to put(i, value). */
export interface Transform {
  readonly inputs: number;
  readonly outputs: number;
  apply(axis: Axis, get: Get, put: Put): Code;
}

const loadWide = (pointer: Local, width: number, offset: number): Wide =>
  Array.from({ length: width }, (_, v) => v128.load(pointer.get, offset + v * 16));

export const storeWide = (pointer: Local, value: Wide, offset: number): Code =>
  value.map((vector, v) => v128.store(pointer.get, vector, offset + v * 16));

/** Where a transform reads: a cursor that starts at `pointer` moves by `step` to the next column; row i is get(cursor, i). */
export interface Source {
  readonly pointer: Local;
  readonly step: number;
  get(cursor: Local, i: number): Wide;
}

/** Where it writes: the cursor moves by `step` to the next row; column j goes to put(cursor, j, value). */
export interface Sink {
  readonly pointer: Local;
  readonly step: number;
  put(cursor: Local, j: number, value: Wide): Code;
}

/** What `transformTile` works with besides its tile; made once a kernel. */
export interface Workspace {
  readonly axis: Axis;
  /** Room for 36 values. */
  readonly between: Local;
  readonly left: Local;
  readonly from: Local;
  readonly to: Local;
}

export function workspaceOf(target: Target, f: FunctionBuilder, width: number, between: Local): Workspace {
  const [left, from, to] = [f.local("i32"), f.local("i32"), f.local("i32")];
  return { axis: axisOf(target, f, width), between, left, from, to };
}

/** Vectors at pointer + i·row + j·column. */
export const gridSource = (axis: Axis, pointer: Local, row: number, column: number): Source => ({
  ...{ pointer, step: column },
  get: (cursor, i) => loadWide(cursor, axis.width, i * row),
});
export const gridSink = (pointer: Local, row: number, column: number): Sink => ({
  ...{ pointer, step: row },
  put: (cursor, j, value) => storeWide(cursor, value, j * column),
});

/**
 * Both axes of a tile: its columns, into `between`, then its rows, or only the first of them. A loop each, or the
 * code would be six times as long.
 */
export function transformTile(
  { axis, between, left, from, to }: Workspace,
  transform: Transform,
  input: Source,
  output: Sink,
  rows: Code = i32.const(transform.outputs),
): Code {
  const { inputs } = transform;
  const value = axis.width * 16;
  const line = inputs * value;
  return [
    [from.set(input.pointer.get), to.set(between.get)],
    times(left, i32.const(inputs), [
      transform.apply(
        axis,
        (i) => input.get(from, i),
        (i, result) => storeWide(to, result, i * line),
      ),
      [from.advance(input.step), to.advance(value)],
    ]),
    [from.set(between.get), to.set(output.pointer.get)],
    times(left, rows, [
      transform.apply(
        axis,
        (j) => loadWide(from, axis.width, j * value),
        (j, result) => output.put(to, j, result),
      ),
      [from.advance(line), to.advance(output.step)],
    ]),
  ];
}

/** Bᵀ: six inputs at the six points. */
export const inputTransform: Transform = {
  inputs: 6,
  outputs: 6,
  apply({ scaled, locals }, get, put) {
    const [d0, d1, d2, d3, d4, even, odd] = locals as Locals;
    return [
      [d0, d1, d2, d3, d4].map((d, i) => d.set(get(i))),
      put(0, scaled("a2b2", d0.get, scaled("minusA2minusB2", d2.get, d4.get))),
      put(5, scaled("a2b2", d1.get, scaled("minusA2minusB2", d3.get, get(5)))),
      [even.set(scaled("minusB2", d2.get, d4.get)), odd.set(scaled("minusB2", d1.get, d3.get))],
      put(1, scaled("a", odd.get, even.get)),
      put(2, scaled("minusA", odd.get, even.get)),
      [even.set(scaled("minusA2", d2.get, d4.get)), odd.set(scaled("minusA2", d1.get, d3.get))],
      put(3, scaled("b", odd.get, even.get)),
      put(4, scaled("minusB", odd.get, even.get)),
    ];
  },
};

/** Aᵀ: four outputs from their products at the six points. */
export const outputTransform: Transform = {
  inputs: 6,
  outputs: 4,
  apply({ times, scaled, locals }, get, put) {
    const [m0, m1, m2, m3, m4, sum, difference] = locals as Locals;
    return [
      [m0, m1, m2, m3, m4].map((m, i) => m.set(get(i))),
      [sum.set(add(m1.get, m2.get)), difference.set(sub(m1.get, m2.get))],
      [m1.set(add(m3.get, m4.get)), m2.set(sub(m3.get, m4.get))],
      put(0, add(m0.get, add(sum.get, m1.get))),
      put(1, scaled("b", m2.get, times("a", difference.get))),
      put(2, scaled("b2", m1.get, times("a2", sum.get))),
      put(3, scaled("b3", m2.get, scaled("a3", difference.get, get(5)))),
    ];
  },
};

/** A: the gradients of four outputs at the six points. */
export const gradientTransform: Transform = {
  inputs: 4,
  outputs: 6,
  apply({ times, scaled, locals }, get, put) {
    const [y0, y1, y2, y3, even, odd] = locals as Locals;
    const atPoints = (square: ConstantName, first: ConstantName, third: ConstantName, at: number): Code => [
      [even.set(scaled(square, y2.get, y0.get)), odd.set(scaled(third, y3.get, times(first, y1.get)))],
      [put(at, add(even.get, odd.get)), put(at + 1, sub(even.get, odd.get))],
    ];
    return [
      [y0, y1, y2, y3].map((y, i) => y.set(get(i))),
      put(0, y0.get),
      atPoints("a2", "a", "a3", 1),
      atPoints("b2", "b", "b3", 3),
      put(5, y3.get),
    ];
  },
};

/** G: three taps at the six points. */
export const weightTransform: Transform = {
  inputs: 3,
  outputs: 6,
  apply({ times, scaled, locals }, get, put) {
    const [g0, g1, g2, even, odd] = locals as Locals;
    const atPoints = (
      constant: ConstantName,
      first: ConstantName,
      square: ConstantName,
      at: number,
    ): Code => [
      [even.set(scaled(square, g2.get, times(constant, g0.get))), odd.set(times(first, g1.get))],
      [put(at, add(even.get, odd.get)), put(at + 1, sub(even.get, odd.get))],
    ];
    return [
      [g0, g1, g2].map((g, i) => g.set(get(i))),
      put(0, times("inverseAt0", g0.get)),
      atPoints("inverseAtA", "aAtA", "a2AtA", 1),
      atPoints("inverseAtB", "bAtB", "b2AtB", 3),
      put(5, g2.get),
    ];
  },
};

/** Gᵀ: the gradients of three taps from those at the six points. */
export const tapTransform: Transform = {
  inputs: 6,
  outputs: 3,
  apply({ times, scaled, locals }, get, put) {
    const [m0, m1, m2, m3, m4, sum, difference] = locals as Locals;
    return [
      [m0, m1, m2, m3, m4].map((m, i) => m.set(get(i))),
      [sum.set(add(m1.get, m2.get)), difference.set(sub(m1.get, m2.get))],
      [m1.set(add(m3.get, m4.get)), m2.set(sub(m3.get, m4.get))],
      put(0, scaled("inverseAtB", m1.get, scaled("inverseAtA", sum.get, times("inverseAt0", m0.get)))),
      put(1, scaled("bAtB", m2.get, times("aAtA", difference.get))),
      put(2, scaled("b2AtB", m1.get, scaled("a2AtA", sum.get, get(5)))),
    ];
  },
};
