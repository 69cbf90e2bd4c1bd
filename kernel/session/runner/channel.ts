// The runner's second thread: holds the line to the supervisor, so that outputs leave and an interrupt arrives while the
// main thread is busy in a cell.
import { Session } from "node:inspector";
import { Socket } from "node:net";
import { parentPort, workerData } from "node:worker_threads";
import { LineReader } from "../../host/lines";
import { type FromRunner, type Posted, Shared, type ToRunner } from "../cells/wire";
import type { ChannelData } from "./commPort";
import { childrenOfProcess, endGroup, endTrees } from "./processTree";
import { SendQueue } from "./sendQueue";

/** The pipe that the supervisor opened for the runner, after stdin, stdout and stderr. */
const channelFd = 3;
/** Outputs wait for company this long: one message a screen frame is enough for any reader. */
const flushMs = 20;
const flushCharacters = 16_384;
/** What the pipe may hold before outputs wait here, and the main thread with them. */
const pipeLimit = 1 << 20;
/** How long the main thread may take to see an interrupt by itself, before its code is stopped. */
const terminateAfterMs = 40;
const terminateAgainMs = 150;
const undisturbedMs = 10;
/** How long a cell that follows an interrupted one may wait for the main thread. */
const makeWayMs = 1_000;
/** How long an interrupted cell may go on before a process that it waits for is ended. */
const awaitedMs = 300;

const main = parentPort!;
const data = workerData as ChannelData;
const shared = new Int32Array(data.shared);
const supervisor = new Socket({ fd: channelFd, readable: true, writable: true });

/** Processes that cells have started and that go on: pid → cell. */
const children = new Map<number, number>();
const queue = new SendQueue(release);
let timer: NodeJS.Timeout | undefined;

main.on("message", (posted: Posted) => {
  const { message } = posted;
  if (message.type === "interrupt") {
    main.postMessage(message);
    return;
  }
  if (message.type === "child") {
    if (message.ended) children.delete(message.pid);
    else children.set(message.pid, message.cell);
    return;
  }
  queue.add(posted);
  if ((message.type !== "output" && message.type !== "comm") || queue.characters > flushCharacters) flush();
  else timer ??= setTimeout(flush, flushMs);
});
supervisor.on("drain", flush);
supervisor.on("data", new LineReader((line) => receive(JSON.parse(line) as ToRunner)).push);
// Without its supervisor the runner has nobody to work for, however busy its main thread is; nor have the processes of its cells.
supervisor.on("close", () => endGroup(process.pid));
supervisor.on("error", () => endGroup(process.pid));

function flush(): void {
  clearTimeout(timer);
  timer = undefined;
  if (supervisor.writableLength > pipeLimit || queue.isEmpty) return;
  const { lines, size } = queue.take();
  supervisor.write(lines, () => release(size));
}

function release(size: number): void {
  Atomics.sub(shared, Shared.outstanding, size);
  Atomics.notify(shared, Shared.outstanding);
}

/** The cell that was handed over last. */
let latest = 0;

function receive(message: ToRunner): void {
  if (message.type === "measure")
    measure(); // here, for the main thread may be busy for long
  else if (message.type === "comm") {
    data.comms.postMessage(message.comm);
    Atomics.add(shared, Shared.comms, 1);
  } else if (message.type === "inspect") inspect(message.message);
  else main.postMessage(message);
  if (message.type === "interrupt") {
    endTrees([...children].filter(([, cell]) => cell === message.cell).map(([pid]) => pid));
    setTimeout(() => terminate(message), terminateAfterMs);
    setTimeout(() => endAwaited(message.cell), awaitedMs);
  } else if (message.type === "run") {
    if (latest > 0 && Atomics.load(shared, Shared.interrupted) === latest) {
      setTimeout(() => makeWay(message.cell.id), makeWayMs);
    }
    latest = message.cell.id;
  }
}

function measure(): void {
  const measured: FromRunner = { type: "measured", bytes: process.memoryUsage.rss() };
  supervisor.write(`${JSON.stringify(measured)}\n`);
}

/**
 * A main thread that no termination has reached may be waiting for a process (`execSync`). Nobody was told of that one, and it is
 * among those that no other cell has started.
 */
function endAwaited(cell: number): void {
  if (Atomics.load(shared, Shared.interrupted) >= cell) return;
  endTrees(childrenOfProcess().filter((pid) => !children.has(pid)));
}

let inspector: Session | undefined;

/**
 * Stops the code that the main thread is in, unless it has seen the interrupt meanwhile. The message is posted again,
 * for the first one may have been what the termination unwound.
 */
function terminate(message: ToRunner & { type: "interrupt" }): void {
  if (Atomics.load(shared, Shared.interrupted) >= message.cell) return;
  if (Atomics.load(shared, Shared.undisturbed)) {
    setTimeout(() => terminate(message), undisturbedMs);
    return;
  }
  stopCode(() => main.postMessage(message));
  setTimeout(() => terminate(message), terminateAgainMs);
}

/** What an interrupted cell had still on its way, as a file that it imports, may begin after its end and never stop. */
function makeWay(cell: number): void {
  if (Atomics.load(shared, Shared.begun) >= cell) return;
  if (!Atomics.load(shared, Shared.undisturbed)) stopCode();
  setTimeout(() => makeWay(cell), terminateAgainMs);
}

function stopCode(stopped?: () => void): void {
  if (!inspector) {
    inspector = new Session();
    inspector.connectToMainThread();
  }
  Atomics.add(shared, Shared.terminations, 1);
  inspector.post("Runtime.terminateExecution", stopped);
  debug?.post("Debugger.resume"); // what a debugger holds sees no termination; elsewhere it is refused
}

/** A debugger's line to the main thread. */
let debug: Session | undefined;

function inspect(message: string | undefined): void {
  Atomics.store(shared, Shared.debugged, message === undefined ? 0 : 1);
  if (message === undefined) {
    debug?.disconnect(); // what it holds goes on
    debug = undefined;
    return;
  }
  if (!debug) {
    debug = new Session();
    debug.connectToMainThread();
    debug.on("inspectorNotification", ({ method, params }) => inspected({ method, params }));
  }
  const { id, method, params } = JSON.parse(message) as { id: number; method: string; params?: object };
  debug.post(method, params, (error, result) => {
    inspected(error ? { id, error: { code: -32000, message: String(error.message) } } : { id, result });
  });
}

function inspected(message: object): void {
  const sent: FromRunner = { type: "inspected", message: JSON.stringify(message) };
  supervisor.write(`${JSON.stringify(sent)}\n`);
}
