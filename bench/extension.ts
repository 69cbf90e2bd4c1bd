// `npm run bench:extension`: how long the extension takes to start, and to answer, in a real extension host.
import path from "node:path";
import { runInExtensionHost } from "../test/vscode/extensionHost";
import { firstChart } from "./firstChart";

const { result, report, error } = await runInExtensionHost(
  path.join(import.meta.dirname, "extensionHost.ts"),
);
if (result === undefined)
  throw error ?? new Error(`bench/extension: the extension host ended early\n${report}`);
console.table(result);
console.log("Milliseconds since a tutorial was chosen:");
console.table(await firstChart());
