// `bnlab mcp` as assistants use it: a client of the Model Context Protocol, the built command, real kernels.
import assert from "node:assert/strict";
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { formatNotebook, parseNotebook } from "../../kernel/document/notebookFile";
import { hanging } from "../environment";

const root = path.resolve(import.meta.dirname, "../..");
const scratch = realpathSync(mkdtempSync(path.join(os.tmpdir(), "bnlab-mcp-")));
const lessons = path.join(scratch, "课 lessons");

interface Answer {
  isError?: boolean;
  content: { type: string; text?: string; mimeType?: string; data?: string }[];
}

function write(name: string, sources: string[]): string {
  const file = path.join(lessons, name);
  const cells = sources.map((source, at) => ({
    ...{ cell_type: "code", id: `cell${at}`, execution_count: null, metadata: {}, outputs: [], source },
  }));
  const metadata = { kernelspec: { name: "bnlab", display_name: "BN Lab", language: "typescript" } };
  writeFileSync(file, JSON.stringify({ cells, metadata, nbformat: 4, nbformat_minor: 5 }));
  return file;
}

describe("bnlab mcp", { timeout: hanging }, () => {
  const client = new Client({ name: "test", version: "1" });
  const call = async (name: string, input: object) =>
    (await client.callTool({ name, arguments: { ...input } })) as Answer;
  const words = async (name: string, input: object) => {
    const { content, isError } = await call(name, input);
    const text = content.flatMap((each) => each.text ?? []).join("\n");
    assert.ok(!isError, text);
    return text;
  };
  const refusal = async (name: string, input: object) => {
    const { content, isError } = await call(name, input);
    assert.ok(isError, JSON.stringify(content));
    return content[0]?.text ?? "";
  };

  before(async () => {
    mkdirSync(lessons);
    const args = [path.join(root, "dist/kernel/cli.js"), "mcp", lessons];
    await client.connect(new StdioClientTransport({ command: process.execPath, args, cwd: scratch }));
  });
  after(async () => {
    await client.close();
    rmSync(scratch, { recursive: true, force: true });
  });

  it("says what each tool does and takes", async () => {
    const { tools } = await client.listTools();
    const told = Object.fromEntries(tools.map(({ name, annotations }) => [name, annotations?.readOnlyHint]));
    assert.deepEqual(told, {
      ...{ open_notebook: true, run_cells: false, run_code: false, wait: true, interrupt: false },
      ...{ restart: false, variables: true, tensor: true, save_notebook: false },
    });
    for (const { name, description, inputSchema } of tools) {
      assert.ok(description, name);
      assert.ok("notebook" in (inputSchema.properties ?? {}), name);
    }
    assert.match(client.getInstructions()!, /save_notebook/);
  });

  it("runs cells, tells what they show, keeps their variables, and saves", async () => {
    const file = write("net.ipynb", [
      'import { nn, tensor } from "bnlab";\nconst x = tensor([[1, 2], [3, 4]]);\nconst net = new nn.Sequential(new nn.Linear(2, 3));\nconsole.log("\\u001b[31mready\\u001b[0m");\nx.sum().item()',
      "x.mul(2)",
    ]);
    assert.match(
      await words("open_notebook", { notebook: "net.ipynb" }),
      /cell 1 \(code\)\nimport.*Nothing runs/s,
    );
    const ran = await words("run_cells", { notebook: file });
    assert.match(ran, /cell 1: done after [\d.]+ s\nready\n10\ncell 2: done.*\[2\., 4\.\]/s);
    assert.match(
      await words("run_code", { notebook: file, code: "const twice = x.mean().item() * 2; twice" }),
      /the code: done.*\n5\n/s,
    );
    const { variables } = JSON.parse(await words("variables", { notebook: file })) as {
      variables: { name: string; shape?: number[]; statistics?: { mean: number } }[];
    };
    const x = variables.find(({ name }) => name === "x");
    assert.deepEqual([x?.shape, x?.statistics?.mean], [[2, 2], 2.5]);
    const weight = JSON.parse(await words("tensor", { notebook: file, name: "net", member: "0.weight" }));
    assert.deepEqual([weight.shape, weight.values.length, weight.statistics.nan], [[3, 2], 6, 0]);
    const row = JSON.parse(await words("tensor", { notebook: file, name: "x", start: [1, 0], size: [1, 2] }));
    assert.deepEqual(row.values, [3, 4]);

    assert.equal(parseNotebook(readFileSync(file, "utf8")).cells[0]!.cell_type, "code");
    await words("save_notebook", { notebook: file });
    const [first] = parseNotebook(readFileSync(file, "utf8")).cells;
    assert.ok(first?.cell_type === "code" && first.execution_count === 1 && first.outputs.length === 2);
  });

  it("takes what somebody writes into the file; cells that stand as they were keep what they show", async () => {
    const file = write("edited.ipynb", ["let n = 20;\nn", "n + 1"]);
    await words("run_cells", { notebook: file });
    const edited = parseNotebook(readFileSync(file, "utf8"));
    edited.cells[1]!.source = "n + 2";
    writeFileSync(file, formatNotebook(edited));
    assert.match(await words("run_cells", { notebook: file, cells: [2] }), /cell 2: done.*\n22\n/s);
    await words("save_notebook", { notebook: file });
    const shown = parseNotebook(readFileSync(file, "utf8")).cells.map((cell) => JSON.stringify(cell));
    assert.match(shown[0]!, /"20"/);
    assert.match(shown[1]!, /"22".*n \+ 2/);
  });

  it("goes on while a cell runs: what it shows meanwhile, an interrupt that keeps variables, a restart that does not", async () => {
    const file = write("long.ipynb", [
      'let step = 0;\nwhile (true) {\n  step++;\n  if (step % 10 === 0) console.log("step", step);\n  await new Promise((done) => setTimeout(done, 10));\n}',
      "'behind'",
    ]);
    assert.match(
      await words("run_cells", { notebook: file, seconds: 2 }),
      /cell 1: runs.*cell 1 runs, since/s,
    );
    assert.match(
      await refusal("run_code", { notebook: file, code: "step" }),
      /cell 1 runs, since .*; wait for its end, or interrupt it/,
    );
    while (!/step 10\n/.test(await words("wait", { notebook: file, seconds: 0.5 })));
    const stopped = await words("interrupt", { notebook: file });
    assert.match(stopped, /cell 1: interrupted after .*Nothing runs/s);
    assert.doesNotMatch(stopped, /cell 2/);
    assert.match(await words("run_code", { notebook: file, code: "step > 5" }), /\ntrue\n/);
    await words("restart", { notebook: file });
    assert.match(await words("run_code", { notebook: file, code: "typeof globalThis.step" }), /undefined/);
  });

  it("tells of errors, of a kernel that dies, and of pictures", async () => {
    const file = write("wrong.ipynb", [
      'import { tensor } from "bnlab";\ntensor([1, 2]).matmul(tensor([[1, 2, 3]]))',
      "process.exit(7)",
      'import { display } from "bnlab";\ndisplay.png(Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10));',
      "console.log('€'.repeat(30_000))",
    ]);
    assert.match(await words("run_cells", { notebook: file, cells: [1] }), /cell 1: failed.*matmul/s);
    assert.match(
      await words("run_cells", { notebook: file, cells: [2] }),
      /cell 2: failed.*exited with code 7/s,
    );
    const { content } = await call("run_cells", { notebook: file, cells: [3] });
    assert.deepEqual(
      content.filter(({ type }) => type === "image").map(({ mimeType }) => mimeType),
      ["image/png"],
    );
    const long = await words("run_cells", { notebook: file, cells: [4] });
    assert.ok(long.length < 13_000 && /… 180\d\d characters before this/.test(long), long.slice(0, 100));
  });

  it("refuses what it was not started for, and says what to do", async () => {
    const outside = path.join(scratch, "outside.ipynb");
    writeFileSync(outside, readFileSync(write("inside.ipynb", ["1"])));
    symlinkSync(outside, path.join(lessons, "link.ipynb"));
    for (const notebook of [outside, "../outside.ipynb", "link.ipynb"])
      assert.match(
        await refusal("run_cells", { notebook }),
        /is outside .*; the server runs notebooks of these folders/,
      );
    assert.match(await refusal("run_cells", { notebook: "none.ipynb" }), /run_cells: there is no such file/);
    writeFileSync(path.join(lessons, "text.ipynb"), "no JSON");
    assert.match(await refusal("open_notebook", { notebook: "text.ipynb" }), /it is not JSON/);
    assert.match(
      await refusal("run_cells", { notebook: "inside.ipynb", cells: [9] }),
      /expected cells 1 to 1, got 9/,
    );
    assert.match(await refusal("variables", { notebook: "inside.ipynb" }), /run cells first/);
    write(
      "many.ipynb",
      Array.from({ length: 60 }, (_, at) => `// ${at}\n`.padEnd(3000, "x")),
    );
    const many = await words("open_notebook", { notebook: "many.ipynb" });
    assert.ok(many.length < 101_000 && /more cells follow/.test(many));
    assert.match(
      await words("open_notebook", { notebook: "many.ipynb", cells: [60] }),
      /60 cells\ncell 60 \(code\)\n\/\/ 59/,
    );
    await words("run_cells", { notebook: "inside.ipynb" });
    assert.match(await refusal("tensor", { notebook: "inside.ipynb", name: "nobody" }), /nobody/);
    await assert.rejects(async () => {
      const { isError, content } = await call("run_cells", { notebook: "inside.ipynb", cells: "all" });
      if (isError) throw new Error(content[0]?.text);
    }, /cells/);
  });
});
