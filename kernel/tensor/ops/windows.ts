// Windows that slide over pictures and sequences: the sizes that convolution and pooling share.

import type { Rule } from "../autograd";
import { show } from "../shape";

/** One number for every spatial dimension, or one each: [height, width], or [length]. */
export type Sizes = number | readonly number[];

/** Pictures have two spatial dimensions, sequences one: they are computed as pictures of height 1. */
export type SpatialRank = 1 | 2;

/** `sizes` as one number for each of `rank` spatial dimensions, each at least `least`. */
export function sizesAlong(
  operation: string,
  name: string,
  sizes: Sizes,
  rank: 1 | 2 | 3,
  least: 0 | 1,
): readonly number[] {
  const whole = (size: unknown) =>
    Number.isInteger(size) && (size as number) >= least && (size as number) < 2 ** 31;
  if (typeof sizes === "number" && whole(sizes)) return new Array<number>(rank).fill(sizes);
  if (Array.isArray(sizes) && sizes.length === rank && sizes.every(whole)) return sizes as number[];
  const got = Array.isArray(sizes) ? show(sizes) : String(sizes);
  throw new RangeError(
    `${operation}: expected ${name} as a whole number ≥ ${least}, or [${axesOf(rank).join(", ")}] of such, got ${got}`,
  );
}

/** The spatial dimensions by name. */
export function axesOf(rank: 1 | 2 | 3): readonly string[] {
  return rank === 1 ? ["length"] : ["depth", "height", "width"].slice(-rank);
}

/** The spatial dimensions by letter: D, H, W, or L. */
export function lettersOf(rank: 1 | 2 | 3): readonly string[] {
  return rank === 1 ? ["L"] : ["D", "H", "W"].slice(-rank);
}

/** `sizes` as [height, width], each at least `least`, which is also a sequence's height. */
export function sizesOf(
  operation: string,
  name: string,
  sizes: Sizes,
  rank: SpatialRank,
  least: 0 | 1,
): [height: number, width: number] {
  const along = sizesAlong(operation, name, sizes, rank, least);
  return [rank === 2 ? along[0]! : least, along.at(-1)!];
}

/** One spatial dimension of the input and how the windows lie along it. */
interface Axis {
  readonly size: number;
  /** Before and after, together. */
  readonly padding: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  /** Counts a last window that reaches past the padding, if it starts within the input or the padding before it. */
  readonly ceilMode?: boolean;
}

/** How many windows there are along each of [height, width], or [depth, height, width]. Throws if there are none. */
export function countWindows<Axes extends readonly [Axis, Axis] | readonly [Axis, Axis, Axis]>(
  operation: string,
  axes: Axes,
): { [axis in keyof Axes]: number } {
  const names = axesOf(axes.length);
  return axes.map(({ size, padding, kernel, stride, dilation, ceilMode = false }, i) => {
    const reach = dilation * (kernel - 1) + 1;
    let count = Math.floor((size + padding - reach + (ceilMode ? stride - 1 : 0)) / stride) + 1;
    if (ceilMode && (count - 1) * stride >= size + padding / 2) count--;
    if (size < 1 || count < 1) {
      throw new RangeError(
        `${operation}: expected a kernel within the padded ${names[i]} of ${size + padding}, ` +
          `got one of ${kernel}${dilation === 1 ? "" : ` spread to ${reach} by dilation ${dilation}`}; use larger inputs, a smaller kernel or more padding`,
      );
    }
    return count;
  }) as { [axis in keyof Axes]: number };
}

const limit = 256;

/** The same object for the same sizes, as long as there are not many others: kernels remember their preparations by it. */
export class SameShapes<S extends { readonly [side in keyof S]: number }> {
  readonly #known = new Map<number, S>();

  get(shape: S): S {
    let hash = 0;
    for (const side in shape) hash = Math.imul(hash ^ shape[side], 0x9e3779b1);
    const known = this.#known.get(hash);
    if (known !== undefined && same(known, shape)) return known;
    if (this.#known.size >= limit) this.#known.clear();
    this.#known.set(hash, shape);
    return shape;
  }
}

function same<S extends object>(a: S, b: S): boolean {
  for (const side in a) if (a[side] !== b[side]) return false;
  return true;
}

/** For results without elements: every gradient is 0. */
export const emptyRule: Rule = {
  name: "empty",
  backward(node, _dy, pass) {
    for (const x of node.inputs) {
      if (!x.requiresGrad) continue;
      const dx = pass.allocate(x);
      pass.engine.kernels.fill({ y: dx.pointer, value: 0, n: x.count });
      pass.give(x, dx);
    }
  },
  formula: ({ inputs }) => inputs.map((x) => () => x.mul(0)),
};
