// The environment variables that tests and benchmarks alone read or set; the program's own are in kernel/host/settings.ts.

export const TestVariable = {
  /** How many minutes a run inside VS Code may take. */
  minutes: "BNLAB_TEST_MINUTES",
  /** A text: only tests whose titles contain it run inside VS Code. */
  grep: "BNLAB_TEST_GREP",
  /** How many runs a sweep has whose processes are killed. */
  runs: "BNLAB_TEST_RUNS",
  /** Anything: every tutorial runs as a live page, not some. */
  allPages: "BNLAB_TEST_ALL_PAGES",
  /** Anything: every notebook is looked at for false alarms, not only the short ones. */
  allNotebooks: "BNLAB_TEST_ALL_NOTEBOOKS",
  /** Anything: kernels are tried with every kind of vectors over both kinds of memory, not with half of the pairs. */
  everyEngine: "BNLAB_TEST_EVERY_ENGINE",
  /** Anything: charts are pictured in every width and theme, into out/screenshots. */
  pictures: "BNLAB_TEST_PICTURES",
  /** A Node, for the setting that names one. */
  node: "BNLAB_TEST_NODE",
  /** Something that processes inherit, by which they are known. */
  mark: "BNLAB_TEST_MARK",
  /** The file for which code of a faulty kind was entered, a line each. */
  reached: "BNLAB_TEST_REACHED",
  /** The Chromium that opens windows, where another than the system's is wanted. */
  chromium: "BNLAB_CHROMIUM",
  /** The Firefox, likewise. */
  firefox: "BNLAB_FIREFOX",
  /** The packed extension that is to be installed. */
  vsix: "BNLAB_VSIX",
  /** The file for what a program inside VS Code found, as JSON. */
  result: "BNLAB_RESULT",
  /** The file for its lines. */
  report: "BNLAB_REPORT",
  /** The notebook that Jupyter's own clients run. */
  tutorial: "BNLAB_TUTORIAL",
} as const;

/** Ends what hangs, in milliseconds, and nothing else: no test is judged by how slow a machine is. */
export const hanging = 20 * 60_000;
/** What is waited for at one place at most, so that a test says where it stood. */
export const patience = 5 * 60_000;
