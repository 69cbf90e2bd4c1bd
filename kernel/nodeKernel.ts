// The kernel in Node: cells run in a process of their own, the language service in a thread.
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { Kernel } from "./kernel";
import type { Transport } from "./protocol";
import type { CellConverter } from "./session/cells/conversion";
import { LanguageThread } from "./session/language/languageThread";
import { languageThreadIn } from "./session/node/languageThread";
import { RunnerProcess } from "./session/runner/runnerProcess";
import { Session } from "./session/session";

/**
 * Starts a kernel in the process's folder, the notebook's: imports and files are looked for there.
 *
 * @param onShutdown is called when a client has asked for the end and has its answer.
 * @param language what charts and tables are shown in where the client does not say.
 */
export function startNodeKernel(transport: Transport, onShutdown: () => void, language?: string): Session {
  const folder = process.cwd();
  const converter = startConverter(folder);
  const calm = converter.then(() => calmOf(() => kernel));
  const session = new Session({
    startRunner: (events) => new RunnerProcess(folder, events),
    converter,
    language: new LanguageThread(languageThreadIn(folder, calm)), // cells first, squiggles later
  });
  const place = { hostname: hostname(), engine: `Node ${process.version}` };
  const kernel: Kernel = new Kernel({ transport, session, place, language, onShutdown });
  return session;
}

/** Resolves when nothing has run for a moment: who opens a notebook often runs all of it at once. What runs longer is not waited for. */
async function calmOf(kernel: () => Kernel): Promise<void> {
  const latest = performance.now() + 5000;
  do await sleep(500, undefined, { ref: false });
  while (kernel().isBusy && performance.now() < latest);
}

async function startConverter(folder: string): Promise<CellConverter> {
  const { nodeConverter } = await import("./session/node/converter");
  const converter = nodeConverter(folder);
  converter.convert("0"); // the first check reads all declarations: not at the first cell's expense
  return converter;
}
