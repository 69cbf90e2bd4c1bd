// Entry of the process that cells run in: its main thread is the cells', its second thread keeps the line.
import vm from "node:vm";
import { MessageChannel, Worker } from "node:worker_threads";
import { thisMachine } from "../../host/machine";
import { setMachine } from "../../machine/machine";
import { type CellFunction, CellRunner } from "../cells/cellRunner";
import { CellTimers } from "../cells/cellTimers";
import { Outbox } from "../cells/outbox";
import { Realm } from "../cells/realm";
import { StackTraces } from "../cells/stackTraces";
import { type CellProgram, Shared, type ToRunner } from "../cells/wire";
import { clearOutput, display, sessionSymbol } from "../display/display";
import { followProcesses } from "./cellProcesses";
import { cellOf, followPromises } from "./cellPromises";
import { type ChannelData, CommPort } from "./commPort";
import { FileFrames } from "./fileFrames";
import { NodeModules } from "./modules";
import { settle } from "./settle";

setMachine(thisMachine);
const shared = new SharedArrayBuffer(Shared.length * Int32Array.BYTES_PER_ELEMENT);
const comms = new MessageChannel();
const channel = new Worker(new URL("./channel.js", import.meta.url), {
  workerData: { shared, comms: comms.port2 } satisfies ChannelData,
  transferList: [comms.port2],
});
const counters = new Int32Array(shared);
const ownTimers = { setTimeout, clearTimeout, afterTurn: setImmediate };
const timers = new CellTimers(ownTimers);
const outbox = new Outbox(channel, counters, ownTimers);
timers.install(outbox);
const traces = new StackTraces(new FileFrames());
traces.install();
const modules = new NodeModules(process.cwd(), (work) => {
  Atomics.store(counters, Shared.undisturbed, 1);
  try {
    work();
  } finally {
    Atomics.store(counters, Shared.undisturbed, 0);
  }
});
const realm = new Realm((names) =>
  outbox.write("stderr", `The kernel cannot do without ${names}: put back.\n`),
);
const port = new CommPort(comms.port1, counters, (comm) => realm.guard(() => runner.hear(comm)));
const poll = () => port.poll();
const runner = new CellRunner({ outbox, modules, traces, timers, shared: counters, realm, compile, poll });

for (const name of ["stdout", "stderr"] as const) {
  const decoder = new TextDecoder();
  process[name].write = (
    chunk: Uint8Array | string,
    encoding?: BufferEncoding | ((error?: Error | null) => void),
    written?: (error?: Error | null) => void,
  ): boolean => {
    outbox.write(name, typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true }));
    const callback = typeof encoding === "function" ? encoding : written;
    if (callback) process.nextTick(callback);
    return true;
  };
}
Object.assign(globalThis, { [sessionSymbol]: runner, display, clearOutput });

// What was printed before the process ends itself is the best clue to why.
process.on("exit", () => outbox.drain());
const { abort, kill } = process;
process.abort = () => {
  outbox.drain();
  return abort();
};
process.kill = (pid, signal) => {
  if (pid === process.pid) outbox.drain();
  return kill(pid, signal);
};

// Ctrl+C in a terminal reaches this process too; what it means for the cell is the supervisor's to say.
process.on("SIGINT", () => {});
process.on("uncaughtException", (error) => realm.guard(() => runner.reportUncaught(error)));
process.on("unhandledRejection", (reason, promise) =>
  realm.guard(() => {
    const tell = debugged.get(promise);
    if (tell) tell(reason);
    else runner.reportUncaught(reason, cellOf(promise));
  }),
);
followPromises(outbox, () => runner.latest);
followProcesses(outbox, channel);

modules.prepare().catch(() => {}); // the cell that imports it is told
channel.on("message", (message: ToRunner) => realm.guard(() => receive(message)));
function receive(message: ToRunner): void {
  if (message.type === "run") runner.run(message.cell);
  else if (message.type === "interrupt") runner.interrupt(message.cell);
  else if (message.type === "answer") runner.answer(message.id, message.answer);
  else if (message.type === "look") runner.look(message.id, message.look);
  else if (message.type === "settle")
    settle(message.milliseconds, channel, ownTimers, (left) => runner.settled(left));
}

/** The promises of cells that a debugger looks at, and who is told when one fails. */
const debugged = new WeakMap<Promise<unknown>, (reason: unknown) => void>();

function compile({ code, name }: CellProgram): CellFunction {
  const isDebugged = Atomics.load(counters, Shared.debugged) === 1;
  // Debuggers wait only for scripts that have a map to be read; this one's is at the supervisor.
  const text = isDebugged ? `${code}\n//# sourceMappingURL=bnlab:cell` : code;
  const script = new vm.Script(text, { filename: name, lineOffset: -1 });
  const start = script.runInThisContext() as CellFunction;
  return isDebugged ? uncaught(start) : start;
}

/** V8 asks who would catch an error before it stops at one that nobody does: the kernel's own `await` is out of its sight. */
function uncaught(start: CellFunction): CellFunction {
  return (...args) =>
    new Promise((resolve, reject) => {
      // Not by queueMicrotask(): Node counts what it calls, and ends where an interrupt has unwound that.
      void Promise.resolve().then(() => debugged.set(start(...args).then(resolve), reject));
    });
}
