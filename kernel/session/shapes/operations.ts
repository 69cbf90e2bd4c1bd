// What operations make of shapes, and which they refuse: a line for each method of tensors, which is a function as well. Held against
// the operations themselves by test/unit/session/shapes.test.ts.
import { applied, flattened, layerOf } from "./layers";
import {
  differ,
  listIn,
  numberIn,
  productOf,
  type Shape,
  ShapeMistake,
  type Size,
  shown,
  sizeAt,
  tensorIn,
  tensorOf,
  type Value,
} from "./values";

/** @returns undefined where nothing is known of what comes out. */
type Operation = (input: Shape, given: readonly Value[]) => Value;

/** NumPy's rule: aligned at the end, or where the last `behind` dimensions begin, sizes equal or one of them 1. */
function broadcast(operation: string, a: Shape, b: Shape, behind = 0): Shape {
  const sizes: Size[] = [];
  for (let i = behind + 1; i <= Math.max(a.sizes.length, b.sizes.length); i++) {
    const [x, y] = [a, b].map(({ sizes, isOpen }) =>
      i <= sizes.length ? sizes.at(-i) : isOpen ? undefined : 1,
    );
    if (differ(x, y) && x !== 1 && y !== 1) {
      throw new ShapeMistake(
        `${operation}: expected shapes that broadcast, got ${shown(a)} and ${shown(b)}: sizes ${x} and ${y} at dim ${-i}`,
      );
    }
    // Of a size that is not known and 1 it is the one that is not known; beside another it can only be that one, or 1.
    sizes.unshift(x === 1 ? y : y === 1 ? x : (x ?? y));
  }
  return { sizes, isOpen: a.isOpen || b.isOpen };
}

const elementwise =
  (name: string): Operation =>
  (input, [other]) => {
    const shape = tensorIn(other);
    if (shape) return tensorOf(broadcast(name, input, shape));
    return typeof other === "number" ? tensorOf(input) : undefined;
  };

const same: Operation = (input) => tensorOf(input);

const overDim =
  (name: string): Operation =>
  (input, [dim]) => {
    if (!input.isOpen && typeof dim === "number") dimIn(name, input, dim);
    return tensorOf(input);
  };

/** Where a dimension stands in a shape that is known whole. */
export function dimIn(operation: string, input: Shape, dim: number, extra = 0): number {
  const rank = Math.max(input.sizes.length + extra, 1);
  if (!Number.isInteger(dim) || dim < -rank || dim >= rank) {
    throw new ShapeMistake(
      `${operation}: expected dim from ${-rank} to ${rank - 1} for shape ${shown(input)}, got ${dim}`,
    );
  }
  return dim < 0 ? dim + rank : dim;
}

const reduced =
  (name: string): Operation =>
  (input, given) => {
    if (given.length === 0) return tensorOf({ sizes: [] });
    const keeps = given.length === 1 ? false : given[1];
    if (input.isOpen || typeof keeps !== "boolean" || (given.length > 1 && /std|var/.test(name)))
      return undefined;
    const list = listIn(given[0]) ?? [given[0]];
    if (list.some((dim) => typeof dim !== "number")) return undefined;
    const at = list.map((dim) => dimIn(name, input, dim as number));
    if (new Set(at).size < at.length)
      throw new ShapeMistake(`${name}: expected each dim once, got [${list.join(", ")}]`);
    if (input.sizes.length === 0) return tensorOf(input);
    const sizes = input.sizes.flatMap((size, i) => (at.includes(i) ? (keeps ? [1] : []) : [size]));
    return tensorOf({ sizes });
  };

/** `(2, 3)` or `([2, 3])`. */
const sizesIn = (given: readonly Value[]): readonly Value[] => listIn(given[0]) ?? given;

const reshaped: Operation = (input, given) => {
  const sizes = sizesIn(given).map(numberIn);
  const count = input.isOpen ? undefined : productOf(input.sizes);
  const free = sizes.indexOf(-1);
  const others = productOf(sizes.filter((_, i) => i !== free));
  const refuse = (): never => {
    const asked = sizes.map((size) => size ?? "?").join(", ");
    throw new ShapeMistake(
      `reshape: expected sizes for the ${count} elements of ${shown(input)}, got [${asked}]`,
    );
  };
  if (free < 0) {
    if (differ(count, others)) refuse();
    return tensorOf({ sizes });
  }
  if (count !== undefined && others !== undefined) {
    if (others === 0) return undefined;
    if (count % others !== 0) refuse();
    return tensorOf({ sizes: sizes.map((size, i) => (i === free ? count / others : size)) });
  }
  return tensorOf({ sizes: sizes.map((size, i) => (i === free ? undefined : size)) });
};

const product: Operation = (a, [other]) => {
  const b = tensorIn(other);
  if (!b) return undefined;
  const refuse = (): never => {
    throw new ShapeMistake(
      `matmul: expected [..., m, k] and [..., k, n] (or vectors [k]), got ${shown(a)} and ${shown(b)}`,
    );
  };
  if ([a, b].some((shape) => !shape.isOpen && shape.sizes.length === 0)) refuse();
  if (b.isOpen && b.sizes.length < 2) return undefined; // a vector, or more
  const isVector = b.sizes.length === 1;
  if (differ(sizeAt(a, -1), sizeAt(b, isVector ? -1 : -2))) refuse();
  if (a.isOpen || b.isOpen) return undefined;
  const rows = a.sizes.length === 1 ? [] : [a.sizes.at(-2)];
  return tensorOf({
    sizes: [...broadcast("matmul", a, b, 2).sizes, ...rows, ...(isVector ? [] : [b.sizes.at(-1)])],
  });
};

const matrices: Operation = (a, [other]) => {
  const b = tensorIn(other);
  if (!b) return undefined;
  const isNone = (shape: Shape) => !shape.isOpen && shape.sizes.length !== 2;
  if (isNone(a) || isNone(b) || differ(sizeAt(a, -1), b.isOpen ? undefined : b.sizes[0])) {
    throw new ShapeMistake(`mm: expected [m, k] and [k, n], got ${shown(a)} and ${shown(b)}`);
  }
  return tensorOf({ sizes: [a.isOpen ? undefined : a.sizes[0], sizeAt(b, -1)] });
};

const permuted: Operation = (input, given) => {
  const dims = sizesIn(given);
  if (input.isOpen || dims.some((dim) => typeof dim !== "number")) return undefined;
  const at = dims.map((dim) => dimIn("permute", input, dim as number));
  if (new Set(at).size !== input.sizes.length || at.length !== input.sizes.length) {
    throw new ShapeMistake(`permute: expected each dim of ${shown(input)} once, got [${dims.join(", ")}]`);
  }
  return tensorOf({ sizes: at.map((dim) => input.sizes[dim]) });
};

const transposed: Operation = (input, [dim0, dim1]) => {
  if (input.isOpen || typeof dim0 !== "number" || typeof dim1 !== "number") return undefined;
  const [a, b] = [dimIn("transpose", input, dim0), dimIn("transpose", input, dim1)];
  if (input.sizes.length === 0) return tensorOf(input);
  const sizes = [...input.sizes];
  [sizes[a], sizes[b]] = [sizes[b], sizes[a]];
  return tensorOf({ sizes });
};

const turned: Operation = (input) => {
  if (input.isOpen) return undefined;
  if (input.sizes.length > 2) {
    throw new ShapeMistake(
      `t: expected at most two dimensions, got ${shown(input)}; use transpose(dim0, dim1)`,
    );
  }
  return tensorOf({ sizes: [...input.sizes].reverse() });
};

const unsqueezed: Operation = (input, [dim]) => {
  if (input.isOpen || typeof dim !== "number") return undefined;
  const at = dimIn("unsqueeze", input, dim, 1);
  return tensorOf({ sizes: [...input.sizes.slice(0, at), 1, ...input.sizes.slice(at)] });
};

const squeezed: Operation = (input, given) => {
  if (input.isOpen) return undefined;
  const [dim] = given;
  if (given.length === 0) {
    return input.sizes.includes(undefined)
      ? undefined
      : tensorOf({ sizes: input.sizes.filter((size) => size !== 1) });
  }
  if (typeof dim !== "number") return undefined;
  const at = dimIn("squeeze", input, dim);
  if (at < input.sizes.length && input.sizes[at] === undefined) return undefined;
  return tensorOf({ sizes: input.sizes.filter((size, i) => i !== at || size !== 1) });
};

const flat: Operation = (input, given) => {
  const [from, to] = [0, -1].map((usual, i) => (i < given.length ? given[i] : usual));
  if (typeof from !== "number" || typeof to !== "number") return undefined;
  return tensorOf(flattened(input, from, to));
};

const selected: Operation = (input, [dim]) => {
  if (input.isOpen || typeof dim !== "number") return undefined;
  const at = dimIn("select", input, dim);
  if (input.sizes.length === 0) throw new ShapeMistake("select: expected a shape with dimensions, got []");
  return tensorOf({ sizes: input.sizes.filter((_, i) => i !== at) });
};

const crossEntropy: Operation = (input, [given]) => {
  const target = tensorIn(given);
  if (!target || input.isOpen || target.isOpen || input.sizes.length !== 2) return undefined;
  const [n, c] = input.sizes;
  const isWrong =
    target.sizes.length === 1
      ? differ(target.sizes[0], n)
      : target.sizes.length !== 2 || differ(target.sizes[0], n) || differ(target.sizes[1], c);
  if (isWrong) {
    throw new ShapeMistake(
      `crossEntropy: expected logits [N, C] and targets [N] or [N, C], got ${shown(input)} and ${shown(target)}`,
    );
  }
  return undefined;
};

const equalShapes =
  (name: string): Operation =>
  (input, [given]) => {
    const target = tensorIn(given);
    const isWrong =
      target &&
      !input.isOpen &&
      !target.isOpen &&
      (input.sizes.length !== target.sizes.length ||
        input.sizes.some((size, i) => differ(size, target.sizes[i])));
    if (isWrong) {
      throw new ShapeMistake(
        `${name}: expected input and target of equal shape, got ${shown(input)} and ${shown(target)}`,
      );
    }
    return undefined;
  };

const weighted: Operation = (input, [given]) => {
  const weight = tensorIn(given);
  if (!weight || weight.isOpen || weight.sizes.length !== 2) return undefined;
  const [outFeatures, inFeatures] = weight.sizes;
  return tensorOf(applied({ layer: "Linear", fields: { inFeatures, outFeatures } }, input));
};

const pooled =
  (layer: string): Operation =>
  (input, given) =>
    given.length === 0 ? undefined : tensorOf(applied(layerOf(layer, given), input));

const table = (words: string, operation: (name: string) => Operation): Record<string, Operation> =>
  Object.fromEntries(words.split(/\s+/).map((name) => [name, operation(name)]));

/** Methods of tensors; as functions their first argument is the tensor. */
const operations: ReadonlyMap<string, Operation> = new Map(
  Object.entries({
    ...table(
      `abs exp log sqrt square neg sin cos tanh sigmoid relu detach clone requiresGrad_ contiguous float double int long
       bool reciprocal sign floor ceil round erf log1p expm1 rsqrt isnan isinf isfinite gelu silu mish
       softplus elu dropout zerosLike onesLike randLike randnLike emptyLike`,
      () => same,
    ),
    ...table("softmax logSoftmax", overDim),
    ...table("add sub mul div pow eq ne lt le gt ge maximum minimum", elementwise),
    ...table("sum mean std var argmax argmin", (name) => reduced(name)),
    ...table("mseLoss l1Loss binaryCrossEntropy binaryCrossEntropyWithLogits", equalShapes),
    reshape: reshaped,
    view: reshaped,
    matmul: product,
    mm: matrices,
    permute: permuted,
    transpose: transposed,
    t: turned,
    unsqueeze: unsqueezed,
    squeeze: squeezed,
    flatten: flat,
    select: selected,
    crossEntropy,
    linear: weighted,
    maxPool2d: pooled("MaxPool2d"),
    avgPool2d: pooled("AvgPool2d"),
  } satisfies Record<string, Operation>),
);

export function isOperation(name: string): boolean {
  return operations.has(name);
}

/** What a tensor's method gives, or the function of its name. Throws a ShapeMistake for what it refuses. */
export function operated(name: string, input: Shape, given: readonly Value[]): Value {
  return operations.get(name)?.(input, given);
}
