// Tensors that functions make of sizes, of numbers, or by joining others.
import { dimIn } from "./operations";
import {
  differ,
  listIn,
  numberIn,
  type Shape,
  ShapeMistake,
  type Size,
  shown,
  tensorIn,
  tensorOf,
  type Value,
} from "./values";

const nested = (value: Value): Size[] | undefined => {
  const list = listIn(value);
  if (!list) return typeof value === "number" || typeof value === "boolean" ? [] : undefined;
  const inner = list.length === 0 ? [] : nested(list[0]);
  return inner && [list.length, ...inner];
};

/** Functions that make a tensor of sizes or numbers. */
export function created(name: string, given: readonly Value[]): Value {
  if (["zeros", "ones", "empty", "rand", "randn", "full"].includes(name)) {
    // Sizes one by one are PyTorch's, and refused.
    const sizes = listIn(given[0]);
    return sizes && tensorOf({ sizes: sizes.map(numberIn) });
  }
  if (name === "tensor") {
    const sizes = nested(given[0]);
    return sizes && tensorOf({ sizes });
  }
  if (name !== "cat" && name !== "stack") return undefined;
  const shapes = listIn(given[0])?.map(tensorIn);
  const dim = given.length > 1 ? numberIn(given[1]) : 0;
  if (!shapes || shapes.length === 0 || dim === undefined) return undefined;
  if (shapes.some((shape) => !shape || shape.isOpen)) return undefined;
  return joined(name, shapes as Shape[], dim);
}

function joined(name: string, shapes: readonly Shape[], dim: number): Value {
  const [first] = shapes as [Shape];
  const isStack = name === "stack";
  const at = dimIn(name, first, dim, isStack ? 1 : 0);
  const differs = ({ sizes }: Shape) =>
    sizes.length !== first.sizes.length ||
    sizes.some((size, i) => (isStack || i !== at) && differ(size, first.sizes[i]));
  if (shapes.some(differs)) {
    if (!isStack && shapes.some(({ sizes }) => sizes.length === 1)) return undefined; // an empty one goes with any
    const got = shapes.slice(0, 4).map(shown).join(", ");
    throw new ShapeMistake(
      `${name}: expected shapes equal${isStack ? "" : ` except at dim ${dim}`}, got ${got}`,
    );
  }
  const known = first.sizes.map(
    (size, i) => size ?? shapes.find(({ sizes }) => sizes[i] !== undefined)?.sizes[i],
  );
  if (isStack) return tensorOf({ sizes: [...known.slice(0, at), shapes.length, ...known.slice(at)] });
  const total = shapes.reduce<Size>((sum, { sizes }) => {
    const size = sizes[at];
    return sum === undefined || size === undefined ? undefined : sum + size;
  }, 0);
  return tensorOf({ sizes: known.map((size, i) => (i === at ? total : size)) });
}
