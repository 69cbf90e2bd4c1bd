// Notebooks that ship, run from the top: then no cell counts as stale, and the language service, which knows the shapes of what there
// is, complains of none.
import assert from "node:assert/strict";
import { cpSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { isRunnable, parseNotebook } from "../../kernel/document/notebookFile";
import { askLanguage, type LanguageCell, RunLog } from "../../kernel/protocol";
import { TestVariable } from "../environment";
import { startKernel } from "./startKernel";

const root = path.join(import.meta.dirname, "../..");
/** Short ones; all of them, which takes a quarter of an hour, where the environment asks for it. */
const short = ["00-start.ipynb", "early-stopping.ipynb"];

// The other languages' notebooks have the same code cells: test/unit/notebooks.test.ts sees to it.
for (const folder of ["notebooks/en", "examples"]) {
  for (const file of readdirSync(path.join(root, folder)).sort()) {
    const isWanted = process.env[TestVariable.allNotebooks] !== undefined || short.includes(file);
    if (!file.endsWith(".ipynb") || !isWanted) continue;
    test(`${folder}/${file}`, { timeout: 1_800_000 }, async () => {
      const kernel = startKernel();
      try {
        cpSync(path.join(root, folder), kernel.folder, { recursive: true });
        const { cells } = parseNotebook(readFileSync(path.join(root, folder, file), "utf8"));
        const code = cells.filter(isRunnable).map(({ source }) => source);
        const log = new RunLog<number>();
        const logged: { cell: number; source: string; order: number | undefined }[] = [];
        for (const [cell, source] of code.entries()) {
          const { reply, error } = await kernel.run(source);
          assert.equal(reply.status, "ok", error);
          const { execution_count: order, flow } = reply;
          if (flow) log.add(cell, source, order, flow);
          logged.push({ cell, source, order });
          assert.deepEqual([...log.stale(logged)], [], `after cell ${cell + 1}`);
        }
        const asked = code.map((text, i): LanguageCell => ({ id: `c${i}`, text, language: "typescript" }));
        for (const { id } of asked)
          for (const found of await askLanguage(kernel.client, "diagnostics", asked, { cell: id }))
            assert.equal(found.severity, "hint", `${id}: ${found.message}`); // what is unused, in gray
      } finally {
        await kernel.stop();
      }
    });
  }
}
