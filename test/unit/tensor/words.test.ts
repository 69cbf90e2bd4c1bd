// Words of tensors, as methods and as functions, against PyTorch's (test/fixtures/words.json): values and gradients.

import assert from "node:assert/strict";
import test from "node:test";
import * as tensors from "../../../kernel/tensor";
import { arange, noGrad, randn, Tensor, tensor, zeros } from "../../../kernel/tensor";
import { fixture, type Packed, unpack, unpackInt } from "../fixtures";

interface Case {
  readonly op: string;
  readonly args: readonly unknown[];
  readonly outputs: readonly Packed[];
  readonly dys?: readonly (Packed | null)[];
  readonly grads?: readonly (Packed | null)[];
}

const special: Readonly<Record<string, number>> = { inf: 1 / 0, "-inf": -1 / 0, nan: Number.NaN };

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** An argument as JavaScript gives it; float tensors are leaves, noted down. */
function argument(value: unknown, leaves: Tensor[]): unknown {
  if (Array.isArray(value)) return value.map((each) => argument(each, leaves));
  if (typeof value === "string") return special[value] ?? value;
  if (!isRecord(value)) return value;
  if ("int" in value) return unpackInt(value.int as Packed);
  if ("bool" in value) return unpackInt(value.bool as Packed).bool();
  if (!("data" in value)) {
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, argument(each, leaves)]));
  }
  const { shape, data } = value as unknown as Packed;
  const leaf = unpack(
    { shape, data: data.map((each) => special[String(each)] ?? each) },
    { requiresGrad: true },
  );
  leaves.push(leaf);
  return leaf;
}

/** The results as a list. */
function results(value: unknown): Tensor[] {
  if (value instanceof Tensor) return [value];
  if (Array.isArray(value)) return value as Tensor[];
  return typeof value === "object" ? (Object.values(value!) as Tensor[]) : [tensor(value as number)];
}

function assertNear(got: Tensor | null, want: Packed, tolerance: number, what: string): void {
  assert.ok(got !== null, `${what}: nothing came`);
  assert.deepEqual([...got.shape], [...want.shape], `${what}: shape`);
  const values = got.detach().contiguous().data;
  for (const [i, each] of want.data.entries()) {
    const expected = special[String(each)] ?? each;
    const near = Math.abs(values[i]! - expected) <= tolerance * (0.1 + Math.abs(expected));
    assert.ok(
      near || Object.is(values[i], expected),
      `${what}: expected ${expected} at ${i}, got ${values[i]}`,
    );
  }
}

function check({ op, args, outputs, dys, grads }: Case, call: (given: unknown[]) => unknown, what: string) {
  const leaves: Tensor[] = [];
  const given = args.map((arg) => argument(arg, leaves));
  const got = results(call(op === "index" ? given : given.map((arg) => arg ?? undefined))); // null is a new dimension
  assert.equal(got.length, outputs.length, `${what}: number of results`);
  for (const [i, want] of outputs.entries()) assertNear(got[i]!, want, 1e-5, `${what}, result ${i}`);
  for (const [i, dy] of (dys ?? []).entries()) {
    if (dy !== null) got[i]!.backward(unpack(dy), { retainGraph: true });
  }
  for (const [i, want] of (grads ?? []).entries()) {
    if (want !== null) assertNear(leaves[i]!.grad, want, 1e-4, `${what}, gradient ${i}`);
    else assert.equal(leaves[i]!.grad, null, `${what}, gradient ${i}`);
  }
}

type Called = (...args: unknown[]) => unknown;

const { both, ...sections } = fixture<{ both: string[] } & Record<string, Case[]>>("words");

for (const [section, cases] of Object.entries(sections)) {
  for (const op of new Set(cases.map((each) => each.op))) {
    const own = cases.filter((each) => each.op === op);
    test(`${section}: ${op} in ${own.length} forms as PyTorch's (1e-5, gradients 1e-4)`, () => {
      for (const each of own) {
        const text = JSON.stringify(each.args, (_, value: unknown) =>
          isRecord(value) && "shape" in value ? `tensor ${String(value.shape)}` : value,
        );
        const what = `${op}(${text.slice(0, 300)})`;
        const method = (Tensor.prototype as unknown as Record<string, Called | undefined>)[op];
        const f = (tensors as unknown as Record<string, Called | undefined>)[op];
        assert.ok(method ?? f, `there is ${op}`);
        // Of a condition alone, torch has the function only.
        if (method !== undefined && op !== "where")
          check(each, ([x, ...given]) => method.apply(x, given), `method ${what}`);
        if (f !== undefined) check(each, (given) => f(...given), `function ${what}`);
      }
    });
  }
}

/** No name that JavaScript lets a function have; what makes tensors, and an activation of nn.functional. */
const oneForm = new Set(["var", "bernoulli", "hardshrink"]);

test("what torch has as a function and as a method is both here, if it is here at all", () => {
  const methods = Tensor.prototype as unknown as Record<string, unknown>;
  const functions = tensors as unknown as Record<string, unknown>;
  const alone = both.filter((name) => name in methods !== name in functions && !oneForm.has(name));
  assert.deepEqual(alone, []);
  assert.ok(both.filter((name) => name in methods).length > 180);
});

test("indexing: what goes in place, shares memory, or is refused", () => {
  const x = arange(12).reshape(3, 4).float();
  x.index("1:", "::2").fill_(0);
  assert.deepEqual(x.toArray(), [
    [0, 1, 2, 3],
    [0, 5, 0, 7],
    [0, 9, 0, 11],
  ]);
  x.t().indexPut_([[0, 1], -1], tensor([7, 8])); // through a view
  assert.deepEqual(x.index(-1).toArray(), [7, 8, 0, 11]);
  x.indexPut_([x.gt(6)], -1);
  x.indexPut_([[0, 0, 0], 0], 1, { accumulate: true });
  assert.deepEqual(x.toArray(), [
    [3, 1, 2, 3],
    [0, 5, 0, -1],
    [-1, -1, 0, -1],
  ]);
  x.indexPut_(["...", "1:"], x.index(":", ":3")); // parts of one memory
  assert.deepEqual(x.index(0).toArray(), [3, 3, 1, 2]);
  const mask = tensor([true, false, true]);
  assert.deepEqual(x.index(mask, "::2"), x.index([0, 2]).index(":", "::2"));
  assert.deepEqual(x.index(mask, 1), x.index([0, 2]).select(1, 1));
  assert.deepEqual(arange(4).gt(1).indexPut([0], true).toArray(), [1, 0, 1, 1]);
  const leaf = randn([3], { requiresGrad: true });
  assert.throws(() => leaf.indexPut_([0], 1), /^Error: indexPut_: expected a tensor outside the graph/);
  assert.equal(
    noGrad(() => leaf.indexPut_([0], 1))
      .index(0)
      .item(),
    1,
  );
  const refused: [() => unknown, RegExp][] = [
    [() => x.index(3), /^RangeError: index: expected an index from -3 to 2 along dim 0 of \[3, 4\], got 3/],
    [
      () => x.index([0, 3]),
      /^RangeError: index: expected positions from -3 to 2 along dim 0 of \[3, 4\], got 3/,
    ],
    [() => x.index(0, 0, 0), /^RangeError: index: expected indices for at most 2 dims of \[3, 4\]/],
    [
      () => x.index("::-1" as never),
      /^RangeError: index: expected a range with a step ≥ 1, got "::-1"; .*flip/,
    ],
    [
      () => x.index("1" as never),
      /^TypeError: index: expected a position, a range such as "1:3", .* got "1"/,
    ],
    [
      () => x.index(mask, mask),
      /^RangeError: index: expected a mask \[4\] for dims 1 to 1 of \[3, 4\], got \[3\]/,
    ],
    [
      () => x.index(zeros([2])),
      /^TypeError: index: expected indices as int32 positions or a bool mask, got a/,
    ],
    [() => x.index([0, 1], [0, 1, 2]), /^RangeError: index: expected shapes that broadcast/],
    [
      () => x.index([[0], [1, 2]]),
      /^TypeError: index: expected a list of positions, or of flags, nested to equal/,
    ],
    [
      () => x.indexPut_([0], zeros([3])),
      /^RangeError: indexPut_: expected a value that broadcasts to \[4\], got/,
    ],
    [() => arange(3).indexPut_([0], 0.5), /^RangeError: indexPut_: expected a whole number/],
    [() => x.indexPut_(0 as never, 0), /^TypeError: indexPut_: expected indices as an array/],
  ];
  for (const [call, wanted] of refused) assert.throws(call, wanted);
});
