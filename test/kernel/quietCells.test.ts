// The plugin of VS Code's TypeScript server, in a real server that is asked as VS Code asks it: nothing is said of our notebooks' cells, and
// no program is built for them.
import assert from "node:assert/strict";
import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, describe, test } from "node:test";
import { quietCellsPlugin } from "../../extension/ids";

const root = path.resolve(import.meta.dirname, "../..");
const folder = mkdtempSync(path.join(os.tmpdir(), "bnlab-quiet-"));
const servers: ChildProcess[] = [];
after(() => {
  for (const server of servers) server.kill();
  rmSync(folder, { recursive: true, force: true });
});

/** As VS Code names a cell to the server. */
const cellOf = (notebook: string, id = "W0sZmlsZQ==") =>
  `^/vscode-notebook-cell/ts-nul-authority${folder}/${notebook}#${id}`;

function startServer(...options: string[]) {
  const server = fork(
    path.join(root, "node_modules/typescript/lib/tsserver.js"),
    [
      ...["--useNodeIpc", "--useInferredProjectPerProjectRoot", "--disableAutomaticTypingAcquisition"],
      ...["--globalPlugins", quietCellsPlugin, "--pluginProbeLocations", root, ...options],
    ],
    { silent: true },
  );
  servers.push(server);
  const answers = new Map<number, (answer: unknown) => void>();
  server.on("message", (message: { type: string; request_seq: number; body?: unknown; success: boolean }) => {
    if (message.type === "response")
      answers.get(message.request_seq)?.(message.success ? message.body : message);
  });
  let seq = 0;
  const tell = (command: string, given: object) =>
    server.send({ seq: ++seq, type: "request", command, arguments: given });
  const ask = <T>(command: string, given: object) =>
    new Promise<T>((resolve) => {
      answers.set(seq + 1, resolve as (answer: unknown) => void);
      tell(command, given);
    });
  const open = (files: Record<string, string>) =>
    ask("updateOpen", {
      openFiles: Object.entries(files).map(([file, fileContent]) => ({
        file,
        fileContent,
        projectRootPath: folder,
        scriptKindName: "TS",
      })),
    });
  const program = async (file: string) => {
    const { fileNames } = await ask<{ fileNames: string[] }>("projectInfo", { file, needFileNameList: true });
    return fileNames.map((name) => path.basename(name));
  };
  const errors = (file: string) => ask<{ text: string }[]>("semanticDiagnosticsSync", { file });
  const configure = (others: string[]) =>
    ask("configurePlugin", { pluginName: quietCellsPlugin, configuration: { others } });
  return { ask, open, program, errors, configure };
}

const wrong = 'const count: number = "many";';

describe("in VS Code's TypeScript server", () => {
  test("our cells are in no program, and what reads them alone is answered", async () => {
    const { ask, open, program, errors } = startServer();
    const cell = cellOf("a.ipynb");
    const text = `import { z, a } from "bnlab";\nfunction f() {\n  return a + z;\n}\n${wrong}`;
    await open({ [cell]: text, [cellOf("a.ipynb", "X1")]: "const other = 1;" });
    assert.deepEqual(await program(cell), []);
    assert.deepEqual(await errors(cell), []);
    const tree = await ask<{ childItems: { text: string }[] }>("navtree", { file: cell });
    assert.deepEqual(
      tree.childItems.map(({ text }) => text),
      ["count", "f", "a", "z"].sort(),
    );
    assert.equal((await ask<unknown[]>("getOutliningSpans", { file: cell })).length, 1);
    assert.deepEqual(await program(cell), []);
  });

  test("a question that wants a cell checked has it in the program", async () => {
    const { ask, open, program, errors } = startServer();
    const cell = cellOf("a.ipynb");
    await open({ [cell]: 'import { z, a } from "bnlab";\nconsole.log(a, z);' });
    const [changed] = await ask<{ textChanges: { newText: string }[] }[]>("organizeImports", {
      scope: { type: "file", args: { file: cell } },
    });
    assert.match(
      changed!.textChanges.map(({ newText }) => newText).join(""),
      /import \{ a, z \} from "bnlab"/,
    );
    assert.ok((await program(cell)).length > 1);
    assert.deepEqual(await errors(cell), []);
  });

  test("a search for a name in all files finds those of cells", async () => {
    const { ask, open } = startServer();
    await open({ [cellOf("a.ipynb")]: "const unmistakable = 1;" });
    const found = await ask<{ name: string }[]>("navto", {
      searchValue: "unmistakable",
      projectFileName: undefined,
    });
    assert.deepEqual(
      found.map(({ name }) => name),
      ["unmistakable"],
    );
  });

  test("files beside them, and other notebooks' cells, are checked as ever", async () => {
    const { open, program, errors, configure } = startServer();
    const file = path.join(folder, "own.ts");
    const other = cellOf("other.ipynb");
    writeFileSync(file, wrong);
    await open({ [file]: wrong, [cellOf("a.ipynb")]: wrong, [other]: "let n: number = true;" });
    assert.equal((await errors(file)).length, 1);
    assert.ok((await program(file)).includes("own.ts"));
    assert.deepEqual(await errors(other), []);
    await configure([path.join(folder, "other.ipynb")]);
    assert.deepEqual(
      (await errors(other)).map(({ text }) => text),
      ["Type 'boolean' is not assignable to type 'number'."],
    );
    assert.deepEqual(await errors(cellOf("a.ipynb")), []);
    await configure([]);
    assert.deepEqual(await errors(other), []);
  });

  test("the server that answers at once, beside it, builds none either", async () => {
    const { ask, open, program } = startServer("--serverMode", "partialSemantic");
    const cell = cellOf("a.ipynb");
    await open({ [cell]: "function f() {\n  return 1;\n}" });
    assert.equal((await ask<unknown[]>("getOutliningSpans", { file: cell })).length, 1);
    assert.deepEqual(await program(cell), []);
  });
});
