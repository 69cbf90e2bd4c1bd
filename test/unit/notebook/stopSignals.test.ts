// What stops a run: Ctrl+C once and again, a signal that no person sent, a time limit; what each is called, and its exit code.
import assert from "node:assert/strict";
import { afterEach, type TestContext, test } from "node:test";
import { StopSignals } from "../../../kernel/notebook/stopSignals";

const events = ["SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK", "disconnect"] as const;
const before = new Map(events.map((name) => [name, process.listeners(name as "SIGINT")]));
afterEach(() => {
  for (const name of events)
    for (const each of process.listeners(name as "SIGINT"))
      if (!before.get(name)!.includes(each)) process.removeListener(name, each);
});

/** Signals on clocks of the test's own. */
function started(t: TestContext) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  let now = 1000;
  t.mock.method(performance, "now", () => now);
  const signals = new StopSignals();
  const state = () => [signals.stop.aborted, signals.abandon.aborted];
  const pass = (milliseconds: number) => {
    now += milliseconds;
    t.mock.timers.tick(milliseconds);
  };
  return { signals, state, pass };
}

test("Ctrl+C asks a run to stop; again at once it is the same, later the kernel is not waited for", (t) => {
  const { signals, state, pass } = started(t);
  assert.deepEqual([...state(), signals.exitCode, signals.word], [false, false, undefined, undefined]);
  signals.interrupt();
  assert.deepEqual([...state(), signals.exitCode, signals.word], [true, false, 130, "Ctrl+C"]);
  pass(300);
  signals.interrupt();
  assert.deepEqual(state(), [true, false]);
  pass(10_000);
  assert.deepEqual(state(), [true, false], "a person may wait as long as he wants");
  signals.interrupt();
  assert.deepEqual(state(), [true, true]);
});

test("a signal that no person sent waits two seconds for the kernel; its exit code tells of it", (t) => {
  const { signals, state, pass } = started(t);
  process.emit("SIGTERM", "SIGTERM");
  assert.deepEqual([...state(), signals.exitCode, signals.word], [true, false, 143, "SIGTERM"]);
  pass(1999);
  assert.deepEqual(state(), [true, false]);
  pass(1);
  assert.deepEqual(state(), [true, true]);
});

test("a time limit stops as Ctrl+C does, and no longer waits after five seconds more; who was first is named", (t) => {
  const { signals, state, pass } = started(t);
  signals.limit(2);
  pass(1999);
  assert.deepEqual([...state(), signals.isLate], [false, false, false]);
  pass(1);
  assert.deepEqual([...state(), signals.isLate, signals.word], [true, false, true, "its time limit"]);
  assert.equal(signals.exitCode, undefined);
  pass(5000);
  assert.deepEqual(state(), [true, true]);
  const other = new StopSignals();
  other.limit(2);
  other.interrupt();
  pass(10_000);
  assert.deepEqual([other.isLate, other.word, other.abandon.aborted], [false, "Ctrl+C", false]);
});
