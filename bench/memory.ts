// `npm run bench:memory [-- --beside <another built checkout>]`: what the tensors of each tutorial take, in MB: at most at a time,
// and of memory that was ever touched. The built command line runs them, with a cell at the end that asks.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";

const { beside } = parseArgs({ options: { beside: { type: "string" } } }).values;
const scratch = mkdtempSync(path.join(os.tmpdir(), "bnlab-bench-memory-"));
const mark = "memory of tensors:";
const question = {
  ...{ cell_type: "code", id: "memory", metadata: {}, execution_count: null, outputs: [] },
  source: `import { memoryUsage } from "bnlab"; console.log("${mark}", JSON.stringify(memoryUsage()));`,
};

interface Usage {
  readonly peakBytes: number;
  readonly heapBytes: number;
}

/** What a tutorial's tensors take by the command line of a built checkout. */
function usageOf(checkout: string, tutorial: string): Usage {
  const folder = path.join(checkout, "notebooks", "en");
  const notebook = JSON.parse(readFileSync(path.join(folder, tutorial), "utf8"));
  const [asked, done] = ["asked", "done"].map((name) => path.join(scratch, `${name}.ipynb`)) as [
    string,
    string,
  ];
  writeFileSync(asked, JSON.stringify({ ...notebook, cells: [...notebook.cells, question] }));
  const cli = path.join(checkout, "dist", "kernel", "cli.js");
  const { status, stderr } = spawnSync(process.execPath, [cli, "run", asked, "--output", done], {
    cwd: folder,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`${tutorial}: ended with ${status}: ${stderr}`);
  const { outputs } = JSON.parse(readFileSync(done, "utf8")).cells.at(-1);
  const text: string = [outputs[0].text].flat().join("");
  return JSON.parse(text.slice(mark.length)) as Usage;
}

const rows: Record<string, object> = {};
const megabytes = (bytes: number) => Number((bytes / 2 ** 20).toFixed(1));

try {
  const own = path.join(import.meta.dirname, "..");
  for (const tutorial of readdirSync(path.join(own, "notebooks", "en")).filter((file) =>
    /^\d.*\.ipynb$/.test(file),
  )) {
    const { peakBytes, heapBytes } = usageOf(own, tutorial);
    const row = { "at most": megabytes(peakBytes), touched: megabytes(heapBytes) };
    if (beside === undefined || !existsSync(path.join(beside, "notebooks", "en", tutorial)))
      rows[tutorial] = row;
    else {
      const other = usageOf(path.resolve(beside), tutorial);
      rows[tutorial] = {
        ...row,
        "at most, beside": megabytes(other.peakBytes),
        "touched, beside": megabytes(other.heapBytes),
      };
    }
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
  console.table(rows);
}
