// Entry of the supervisor's language thread: TypeScript may think for a while, an interrupt may not wait for it.
import { parentPort, workerData } from "node:worker_threads";
import { serveLanguage } from "../language/languageServer";
import { nodeCodeHost } from "./codeHost";

const { folder } = workerData as { folder: string };

parentPort!.on(
  "message",
  serveLanguage(nodeCodeHost(folder), (message) => parentPort!.postMessage(message)),
);
