// When nothing that cells have begun is under way any more.

/** Calls `tell` then, at the latest after so many milliseconds, with what is left. */
export function settle(
  milliseconds: number,
  channel: { ref(): void; unref(): void },
  timers: { setTimeout: typeof setTimeout; clearTimeout: typeof clearTimeout },
  tell: (left: string[]) => void,
): void {
  const end = (left: string[]) => {
    process.off("beforeExit", idle);
    timers.clearTimeout(timer);
    channel.ref();
    tell(left);
  };
  const idle = () => end([]);
  const timer = timers.setTimeout(() => end(underWay()), milliseconds);
  timer.unref();
  process.on("beforeExit", idle);
  channel.unref();
}

/** Node's names of what keeps a process alive, in words; others stay as they are. */
const underWayWords: Readonly<Record<string, string>> = {
  Timeout: "a timer",
  Immediate: "a timer",
  TCPServerWrap: "a server",
  TCPSocketWrap: "a connection",
  TLSWrap: "a connection",
  ProcessWrap: "a process",
  FSReqCallback: "a file",
  FSReqPromise: "a file",
  MessagePort: "a thread",
};

function underWay(): string[] {
  const kinds = process.getActiveResourcesInfo().filter((kind) => kind !== "PipeWrap"); // our own, and those of processes
  return [...new Set(kinds.map((kind) => underWayWords[kind] ?? kind))];
}
