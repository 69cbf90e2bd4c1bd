// Losses against PyTorch, with weights, ignored rows and smoothed labels.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as nn from "../../../kernel/nn";
import { type Tensor, tensor, zeros } from "../../../kernel/tensor";
import { assertCase, assertClose, type Case, fixture, type Packed, unpack, unpackInt } from "../fixtures";

type Name = "nllLoss" | "crossEntropy" | "l1Loss" | "smoothL1Loss" | "bceWithLogits";

interface WeightedCase {
  readonly op: Name;
  readonly options: { weight?: Packed; posWeight?: Packed; reduction: "mean" | "sum" | "none" };
  readonly inputs: [Packed, Packed?];
  readonly targets?: Packed;
  readonly output: Packed;
  readonly dy: Packed;
  readonly grads: Packed[];
}

const { loss } = fixture<{ loss: WeightedCase[] }>("modules");
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

const { cases } = fixture<{ cases: (Omit<Case, "args"> & { fixed: Packed[] })[] }>("losses");
const functions = nn.functional as unknown as Record<string, (...args: unknown[]) => Tensor>;
const classesBy: Readonly<Record<string, string>> = {
  binaryCrossEntropy: "BCELoss",
  binaryCrossEntropyWithLogits: "BCEWithLogitsLoss",
  klDiv: "KLDivLoss",
  poissonNllLoss: "PoissonNLLLoss",
  gaussianNllLoss: "GaussianNLLLoss",
  crossEntropy: "CrossEntropyLoss",
  multilabelMarginLoss: "MultiLabelMarginLoss",
  multilabelSoftMarginLoss: "MultiLabelSoftMarginLoss",
};
const isPacked = (value: unknown): value is Packed =>
  typeof value === "object" && value !== null && "data" in value;

describe("losses of distributions, margins and probabilities agree with PyTorch, as functions and layers", () => {
  for (const recorded of cases) {
    const { op, options, inputs, fixed } = recorded;
    const plain = Object.entries(options).map(([key, value]) => [key, isPacked(value) ? "…" : value]);
    const shapes = [...inputs, ...fixed].map(({ shape }) => `[${shape}]`).join(" ");
    const given = () =>
      Object.fromEntries(
        Object.entries(options).map(([key, value]) => [key, isPacked(value) ? unpack(value) : value]),
      );
    const takesClasses = op === "multiMarginLoss" || op === "multilabelMarginLoss";
    const others = () => fixed.map((each) => (takesClasses ? unpackInt(each) : unpack(each)));
    test(`${op} ${shapes} ${JSON.stringify(Object.fromEntries(plain))}`, () => {
      assertCase(recorded, (...leaves) => functions[op]!(...leaves, ...others(), given()), tolerance);
      const name = classesBy[op] ?? op[0]!.toUpperCase() + op.slice(1);
      const Layer = (nn as unknown as Record<string, new (options: object) => nn.Module>)[name]!;
      assertCase(recorded, (...leaves) => new Layer(given()).forward(...(leaves as [Tensor]), ...others()));
    });
  }
});

test("a target of probability 0 counts nothing in a divergence, and leaves no NaN", () => {
  const { klDiv } = nn.functional;
  const x = tensor([Number.NEGATIVE_INFINITY, Math.log(0.5)], { requiresGrad: true });
  const t = tensor([0, 0.5], { requiresGrad: true });
  const y = klDiv(x, t, { reduction: "sum" });
  assert.equal(y.item(), 0);
  y.backward();
  assert.deepEqual([...x.grad!.data], [0, -0.5]);
  assert.ok([...t.grad!.data].every(Number.isFinite));
  const logs = tensor([Number.NEGATIVE_INFINITY, Math.log(0.5)], { requiresGrad: true });
  const z = klDiv(x, logs, { reduction: "sum", logTarget: true });
  assert.equal(z.item(), 0);
  z.backward();
  assert.ok([...logs.grad!.data].every(Number.isFinite));
});

test("a mean over nothing is NaN, a sum 0, in every loss, as in PyTorch", () => {
  const none = zeros([0, 3]);
  const f = nn.functional;
  const pairs = [
    ...[f.mseLoss, f.l1Loss, f.smoothL1Loss, f.huberLoss, f.binaryCrossEntropy, f.klDiv],
    ...[f.binaryCrossEntropyWithLogits, f.softMarginLoss, f.hingeEmbeddingLoss, f.poissonNllLoss],
    ...[f.multilabelSoftMarginLoss, f.crossEntropy],
  ];
  for (const loss of pairs) {
    assert.ok(Number.isNaN(loss(none, none).item()), loss.name);
    assert.equal(loss(none, none, { reduction: "sum" }).item(), 0, loss.name);
  }
  const labels = tensor(new Int32Array(0));
  assert.ok(Number.isNaN(f.crossEntropy(none, labels).item()));
  assert.ok(Number.isNaN(f.multiMarginLoss(none, labels).item()));
  assert.ok(Number.isNaN(f.tripletMarginLoss(none, none, none).item()));
});

test("labels that are none are refused: below −1, and from the number of classes on", () => {
  const { multilabelMarginLoss } = nn.functional;
  const of = (...labels: number[]) => multilabelMarginLoss(zeros([3]), tensor(Int32Array.from(labels)));
  assert.throws(
    () => of(0, -2, -1),
    /^RangeError: multilabelMarginLoss: expected labels from −1 to 2, got -2$/,
  );
  assert.throws(() => of(0, 3, -1), /got 3$/);
  assert.equal(of(0, 2, -1).item(), Math.fround(2 / 3));
});

test("errors of 1e20 stay finite where PyTorch's are: values, and gradients of all", () => {
  const f = nn.functional;
  const zero = tensor([0, 0, 0]);
  for (const [loss, value, slope] of [
    [f.l1Loss, 2e20, 1 / 3],
    [f.smoothL1Loss, 2e20, 1 / 3],
    [f.huberLoss, 2e20, 1 / 3],
    [f.softMarginLoss, Math.log(2), 0],
    [f.mseLoss, Number.POSITIVE_INFINITY, (2 * 2e20) / 3],
  ] as const) {
    const x = tensor([1e20, 2e20, 3e20], { requiresGrad: true });
    const y = loss(x, zero);
    assert.ok(Math.abs(y.item() / value - 1) < 1e-6 || y.item() === value, `${loss.name}: ${y.item()}`);
    y.backward();
    assert.ok(Math.abs(x.grad!.data[1]! - slope) <= 1e-6 * slope, `${loss.name}: ${x.grad!.data[1]}`);
  }
  const logits = tensor([[1e20, -1e20]], { requiresGrad: true });
  const y = f.crossEntropy(logits, tensor([[0, 1]]));
  assert.equal(y.item(), Math.fround(2e20));
  y.backward();
  assert.deepEqual([...logits.grad!.data], [1, -1]);
  const x = tensor([-1e20, 1e20], { requiresGrad: true });
  const soft = f.softMarginLoss(x, tensor([1, 1]), { reduction: "none" });
  assert.deepEqual([...soft.data], [Math.fround(1e20), 0]);
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
  assert.throws(
    () => f.binaryCrossEntropy(tensor([1.5]), tensor([1])),
    /probabilities from 0 to 1, got 1.5 in/,
  );
  assert.throws(
    () => f.crossEntropy(x, x, { ignoreIndex: 1 }),
    /no ignoreIndex beside probabilities .* got 1/,
  );
  assert.throws(() => f.huberLoss(x, x, { delta: 0 }), /huberLoss: expected delta > 0, got 0/);
  assert.throws(() => f.gaussianNllLoss(x, x, tensor([[1, -1]])), /expected variances ≥ 0, got -1/);
  assert.throws(() => f.multiMarginLoss(x, int(2)), /multiMarginLoss: expected targets from 0 to 1, got 2/);
  assert.throws(() => f.multiMarginLoss(x, tensor([1])), /multiMarginLoss: expected int32 targets/);
  assert.throws(() => f.tripletMarginLoss(x, x, tensor([1, 2])), /got \[2\] for the negative/);
});
