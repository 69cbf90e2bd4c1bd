// What layers make of shapes, and which they refuse: one line for each. Held against the layers themselves by
// test/unit/session/shapes.test.ts.
import {
  anyShape,
  differ,
  type Layer,
  layerIn,
  listIn,
  numberIn,
  productOf,
  type Shape,
  ShapeMistake,
  type Size,
  shown,
  sizeAt,
  type Value,
} from "./values";

interface Rule {
  /** The constructor's arguments in their order; from `options` on they may come in an object. */
  readonly names: readonly string[];
  readonly options?: readonly string[];
  readonly defaults?: Readonly<Record<string, Value>>;
  /** @returns undefined where nothing is known of what comes out. */
  readonly apply: (fields: Layer["fields"], input: Shape) => Shape | undefined;
}

const refuse = (expected: string, input: Shape, advice = ""): never => {
  throw new ShapeMistake(`expected input ${expected}, got ${shown(input)}${advice}`);
};

const letters = ["D", "H", "W"];
const lengths = (rank: number) => (rank === 1 ? "L" : letters.slice(-rank).join(", "));

function linear({ inFeatures, outFeatures }: Layer["fields"], input: Shape): Shape | undefined {
  const { sizes, isOpen } = input;
  if (!isOpen && sizes.length === 0) return undefined;
  const expected = numberIn(inFeatures);
  if (differ(sizeAt(input, -1), expected)) {
    const flat = !isOpen && sizes.length > 2 && productOf(sizes.slice(1)) === expected;
    refuse(`[..., ${expected}]`, input, flat ? `: flatten(1) gives [${sizes[0] ?? "N"}, ${expected}]` : "");
  }
  return { sizes: [...sizes.slice(0, -1), numberIn(outFeatures)], isOpen };
}

/** One of a size for each dimension, or for all of them. */
const sizeOf = (value: Value, i: number) => numberIn(listIn(value) ? listIn(value)![i] : value);

function slid(
  fields: Layer["fields"],
  input: Shape,
  rank: number,
  channels: (channels: Size) => Size,
): Shape | undefined {
  const { sizes, isOpen } = input;
  const outer = `C${rank > 0 ? ", " : ""}${lengths(rank)}`;
  const inChannels = numberIn(fields.inChannels);
  const expected = outer.replace("C", String(inChannels ?? "C"));
  const words = `[N, ${expected}] or [${expected}]`;
  if (!isOpen && sizes.length !== rank + 1 && sizes.length !== rank + 2) refuse(words, input);
  if (isOpen && sizes.length > rank + 2) refuse(words, input);
  const before = sizeAt(input, -rank - 1);
  if (differ(before, inChannels)) refuse(words, input);
  const padding = fields.padding === "valid" ? 0 : fields.padding;
  const spatial = Array.from({ length: rank }, (_, i): Size => {
    const size = sizeAt(input, i - rank);
    if (padding === "same") return size;
    const [kernel, stride, pad, dilation] = [fields.kernelSize, fields.stride, padding, fields.dilation].map(
      (each) => sizeOf(each, i),
    );
    if (size === undefined || kernel === undefined || stride === undefined) return undefined;
    if (pad === undefined || dilation === undefined || stride < 1) return undefined;
    const [window, padded] = [dilation * (kernel - 1) + 1, size + 2 * pad];
    if (typeof fields.ceilMode !== "boolean") return undefined;
    const steps = (padded - window) / stride;
    // Rounded up, the last window may reach beyond the padding, but none begins there.
    const last = fields.ceilMode
      ? Math.min(Math.ceil(steps), Math.ceil((size + pad) / stride) - 1)
      : Math.floor(steps);
    if (last < 0) {
      throw new ShapeMistake(`expected a kernel within the padded size of ${padded}, got one of ${window}`);
    }
    return last + 1;
  });
  const leading = isOpen ? [] : sizes.slice(0, -rank - 1);
  return { sizes: [...leading, channels(before), ...spatial], isOpen };
}

const convolution = (rank: number): Rule => ({
  names: ["inChannels", "outChannels", "kernelSize"],
  options: ["stride", "padding", "dilation", "groups", "bias", "paddingMode"],
  defaults: { stride: 1, padding: 0, dilation: 1 },
  apply: (fields, input) =>
    slid({ ...fields, ceilMode: false }, input, rank, () => numberIn(fields.outChannels)),
});

const pooling = (rank: number, isAverage: boolean): Rule => ({
  names: ["kernelSize"],
  options: ["stride", "padding", ...(isAverage ? [] : ["dilation"]), "ceilMode"],
  defaults: { padding: 0, dilation: 1, ceilMode: false },
  apply: (fields, input) => {
    const stride = fields.stride === undefined ? fields.kernelSize : fields.stride;
    return slid({ dilation: 1, ...fields, stride }, input, rank, (channels) => channels);
  },
});

const adaptive = (rank: number): Rule => ({
  names: ["outputSize"],
  apply: ({ outputSize }, input) => {
    const { sizes, isOpen } = input;
    if (!isOpen && sizes.length !== rank + 1 && sizes.length !== rank + 2) {
      refuse(`[N, C, ${lengths(rank)}] or [C, ${lengths(rank)}]`, input);
    }
    const spatial = Array.from({ length: rank }, (_, i) => sizeOf(outputSize, i));
    const leading = isOpen ? [sizeAt(input, -rank - 1)] : sizes.slice(0, -rank);
    return { sizes: [...leading, ...spatial], isOpen };
  },
});

const batchNorm = (ranks: readonly number[], expected: (channels: Size) => string): Rule => ({
  names: ["numFeatures"],
  apply: ({ numFeatures }, input) => {
    const { sizes, isOpen } = input;
    const channels = numberIn(numFeatures);
    if (isOpen) {
      // With one rank alone it is known which of the sizes are channels.
      const [rank] = ranks;
      if (ranks.length > 1 || sizes.length < rank! - 1) return input;
      if (sizes.length > rank! || differ(sizeAt(input, 1 - rank!), channels))
        refuse(expected(channels), input);
      return input;
    }
    if (!ranks.includes(sizes.length) || differ(sizes[1], channels)) refuse(expected(channels), input);
    return input;
  },
});

function layerNorm({ normalizedShape }: Layer["fields"], input: Shape): Shape {
  const shape = (listIn(normalizedShape) ?? [normalizedShape]).map(numberIn);
  const isShort = !input.isOpen && input.sizes.length < shape.length;
  if (isShort || shape.some((size, i) => differ(size, sizeAt(input, i - shape.length)))) {
    refuse(`[..., ${shape.map((each) => each ?? "?").join(", ")}]`, input);
  }
  return input;
}

function groupNorm({ numGroups, numChannels }: Layer["fields"], input: Shape): Shape {
  const channels = numberIn(numChannels);
  if (input.isOpen) return input;
  if (differ(input.sizes[1], channels)) refuse(`[N, ${channels}, ...]`, input);
  const count = productOf(input.sizes);
  if (count !== undefined && count === numberIn(numGroups)) {
    throw new ShapeMistake(
      `expected more than one value per group, got ${shown(input)} in ${count} groups; use fewer groups`,
    );
  }
  return input;
}

/** From `start` to `end` in one. */
export function flattened(input: Shape, start: number, end: number): Shape | undefined {
  const { sizes, isOpen } = input;
  if (isOpen) {
    if (start < 0 || end !== -1) return undefined;
    return { sizes: new Array<Size>(start + 1).fill(undefined) };
  }
  const rank = Math.max(sizes.length, 1);
  for (const dim of [start, end]) {
    if (dim >= rank || dim < -rank) {
      throw new ShapeMistake(
        `flatten: expected dim from ${-rank} to ${rank - 1} for shape ${shown(input)}, got ${dim}`,
      );
    }
  }
  const [first, last] = [start < 0 ? start + rank : start, end < 0 ? end + rank : end];
  if (first > last) return undefined;
  return {
    sizes: [...sizes.slice(0, first), productOf(sizes.slice(first, last + 1)), ...sizes.slice(last + 1)],
  };
}

const same: Rule = { names: [], apply: (_, input) => input };

const shapeless = `Identity Dropout ReLU LeakyReLU ELU SELU CELU GELU SiLU Mish Sigmoid Tanh Softplus Softsign
  Hardtanh Hardsigmoid Hardswish ReLU6 LogSigmoid Softmax LogSoftmax`.split(/\s+/);

const rules: Readonly<Record<string, Rule>> = {
  ...Object.fromEntries(shapeless.map((name) => [name, same])),
  Linear: { names: ["inFeatures", "outFeatures"], options: ["bias"], apply: linear },
  Conv1d: convolution(1),
  Conv2d: convolution(2),
  Conv3d: convolution(3),
  MaxPool1d: pooling(1, false),
  MaxPool2d: pooling(2, false),
  MaxPool3d: pooling(3, false),
  AvgPool1d: pooling(1, true),
  AvgPool2d: pooling(2, true),
  AvgPool3d: pooling(3, true),
  AdaptiveAvgPool1d: adaptive(1),
  AdaptiveAvgPool2d: adaptive(2),
  AdaptiveMaxPool2d: adaptive(2),
  BatchNorm1d: batchNorm([2, 3], (channels) => `[N, ${channels}] or [N, ${channels}, L]`),
  BatchNorm2d: batchNorm([4], (channels) => `[N, ${channels}, H, W]`),
  BatchNorm3d: batchNorm([5], (channels) => `[N, ${channels}, D, H, W]`),
  LayerNorm: { names: ["normalizedShape"], apply: layerNorm },
  GroupNorm: { names: ["numGroups", "numChannels"], apply: groupNorm },
  Embedding: {
    names: ["numEmbeddings", "embeddingDim"],
    apply: ({ embeddingDim }, { sizes, isOpen }) => ({ sizes: [...sizes, numberIn(embeddingDim)], isOpen }),
  },
  Flatten: {
    names: ["startDim", "endDim"],
    defaults: { startDim: 1, endDim: -1 },
    apply: ({ startDim, endDim }, input) => {
      const [start, end] = [numberIn(startDim), numberIn(endDim)];
      return start === undefined || end === undefined ? undefined : flattened(input, start, end);
    },
  },
};

/** The layer that `new` makes of these arguments; one of a class that has no rule is known to be a layer and no more. */
export function layerOf(name: string, given: readonly Value[]): Layer {
  const rule = rules[name];
  if (name === "Sequential") {
    const layers = given.length === 1 ? (listIn(given[0]) ?? given) : given;
    return { layer: name, fields: {}, layers };
  }
  const fields: Record<string, Value> = { ...rule?.defaults };
  const names = [...(rule?.names ?? []), ...(rule?.options ?? [])];
  for (const [i, value] of given.entries()) {
    if (typeof value === "object" && value !== null && "options" in value)
      Object.assign(fields, value.options);
    // What stands in the place of options and is not known may be any of them.
    else if (value === undefined && i >= (rule?.names.length ?? 0))
      for (const each of names.slice(i)) fields[each] = undefined;
    else if (names[i] !== undefined) fields[names[i]] = value;
  }
  return { layer: name, fields };
}

/** What a layer makes of a tensor. Throws a ShapeMistake for what it refuses. */
export function applied(value: Value, input: Shape): Shape | undefined {
  const layer = layerIn(value);
  if (!layer) return undefined;
  if (layer.layer !== "Sequential")
    return named(layer.layer, () => rules[layer.layer]?.apply(layer.fields, input));
  let shape: Shape | undefined = input;
  for (const [i, each] of (layer.layers ?? [undefined]).entries()) {
    shape = named(`(${i})`, () => applied(each, shape ?? anyShape));
  }
  return shape;
}

/** A mistake says in which layer it is. */
function named<T>(name: string, apply: () => T): T {
  try {
    return apply();
  } catch (error) {
    if (!(error instanceof ShapeMistake)) throw error;
    throw new ShapeMistake(`${name}${name.startsWith("(") ? " " : ": "}${error.message}`);
  }
}
