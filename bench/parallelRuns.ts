// What a second core gives a notebook of experiments: `npx tsx bench/parallelRuns.ts [NOTEBOOK] [NAME=VALUE …]` runs it with one
// run at a time and with one for each core, by turns, and says how long each took and whether the outputs are the same.
// Default: notebook 05 at the scale of the papers, some minutes each.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import path from "node:path";
import { type CellOutput, parseNotebook } from "../kernel/document/notebookFile";
import { environmentOf } from "../kernel/host/settings";
import { compareOutputs } from "../kernel/notebook/compareOutputs";

const root = path.join(import.meta.dirname, "..");
const [given, ...parameters] = process.argv.slice(2);
const notebook = path.resolve(given ?? path.join(root, "notebooks/en/05-speed-lr-init.ipynb"));
const settings = given === undefined && parameters.length === 0 ? ["FULL=true"] : parameters;
const folder = mkdtempSync(path.join(tmpdir(), "bnlab-bench-"));

const cores = availableParallelism();
const timed = [1, cores].map((parallel) => {
  const output = path.join(folder, `${parallel}.ipynb`);
  const started = performance.now();
  const { status } = spawnSync(
    process.execPath,
    [
      ...[path.join(root, "dist/kernel/cli.js"), "run", notebook, "--output", output],
      ...settings.flatMap((each) => ["-p", each]),
    ],
    {
      cwd: path.dirname(notebook),
      // The kernels' own threads would have the other cores while one run is made.
      env: { ...process.env, ...environmentOf({ parallel: String(parallel), threads: "1" }) },
      stdio: ["ignore", "inherit", "inherit"],
    },
  );
  if (status !== 0) throw new Error(`${notebook}: expected it to run, got exit code ${status}`);
  const seconds = (performance.now() - started) / 1000;
  console.log(`${parallel} at a time: ${seconds.toFixed(1)} s`);
  return { seconds, outputs: outputsOf(output) };
});
rmSync(folder, { recursive: true });
const [alone, together] = timed as [(typeof timed)[number], (typeof timed)[number]];
const exact = { relative: 0, absolute: 0 };
const differing = alone.outputs.filter(
  (own, i) => compareOutputs(own, together.outputs[i]!, exact).length > 0,
).length;
console.log(
  `${path.basename(notebook)} ${settings.join(" ")}: ${(alone.seconds / together.seconds).toFixed(2)} times as fast on ${cores} cores; ` +
    (differing === 0 ? "all outputs are the same" : `${differing} cells differ`),
);
process.exitCode = differing === 0 ? 0 : 1;

function outputsOf(file: string): CellOutput[][] {
  const { cells } = parseNotebook(readFileSync(file, "utf8"));
  return cells.flatMap((cell) => (cell.cell_type === "code" ? [cell.outputs] : []));
}
