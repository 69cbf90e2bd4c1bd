// Entry of the supervisor's language thread: TypeScript may think for a while, an interrupt may not wait for it.
import { parentPort, workerData } from "node:worker_threads";
import { NotebookLanguage } from "./notebookLanguage";
import type { FromLanguage, LanguageData, ToLanguage } from "./wire";

const language = new NotebookLanguage((workerData as LanguageData).folder);

parentPort!.on("message", (message: ToLanguage) => {
  if (message.type === "ran") language.addRun(message.text);
  else if (message.type === "missed") language.retract(message.names);
  else if (message.type === "forget") language.forgetRuns();
  else parentPort!.postMessage(answer(message));
});

function answer({ id, request }: ToLanguage & { type: "ask" }): FromLanguage {
  try {
    return { id, answer: language.answer(request) };
  } catch (error) {
    return { id, error: (error as Error).stack ?? String(error) };
  }
}
