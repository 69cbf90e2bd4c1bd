// Runs a program of ours in a real extension host: desktop VS Code where it can be had, on Linux VS Code's server.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { runTests } from "@vscode/test-electron";
import * as esbuild from "esbuild";
import { TestVariable } from "../environment";
import { cache } from "./install";
import { packedVsix, unpackVsix } from "./vsix";

export interface Ended {
  /** What it wrote into the file that TestVariable.result names, parsed; undefined where it did not come to its end. */
  result: unknown;
  /** What it wrote into the file that TestVariable.report names. */
  report: string;
  error: unknown;
}

/**
 * `entry` exports `run(): Promise<void>`; it is bundled first. `env` is added to the host's variables. The extension is the packed
 * one: installed on Linux, unpacked elsewhere.
 */
export async function runInExtensionHost(entry: string, env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const suite = path.join(cache, `${path.basename(path.dirname(entry))}-${path.parse(entry).name}.cjs`);
  await esbuild.build({
    entryPoints: [entry],
    outfile: suite,
    bundle: true,
    platform: "node",
    format: "cjs",
    sourcemap: "inline",
    external: ["vscode", "mocha"],
  });
  const scratch = mkdtempSync(path.join(os.tmpdir(), "bnlab-test-"));
  const workspace = path.join(scratch, "workspace");
  const result = path.join(scratch, "result.json");
  const report = path.join(scratch, "report.txt");
  mkdirSync(workspace);
  let error: unknown;
  try {
    const vsix = packedVsix();
    const onLinux = { vscodeExecutablePath: path.join(import.meta.dirname, "shim.js") };
    await runTests({
      ...(process.platform === "linux" ? onLinux : { version: "stable" }),
      extensionDevelopmentPath: await unpackVsix(vsix, path.join(scratch, "vsix")),
      extensionTestsPath: suite,
      launchArgs: [workspace, "--disable-extensions"],
      extensionTestsEnv: {
        ...env,
        [TestVariable.vsix]: vsix,
        [TestVariable.result]: result,
        [TestVariable.report]: report,
      },
    });
  } catch (thrown) {
    error = thrown;
  }
  const textOf = (file: string) => (existsSync(file) ? readFileSync(file, "utf8") : "");
  // VS Code calls a run whose extension host died a success: only a result that was written counts.
  const ended = { result: JSON.parse(textOf(result) || "null") ?? undefined, report: textOf(report), error };
  rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
  return ended;
}
