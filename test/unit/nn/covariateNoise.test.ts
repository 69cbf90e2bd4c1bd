// Noise of a known distribution: its moments by unit and element, and where it is silent.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as nn from "../../../kernel/nn";
import { manualSeed, ones, randn, type Tensor, tensor, zeros } from "../../../kernel/tensor";

const within = (actual: number, low: number, high: number, what: string) =>
  assert.ok(actual >= low && actual <= high, `${what}: expected ${low} to ${high}, got ${actual}`);

test("of zeros it gives the shifts: each unit's uniform around its own mean", () => {
  manualSeed(0);
  const shifts = new nn.CovariateNoise().forward(zeros([4000, 60]));
  const means = shifts.mean(0);
  within(means.max().item(), 0.4, 0.51, "largest mean of a unit");
  within(means.min().item(), -0.51, -0.4, "smallest mean of a unit");
  const spread = shifts.sub(means).abs().max().item();
  within(spread, 0.095, 0.105, "reach around the mean");
  // U(±0.1) has a standard deviation of 0.1/√3.
  within(shifts.std(0).mean().item(), 0.057, 0.0585, "spread of a unit");
});

test("the scale: of ones less the shifts of the same numbers", () => {
  const noise = new nn.CovariateNoise({ shift: 0, scale: 2 });
  const of = (input: Tensor) => {
    manualSeed(1);
    return noise.forward(input);
  };
  const scales = of(ones([4000, 60])).sub(of(zeros([4000, 60])));
  const means = scales.mean(0);
  within(means.min().item(), 0.99, 1.1, "smallest scale of a unit");
  within(means.max().item(), 1.9, 2.01, "largest scale of a unit");
  within(scales.std(0).mean().item(), 0.098, 0.102, "spread of a unit");
});

test("a new distribution at each step, one for all positions of a channel; seeded", () => {
  const noise = new nn.CovariateNoise({ spread: 0 });
  manualSeed(2);
  const [first, second] = [noise.forward(zeros([2, 3, 4, 4])), noise.forward(zeros([2, 3, 4, 4]))];
  assert.equal(first.std([0, 2, 3]).max().item() < 1e-6, true);
  assert.notDeepEqual(first.toArray(), second.toArray());
  manualSeed(2);
  assert.deepEqual(noise.forward(zeros([2, 3, 4, 4])).toArray(), first.toArray());
});

test("evaluation passes the input on; gradients go through the scale", () => {
  const noise = new nn.CovariateNoise();
  const x = randn([5, 3], { requiresGrad: true });
  manualSeed(3);
  noise.forward(x).sum().backward();
  manualSeed(3);
  const ofOnes = noise.forward(ones([5, 3]));
  manualSeed(3);
  const scales = ofOnes.sub(noise.forward(zeros([5, 3])));
  assert.ok(x.grad!.allclose(scales, { atol: 1e-6 }));
  noise.eval();
  assert.equal(noise.forward(x), x);
});

test("arguments that make no sense are refused", () => {
  assert.throws(
    () => new nn.CovariateNoise({ scale: 0.5 }),
    /expected shift ≥ 0, scale ≥ 1 and spread ≥ 0, got 0.5, 0.5/,
  );
  assert.throws(
    () => new nn.CovariateNoise().forward(tensor([1, 2])),
    /expected input \[N, units, \.\.\.\], got \[2\]/,
  );
});
