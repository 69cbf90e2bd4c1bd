// Values and gradients where a formula meets 0·∞, ∞ − ∞, a tie or an overflow, beside PyTorch's (generate_edges.py).

import assert from "node:assert/strict";
import { test } from "node:test";
import { arange, type Tensor, tensor, where, zeros } from "../../../kernel/tensor";
import { fixture } from "../fixtures";

interface Numbers {
  readonly shape: number[];
  readonly data: (number | string)[];
}
interface Case {
  readonly op: string;
  readonly args: unknown[];
  readonly inputs: Numbers[];
  readonly output: Numbers;
  readonly grads: Numbers[];
}

const leaf = ({ shape, data }: Numbers) =>
  tensor(Float32Array.from(data, Number), { shape, requiresGrad: true });

function difference(what: string, got: Tensor | null, want: Numbers): string[] {
  if (got === null) return [`${what}: none`];
  const values = got.detach().contiguous().data;
  const largest = Math.max(0, ...want.data.map(Number).filter(Number.isFinite).map(Math.abs));
  return want.data.flatMap((each, i) => {
    const [value, expected] = [values[i]!, Number(each)];
    if (Object.is(value, expected) || value === expected) return [];
    const near =
      Math.abs(value - expected) <=
      3e-6 * Math.abs(expected) + 3e-7 * largest + (what.includes("softmax") ? 1e-6 : 1e-30);
    return near ? [] : [`${what}: ${value} at ${i}, not ${expected}`];
  });
}

test("values and gradients at the edges are PyTorch's", () => {
  const complaints = fixture<Case[]>("edges").flatMap(({ op, args, inputs, output, grads }) => {
    const leaves = inputs.map(leaf);
    const [first, ...others] = leaves as [Tensor, ...Tensor[]];
    const method = (first as unknown as Record<string, (...all: unknown[]) => Tensor>)[op]!;
    const y = method.call(first, ...others, ...args);
    y.backward(
      arange(1, y.numel() + 1)
        .float()
        .reshape(y.shape),
    );
    const what = `${op}(${inputs.map(({ data }) => `[${data}]`).join(", ")}; ${JSON.stringify(args)})`;
    return [
      ...difference(what, y, output),
      ...leaves.flatMap((x, i) => difference(`gradient ${i} of ${what}`, x.grad, grads[i]!)),
    ];
  });
  assert.equal(complaints.length, 0, `${complaints.length}:\n${complaints.join("\n")}`);
});

test("a branch of where() that is not taken spoils no gradient of the other", () => {
  const x = tensor([0, 4], { requiresGrad: true });
  where(x.gt(0), x.mul(2), zeros([2]))
    .sum()
    .backward();
  assert.deepEqual(x.grad, tensor([0, 2]));
});

test("sizes that leave −1 open are refused", () => {
  assert.throws(() => zeros([0, 5]).reshape(0, -1), /reshape: expected sizes that leave one answer for −1/);
  assert.deepEqual(zeros([0, 5]).reshape(-1, 5).shape, [0, 5]);
});
