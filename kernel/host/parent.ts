// Whether the program that started this one is still there: a closed channel tells it sooner, but not where it closed before anyone
// listened, or where another process holds its end.

const everyMs = 1000;

/** Calls `gone` once when the process that is the parent now has ended. */
export function whenParentEnds(gone: () => void): { stop(): void } {
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent && isAlive(parent)) return;
    clearInterval(watch);
    gone();
  }, everyMs).unref();
  return { stop: () => clearInterval(watch) };
}

export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
