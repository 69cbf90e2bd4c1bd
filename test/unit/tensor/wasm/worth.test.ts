// When a team rests: told by what calls take, on a clock of the test's own.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Worth, worthOf } from "../../../../kernel/tensor/wasm/call/worth";
import type { Kernel } from "../../../../kernel/tensor/wasm/emit/kernel";

const kernel = { sizeOf: ([units]: number[]) => units } as unknown as Kernel;

/** Milliseconds that a call takes alone and together, and the caller before it beside sleeping helpers and awake ones. */
interface Machine {
  readonly alone: number;
  readonly together: number;
  readonly before?: { readonly alone: number; readonly together: number };
  /** What a call would take alone by its fastest part, while others are in the way. */
  readonly guess?: number;
  /** Takes a call so much longer, once in 100 times. */
  readonly interruption?: number;
}

class Clock {
  now = 0;
  #calls = 0;

  constructor(readonly worth: Worth) {}

  /** Makes calls for some milliseconds in one turn of the event loop; the share of the time in which the team rested. */
  run(milliseconds: number, machine: Machine): number {
    const { alone, together, before = { alone: 0.002, together: 0.002 }, guess = alone } = machine;
    const until = this.now + milliseconds;
    let rested = 0;
    while (this.now < until) {
      const start = this.now;
      const cost = this.worth.costOf(kernel, [7], 1);
      const rests = this.worth.prefersAlone(cost, this.now);
      this.now += rests ? before.alone : before.together;
      const begin = this.now;
      this.now += rests ? alone : together;
      if (++this.#calls % 100 === 0) this.now += machine.interruption ?? 0;
      if (rests) this.worth.sawAlone(cost, begin, this.now);
      else this.worth.sawTogether(cost, begin, this.now, guess);
      if (rests) rested += this.now - start;
    }
    return rested / milliseconds;
  }
}

const gains: Machine = { alone: 0.1, together: 0.06 };
const loses: Machine = { alone: 0.1, together: 0.15 };

test("a team that gains works on; a look at what calls take alone takes 4 % of the time at most", () => {
  const clock = new Clock(new Worth(2));
  clock.run(1000, gains);
  const share = clock.run(10_000, gains);
  assert.ok(share > 0 && share < 0.04, `${share}`);
});

test("a team that loses rests but for a trial each second, and comes back when it gains", () => {
  const clock = new Clock(new Worth(2));
  clock.run(3000, loses);
  assert.ok(clock.run(10_000, loses) > 0.95);
  clock.run(1100, gains);
  assert.ok(clock.run(2000, gains) < 0.04);
});

test("parts that all are slow, as on cores far from each other, do not hide that calls are faster alone", () => {
  const clock = new Clock(new Worth(2));
  clock.run(3000, { ...loses, guess: 0.25 });
  assert.ok(clock.run(10_000, { ...loses, guess: 0.25 }) > 0.95);
});

test("what helpers cost the caller between calls counts", () => {
  const between = { alone: 0.05, together: 0.11 };
  const clock = new Clock(new Worth(2));
  clock.run(3000, { ...gains, before: between });
  assert.ok(clock.run(10_000, { ...gains, before: between }) > 0.95);
});

test("what lies between two turns of the event loop does not count", async () => {
  const clock = new Clock(new Worth(2));
  clock.run(1000, gains);
  let rested = 0;
  for (let turn = 0; turn < 200; turn++) {
    await null;
    clock.now += 50; // somebody waits
    rested += clock.run(5, gains);
  }
  assert.ok(rested / 200 < 0.06, `${rested / 200}`);
});

test("interruptions of single calls, alike alone and together, neither send a team to rest nor keep it from it", () => {
  const often = { interruption: 1 };
  const clock = new Clock(new Worth(2));
  clock.run(1000, { ...gains, ...often });
  assert.ok(clock.run(10_000, { ...gains, ...often }) < 0.1);
  clock.run(3000, { ...loses, ...often });
  assert.ok(clock.run(10_000, { ...loses, ...often }) > 0.95);
});

test("code that gets faster, as it does when it is optimized, is soon known to be", () => {
  const clock = new Clock(new Worth(2));
  clock.run(200, { alone: 2, together: 1.5, guess: 2 });
  clock.run(2000, { ...loses, guess: 0.3 });
  assert.ok(clock.run(10_000, { ...loses, guess: 0.3 }) > 0.95);
});

test("calls of one kernel at two sizes have costs of their own", () => {
  const worth = new Worth(2);
  assert.equal(worth.costOf(kernel, [7], 1), worth.costOf(kernel, [7], 1));
  assert.notEqual(worth.costOf(kernel, [7], 1), worth.costOf(kernel, [8], 1));
});

test("a long call goes together, the first time and after looks", () => {
  const clock = new Clock(new Worth(2));
  assert.equal(clock.run(10_000, { alone: 100, together: 60 }), 0);
});

test("calls of sizes without end go together", () => {
  const worth = new Worth(2);
  for (let size = 0; size < 200; size++) worth.sawTogether(worth.costOf(kernel, [size], 1), 0, 0.06, 0.1);
  const cost = worth.costOf(kernel, [1000], 1);
  assert.ok(!worth.prefersAlone(cost, 1e6));
  worth.sawAlone(cost, 0, 0.1);
  assert.ok(!worth.prefersAlone(worth.costOf(kernel, [1001], 1), 1e6));
});

test("a clock that goes on by the 5 µs of a page's tells nothing; Node's does", () => {
  assert.equal(worthOf(2, 0.005), null);
  assert.ok(worthOf(2) !== null);
});
