// Signals that a test's commands listen for: whoever listens no more is taken off the process.
import { afterEach } from "node:test";

const events = ["SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK", "disconnect", "uncaughtException"] as const;

/** Takes what each test of a file has the process listen for off it again, and returns what does so at once. */
export function endListening(): () => void {
  const before = new Map(events.map((name) => [name, process.listeners(name as "SIGINT")]));
  const end = () => {
    for (const name of events)
      for (const each of process.listeners(name as "SIGINT"))
        if (!before.get(name)!.includes(each)) process.removeListener(name, each);
  };
  afterEach(end);
  return end;
}
