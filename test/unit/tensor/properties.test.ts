// Laws that hold for any shape, sizes 0 and 1 included, against plain nested arrays; a counterexample is printed, shrunk.

import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { arange, cat, matmul, type NestedArray, stack, type Tensor, tensor } from "../../../kernel/tensor";

fc.configureGlobal({ seed: 20150611, numRuns: 200 }); // the same cases in every run

/** A tensor without tensors: what each operation is to give. */
interface Model {
  readonly shape: readonly number[];
  readonly at: (index: readonly number[]) => number;
}

const count = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1);

function indicesOf(shape: readonly number[]): number[][] {
  return shape.reduce<number[][]>(
    (prefixes, size) => prefixes.flatMap((prefix) => Array.from({ length: size }, (_, i) => [...prefix, i])),
    [[]],
  );
}

function positionOf(shape: readonly number[], index: readonly number[]): number {
  return index.reduce((position, i, dim) => position * shape[dim]! + i, 0);
}

/** Numbers in order, in a shape. */
function modelOf(shape: readonly number[], values: readonly number[]): Model {
  return { shape, at: (index) => values[positionOf(shape, index)]! };
}

function valuesOf({ shape, at }: Model): number[] {
  return indicesOf(shape).map(at);
}

function assertSame(actual: Tensor, expected: Model, tolerance = 0): void {
  assert.deepEqual([...actual.shape], [...expected.shape], "shape");
  const values = valuesOf(expected);
  const got = actual.data;
  assert.equal(got.length, values.length);
  for (const [i, value] of values.entries()) {
    const error = Math.abs(got[i]! - value);
    assert.ok(error <= tolerance * Math.max(1, Math.abs(value)), `${got[i]} at ${i}, not ${value}`);
  }
}

const size = fc.oneof({ weight: 4, arbitrary: fc.integer({ min: 2, max: 5 }) }, fc.constantFrom(0, 1, 1));
const shape = fc.array(size, { maxLength: 4 });
const someShape = fc.array(size, { minLength: 1, maxLength: 4 });

/** Whole numbers: float32 adds and multiplies them exactly. */
const filled = (sizes: readonly number[]) =>
  fc
    .array(fc.integer({ min: -9, max: 9 }), { minLength: count(sizes), maxLength: count(sizes) })
    .map((values) => ({
      x: tensor(Float32Array.from(values), { shape: sizes }),
      model: modelOf(sizes, values),
    }));

/** Shapes that broadcast together: some sizes made 1, some leading dimensions left out. */
const broadcastable = shape.chain((sizes) => {
  const part = fc
    .tuple(
      fc.array(fc.boolean(), { minLength: sizes.length, maxLength: sizes.length }),
      fc.nat({ max: sizes.length }),
    )
    .map(([ones, cut]) => sizes.map((each, i) => (ones[i] ? 1 : each)).slice(cut));
  return fc.tuple(part, part);
});

function broadcastModel(a: Model, b: Model, f: (x: number, y: number) => number): Model {
  const rank = Math.max(a.shape.length, b.shape.length);
  const sizeOf = ({ shape }: Model, dim: number) => shape[dim - rank + shape.length] ?? 1;
  const out = Array.from({ length: rank }, (_, dim) =>
    sizeOf(a, dim) === 1 ? sizeOf(b, dim) : sizeOf(a, dim),
  );
  const read = (x: Model, index: readonly number[]) =>
    x.at(index.slice(rank - x.shape.length).map((i, dim) => (x.shape[dim] === 1 ? 0 : i)));
  return { shape: out, at: (index) => f(read(a, index), read(b, index)) };
}

test("arithmetic and comparison broadcast as NumPy's rule says, in either order", () => {
  const pair = broadcastable.chain(([a, b]) => fc.tuple(filled(a), filled(b)));
  fc.assert(
    fc.property(pair, ([a, b]) => {
      assertSame(
        a.x.add(b.x),
        broadcastModel(a.model, b.model, (x, y) => x + y),
      );
      assertSame(
        b.x.sub(a.x),
        broadcastModel(b.model, a.model, (x, y) => x - y),
      );
      assertSame(
        a.x.mul(b.x),
        broadcastModel(a.model, b.model, (x, y) => x * y),
      );
      assertSame(a.x.maximum(b.x), broadcastModel(a.model, b.model, Math.max));
      assertSame(
        a.x.lt(b.x),
        broadcastModel(a.model, b.model, (x, y) => Number(x < y)),
      );
      assertSame(
        a.x.int().mul(b.x.int()),
        broadcastModel(a.model, b.model, (x, y) => x * y),
      );
    }),
  );
});

test("gradients of a broadcast have their inputs' shapes, and count how often each element was used", () => {
  fc.assert(
    fc.property(broadcastable, ([a, b]) => {
      const [x, y] = [a, b].map((each) =>
        tensor(new Float32Array(count(each)), { shape: each, requiresGrad: true }),
      );
      const sum = x!.add(y!);
      sum.sum().backward();
      for (const leaf of [x!, y!]) {
        const uses = leaf.numel() === 0 ? 0 : sum.numel() / leaf.numel();
        assertSame(leaf.grad!, { shape: leaf.shape, at: () => uses });
      }
    }),
  );
});

/** A step that makes one view of another, of the tensor and of its model alike. */
type View = (x: Tensor, model: Model) => [Tensor, Model];

const view: fc.Arbitrary<View> = fc
  .record({ kind: fc.nat({ max: 7 }), a: fc.nat({ max: 20 }), b: fc.nat({ max: 20 }), c: fc.nat({ max: 3 }) })
  .map(
    ({ kind, a, b, c }): View =>
      (x, { shape, at }) => {
        const rank = shape.length;
        const reshaped = (sizes: readonly number[], y: Tensor): [Tensor, Model] => {
          const values = valuesOf({ shape, at });
          return [y, modelOf(sizes, values)];
        };
        if (kind === 0) return reshaped([count(shape)], x.reshape(count(shape)));
        if (kind === 1) {
          const dim = a % (rank + 1);
          return reshaped(shape.toSpliced(dim, 0, 1), x.unsqueeze(dim));
        }
        if (kind === 2)
          return reshaped(
            shape.filter((each) => each !== 1),
            x.squeeze(),
          );
        if (rank === 0) return [x, { shape, at }];
        const dim = a % rank;
        const other = b % rank;
        const n = shape[dim]!;
        if (kind === 3) {
          const swapped = (index: readonly number[]) =>
            index.with(dim, index[other]!).with(other, index[dim]!);
          return [x.transpose(dim, other), { shape: swapped(shape), at: (index) => at(swapped(index)) }];
        }
        if (kind === 4) {
          const start = Math.min(b, n);
          const step = c + 1;
          const length = Math.ceil((n - start) / step);
          return [
            x.slice(dim, start, n, step),
            { shape: shape.with(dim, length), at: (i) => at(i.with(dim, start + i[dim]! * step)) },
          ];
        }
        if (kind === 5 && n > 0) {
          return [
            x.select(dim, b % n),
            { shape: shape.toSpliced(dim, 1), at: (i) => at(i.toSpliced(dim, 0, b % n)) },
          ];
        }
        if (kind === 6 && n === 1) {
          return [
            x.expand(...shape.with(dim, c)),
            { shape: shape.with(dim, c), at: (index) => at(index.with(dim, 0)) },
          ];
        }
        if (kind === 7) {
          return [x.flip([dim]), { shape, at: (index) => at(index.with(dim, n - 1 - index[dim]!)) }];
        }
        return [x, { shape, at }];
      },
  );

test("chains of views show what the same chain of index arithmetic does", () => {
  fc.assert(
    fc.property(shape.chain(filled), fc.array(view, { maxLength: 6 }), ({ x, model }, steps) => {
      let [y, expected] = [x, model];
      for (const step of steps) [y, expected] = step(y, expected);
      assertSame(y, expected);
      assertSame(y.contiguous(), expected);
      assertSame(y.clone().add(0), expected);
    }),
  );
});

test("the gradient through a chain of views counts how often each element is seen", () => {
  fc.assert(
    fc.property(shape, fc.array(view, { maxLength: 6 }), (sizes, steps) => {
      const n = count(sizes);
      const x = tensor(new Float32Array(n), { shape: sizes, requiresGrad: true });
      let [y, seen]: [Tensor, Model] = [x, modelOf(sizes, [...Array(n).keys()])];
      for (const step of steps) [y, seen] = step(y, seen);
      y.sum().backward();
      const uses = new Array<number>(n).fill(0);
      for (const position of valuesOf(seen)) uses[position]!++;
      assertSame(x.grad!, modelOf(sizes, uses));
    }),
  );
});

test("reductions over any dims are loops over the indices they leave out", () => {
  const given = someShape.chain((sizes) =>
    fc.tuple(
      filled(sizes),
      fc.subarray(
        sizes.map((_, i) => i),
        { minLength: 1 },
      ),
      fc.boolean(),
    ),
  );
  fc.assert(
    fc.property(given, ([{ x, model }, dims, keepdim]) => {
      const { shape: sizes, at } = model;
      const kept = sizes.map((n, i) => (dims.includes(i) ? 1 : n));
      const over = indicesOf(sizes.map((n, i) => (dims.includes(i) ? n : 1)));
      const reduce = (f: (values: number[]) => number): Model => {
        const whole: Model = {
          shape: kept,
          at: (index) => f(over.map((each) => at(each.map((i, dim) => i + index[dim]!)))),
        };
        if (keepdim) return whole;
        const left = sizes.filter((_, i) => !dims.includes(i));
        return modelOf(left, valuesOf(whole));
      };
      const total = (values: number[]) => values.reduce((sum, value) => sum + value, 0);
      const mean = (values: number[]) => total(values) / values.length;
      assertSame(x.sum(dims, { keepdim }), reduce(total));
      assertSame(x.int().sum(dims, { keepdim }), reduce(total));
      assertSame(
        x.any(dims, { keepdim }),
        reduce((values) => Number(values.some((value) => value !== 0))),
      );
      assertSame(
        x.all(dims, { keepdim }),
        reduce((values) => Number(values.every((value) => value !== 0))),
      );
      assertSame(
        x.norm(1, dims, { keepdim }),
        reduce((values) => total(values.map(Math.abs))),
      );
      if (over.length === 0) return;
      assertSame(x.mean(dims, { keepdim }), reduce(mean), 1e-6);
      const spread = (values: number[]) => mean(values.map((value) => (value - mean(values)) ** 2));
      assertSame(x.var(dims, { keepdim, correction: 0 }), reduce(spread), 1e-5);
      assertSame(
        x.amax(dims, { keepdim }),
        reduce((values) => Math.max(...values)),
      );
      assertSame(
        x.amin(dims, { keepdim }),
        reduce((values) => Math.min(...values)),
      );
    }),
  );
});

test("matmul is Σ over the inner index, for any batch dims that broadcast", () => {
  const given = fc
    .tuple(broadcastable, size, size, size)
    .chain(([[a, b], m, k, n]) => fc.tuple(filled([...a, m, k]), filled([...b, k, n])));
  fc.assert(
    fc.property(given, ([a, b]) => {
      const y = matmul(a.x, b.x);
      const k = a.model.shape.at(-1)!;
      const rows = (x: Model): Model => ({ shape: x.shape.slice(0, -2), at: () => 0 });
      const batch = broadcastModel(rows(a.model), rows(b.model), () => 0).shape;
      const read = (x: Model, index: readonly number[], i: number, j: number) => {
        const own = x.shape.slice(0, -2);
        return x.at([
          ...index.slice(index.length - own.length).map((at, d) => (own[d] === 1 ? 0 : at)),
          i,
          j,
        ]);
      };
      assertSame(y, {
        shape: [...batch, a.model.shape.at(-2)!, b.model.shape.at(-1)!],
        at: (index) => {
          const [i, j] = index.slice(-2) as [number, number];
          let sum = 0;
          for (let l = 0; l < k; l++) {
            sum += read(a.model, index.slice(0, -2), i, l) * read(b.model, index.slice(0, -2), l, j);
          }
          return sum;
        },
      });
    }),
  );
});

test("what is split, chunked or unbound is put together again; sorting, gathering and scattering undo each other", () => {
  const given = someShape.chain((sizes) =>
    fc.tuple(filled(sizes), fc.nat({ max: sizes.length - 1 }), fc.integer({ min: 1, max: 6 })),
  );
  fc.assert(
    fc.property(given, ([{ x, model }, dim, n]) => {
      assertSame(cat(x.split(n, dim), dim), model);
      assertSame(cat(x.chunk(n, dim), dim), model);
      if (x.size(dim) > 0) assertSame(stack(x.unbind(dim), dim), model);
      assertSame(x.roll(n, dim).roll(-n, dim), model);
      const { values, indices } = x.sort(dim);
      assertSame(x.gather(dim, indices), modelOf(values.shape, [...values.data]));
      assertSame(x.mul(0).scatter(dim, indices, values), model);
      assertSame(x.mul(0).scatterAdd(dim, indices, values), model);
      assertSame(x.indexSelect(dim, arange(x.size(dim))), model);
      const order = [...values.transpose(dim, -1).reshape(-1).data];
      const length = x.size(dim);
      for (const [i, value] of order.entries()) if (i % length > 0) assert.ok(order[i - 1]! <= value);
    }),
  );
});

test("running sums end in the sum, and their differences are the numbers", () => {
  const given = someShape.chain((sizes) => fc.tuple(filled(sizes), fc.nat({ max: sizes.length - 1 })));
  fc.assert(
    fc.property(given, ([{ x, model }, dim]) => {
      const sums = x.cumsum(dim);
      const n = x.size(dim);
      if (n === 0) return;
      const total = x.sum(dim);
      assertSame(sums.select(dim, -1), modelOf(total.shape, [...total.data]));
      const before = cat([sums.select(dim, 0).unsqueeze(dim).mul(0), sums.slice(dim, 0, n - 1)], dim);
      assertSame(sums.sub(before), model);
    }),
  );
});

test("nested arrays come back as they went in", () => {
  fc.assert(
    fc.property(shape.chain(filled), ({ model }) => {
      const build = (prefix: readonly number[]): NestedArray =>
        prefix.length === model.shape.length
          ? model.at(prefix)
          : Array.from({ length: model.shape[prefix.length]! }, (_, i) => build([...prefix, i]));
      const nested = build([]);
      // An empty array says nothing of what would be inside it.
      const empty = model.shape.indexOf(0);
      const expected = empty < 0 ? model.shape : model.shape.slice(0, empty + 1);
      assert.deepEqual([...tensor(nested).shape], [...expected]);
      assert.deepEqual(tensor(nested).toArray(), nested);
    }),
  );
});
