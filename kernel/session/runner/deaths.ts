// What a process died of, in words, by its exit code or the signal that ended it.

/** Windows has no signals: a crash is an exit code. */
const windowsCrashes: ReadonlyMap<number, string> = new Map([
  [0xc0000005, "it crashed (access violation, 0xC0000005)"],
  [0xc00000fd, "it crashed (stack overflow, 0xC00000FD)"],
  [0xc0000409, "it aborted (0xC0000409): a fatal error such as an exhausted heap"],
]);

/** @param code null where a signal ended it. */
export function deathOf(code: number | null, signal: NodeJS.Signals | null): string {
  if (signal === "SIGKILL")
    return "it was killed (SIGKILL): by a cell, by somebody, or by the system for want of memory";
  if (signal === "SIGABRT" || code === 134)
    return "it aborted (SIGABRT): a fatal error such as an exhausted heap";
  if (signal === "SIGTRAP" || signal === "SIGILL" || code === 133)
    return `it aborted (${signal ?? "SIGTRAP"}): a fatal error of the engine, such as an array too long for it`;
  if (signal) return `it ended by signal ${signal}`;
  const crash = code === null ? undefined : windowsCrashes.get(code);
  if (crash) return crash;
  return code === 0 ? "process.exit() was called (exit code 0)" : `it exited with code ${code}`;
}
