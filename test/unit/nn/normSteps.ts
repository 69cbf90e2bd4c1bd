// A norm with running statistics, stepped beside what PyTorch recorded of it.
import assert from "node:assert/strict";
import type * as nn from "../../../kernel/nn";
import type { Tensor } from "../../../kernel/tensor";
import { assertClose, type Packed, unpack } from "../fixtures";

/** Options, first parameters, and every step's input, output, gradients and buffers; null where there is none. */
export interface NormSteps {
  readonly options: nn.BatchNormOptions;
  readonly shape: number[];
  readonly weight: Packed | null;
  readonly bias: Packed | null;
  readonly steps: ({ readonly training: boolean; readonly numBatchesTracked: number | null } & Record<
    "x" | "y" | "dy" | "dx",
    Packed
  > &
    Record<"dWeight" | "dBias" | "runningMean" | "runningVar", Packed | null>)[];
}

type NormByChannel = nn.Module &
  Record<"weight" | "bias" | "runningMean" | "runningVar" | "numBatchesTracked", Tensor | null>;

/** Takes the recorded steps with `layer` and asserts that each gives what PyTorch's gave. */
export function assertSteps(
  layer: NormByChannel,
  { weight, bias, steps }: NormSteps,
  tolerance: Parameters<typeof assertClose>[2],
): void {
  if (weight && bias) {
    layer.loadStateDict({ weight: unpack(weight), bias: unpack(bias) }, { strict: false });
  }
  for (const [i, step] of steps.entries()) {
    const x = unpack(step.x, { requiresGrad: true });
    layer.train(step.training);
    layer.zeroGrad();
    const y = layer.forward(x);
    y.backward(unpack(step.dy));
    const compare = (name: string, actual: Tensor | null, expected: Packed | null) => {
      if (expected === null) assert.equal(actual, null, `${name} at step ${i}`);
      else assertClose(actual, expected, tolerance, `${name} at step ${i}`);
    };
    compare("y", y, step.y);
    compare("dx", x.grad, step.dx);
    compare("dWeight", layer.weight?.grad ?? null, step.dWeight);
    compare("dBias", layer.bias?.grad ?? null, step.dBias);
    compare("runningMean", layer.runningMean, step.runningMean);
    compare("runningVar", layer.runningVar, step.runningVar);
    assert.equal(layer.numBatchesTracked?.item() ?? null, step.numBatchesTracked, `step ${i}`);
  }
}
