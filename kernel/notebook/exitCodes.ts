// How a command of `bnlab` ends, for whoever looks at its exit code; docs/command-line.md and `--help` say the same.

export const ExitCode = {
  ok: 0,
  /** A cell failed, or shows something else than was saved. */
  failed: 1,
  /** The command line, a notebook or an output file cannot be used. */
  unusable: 2,
} as const;

/** 128 and the signal's number, as shells have it. */
export const signalCodes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143, SIGBREAK: 149 } as const;

export type StopSignal = keyof typeof signalCodes;
