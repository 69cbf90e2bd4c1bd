// What stops a run: Ctrl+C once and again, a signal that no person sent, a time limit; what each is called, and its exit code.
import assert from "node:assert/strict";
import os from "node:os";
import { type TestContext, test } from "node:test";
import { signalCodes } from "../../../kernel/notebook/exitCodes";
import { StopSignals } from "../../../kernel/notebook/stopSignals";
import { endListening } from "./signals";

endListening();

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

test("an exit code is 128 and the signal's number, as shells have it; SIGBREAK is Windows' twenty-first", () => {
  const { SIGHUP, SIGINT, SIGTERM } = os.constants.signals;
  assert.deepEqual(signalCodes, {
    ...{ SIGHUP: 128 + SIGHUP, SIGINT: 128 + SIGINT, SIGTERM: 128 + SIGTERM, SIGBREAK: 149 },
  });
});

test("whoever started it and dies takes it along, but is no reason to stay", (t) => {
  const codes: unknown[] = [];
  t.mock.method(process, "exit", (code: unknown) => codes.push(code));
  const [connected, channel] = [process.connected, process.channel];
  let held = true;
  try {
    Object.assign(process, {
      connected: true,
      channel: {
        unref: () => {
          held = false;
        },
      },
    });
    started(t);
    assert.deepEqual([codes, held], [[], false]);
    process.emit("disconnect");
    assert.deepEqual(codes, [129]);
    Object.assign(process, { connected: false, channel: undefined });
    new StopSignals();
    assert.deepEqual(codes, [129, 129], "it died before");
    Object.assign(process, { connected: undefined });
    new StopSignals();
    assert.equal(codes.length, 2);
  } finally {
    Object.assign(process, { connected, channel });
  }
});

test("SIGHUP and SIGINT are heard as SIGTERM is; on other systems than Windows nobody listens for SIGBREAK", (t) => {
  for (const [name, code] of [
    ["SIGHUP", 129],
    ["SIGINT", 130],
  ] as const) {
    const { signals } = started(t);
    t.mock.reset();
    process.emit(name, name);
    assert.equal(signals.exitCode, code);
  }
  assert.equal(process.listenerCount("SIGBREAK") > 0, process.platform === "win32");
});

test("a limit that comes after Ctrl+C changes nothing, and what follows a limit is named by its signal", (t) => {
  const { signals, state, pass } = started(t);
  signals.limit(2);
  pass(2000);
  process.emit("SIGTERM", "SIGTERM");
  assert.deepEqual([signals.isLate, signals.exitCode, signals.word], [false, 143, "SIGTERM"]);
  assert.deepEqual(state(), [true, false]);
  pass(2000);
  assert.deepEqual(state(), [true, true]);
});
