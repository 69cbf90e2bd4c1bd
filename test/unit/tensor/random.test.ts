// Seeded random numbers: the same on every machine, and distributed as they say.

import assert from "node:assert/strict";
import test from "node:test";
import {
  forkRng,
  full,
  Generator,
  manualSeed,
  multinomial,
  normal,
  poisson,
  rand,
  randint,
  randn,
  randperm,
  type Tensor,
  tensor,
  zeros,
} from "../../../kernel/tensor";

test("a seed fixes the bits, on every machine", () => {
  const generator = new Generator(42);
  assert.deepEqual(
    Array.from({ length: 4 }, () => generator.uint32()),
    [660444221, 3652823732, 77678286, 922035873],
  );
  generator.manualSeed(42);
  assert.deepEqual(
    Array.from({ length: 3 }, () => generator.normal()),
    [-0.17089146967488833, 0.1729945922377214, 1.0969862958750445],
  );
});

test("manualSeed starts the default stream over; a generator of one's own leaves it alone", () => {
  manualSeed(7);
  const first = randn([3]).toArray();
  randn([2], { generator: new Generator(1) });
  const second = rand([3]).toArray();
  manualSeed(7);
  assert.deepEqual(randn([3]).toArray(), first);
  assert.deepEqual(rand([3]).toArray(), second);
  assert.notEqual(new Generator(1).uint32(), new Generator(2).uint32());
  assert.notEqual(new Generator(1).uint32(), new Generator(1 + 2 ** 40).uint32());
});

test("moments and ranges", () => {
  manualSeed(3);
  const normal = randn([100_000]);
  assert.ok(Math.abs(normal.mean().item()) < 0.01, "mean of normals");
  assert.ok(Math.abs(normal.std().item() - 1) < 0.01, "deviation of normals");
  assert.ok(Math.abs(normal.pow(4).mean().item() - 3) < 0.1, "kurtosis of normals");
  const uniform = rand([100_000]);
  assert.ok(uniform.min().item() >= 0 && uniform.max().item() < 1);
  assert.ok(Math.abs(uniform.var().item() - 1 / 12) < 0.001, "variance of uniforms");
  const whole = randint(-2, 3, [10_000]);
  assert.equal(whole.dtype, "int32");
  for (let value = -2; value < 3; value++) {
    assert.ok(Math.abs(whole.eq(value).sum().item() - 2000) < 200, `share of ${value}`);
  }
  assert.deepEqual(
    [...randperm(100).data].sort((a, b) => a - b),
    Array.from({ length: 100 }, (_, i) => i),
  );
  const drawn = zeros([50_000]).normal_(5, 2);
  assert.ok(Math.abs(drawn.mean().item() - 5) < 0.05 && Math.abs(drawn.std().item() - 2) < 0.05);
});

test("a state kept, as JSON too, goes on where it was, between the two normals of a pair too", () => {
  const generator = new Generator(5);
  for (const draws of [1, 2]) {
    for (let i = 0; i < draws; i++) generator.normal();
    const state = JSON.parse(JSON.stringify(generator.getState()));
    const next = () => [generator.normal(), generator.uint32(), generator.normal()];
    const first = next();
    generator.setState(state);
    assert.deepEqual(next(), first);
  }
  assert.throws(
    () => generator.setState([1, 2]),
    /^TypeError: setState: expected what getState\(\) gave, got \[1,2\]/,
  );
});

test("forkRng leaves the default stream where it was, after an error too", () => {
  manualSeed(9);
  const expected = randn([3]).toArray();
  manualSeed(9);
  assert.deepEqual(
    forkRng(() => randn([3]).toArray()),
    expected,
  );
  assert.throws(() =>
    forkRng(() => {
      rand([7]);
      throw new Error("inside");
    }),
  );
  assert.deepEqual(randn([3]).toArray(), expected);
});

test("errors", () => {
  assert.throws(() => manualSeed(0.5), /^RangeError: manualSeed: expected a whole number/);
  assert.throws(() => new Generator(1).integer(0), /integer: expected a whole number from 1 to 2\^32, got 0/);
});

/** How often each position was drawn, over those that are expected, within five standard deviations. */
function assertShares(drawn: Tensor, shares: readonly number[], what: string): void {
  const count = drawn.numel();
  for (const [i, share] of shares.entries()) {
    const got = drawn.eq(i).sum().item();
    const spread = 5 * Math.sqrt(count * share * (1 - share));
    assert.ok(
      Math.abs(got - count * share) <= spread,
      `${what}: ${got} of ${count} draws of ${i}, share ${share}`,
    );
  }
}

test("multinomial draws positions in proportion to their weights, never one of weight 0", () => {
  manualSeed(11);
  const weights = tensor([1, 0, 2, 5, 0]);
  assertShares(
    weights.multinomial(8000, { replacement: true }),
    [1 / 8, 0, 2 / 8, 5 / 8, 0],
    "with replacement",
  );
  const rows = multinomial(weights.expand(4000, 5), 1);
  assert.deepEqual([rows.shape, rows.dtype], [[4000, 1], "int32"]);
  assertShares(rows, [1 / 8, 0, 2 / 8, 5 / 8, 0], "one of each row");
});

test("multinomial without replacement draws each once, in the order of draws one after the other", () => {
  manualSeed(12);
  const drawn = tensor([1, 2, 5]).expand(6000, 3).multinomial(3);
  assert.ok(drawn.sum(1).eq(3).all().item(), "each row has 0, 1 and 2");
  assertShares(drawn.select(1, 0), [1 / 8, 2 / 8, 5 / 8], "first");
  const second = [
    (2 / 8) * (1 / 6) + (5 / 8) * (1 / 3),
    (1 / 8) * (2 / 7) + (5 / 8) * (2 / 3),
    (1 / 8) * (5 / 7) + (2 / 8) * (5 / 6),
  ];
  assertShares(drawn.select(1, 1), second, "second");
});

test("multinomial takes replacement by position, as PyTorch does", () => {
  const weights = tensor([1, 2, 5]);
  const generator = () => new Generator(5);
  assert.throws(() => weights.multinomial(9, false), /expected at least 9 weights above 0/);
  const drawn = weights.multinomial(9, true, { generator: generator() });
  assert.ok(drawn.equal(weights.multinomial(9, { replacement: true, generator: generator() })));
  assert.ok(drawn.equal(multinomial(weights, 9, true, { generator: generator() })));
  assert.deepEqual(multinomial(weights, 2, true).shape, [2]);
  const call = (...given: unknown[]) => Reflect.apply(multinomial, undefined, [weights, 3, ...given]);
  assert.throws(() => call(1), /^TypeError: multinomial: expected replacement to be true or false, got 1$/);
  assert.throws(() => call(true, { seed: 1 }), /^TypeError: multinomial: .*seed/);
});

test("multinomial follows its seed, and refuses weights that are none", () => {
  const weights = rand([3, 50], { generator: new Generator(1) });
  const draw = () => weights.multinomial(10, { generator: new Generator(5) }).toArray();
  assert.deepEqual(draw(), draw());
  const refused: [() => unknown, RegExp][] = [
    [() => tensor([1, -1]).multinomial(1), /multinomial: expected finite weights ≥ 0, got -1$/],
    [() => tensor([1, Number.POSITIVE_INFINITY]).multinomial(1), /got Infinity$/],
    [() => tensor([Number.NaN]).multinomial(1), /got NaN$/],
    [
      () => zeros([2, 2]).multinomial(1),
      /expected at least 1 weights above 0 in each row, got fewer in row 0/,
    ],
    [() => tensor([1, 0, 1]).multinomial(3), /expected at least 3 weights above 0/],
    [() => tensor([1]).multinomial(0), /expected numSamples to be a whole number ≥ 1, got 0/],
    [() => zeros([1, 1, 1]).multinomial(1), /expected weights \[n\] or \[m, n\], got \[1, 1, 1\]/],
  ];
  for (const [call, pattern] of refused) assert.throws(call, pattern);
});

test("normal of means and deviations, of two numbers and a size", () => {
  manualSeed(13);
  const mean = tensor([[0], [100]]);
  const drawn = normal(mean.expand(2, 20_000), tensor([[1], [3]]));
  const [low, high] = [drawn.at(0), drawn.at(1)];
  assert.ok(Math.abs(low.mean().item()) < 0.05 && Math.abs(low.std().item() - 1) < 0.05);
  assert.ok(Math.abs(high.mean().item() - 100) < 0.15 && Math.abs(high.std().item() - 3) < 0.15);
  assert.deepEqual(normal(5, 0, [2]).toArray(), [5, 5]);
  assert.deepEqual(normal(mean, 0).toArray(), [[0], [100]]);
  assert.throws(() => normal(0, 1), /normal: expected a size beside two numbers .* got none/);
  assert.throws(() => normal(mean, 1, [2]), /expected a size beside two numbers and none beside tensors/);
  assert.throws(() => normal(mean, -1), /^RangeError: normal: expected std ≥ 0, got -1/);
});

test("poisson draws counts of the given mean and variance, and of the shares that the formula gives", () => {
  manualSeed(14);
  for (const rate of [0.3, 4, 9.9, 10, 37, 5000]) {
    const drawn = poisson(fullOf(rate));
    const n = drawn.numel();
    const off = 5 * Math.sqrt(rate / n);
    assert.ok(Math.abs(drawn.mean().item() - rate) < off, `mean ${drawn.mean().item()} of rate ${rate}`);
    const variance = drawn.var().item() / rate;
    assert.ok(
      Math.abs(variance - 1) < 5 * Math.sqrt((2 + 1 / rate) / n),
      `variance ${variance}·rate ${rate}`,
    );
  }
  for (const rate of [2, 12]) {
    const shares: number[] = [];
    for (let k = 0, p = Math.exp(-rate); k < 25; k++, p *= rate / k) shares.push(p);
    assertShares(poisson(fullOf(rate)), shares, `rate ${rate}`);
  }
  assert.deepEqual(poisson(zeros([3])).toArray(), [0, 0, 0]);
  assert.throws(() => poisson(tensor([1, -2])), /^RangeError: poisson: expected finite rates ≥ 0, got -2/);
});

const fullOf = (rate: number): Tensor => full([40_000], rate);
