// Each element along a dimension as a weighted sum of a few of the input's: what interpolation is made of.

import { type Rule, record } from "../autograd";
import { countOf } from "../shape";
import type { Tensor } from "../tensor";
import { contiguous } from "./view";

/** One of the elements that each output takes its share of: which of the input's, and how much of it. */
export interface Tap {
  readonly index: Int32Array;
  readonly weight: Float32Array;
}

interface Info {
  readonly dim: number;
  /** The dimension's size where the taps point. */
  readonly n: number;
  readonly taps: readonly Tap[];
}

/** Adds to y, which holds zeros, what its elements take of x, or with `back` what x gives to where the taps point. */
function add(
  f32: Float32Array,
  x: number,
  y: number,
  outer: number,
  inner: number,
  info: Info,
  back: boolean,
) {
  const { n, taps } = info;
  for (const { index, weight } of taps) {
    const size = index.length;
    for (let o = 0; o < outer; o++) {
      for (let i = 0; i < size; i++) {
        const share = weight[i]!;
        if (share === 0) continue;
        const pointed = (o * n + index[i]!) * inner;
        const own = (o * size + i) * inner;
        const [from, to] = back ? [x + own, y + pointed] : [x + pointed, y + own];
        for (let j = 0; j < inner; j++) f32[to + j]! += share * f32[from + j]!;
      }
    }
  }
}

function run(x: Tensor, info: Info, back: boolean): Tensor {
  const { dim, n, taps } = info;
  const y = x.engine.empty(x.shape.with(dim, back ? n : taps[0]!.index.length), "float32");
  write(x, x.pointer, y.pointer, y.count, info, back);
  return record(back ? spreadRule : resampleRule, y, [x], info);
}

/** Writes `count` elements at `to`; `like` has all sizes but that of the dimension. */
function write(like: Tensor, from: number, to: number, count: number, info: Info, back: boolean): void {
  const { kernels, f32 } = like.engine;
  kernels.fill({ y: to, value: 0, n: count });
  const [outer, inner] = [countOf(like.shape.slice(0, info.dim)), countOf(like.shape.slice(info.dim + 1))];
  add(f32, from >>> 2, to >>> 2, outer, inner, info, back);
}

/** The two are each other's gradient. */
const rule = (name: string, back: boolean): Rule<Info> => ({
  name,
  sharesGradient: true,
  backward(node, dy, pass) {
    const x = node.inputs[0]!;
    const dx = pass.allocate(x);
    write(x, dy.pointer, dx.pointer, x.count, node.info, !back);
    pass.give(x, dx);
  },
  formula: ({ info }, dy) => [() => run(contiguous(dy), info, !back)],
});
const resampleRule = rule("resample", false);
const spreadRule = rule("resample's gradient", true);

/**
 * y[…, i, …] = Σ over taps of weight[i]·x[…, index[i], …] along `dim` of a float32 tensor. A weight of 0 takes nothing, not
 * even NaN. All taps have one length, which becomes the dimension's size; indices are not checked.
 */
export function resample(input: Tensor, dim: number, taps: readonly Tap[]): Tensor {
  return run(contiguous(input), { dim, n: input.shape[dim]!, taps }, false);
}
