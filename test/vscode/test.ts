// Runs test/extension in a real extension host. Usage: tsx test/vscode/test.ts [text that a test's title contains]
import path from "node:path";
import { TestVariable } from "../environment";
import { runInExtensionHost } from "./extensionHost";
import { root } from "./install";

const { result, report, error } = await runInExtensionHost(path.join(root, "test/extension/index.ts"), {
  [TestVariable.grep]: process.argv[2],
  [TestVariable.node]: process.execPath,
});
if (error) console.error(String(error));
console.log(report);
if (result === undefined) {
  console.error("The extension host ended before its tests did: see the last test above.");
} else {
  const { passed, failed } = result as { passed: number; failed: number };
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
}
if (error || result === undefined) process.exitCode = 1;
