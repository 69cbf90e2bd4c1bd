// Tensors as text: what a notebook and the console show.

import assert from "node:assert/strict";
import test from "node:test";
import { inspect } from "node:util";
import { arange, eye, randn, tensor, zeros } from "../../../kernel/tensor";

const cases: [string, { toString(): string }, string][] = [
  ["a number", tensor(1.5), "tensor(1.5000)"],
  ["whole numbers", tensor([1, -2, 30]), "tensor([ 1., -2., 30.])"],
  [
    "fractions",
    tensor([
      [0.5, 1],
      [-2, 3],
    ]),
    "tensor([[ 0.5000,  1.0000],\n        [-2.0000,  3.0000]])",
  ],
  ["far apart", tensor([1e-5, 123]), "tensor([1.0000e-05, 1.2300e+02])"],
  ["not finite", tensor([Number.NaN, Number.NEGATIVE_INFINITY, 0.25]), "tensor([   nan,   -inf, 0.2500])"],
  ["integers", arange(3), "tensor([0, 1, 2], dtype=int32)"],
  ["booleans", tensor([true, false]), "tensor([ true, false], dtype=bool)"],
  ["empty", zeros([0]), "tensor([])"],
  ["empty, of a shape", zeros([2, 0]), "tensor([], size=[2, 0])"],
  ["a parameter", tensor([1], { requiresGrad: true }), "tensor([1.], requiresGrad=true)"],
  ["a result", tensor([1], { requiresGrad: true }).exp(), "tensor([2.7183], gradFn=exp)"],
  ["a view", eye(2).add(arange(2)).t(), "tensor([[1., 0.],\n        [1., 2.]])"],
  [
    "three dims",
    arange(8).reshape(2, 2, 2),
    "tensor([[[0, 1],\n         [2, 3]],\n\n        [[4, 5],\n         [6, 7]]], dtype=int32)",
  ],
  [
    "a large one",
    arange(2000).reshape(2, 1000),
    "tensor([[   0,    1,    2, ...,  997,  998,  999],\n        [1000, 1001, 1002, ..., 1997, 1998, 1999]], shape=[2, 1000], dtype=int32)",
  ],
];

for (const [name, value, text] of cases) test(`text of ${name}`, () => assert.equal(String(value), text));

test("long rows wrap at 80 columns", () => {
  for (const line of String(randn([100])).split("\n")) assert.ok(line.length <= 82, line);
});

test("the console and a notebook show the same text", () => {
  const x = tensor([1, 2]);
  assert.equal(inspect(x), "tensor([1., 2.])");
  const show = (x as unknown as Record<symbol, () => unknown>)[Symbol.for("Jupyter.display")]!;
  assert.deepEqual(show.call(x), { "text/plain": "tensor([1., 2.])" });
});
