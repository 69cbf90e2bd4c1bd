// Test files that share a process: one after the other, each a test of its own with its own hooks, and a look at what it left behind.
import assert from "node:assert/strict";
import { test } from "node:test";

/** Runs test files by their names; what they are is imported when it is their turn. */
export function together(files: Readonly<Record<string, () => Promise<unknown>>>): void {
  for (const [name, load] of Object.entries(files)) {
    test(name, async () => {
      const before = ofProcess();
      await load();
      // Node runs tests in the order of their calls: this one is the file's last.
      await test("leaves the process as it was", () => assert.deepEqual(ofProcess(), before));
    });
  }
}

/** What of a process another file would notice. */
function ofProcess() {
  return {
    environment: { ...process.env },
    platform: process.platform,
    folder: process.cwd(),
    globals: Object.getOwnPropertyNames(globalThis).sort(),
    symbols: Object.getOwnPropertySymbols(globalThis),
    timers: [setTimeout, setInterval, setImmediate, clearTimeout, performance.now, Atomics.wait],
    console: Object.values(console),
    prepareStackTrace: Error.prepareStackTrace,
  };
}
