// The worker that cells run in.
import { setMachine } from "../machine/machine";
import { type CellFunction, CellRunner } from "../session/cells/cellRunner";
import { CellTimers } from "../session/cells/cellTimers";
import { Outbox } from "../session/cells/outbox";
import { Realm } from "../session/cells/realm";
import { StackTraces } from "../session/cells/stackTraces";
import { type CellProgram, type Posted, Shared } from "../session/cells/wire";
import { clearOutput, display, sessionSymbol } from "../session/display/display";
import { cellConsole } from "./console";
import { explainFetch } from "./fetch";
import { PageFiles } from "./files";
import { LiveTimers } from "./liveTimers";
import { webMachine } from "./machine";
import { WebModules } from "./modules";
import { runScript } from "./script";
import { ScriptFrames, scriptText, tellStacks } from "./stacks";
import { StopSign } from "./stopSign";
import { lendThreads } from "./threads";
import type { FromRunnerWorker, ToRunnerWorker } from "./wire";

/** Makes this worker one that cells run in: from now on it takes messages. */
export function runCells(): void {
  const counters = new Int32Array(Shared.length);
  const live = new LiveTimers();
  const timers = new CellTimers(live.own);
  const post = self.postMessage.bind(self);
  const files = new PageFiles((file) => post({ file } satisfies FromRunnerWorker));
  setMachine({
    ...webMachine(files.offered),
    awaits: (callee) => void runner.awaited.call(callee, true),
  });
  const outbox = new Outbox(
    {
      postMessage(posted: Posted) {
        if (posted.message.type === "interrupt")
          live.own.afterTurn(() => receive(posted.message as ToRunnerWorker));
        else post(posted);
        counters[Shared.outstanding]! -= posted.size; // it has left: nobody here could wait for more
      },
    },
    counters,
    live.own,
  );
  timers.install(outbox);
  const traces = new StackTraces(new ScriptFrames());
  tellStacks(traces);
  const realm = new Realm((names) =>
    outbox.write("stderr", `The kernel cannot do without ${names}: put back.\n`),
  );
  const sign = new StopSign();
  const runner = new CellRunner({
    outbox,
    modules: new WebModules(),
    traces,
    timers,
    shared: counters,
    realm,
    isToStop: sign.isUp,
    compile,
  });
  Object.assign(globalThis, { [sessionSymbol]: runner, display, clearOutput });
  Object.assign(
    console,
    cellConsole((name, text) => outbox.write(name, text)),
  );
  explainFetch();

  const receive = (message: ToRunnerWorker): void => {
    if (message.type === "start") lendThreads(message.runner);
    else if (message.type === "file") files.take(message.file);
    else if (message.type === "sign") sign.set(message.address);
    else if (message.type === "run") runner.run(message.cell);
    else if (message.type === "interrupt") runner.interrupt(message.cell);
    else if (message.type === "answer") runner.answer(message.id, message.answer);
    else if (message.type === "look") runner.look(message.id, message.look);
    else if (message.type === "comm") runner.hear(message.comm);
    else if (message.type === "settle") live.settle(message.milliseconds, (left) => runner.settled(left));
  };

  self.onmessage = ({ data }: MessageEvent<ToRunnerWorker>) => realm.guard(() => receive(data));
  self.addEventListener("error", (event) => {
    event.preventDefault(); // it is told here: the kernel would take the worker for dead
    realm.guard(() => runner.reportUncaught(event.error ?? event.message));
  });
  self.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    realm.guard(() => runner.reportUncaught(event.reason));
  });
}

function compile(program: CellProgram): CellFunction {
  return runScript(scriptText(program)) as CellFunction;
}
