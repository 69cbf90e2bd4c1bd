// The kernels' tests under newer Nodes than the one at hand: 22 has relaxed SIMD, 24 fuses vectors to 256 bits too.
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import path from "node:path";
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
  for (const version of newerNodes) {
    const node = await installNode(version, console.log);
    console.log(`Kernels under Node ${version}`);
    const options = ["--test", "--test-reporter=dot", `--test-concurrency=${availableParallelism()}`];
    const child = spawn(node, [...bundleArguments, ...options, ...files], { stdio: "inherit" });
    const code = await new Promise((resolve) => child.once("close", resolve));
    if (code !== 0) process.exitCode = 1;
  }
}
