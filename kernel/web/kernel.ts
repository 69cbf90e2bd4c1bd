// Entry of the kernel's worker. It never runs a cell, so it always answers; messages are taken before anything is waited for.
import { Kernel } from "../kernel";
import type { AnyMessage, Transport } from "../protocol";
import { Session } from "../session/session";
import { engineName } from "./engine";
import { WebLanguage } from "./language";
import { RunnerWorker } from "./runnerWorker";
import type { FromKernel, Source, ToKernel } from "./wire";

const language = new WebLanguage();
let receive = (_: AnyMessage) => {};

self.onmessage = ({ data }: MessageEvent<ToKernel>) => {
  if (data.type === "message") receive(data.message);
  else if (data.type === "start") start(data.runner);
  else if (data.type === "language") language.give(data.parts);
  else language.refuse(data.reason);
};

function start(runner: Source): void {
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
    startRunner: (events) => new RunnerWorker(runner, events),
    converter: language.converter,
    language: language.service,
  });
  const place = { hostname: self.location.hostname, engine: engineName(self.navigator.userAgent) };
  new Kernel({ transport, session, place, onShutdown: () => transport.close() });
}
