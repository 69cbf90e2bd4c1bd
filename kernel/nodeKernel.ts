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
  const calm = () => converter.then(() => calmOf(kernel));
  const session = new Session({
    startRunner: (events) => new RunnerProcess(folder, events),
    converter,
    language: new LanguageThread(languageThreadIn(folder), calm), // cells first, squiggles later
  });
  const place = { hostname: hostname(), engine: `Node ${process.version}` };
  const kernel: Kernel = new Kernel({ transport, session, place, language, onShutdown });
  return session;
}

/** How long nothing has run when cells are taken to be over: who opens a notebook often runs all of it soon. */
const calmMs = 2000;
/** Cells that take longer together are not waited for. */
const patienceMs = 10_000;

async function calmOf(kernel: Kernel): Promise<void> {
  const asked = performance.now();
  for (let now = asked; now < asked + patienceMs; now = performance.now()) {
    const { restsSince } = kernel;
    if (restsSince !== undefined && now - Math.max(restsSince, asked) >= calmMs) return;
    await sleep(100, undefined, { ref: false });
  }
}

async function startConverter(folder: string): Promise<CellConverter> {
  const { nodeConverter } = await import("./session/node/converter");
  const converter = nodeConverter(folder);
  converter.convert("0"); // the first check reads all declarations: not at the first cell's expense
  return converter;
}
