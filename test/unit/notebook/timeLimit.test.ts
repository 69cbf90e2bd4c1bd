// Time limits: what is done when they are over, and again; those that are longer than a timer may be, and those without an end.
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { TimeLimit } from "../../../kernel/notebook/timeLimit";

const longest = 2 ** 31 - 1;

function started(t: TestContext, milliseconds: number) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  let acts = 0;
  const limit = new TimeLimit(milliseconds, () => acts++);
  return { limit, acts: () => acts, tick: (by: number) => t.mock.timers.tick(by) };
}

test("a limit acts when it is over, once more five seconds later, and then no more", (t) => {
  const { limit, acts, tick } = started(t, 100);
  tick(99);
  assert.deepEqual([limit.isOver, acts()], [false, 0]);
  tick(1);
  assert.deepEqual([limit.isOver, acts()], [true, 1]);
  tick(4999);
  assert.equal(acts(), 1);
  tick(1);
  assert.equal(acts(), 2);
  tick(100_000);
  assert.equal(acts(), 2);
});

test("a limit that is cleared does nothing, before its end or between", (t) => {
  const before = started(t, 100);
  before.limit.clear();
  before.tick(10_000);
  assert.deepEqual([before.limit.isOver, before.acts()], [false, 0]);
  t.mock.timers.reset();
  const between = started(t, 100);
  between.tick(100);
  between.limit.clear();
  between.tick(10_000);
  assert.equal(between.acts(), 1);
});

test("a limit longer than a timer may be is kept to the millisecond; one without an end never acts", (t) => {
  for (const more of [1, 2, longest, 2 * longest + 7]) {
    const { acts, tick } = started(t, longest + more);
    tick(longest);
    for (let rest = more - 1; rest > 0; rest -= longest) tick(Math.min(rest, longest));
    assert.equal(acts(), 0, String(more));
    tick(1);
    assert.equal(acts(), 1, String(more));
    t.mock.timers.reset();
  }
  const endless = started(t, Number.POSITIVE_INFINITY);
  endless.tick(longest);
  assert.equal(endless.acts(), 0);
});
