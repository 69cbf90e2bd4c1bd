// Entry of the kernel's worker. It never runs a cell, so it always answers; messages are taken before anything is waited for.
import { Kernel } from "../kernel";
import type { AnyMessage, Transport } from "../protocol";
import { Session } from "../session/session";
import { engineName } from "./engine";
import { WebLanguage } from "./language";
import { RunnerWorker } from "./runnerWorker";
import type { FromKernel, PageFile, Source, ToKernel } from "./wire";

const language = new WebLanguage();
/** What the page has given and cells have written, by path: a new runner has it all. */
const files = new Map<string, PageFile>();
let runner: RunnerWorker | undefined;
let receive = (_: AnyMessage) => {};

self.onmessage = ({ data }: MessageEvent<ToKernel>) => {
  if (data.type === "message") receive(data.message);
  else if (data.type === "start") {
    for (const file of data.files) keep(file);
    start(data.runner);
  } else if (data.type === "file") {
    keep(data.file);
    runner?.give(data.file);
  } else if (data.type === "language") language.give(data.parts);
  else language.refuse(data.reason);
};

function keep(file: PageFile): void {
  files.delete(file.path); // those changed last at the end
  files.set(file.path, file);
}

function start(source: Source): void {
  const post = (message: FromKernel) => self.postMessage(message);
  const transport: Transport = {
    send: (message) => post({ type: "message", message }),
    onMessage: (receiver) => {
      receive = receiver;
    },
    onClose() {}, // a page that goes takes its workers along
    close: () => post({ type: "closed" }),
  };
  const session = new Session({
    startRunner(events) {
      runner = new RunnerWorker(source, events, (file) => {
        keep(file);
        post({ type: "file", file });
      });
      for (const file of files.values()) runner.give(file);
      return runner;
    },
    converter: language.converter,
    language: language.service,
  });
  const place = { hostname: self.location.hostname, engine: engineName(self.navigator.userAgent) };
  new Kernel({ transport, session, place, onShutdown: () => transport.close() });
}
