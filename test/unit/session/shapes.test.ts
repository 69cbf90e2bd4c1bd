// What the language service says of shapes, against the runtime: what it refuses the runtime refuses, and what it knows of a result is so.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as bnlab from "../../../kernel/bnlab";
import {
  applied,
  created,
  type Layer,
  layerOf,
  operated,
  type Shape,
  ShapeMistake,
  tensorIn,
  type Value,
} from "../../../kernel/session/shapes";

const { nn, noGrad, ones, Tensor, zeros } = bnlab;
type Tensor = bnlab.Tensor;

bnlab.manualSeed(18);
const generator = new bnlab.Generator(18);
const below = (count: number) => generator.integer(count);
const pick = <T>(...choices: T[]): T => choices[below(choices.length)]!;
const shapeOf = (rank: number, ...sizes: number[]) => Array.from({ length: rank }, () => pick(...sizes));

/** As it may be known: some sizes are not, or not how many there are. */
function blurred(sizes: readonly number[]): Shape {
  const cut = below(sizes.length + 1);
  const isOpen = below(3) === 0;
  const kept = isOpen ? sizes.slice(cut) : sizes;
  return { sizes: kept.map((size) => (below(4) === 0 ? undefined : size)), isOpen };
}

const counts = { refused: 0, known: 0 };

interface Outcome {
  /** What is known of the result, undefined where nothing is. */
  readonly shape: Shape | undefined;
  readonly refused: boolean;
  /** What the runtime gives, or throws. */
  readonly result: unknown;
}

/** @param actual throws where the runtime refuses. */
function agrees(words: string, predict: () => Value, actual: () => unknown): Outcome {
  let shape: Shape | undefined;
  let refusal: string | undefined;
  try {
    shape = tensorIn(predict());
  } catch (error) {
    if (!(error instanceof ShapeMistake)) throw error;
    refusal = error.message;
  }
  let result: unknown;
  try {
    result = noGrad(actual as () => object);
  } catch (error) {
    result = error;
  }
  if (refusal !== undefined) {
    counts.refused++;
    assert.ok(
      result instanceof Error,
      `${words}: ${refusal}, but the runtime gives ${String((result as Tensor)?.shape)}`,
    );
  } else if (shape && result instanceof Tensor) {
    const got: readonly number[] = result.shape;
    const text = `${words}: expected ${JSON.stringify(shape)}, the runtime gives [${got}]`;
    assert.ok(shape.isOpen ? shape.sizes.length <= got.length : shape.sizes.length === got.length, text);
    for (let i = 1; i <= shape.sizes.length; i++) {
      const size = shape.sizes.at(-i);
      if (size !== undefined) assert.equal(size, got.at(-i), text);
      if (size !== undefined) counts.known++;
    }
  }
  return { shape, refused: refusal !== undefined, result };
}

/** All is known of shapes that are known whole: what the runtime refuses is refused, of what it gives each size is there. */
function tellsAll(words: string, { shape, refused, result }: Outcome): void {
  if (result instanceof Error)
    assert.ok(refused, `${words}: nothing said, but the runtime: ${result.message}`);
  else assert.ok(shape && !shape.isOpen && !shape.sizes.includes(undefined), `${words}: nothing known`);
}

const sizes = [1, 2, 3, 4, 6];
const layers: Readonly<Record<string, () => [rank: number, ...given: unknown[]]>> = {
  Linear: () => [1 + below(4), pick(...sizes), pick(...sizes)],
  Conv1d: () => [1 + below(4), pick(1, 2, 3), pick(1, 2), pick(1, 2, 3), ...windows()],
  Conv2d: () => [2 + below(4), pick(1, 2, 3), pick(1, 2), pick<unknown>(1, 2, 3, [2, 1]), ...windows()],
  Conv3d: () => [3 + below(3), pick(1, 2), 1, 1],
  MaxPool1d: () => [
    1 + below(4),
    ...pick<unknown[]>(
      [1],
      [pick(2, 3), { stride: pick(1, 2, 3), padding: pick(0, 1), ceilMode: pick(true, false) }],
    ),
  ],
  MaxPool2d: () => [
    2 + below(4),
    pick<unknown>(1, 2, [2, 3]),
    ...pick([], [1], [{ stride: 2, ceilMode: true }]),
  ],
  AvgPool2d: () => [2 + below(4), pick(1, 2), ...pick([], [2], [{ stride: 1 }])],
  AdaptiveAvgPool2d: () => [2 + below(4), pick<unknown>(1, 2, [1, 2], [null, 2])],
  BatchNorm1d: () => [1 + below(4), pick(...sizes)],
  BatchNorm2d: () => [3 + below(3), pick(...sizes)],
  LayerNorm: () => [1 + below(3), pick<unknown>(2, 3, [2, 3], [3])],
  GroupNorm: () => [2 + below(3), 1, pick(...sizes)],
  Flatten: () => [below(5), ...pick<unknown[]>([], [0], [1, 2], [0, -2], [{ startDim: 2 }])],
  ReLU: () => [below(4)],
  Dropout: () => [below(4)],
};
const windows = () =>
  pick<unknown[]>([], [2], [1, 1], [{ padding: 1, stride: 2 }], [{ padding: "same" }], [{ dilation: 2 }]);

const asValue = (given: unknown): Value =>
  typeof given === "object" && given !== null && !Array.isArray(given)
    ? { options: given as Record<string, Value> }
    : (given as Value);

describe("shapes before running agree with the runtime", () => {
  test("layers, with shapes that are known whole or in part", () => {
    for (let i = 0; i < 3_000; i++) {
      const name = pick(...Object.keys(layers));
      const [rank, ...given] = layers[name]!();
      const shape = shapeOf(rank, ...sizes);
      const make = (nn as unknown as Record<string, new (...given: unknown[]) => bnlab.nn.Module>)[name]!;
      const isWhole = i % 3 === 0;
      const known = isWhole ? { sizes: shape } : blurred(shape);
      const words = `${name}(${JSON.stringify(given).slice(1, -1)}) of [${shape}] known as ${JSON.stringify(known)}`;
      // What only a sentence about the argument could say, and a size that comes from the input's.
      const isBeyond = /startDim|null/.test(JSON.stringify(given));
      const outcome = agrees(
        words,
        () => {
          const out = applied(layerOf(name, given.map(asValue)), known);
          return out && { tensor: out };
        },
        () => new make(...given).eval().forward(ones(shape)),
      );
      if (isWhole && !isBeyond) tellsAll(words, outcome);
    }
    assert.ok(counts.refused > 300 && counts.known > 1_000, JSON.stringify(counts));
  });

  test("where a Linear would take what flatten(1) gives, that is said; elsewhere not", () => {
    const said = (sizes: (number | undefined)[], isOpen = false) => {
      try {
        applied(layerOf("Linear", [6, 2]), { sizes, isOpen });
      } catch (error) {
        return (error as Error).message;
      }
      return "nothing";
    };
    assert.match(
      said([5, 2, 3]),
      /expected input \[\.\.\., 6\], got \[5, 2, 3\]: flatten\(1\) gives \[5, 6\]$/,
    );
    assert.match(said([undefined, 2, 3]), /: flatten\(1\) gives \[N, 6\]$/);
    assert.match(said([5, 3]), /got \[5, 3\]$/);
    assert.match(said([6, 3]), /got \[6, 3\]$/);
    assert.match(said([5, 2, 4]), /got \[5, 2, 4\]$/);
    assert.equal(said([2, 3, 6]), "nothing");
  });

  test("a layer that has run is known by its members", () => {
    const made = new nn.Conv2d(1, 8, 3, { stride: 2, padding: 1 });
    const fields = Object.fromEntries(Object.entries(made).filter(([, value]) => !(value instanceof Tensor)));
    const layer: Layer = { layer: "Conv2d", fields: fields as Layer["fields"] };
    assert.deepEqual(
      applied(layer, { sizes: [60, 1, 28, 28] })?.sizes,
      made.forward(zeros([60, 1, 28, 28])).shape,
    );
  });

  test("a Sequential, of layers one by one or in an array", () => {
    const row: [name: string, ...given: number[]][] = [["Linear", 6, 4], ["ReLU"], ["Linear", 4, 2]];
    const known = row.map(([name, ...given]) => layerOf(name, given));
    const made = row.map(([name, ...given]) => {
      const Layer = (nn as unknown as Record<string, new (...given: unknown[]) => bnlab.nn.Module>)[name]!;
      return new Layer(...given);
    });
    for (const count of [0, 1, 3]) {
      for (const width of [6, 5]) {
        const [layers, modules] = [known.slice(0, count), made.slice(0, count)];
        for (const [given, sequential] of [
          [layers, new nn.Sequential(...modules)],
          [[layers], new nn.Sequential(modules)],
        ] as const) {
          const outcome = agrees(
            `Sequential(${JSON.stringify(given)}) of [2, ${width}]`,
            () => ({ tensor: applied(layerOf("Sequential", given), { sizes: [2, width] })! }),
            () => sequential.forward(ones([2, width])),
          );
          tellsAll(`Sequential of ${count} layers and [2, ${width}]`, outcome);
        }
      }
    }
    assert.throws(() => applied(layerOf("Sequential", [known]), { sizes: [2, 5] }), {
      message: /^\(0\) Linear: expected input/,
    });
  });

  test("operations, with shapes that are known whole or in part", () => {
    const dims = () => pick(0, 1, 2, -1, -2);
    const lists: Readonly<Record<string, () => unknown[]>> = {
      reshape: () => pick<unknown[]>([[-1]], [2, -1], [[4, 3]], [6, 2], [-1, 4]),
      flatten: () => pick<unknown[]>([], [1], [0, 0], [0, 1], [1, -1]),
      transpose: () => [dims(), dims()],
      permute: () => pick<unknown[]>([1, 0], [[0, 2, 1]], [2, 0, 1], [0]),
      t: () => [],
      unsqueeze: () => [dims()],
      squeeze: () => pick<unknown[]>([], [dims()]),
      select: () => [dims(), 0],
      sum: () => pick<unknown[]>([], [dims()], [dims(), true], [[0, -1]]),
      mean: () => pick<unknown[]>([], [dims()], [dims(), false]),
      std: () => pick<unknown[]>([], [dims()]),
      argmax: () => pick<unknown[]>([], [dims()]),
      relu: () => [],
      softmax: () => [dims()],
      matmul: () => [shapeOf(1 + below(3), 2, 3, 4)],
      mm: () => [shapeOf(1 + below(3), 2, 3, 4)],
      add: () => [shapeOf(below(4), 1, 2, 3)],
      mul: () => [shapeOf(below(4), 1, 2, 3)],
    };
    const takesTensor = new Set(["matmul", "mm", "add", "mul"]);
    for (let i = 0; i < 6_000; i++) {
      const name = pick(...Object.keys(lists));
      const given = lists[name]!();
      const shape = shapeOf(below(4), 1, 2, 3, 4);
      const isWhole = i % 3 === 0;
      const seen = (sizes: readonly number[]): Shape => (isWhole ? { sizes } : blurred(sizes));
      const known = seen(shape);
      const isTensor = takesTensor.has(name);
      const second = isTensor ? [{ tensor: seen(given[0] as number[]) }] : (given as Value[]);
      const words = `${name}(${JSON.stringify(second)}) of [${shape}] known as ${JSON.stringify(known)}, given ${JSON.stringify(given)}`;
      const outcome = agrees(
        words,
        () => operated(name, known, second),
        () => {
          const x = ones(shape) as unknown as Record<string, (...given: unknown[]) => unknown>;
          return x[name]!(...(isTensor ? [ones(given[0] as number[])] : given));
        },
      );
      if (isWhole) tellsAll(words, outcome);
    }
  });

  test("what joins does so at the first dim where none is named", () => {
    const rows = [{ tensor: { sizes: [2, 3] } }, { tensor: { sizes: [2, 3] } }];
    assert.deepEqual(tensorIn(created("cat", [rows]))?.sizes, [4, 3]);
    assert.deepEqual(tensorIn(created("stack", [rows]))?.sizes, [2, 2, 3]);
    assert.deepEqual(tensorIn(created("cat", [rows, 1]))?.sizes, [2, 6]);
  });

  test("losses, and functions that join or make", () => {
    const functions = nn.functional as unknown as Record<string, (...given: unknown[]) => unknown>;
    const all = bnlab as unknown as typeof functions;
    for (let i = 0; i < 1_000; i++) {
      const [a, b] = [shapeOf(below(4), 1, 2, 3), shapeOf(below(4), 1, 2, 3)];
      const [x, y] = [{ tensor: blurred(a) }, { tensor: blurred(b) }];
      const words = `[${a}] known as ${JSON.stringify(x)}, [${b}] known as ${JSON.stringify(y)}`;
      for (const name of ["crossEntropy", "mseLoss", "l1Loss"]) {
        agrees(
          `${name}: ${words}`,
          () => operated(name, x.tensor, [y]),
          () =>
            functions[name]!(
              ones(a),
              name === "crossEntropy" && b.length === 1 ? zeros(b, { dtype: "int32" }) : ones(b),
            ),
        );
      }
      agrees(
        `linear: ${words}`,
        () => operated("linear", x.tensor, [y]),
        () => functions.linear!(ones(a), ones(b)),
      );
      for (const name of ["cat", "stack"]) {
        const dim = pick(0, 1, -1, 2);
        agrees(
          `${name} at ${dim}: ${words}`,
          () => created(name, [[x, y], dim]),
          () => all[name]!([ones(a), ones(b)], dim),
        );
        agrees(
          `${name}: ${words}`,
          () => created(name, [[x, y]]),
          () => all[name]!([ones(a), ones(b)]),
        );
      }
      agrees(
        `zeros ${words}`,
        () => created("zeros", [a]),
        () => zeros(a),
      );
      agrees(
        "tensor",
        () => created("tensor", [[[1, 2, 3]]]),
        () => bnlab.tensor([[1, 2, 3]]),
      );
    }
  });
});
