// The kernels' tests with every kind of vectors over both kinds of memory, under the Node at hand and under newer ones: 22 has relaxed
// SIMD, 24 fuses vectors to 256 bits too.
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import path from "node:path";
import { TestVariable } from "../environment";
import { installNode, newerNodes } from "../vscode/install";
import { bundleArguments, bundled } from "./bundle";

if (process.platform !== "linux") {
  console.log("test/engines: skipped, only Linux's Nodes are on the npm registry as it uses them");
} else {
  const tests = path.join(import.meta.dirname, "..");
  const ofKernels = readdirSync(path.join(tests, "unit/tensor/wasm"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".test.ts"))
    .map((name) => path.join("unit/tensor/wasm", name));
  const files = await bundled(
    [...ofKernels, "fuzz/windows.test.ts"],
    path.join(tests, "../out/tests/engines"),
  );
  const nodes = [process.execPath];
  for (const version of newerNodes) nodes.push(await installNode(version, console.log));
  for (const node of nodes) {
    console.log(`Kernels under ${node}`);
    const options = ["--test", "--test-reporter=dot", `--test-concurrency=${availableParallelism()}`];
    const child = spawn(node, [...bundleArguments, ...options, ...files], {
      stdio: "inherit",
      env: { ...process.env, [TestVariable.everyEngine]: "1" },
    });
    const code = await new Promise((resolve) => child.once("close", resolve));
    if (code !== 0) process.exitCode = 1;
  }
}
