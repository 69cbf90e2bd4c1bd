// Runs test/extension in a real extension host: desktop VS Code where it can be had, on Linux VS Code's server.
// Usage: tsx test/vscode/test.ts [text that a test's title contains]
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { runTests } from "@vscode/test-electron";
import * as esbuild from "esbuild";
import { cache, root } from "./install";

const suite = path.join(cache, "suite.cjs");
await esbuild.build({
  entryPoints: [path.join(root, "test/extension/index.ts")],
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
try {
  const onLinux = { vscodeExecutablePath: path.join(import.meta.dirname, "shim.js") };
  await runTests({
    ...(process.platform === "linux" ? onLinux : { version: "stable" }),
    extensionDevelopmentPath: root,
    extensionTestsPath: suite,
    launchArgs: [workspace, "--disable-extensions"],
    extensionTestsEnv: {
      BNLAB_TEST_RESULT: result,
      BNLAB_TEST_REPORT: report,
      BNLAB_TEST_GREP: process.argv[2],
      BNLAB_TEST_NODE: process.execPath,
    },
  });
} catch (error) {
  process.exitCode = 1;
  console.error(String(error));
} finally {
  if (existsSync(report)) console.log(readFileSync(report, "utf8"));
  // VS Code calls a run whose extension host died a success: only a result that was written counts.
  if (!existsSync(result)) {
    process.exitCode = 1;
    console.error("The extension host ended before its tests did: see the last test above.");
  } else {
    const { passed, failed } = JSON.parse(readFileSync(result, "utf8")) as { passed: number; failed: number };
    if (failed > 0 || passed === 0) process.exitCode = 1;
    console.log(`${passed} passed, ${failed} failed`);
  }
  rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
}
