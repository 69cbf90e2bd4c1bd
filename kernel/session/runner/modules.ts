// What `import` means in a cell: bnlab and tslab are modules beside this file, all else is found from the notebook's folder.
import { createRequire, isBuiltin, register } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import vm from "node:vm";
import { setting } from "../../host/settings";
import type { Modules, Namespace } from "../cells/modules";
import { builtinModules, workModule } from "../converter/builtinModules";
import { importHint } from "../converter/idioms";
import { forgetChanged, requireTypeScript } from "./typescriptRequire";

/** All share one copy of what they import; what makes runs for another process is no cell's. */
const builtin = new Map(
  [...builtinModules, workModule].map((name) => [name, new URL(`./${name}.js`, import.meta.url).href]),
);

/** What cells are called as importers; no such file need exist. */
const cellFile = "cell.mjs";

/** The notebook's own file, where whoever started the kernel has said which it is: VS Code, the command line, Jupyter. */
function notebookFile(folder: string): string {
  const told = setting("notebook") ?? process.env.JPY_SESSION_NAME;
  return told?.endsWith(".ipynb") ? path.resolve(folder, told) : path.join(folder, cellFile);
}

export class NodeModules implements Modules {
  readonly #importFromFolder: (specifier: string, options?: ImportCallOptions) => Promise<Namespace>;
  #readsTypeScript = false;
  readonly meta: Pick<ImportMeta, "url" | "dirname" | "filename" | "resolve">;
  /** `require`, `module`, `exports`, `__filename` and `__dirname` of cells. */
  readonly commonjs: [NodeJS.Require, object, object, string, string];
  readonly #loaded = new Map<string, Namespace>();

  readonly #undisturbed: (work: () => void) => void;

  /** @param undisturbed runs a piece of work that no interrupt stops half-way. */
  constructor(
    readonly folder: string,
    undisturbed: (work: () => void) => void,
  ) {
    this.#undisturbed = undisturbed;

    const filename = path.join(folder, cellFile);
    const notebook = notebookFile(folder);
    const url = pathToFileURL(notebook).href;
    const resolve = (specifier: string) => this.#resolve(specifier, url);
    this.meta = { url, dirname: path.dirname(notebook), filename: notebook, resolve };
    const nodes = createRequire(filename);
    const require = Object.assign((id: string) => this.#loaded.get(id) ?? this.#require(nodes, id), nodes);
    const module = { exports: {}, id: ".", filename: notebook, path: path.dirname(notebook), require };
    this.commonjs = [require, module, module.exports, module.filename, module.path];
    this.#importFromFolder = new vm.Script("(specifier, options) => import(specifier, options)", {
      filename,
      importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    }).runInThisContext();
  }

  /** Loads, before a cell asks for it, what nearly every notebook imports. */
  async prepare(): Promise<void> {
    await import(builtin.get("bnlab")!);
  }

  async load(specifier: string, attributes: Record<string, string> = {}): Promise<Namespace> {
    const url = builtin.get(specifier);
    if (url) {
      const module = (await import(url)) as Namespace;
      this.#loaded.set(specifier, module);
      return module;
    }
    if (!isBuiltin(specifier)) this.#readTypeScript();
    try {
      return await this.#importFromFolder(specifier, { with: attributes });
    } catch (error) {
      throw this.#explained(specifier, error);
    }
  }

  #require(require: NodeJS.Require, id: string): unknown {
    if (isBuiltin(id)) return require(id);
    this.#readTypeScript();
    forgetChanged(require.cache);
    const module: unknown = require(id);
    forgetChanged(require.cache); // remembers what has come
    return module;
  }

  /** The address that an import of a cell's means, as `import.meta.resolve` has it. */
  #resolve(specifier: string, parent: string): string {
    if (/^\.{0,2}\//.test(specifier)) return new URL(specifier, parent).href;
    return builtin.get(specifier) ?? import.meta.resolve(specifier, parent);
  }

  /** From the first import of a file or package on: TypeScript and JSON, without extensions, anew when they have changed. */
  #readTypeScript(): void {
    if (this.#readsTypeScript) return;
    this.#readsTypeScript = true;
    process.setSourceMapsEnabled(true); // so that stack traces know the files' own lines
    // Node waits for the thread of the hooks here; stopped in the middle, it would never load a module again.
    requireTypeScript();
    this.#undisturbed(() =>
      register(new URL("./typescriptLoader.js", import.meta.url), { data: { builtin } }),
    );
  }

  #explained(specifier: string, error: unknown): unknown {
    const hint = importHint(specifier);
    if (hint) return Object.assign(new Error(`"${specifier}" is ${hint}`), { name: "ImportError" });
    const { code, message } = error as NodeJS.ErrnoException;
    // Not when it is a file deeper down that misses something.
    if (code !== "ERR_MODULE_NOT_FOUND" || !message.endsWith(cellFile)) return error;
    const isFile = /^[./]|^file:/.test(specifier);
    const remedy = isFile ? "" : `; install it there: npm install ${packageOf(specifier)}`;
    return Object.assign(
      new Error(`cannot find ${isFile ? "" : "package "}"${specifier}" from ${this.folder}${remedy}`),
      {
        name: "ImportError",
      },
    );
  }
}

function packageOf(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}
