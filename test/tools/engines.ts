// The kernels' tests under newer Nodes than the one at hand: 22 has relaxed SIMD, 24 fuses vectors to 256 bits too.
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import path from "node:path";
import { installNode } from "../vscode/install";

const versions = ["22.23.3", "24.21.0"];
const tests = path.join(import.meta.dirname, "..");
const files = [
  ...readdirSync(path.join(tests, "unit/tensor/wasm"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".test.ts"))
    .map((name) => path.join(tests, "unit/tensor/wasm", name)),
  path.join(tests, "fuzz/windows.test.ts"),
];

if (process.platform !== "linux") {
  console.log("test/engines: skipped, only Linux's Nodes are on the npm registry as it uses them");
} else {
  for (const version of versions) {
    const node = await installNode(version, console.log);
    console.log(`Kernels under Node ${version}`);
    const child = spawn(node, ["--import", "tsx", "--test", "--test-reporter=dot", ...files], {
      stdio: "inherit",
    });
    const code = await new Promise((resolve) => child.once("close", resolve));
    if (code !== 0) process.exitCode = 1;
  }
}
