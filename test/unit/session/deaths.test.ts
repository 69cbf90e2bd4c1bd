// What the process of the cells died of, as its user is told.
import assert from "node:assert/strict";
import { test } from "node:test";
import { deathOf } from "../../../kernel/session/runner/deaths";

test("a process that ended is told of by its signal or its code", () => {
  const deaths: [code: number | null, signal: NodeJS.Signals | null, words: RegExp][] = [
    [0, null, /^process\.exit\(\) was called \(exit code 0\)$/],
    [1, null, /^it exited with code 1$/],
    [-1, null, /^it exited with code -1$/],
    [133, null, /^it aborted \(SIGTRAP\): a fatal error of the engine/],
    [134, null, /^it aborted \(SIGABRT\): .*exhausted heap$/],
    [135, null, /^it exited with code 135$/],
    [null, "SIGABRT", /^it aborted \(SIGABRT\): .*exhausted heap$/],
    [null, "SIGTRAP", /^it aborted \(SIGTRAP\): a fatal error of the engine/],
    [null, "SIGILL", /^it aborted \(SIGILL\): a fatal error of the engine/],
    [null, "SIGKILL", /^it was killed \(SIGKILL\): .* for want of memory$/],
    [null, "SIGTERM", /^it ended by signal SIGTERM$/],
    [null, "SIGSEGV", /^it ended by signal SIGSEGV$/],
    [0xc0000005, null, /^it crashed \(access violation, 0xC0000005\)$/],
    [0xc00000fd, null, /^it crashed \(stack overflow, 0xC00000FD\)$/],
    [0xc0000409, null, /^it aborted \(0xC0000409\)/],
  ];
  for (const [code, signal, words] of deaths) assert.match(deathOf(code, signal), words, `${code} ${signal}`);
});
