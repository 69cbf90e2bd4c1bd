// Losses against PyTorch, with weights, ignored rows and smoothed labels.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as nn from "../../../kernel/nn";
import { tensor } from "../../../kernel/tensor";
import { assertClose, fixture, type Packed, unpack, unpackInt } from "../fixtures";

type Name = "nllLoss" | "crossEntropy" | "l1Loss" | "smoothL1Loss" | "bceWithLogits";

interface Case {
  readonly op: Name;
  readonly options: { weight?: Packed; posWeight?: Packed; reduction: "mean" | "sum" | "none" };
  readonly inputs: [Packed, Packed?];
  readonly targets?: Packed;
  readonly output: Packed;
  readonly dy: Packed;
  readonly grads: Packed[];
}

const { loss } = fixture<{ loss: Case[] }>("modules");
const tolerance = { rtol: 1e-5, atol: 2e-6 };
const layers = {
  nllLoss: nn.NLLLoss,
  crossEntropy: nn.CrossEntropyLoss,
  l1Loss: nn.L1Loss,
  smoothL1Loss: nn.SmoothL1Loss,
  bceWithLogits: nn.BCEWithLogitsLoss,
};

describe("losses agree with PyTorch, output and gradients, rtol 1e-5 atol 2e-6", () => {
  for (const { op, options, inputs, targets, output, dy, grads } of loss) {
    const { weight, posWeight, ...plain } = options;
    const weights = [weight && "weight", posWeight && "posWeight"].filter(Boolean);
    test(`${op} ${JSON.stringify(plain)} ${weights.join(", ")} up to ${Math.max(...inputs[0].data)}`, () => {
      const layer = new layers[op]({
        ...plain,
        ...(weight && { weight: unpack(weight) }),
        ...(posWeight && { posWeight: unpack(posWeight) }),
      });
      const leaves = inputs.map((input) => unpack(input!, { requiresGrad: true }));
      const [input, target = op === "bceWithLogits" ? unpack(targets!) : unpackInt(targets!)] = leaves;
      const y = layer.forward(input!, target);
      assertClose(y, output, tolerance, "output");
      y.backward(unpack(dy));
      for (const [i, leaf] of leaves.entries()) assertClose(leaf.grad, grads[i]!, tolerance, `gradient ${i}`);
    });
  }
});

test("logits of ±1e4 neither overflow nor lose the loss", () => {
  const x = tensor([1e4, -1e4], { requiresGrad: true });
  const y = nn.functional.binaryCrossEntropyWithLogits(x, tensor([0, 1]), { reduction: "sum" });
  assert.equal(y.item(), 2e4);
  y.backward();
  assert.deepEqual(x.grad!.toArray(), [1, -1]);
});

test("a mean over ignored rows alone is NaN, as in PyTorch; their sum is 0", () => {
  const [x, ignored] = [tensor([[1, 2]]), tensor([-100], { dtype: "int32" })];
  assert.ok(Number.isNaN(nn.functional.crossEntropy(x, ignored).item()));
  assert.equal(nn.functional.crossEntropy(x, ignored, { reduction: "sum" }).item(), 0);
});

test("a loss keeps its weights among its state, by PyTorch's names", () => {
  const loss = new nn.BCEWithLogitsLoss({ weight: tensor([1]), posWeight: tensor([2]) });
  assert.deepEqual(Object.keys(loss.stateDict()), ["weight", "pos_weight"]);
  assert.deepEqual(loss.parameters(), []);
});

test("classes, shapes and settings out of range are refused", () => {
  const f = nn.functional;
  const x = tensor([[1, 2]]);
  const int = (value: number) => tensor([value], { dtype: "int32" });
  assert.throws(
    () => f.nllLoss(x, int(2)),
    /nllLoss: expected targets from 0 to 1 for 2 classes, got 2 in row 0/,
  );
  assert.throws(() => f.nllLoss(x, tensor([1.5])), /nllLoss: expected int32 targets/);
  assert.throws(() => f.crossEntropy(x, int(-1), { ignoreIndex: 5 }), /got -1 in row 0/);
  assert.throws(
    () => f.crossEntropy(x, int(0), { weight: tensor([1]) }),
    /crossEntropy: expected weight \[2\] float32, got \[1\]/,
  );
  assert.throws(() => f.crossEntropy(x, int(0), { labelSmoothing: 2 }), /labelSmoothing from 0 to 1, got 2/);
  assert.throws(() => f.smoothL1Loss(x, x, { beta: -1 }), /smoothL1Loss: expected beta ≥ 0, got -1/);
  assert.throws(() => f.l1Loss(x, tensor([1])), /l1Loss: .* got \[1, 2\] and \[1\]/);
  assert.throws(() => f.l1Loss(x, x, { reduction: "max" as "sum" }), /l1Loss: expected reduction .* got max/);
});
