// Layers against PyTorch: forward and gradients of single layers, BatchNorm's modes, and a whole training run.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as nn from "../../../kernel/nn";
import * as optim from "../../../kernel/optim";
import { noGrad, type Tensor, tensor } from "../../../kernel/tensor";
import { assertClose, fixture, type Packed, unpack, unpackInt } from "../fixtures";
import { assertSteps, type NormSteps } from "./normSteps";

interface Case {
  readonly op: string;
  readonly inputs: Packed[];
  readonly output: Packed;
  readonly dy: Packed;
  readonly grads: Packed[];
  readonly reduction: "mean" | "sum" | "none";
  readonly targets?: Packed;
}

const { linear: linearCases, loss: lossCases } = fixture<{ linear: Case[]; loss: Case[] }>("layers");
const tolerance = { rtol: 1e-5, atol: 2e-6 };

describe("layers agree with PyTorch, rtol 1e-5 atol 2e-6", () => {
  for (const { inputs, output, dy, grads } of linearCases) {
    const [x, weight, bias] = inputs as [Packed, Packed, Packed?];
    test(`Linear [${x.shape}] · [${weight.shape}]ᵀ${bias ? " + bias" : ""}`, () => {
      const layer = new nn.Linear(weight.shape[1]!, weight.shape[0]!, { bias: bias !== undefined });
      layer.loadStateDict({ weight: unpack(weight), ...(bias && { bias: unpack(bias) }) });
      const input = unpack(x, { requiresGrad: true });
      const y = layer.forward(input);
      assertClose(y, output, tolerance, "output");
      y.backward(unpack(dy));
      for (const [i, leaf] of [input, ...layer.parameters()].entries()) {
        assertClose(leaf.grad, grads[i]!, tolerance, `gradient ${i}`);
      }
    });
  }

  for (const { op, reduction, inputs, targets, output, dy, grads } of lossCases) {
    test(`${op}, ${reduction}, [${inputs[0]!.shape}] up to ${largest(inputs[0]!)}`, () => {
      const leaves = inputs.map((input) => unpack(input, { requiresGrad: true }));
      const [first, second = unpackInt(targets!)] = leaves as [Tensor, Tensor?];
      const loss = op === "mseLoss" ? new nn.MSELoss({ reduction }) : new nn.CrossEntropyLoss({ reduction });
      const y = loss.forward(first, second);
      assertClose(y, output, tolerance, "output");
      y.backward(unpack(dy));
      for (const [i, leaf] of leaves.entries()) assertClose(leaf.grad, grads[i]!, tolerance, `gradient ${i}`);
    });
  }
});

function largest({ data }: Packed): string {
  return Math.max(...data.map(Math.abs)).toPrecision(2);
}

const batchNorm = fixture<{
  cases: NormSteps[];
  largeMean: Record<"x" | "y" | "runningMean" | "runningVar", Packed>;
}>("batchNorm");

describe("BatchNorm1d agrees with PyTorch over three training steps and one of evaluation, rtol 1e-5 atol 2e-6", () => {
  for (const recorded of batchNorm.cases) {
    const { shape, options } = recorded;
    test(`[${shape}], ${JSON.stringify(options)}`, () => {
      assertSteps(new nn.BatchNorm1d(shape[1]!, options), recorded, tolerance);
    });
  }

  test("at a mean of 1e4, rtol 1e-3: the variance is 1, not what E[x²] − E[x]² leaves of it", () => {
    const { x, y, runningMean, runningVar } = batchNorm.largeMean;
    const layer = new nn.BatchNorm1d(2);
    const loose = { rtol: 1e-3, atol: 2e-3 };
    assertClose(layer.forward(unpack(x)), y, loose, "y");
    assertClose(layer.runningMean, runningMean, { rtol: 1e-6, atol: 0 }, "runningMean");
    assertClose(layer.runningVar, runningVar, loose, "runningVar");
  });
});

describe("a whole training run", () => {
  interface Trajectory {
    readonly options: { batch: number; lr: number; momentum: number };
    readonly x: Packed;
    readonly targets: Packed;
    readonly start: Record<string, Packed>;
    readonly losses: Packed;
    readonly end: Record<string, Packed>;
    readonly evalLogits: Packed;
  }

  test("of an MLP with BatchNorm follows PyTorch: 30 losses rtol 2e-6, then state and logits rtol 1e-4 atol 1e-5", () => {
    const run = fixture<Trajectory>("trajectory");
    const { batch, ...settings } = run.options;
    const net = new nn.Sequential(
      new nn.Linear(64, 32),
      new nn.BatchNorm1d(32),
      new nn.Sigmoid(),
      new nn.Linear(32, 32),
      new nn.BatchNorm1d(32),
      new nn.Sigmoid(),
      new nn.Linear(32, 10),
    );
    net.loadStateDict(
      Object.fromEntries(
        Object.entries(run.start).map(([name, value]) => [
          name,
          name.endsWith("num_batches_tracked") ? unpackInt(value) : unpack(value),
        ]),
      ),
    );
    assert.deepEqual(Object.keys(net.stateDict()), Object.keys(run.start));
    const optimizer = new optim.SGD(net.parameters(), settings);
    const [x, targets] = [unpack(run.x), unpackInt(run.targets)];
    const losses = run.losses.data.map((_, step) => {
      const at = (step * batch) % targets.shape[0]!;
      const loss = nn.functional.crossEntropy(
        net.forward(x.slice(0, at, at + batch)),
        targets.slice(0, at, at + batch),
      );
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      return loss.item();
    });
    assertClose(tensor(losses), run.losses, { rtol: 2e-6, atol: 0 }, "losses");
    const loose = { rtol: 1e-4, atol: 1e-5 };
    for (const [name, value] of Object.entries(run.end))
      assertClose(net.stateDict()[name]!, value, loose, name);
    net.eval();
    assertClose(
      noGrad(() => net.forward(x.slice(0, 0, 20))),
      run.evalLogits,
      loose,
      "logits",
    );
  });
});
