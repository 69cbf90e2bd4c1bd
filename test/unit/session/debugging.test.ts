// What a debugger has of the notebook's variables: their values by name, tensors in a line and opened.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { thisMachine } from "../../../kernel/host/machine";
import { setMachine } from "../../../kernel/machine/machine";
import { numbersSymbol } from "../../../kernel/protocol";
import { Boxes } from "../../../kernel/session/cells/boxes";
import { Debugging } from "../../../kernel/session/cells/debugging";

setMachine(thisMachine);

function notebook() {
  const boxes = new Boxes();
  boxes.declare("rate", 0.1);
  boxes.declare("imported", 5);
  return { boxes, debugging: new Debugging(boxes, (name) => name === "imported") };
}

class Tensor {
  requiresGrad = true;
  grad = null;
  readonly shape: readonly number[];
  readonly dtype = "float32";
  readonly #values: ArrayLike<number>;
  constructor(shape: readonly number[], values: ArrayLike<number>) {
    this.shape = shape;
    this.#values = values;
  }
  [numbersSymbol]() {
    return this.#values;
  }
}

describe("a scope for an expression", () => {
  const unknown = (name: string) => () => {
    throw new ReferenceError(`${name} is not defined`);
  };

  it("has the variables that nothing nearer hides, and sets them", () => {
    const { boxes, debugging } = notebook();
    boxes.declare("near", 1);
    boxes.declare("dead", 1);
    boxes.declare("name", "notebook's");
    boxes.declare("Map", "mine");
    const scope = debugging.scope({
      rate: unknown("rate"),
      none: unknown("none"),
      near: () => 2,
      dead: () => {
        throw new ReferenceError("Cannot access 'dead' before initialization");
      },
      name: () => {
        throw new TypeError("name is not defined");
      },
      Map: () => Map,
    }) as Record<string, unknown>;
    assert.deepEqual(Object.getOwnPropertyNames(scope).sort(), ["Map", "rate"]);
    assert.equal(Object.getPrototypeOf(scope), null);
    assert.deepEqual([scope.rate, scope.Map], [0.1, "mine"]);
    scope.rate = 0.2;
    assert.equal(boxes.value("rate"), 0.2);
    const hidden = debugging.scope({ Map: () => "nearer" });
    assert.deepEqual(Object.getOwnPropertyNames(hidden), []);
  });
});

it("the variables are listed without imports, as they are by then", () => {
  const { boxes, debugging } = notebook();
  const list = debugging.list() as Record<string, unknown>;
  assert.deepEqual({ ...list }, { rate: 0.1 });
  assert.equal(Object.getPrototypeOf(list), null);
  debugging.set("rate", 7);
  boxes.declare("more", 1);
  assert.equal(debugging.list(list), list);
  assert.deepEqual({ ...list }, { rate: 7, more: 1 });
});

describe("a value in a line", () => {
  const { debugging } = notebook();
  const line = (shape: number[], values: ArrayLike<number>) => debugging.describe(new Tensor(shape, values));

  it("is a tensor's shape, dtype, statistics and first numbers", () => {
    assert.equal(
      line([2, 2], [1, 2, 3, 4]),
      "Tensor [2, 2] float32 · mean 2.5 · std 1.291 · min 1 · max 4 · [1, 2, 3, 4]",
    );
    assert.equal(line([], [5]), "Tensor [] float32 · 5");
    assert.equal(line([0], []), "Tensor [0] float32 · []");
    assert.match(
      line([4], [1, Number.NaN, Number.NaN, Infinity])!,
      / · 2 NaN · 1 infinite · \[1, NaN, NaN, Infinity\]$/,
    );
    assert.doesNotMatch(line([1], [1])!, /NaN|infinite/);
  });

  it("has no statistics of four million numbers and more", () => {
    const values = new Float32Array(4_000_001);
    assert.match(line([4_000_000], values.subarray(1))!, /mean 0/);
    assert.equal(line([4_000_001], values), "Tensor [4000001] float32 · [0, 0, 0, 0, 0, 0, …]");
    const opened = debugging.properties(new Tensor([4_000_001], values)) as Record<string, unknown>;
    assert.equal(opened.mean, undefined);
    assert.equal(
      (debugging.properties(new Tensor([4_000_000], values.subarray(1))) as { mean: number }).mean,
      0,
    );
  });

  it("is a module's parameters; anything else is left to the engine", () => {
    class Net {
      stateDict = () => ({});
      parameters = () => [{ numel: () => 12 }];
    }
    assert.equal(debugging.describe(new Net()), "Net · 12 parameters");
    for (const value of [5, "a", [1], {}, null, undefined, Float32Array.of(1)])
      assert.equal(debugging.describe(value), undefined);
    const hostile = new Proxy(
      {},
      {
        get: () => {
          throw new Error("no");
        },
      },
    );
    assert.equal(debugging.describe(hostile), undefined);
    assert.equal(debugging.properties(hostile), hostile);
  });
});

describe("a tensor is opened", () => {
  const { debugging } = notebook();
  const opened = (shape: number[], values: ArrayLike<number>) =>
    debugging.properties(new Tensor(shape, values)) as { values: unknown; [name: string]: unknown };

  it("to what it is and its numbers as rows of rows", () => {
    const { values, shape, dtype, requiresGrad, grad, mean } = opened([2, 3], [1, 2, 3, 4, 5, 6]);
    assert.deepEqual(
      [values, shape, dtype, requiresGrad, grad, mean],
      [
        [
          [1, 2, 3],
          [4, 5, 6],
        ],
        [2, 3],
        "float32",
        true,
        null,
        3.5,
      ],
    );
    assert.equal(opened([], [7]).values, 7);
    assert.deepEqual(opened([2], [7, 8]).values, [7, 8]);
    assert.deepEqual(opened([2, 0], []).values, []);
    assert.deepEqual(opened([1, 2, 2], [1, 2, 3, 4]).values, [
      [
        [1, 2],
        [3, 4],
      ],
    ]);
  });

  it("to ten thousand numbers", () => {
    assert.equal((opened([10_001], new Float32Array(10_001)).values as unknown[]).length, 10_000);
    const rows = opened([4, 3_000], new Float32Array(12_000)).values as unknown[][];
    assert.deepEqual(
      rows.map(({ length }) => length),
      [3_000, 3_000, 3_000, 1_000],
    );
  });

  it("and nothing else is", () => {
    for (const value of [5, Float32Array.of(1, 2), { a: 1 }])
      assert.equal(debugging.properties(value), value);
  });
});
