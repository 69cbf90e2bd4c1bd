// `npm test`: every stage, one after the other, until one fails; what the later ones need of the registry is brought meanwhile.
import { spawn } from "node:child_process";
import path from "node:path";
import { chromiumWith } from "../vscode/browser";
import { installNode, installServer, installVite, newerNodes } from "../vscode/install";

const stages = ["check", "test:fuzz", "build", "package", "test:soak", "test:engines", "test:built"];
/** What these wait for. */
const needInstalled = new Set(["test:engines", "test:built"]);

const installed = process.platform === "linux" ? install() : Promise.resolve();
installed.catch(() => {}); // whoever waits on it hears of it
const took: string[] = [];
for (const stage of stages) {
  const started = performance.now();
  if (needInstalled.has(stage)) await installed;
  const code = await npmRun(stage);
  took.push(`${stage} ${Math.round((performance.now() - started) / 1000)} s`);
  if (code !== 0) {
    process.exitCode = 1;
    console.error(`\nnpm test: "npm run ${stage}" failed; the stages after it did not run`);
    break;
  }
}
console.log(`\n${took.join(", ")}`);

async function install(): Promise<void> {
  for (const version of newerNodes) await installNode(version, console.log);
  await installVite(console.log);
  await installServer(console.log);
  await chromiumWith(console.log);
}

function npmRun(script: string): Promise<number | null> {
  const windows = process.platform === "win32";
  const child = spawn(windows ? "npm.cmd" : "npm", ["run", script], {
    cwd: path.join(import.meta.dirname, "../.."),
    stdio: "inherit",
    shell: windows,
  });
  return new Promise((resolve) => child.once("close", resolve));
}
