// Texts run as scripts of this worker.

/** Runs a text that sees the global names alone. @returns what its last statement gives. */
export function runScript(text: string): unknown {
  // biome-ignore lint/security/noGlobalEval: this is what a kernel does, and an address of a script's own is not loaded everywhere
  const run = globalThis.eval;
  return run(text);
}
