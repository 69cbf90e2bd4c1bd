// Seeded random numbers: the same on every machine, and distributed as they say.

import assert from "node:assert/strict";
import test from "node:test";
import {
  forkRng,
  Generator,
  manualSeed,
  rand,
  randint,
  randn,
  randperm,
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
