// The language service's end of the line: what it hears goes to one NotebookLanguage, and answers go back.
import type { CodeHost } from "../converter/codeHost";
import { NotebookLanguage } from "./notebookLanguage";
import type { FromLanguage, ToLanguage } from "./wire";

/** @returns what takes the session's messages, in their order. */
export function serveLanguage(
  host: CodeHost,
  send: (message: FromLanguage) => void,
): (message: ToLanguage) => void {
  const language = new NotebookLanguage(host);
  return (message) => {
    if (message.type === "ran") language.addRun(message.text);
    else if (message.type === "missed") language.retract(message.names);
    else if (message.type === "known") language.know(message.values);
    else if (message.type === "forget") language.forgetRuns();
    else send(answer(language, message));
  };
}

function answer(language: NotebookLanguage, { id, request }: ToLanguage & { type: "ask" }): FromLanguage {
  try {
    return { id, answer: language.answer(request) };
  } catch (error) {
    return { id, error: (error as Error).stack ?? String(error) };
  }
}
