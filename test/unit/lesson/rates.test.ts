import assert from "node:assert/strict";
import { test } from "node:test";
import { bestRates, chooseRates } from "../../../kernel/lesson";

test("the best rate of an arm is the smaller of equals, and one at an end is told", () => {
  const best = bestRates([0.1, 1, 3], { plain: [80, 80, Number.NaN], bn: [85, 90, 92] });
  assert.equal(best.of("plain"), 0.1);
  assert.equal(best.of("bn"), 3);
  assert.deepEqual(best.atEdge, ["plain", "bn"]);
  assert.equal(bestRates([1, 2, 3], { a: [3, 1, 2] }, { better: "lower" }).of("a"), 2);
});

test("scores are made one after the other, with the arm's settings and the rate, and chosen from as given ones", async () => {
  const asked: [boolean, number][] = [];
  const best = await chooseRates([0.1, 1], { plain: false, bn: true }, async (isNormalized, rate) => {
    asked.push([isNormalized, rate]);
    return isNormalized ? rate : -rate;
  });
  assert.deepEqual(asked, [
    [false, 0.1],
    [false, 1],
    [true, 0.1],
    [true, 1],
  ]);
  assert.equal(best.of("plain"), 0.1);
  assert.equal(best.of("bn"), 1);
  assert.equal((await chooseRates([1, 2], ["a"], (arm, rate) => (arm === "a" ? rate : 0))).of("a"), 2);
});

test("wrong rates and options are refused before anything trains", () => {
  const train = () => assert.fail("it trained");
  assert.throws(() => chooseRates([0], ["a"], train), /chooseRates: expected learning rates above 0, got/);
  assert.throws(
    () => chooseRates([1], ["a"], train, { better: "best" as "higher" }),
    /chooseRates: expected better/,
  );
  assert.throws(() => chooseRates([1], 3 as never, train), /chooseRates: expected arms as names/);
});
