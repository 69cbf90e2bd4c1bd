// `bnlab mcp`: assistants run cells and see what comes of them, over the Model Context Protocol on standard input and output.
// https://modelcontextprotocol.io/specification
import { realpath } from "node:fs/promises";
import path from "node:path";
import { McpServer } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { z } from "zod";
import { cellContents } from "../assistant/cellText";
import { type Content, contentsOf, jsonContents, limited } from "../assistant/outputText";
import { tensorNumbers } from "../assistant/tensorNumbers";
import { type Cell, isRunnable } from "../document/notebookFile";
import { wordsOf } from "../host/fileTrouble";
import { checkFolder } from "../notebook/kernelRun";
import { version } from "../version";
import { AssistedNotebook } from "./assistedNotebook";

const instructions = `BN Lab runs TypeScript cells of Jupyter notebooks (.ipynb): tensors, autograd and networks with PyTorch's names, imported from "bnlab".
Each notebook has a kernel of its own that keeps the variables of all cells; it is not the one of an editor that has the notebook open.
Edit the file as you edit any other; every tool reads it anew. Outputs are in the file only after save_notebook.
A cell that takes longer than you wait goes on: call wait for what it shows meanwhile, charts of a training among it.
run_code looks at things without changing the notebook: "model", "watch.report()", "probe.lint(model, loader)" with an import of probe from "bnlab".`;

const notebook = z.string().describe("path of the .ipynb file, in a folder that this server was started for");
const seconds = z
  .number()
  .min(0)
  .max(600)
  .default(30)
  .describe("how long to wait for the end, in seconds; what still runs then goes on");

const numbers = (otherwise: string) =>
  z.array(z.int().min(1)).optional().describe(`their numbers, from 1, text cells counted; ${otherwise}`);

const tools = {
  open_notebook: {
    title: "Open notebook",
    description: "The cells of a notebook, by number, with what they show. Runs nothing.",
    input: { notebook, cells: numbers("all if left out") },
    readOnly: true,
  },
  run_cells: {
    title: "Run cells",
    description:
      "Runs cells of a notebook, one after the other up to the first that fails, and tells what they show.",
    input: {
      notebook,
      cells: numbers("all code cells if left out"),
      seconds,
    },
  },
  run_code: {
    title: "Run code",
    description: "Runs TypeScript among the notebook's variables. The notebook stays as it is.",
    input: { notebook, code: z.string(), seconds },
  },
  wait: {
    title: "Wait",
    description:
      "Waits until nothing runs any more and tells what came meanwhile: how a training stands, how it ended.",
    input: { notebook, seconds },
    readOnly: true,
  },
  interrupt: {
    title: "Interrupt",
    description: "Stops the cell that runs. Variables stay.",
    input: { notebook },
  },
  restart: {
    title: "Restart kernel",
    description: "Ends the notebook's kernel with all its variables; the next cell starts another.",
    input: { notebook },
    destructive: true,
  },
  variables: {
    title: "Variables",
    description:
      "The notebook's variables: types, shapes, memory, statistics of tensors (min, max, mean, std, NaN).",
    input: {
      notebook,
      names: z.array(z.string()).optional().describe("only these, with their whole text; all if left out"),
      of: z.string().optional().describe("the members of this one: a module's parameters, a Map's entries"),
    },
    readOnly: true,
  },
  tensor: {
    title: "Tensor",
    description: "Numbers of a tensor: a box of its elements, statistics and a histogram over all of them.",
    input: {
      notebook,
      name: z.string().describe("the variable"),
      member: z.string().optional().describe('a part of it: "0.weight" of a module'),
      start: z.array(z.int().min(0)).optional().describe("the box's first element along each dimension"),
      size: z.array(z.int().min(0)).optional().describe("its size along each, 1,000 elements at most"),
    },
    readOnly: true,
  },
  save_notebook: {
    title: "Save notebook",
    description: "Writes the outputs of the cells that ran here into the file.",
    input: { notebook },
  },
} as const;

type Name = keyof typeof tools;
type Input<T extends Name> = z.infer<z.ZodObject<(typeof tools)[T]["input"]>>;

export async function mcpCommand(folders: readonly string[]): Promise<number> {
  const trusted: string[] = [];
  for (const folder of folders) {
    try {
      await checkFolder(folder);
      trusted.push(await realpath(folder));
    } catch (error) {
      console.error(`bnlab mcp: ${folder}: ${wordsOf(error)}`);
      return 2;
    }
  }
  const open = new OpenNotebooks(trusted);
  const ended = new Promise<void>((resolve) => {
    for (const event of ["end", "close"]) process.stdin.once(event, () => resolve());
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => resolve());
  });
  const handle = serveStdio(() => serverOf(open));
  await ended;
  open.end();
  await handle.close();
  return 0;
}

function serverOf(open: OpenNotebooks): McpServer {
  const server = new McpServer({ name: "bnlab", title: "BN Lab", version }, { instructions });
  for (const name of Object.keys(tools) as Name[]) {
    const { title, description, input, ...hints } = tools[name];
    const annotations = {
      title,
      readOnlyHint: "readOnly" in hints,
      destructiveHint: "destructive" in hints,
      openWorldHint: false,
    };
    server.registerTool(
      name,
      { title, description, inputSchema: z.strictObject(input), annotations },
      async (given) => {
        try {
          const found = await open.at(given.notebook);
          return { content: await (actions[name] as Action<Name>)(found, given as never) };
        } catch (error) {
          return { isError: true, content: [text(`${name}: ${wordsOf(error)}`)] };
        }
      },
    );
  }
  return server;
}

class OpenNotebooks {
  readonly #trusted: readonly string[];
  readonly #open = new Map<string, Promise<AssistedNotebook>>();

  constructor(trusted: readonly string[]) {
    this.#trusted = trusted;
  }

  /** @throws Error where the file is no notebook in a trusted folder. */
  async at(name: string): Promise<AssistedNotebook> {
    const file = await realpath(path.resolve(this.#trusted[0]!, name));
    const inside = (folder: string) => {
      const way = path.relative(folder, file);
      return way !== "" && way !== ".." && !way.startsWith(`..${path.sep}`) && !path.isAbsolute(way);
    };
    if (!this.#trusted.some(inside)) {
      throw new Error(
        `${name} is outside ${this.#trusted.join(", ")}; the server runs notebooks of these folders, start it with others as arguments`,
      );
    }
    let opened = this.#open.get(file);
    if (!opened) {
      opened = AssistedNotebook.open(file);
      this.#open.set(file, opened);
      opened.catch(() => this.#open.delete(file)); // it may be a notebook the next time
    }
    const found = await opened;
    await found.refresh();
    return found;
  }

  end(): void {
    for (const opened of this.#open.values()) {
      opened.then(
        (found) => found.end(),
        () => {},
      );
    }
  }
}

type Action<T extends Name> = (open: AssistedNotebook, input: Input<T>) => Promise<Content[]>;

const actions: { [T in Name]: Action<T> } = {
  async open_notebook(open, { cells: numbers }) {
    const { cells } = open.notebook;
    const chosen = numbers ?? cells.map((_, at) => at + 1);
    const shown = chosen.flatMap((number) => cellContents(cellAt(cells, number), number));
    return [
      text(`${open.file}: ${cells.length} cells`),
      ...limited(shown, "more cells follow: ask for them by their numbers"),
      ...standing(open),
    ];
  },
  async run_cells(open, { cells: numbers, seconds }) {
    const { cells } = open.notebook;
    const chosen = numbers?.map((number) => {
      const cell = cellAt(cells, number);
      if (!isRunnable(cell)) throw new Error(`cell ${number} is no code in TypeScript or JavaScript`);
      return cell;
    });
    start(open, () => open.run(chosen ?? cells.filter(isRunnable)));
    return told(open, seconds);
  },
  async run_code(open, { code, seconds }) {
    start(open, () => open.runCode(code));
    return told(open, seconds);
  },
  wait: (open, { seconds }) => told(open, seconds),
  async interrupt(open) {
    await open.interrupt();
    return told(open, 5);
  },
  async restart(open) {
    await open.restart();
    return [text("The kernel has ended; the next cell starts another.")];
  },
  async variables(open, { names, of }) {
    const answer = await open.ask("variables_request", {
      names,
      of,
      statistics: true,
      text: names !== undefined,
    });
    return jsonContents(answer);
  },
  async tensor(open, input) {
    return jsonContents(await tensorNumbers((request) => open.ask("tensor_request", request), input));
  },
  async save_notebook(open) {
    if (open.isRunning) throw new Error(`${open.running}; wait for its end, or interrupt it`);
    await open.save();
    return [text(`Saved: ${open.file}`)];
  },
};

function cellAt(cells: readonly Cell[], number: number): Cell {
  const cell = cells[number - 1];
  if (!cell) throw new Error(`expected cells 1 to ${cells.length}, got ${number}`);
  return cell;
}

function start(open: AssistedNotebook, run: () => void): void {
  if (open.isRunning) throw new Error(`${open.running}; wait for its end, or interrupt it`);
  run();
}

async function told(open: AssistedNotebook, seconds: number): Promise<Content[]> {
  await open.ended(seconds);
  const news = open.news();
  const shown = news.flatMap(({ cell, state }) => contentsOf(`${open.nameOf(cell)}: ${state}`, cell.outputs));
  return [...limited(shown, "more cells ran: open_notebook shows them by their numbers"), ...standing(open)];
}

const standing = ({ running }: AssistedNotebook): Content[] => [
  text(running ? `${running}; call wait for its end.` : "Nothing runs."),
];

const text = (words: string): Content => ({ type: "text", text: words });
