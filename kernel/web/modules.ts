// What `import` means in a page's cell: bnlab and tslab are there, what has an address is asked of the browser, nothing else can be had.
import type { Modules, Namespace } from "../session/cells/modules";
import { elsewhere, refusalInPage } from "../session/cells/refusedModules";
import { useThreads } from "./threads";

/** Loaded when the first cell asks: the runtime reserves its memory then. */
const builtin: Readonly<Record<string, () => Promise<Namespace>>> = {
  async bnlab() {
    const [module, { setThreads }] = await Promise.all([import("../bnlab"), import("../tensor/doors/host")]);
    useThreads(setThreads);
    return module;
  },
  tslab: () => import("../session/tslab"),
};

/** Cells are files in a folder that is not there. */
const folder = "/";
const file = `${folder}notebook.ipynb`;

export class WebModules implements Modules {
  readonly #loaded = new Map<string, Namespace>();
  readonly meta = { url: `file://${file}`, filename: file, dirname: folder, resolve: (name: string) => name };
  readonly commonjs: Modules["commonjs"];

  constructor() {
    const require = (name: string): unknown => {
      const module = this.#loaded.get(name);
      if (module) return module;
      throw importError(
        refusalInPage(name) ?? `cannot require "${name}": it has not been imported; ${elsewhere}`,
      );
    };
    const module = { exports: {}, id: ".", filename: file, path: folder, require };
    this.commonjs = [require, module, module.exports, file, folder];
  }

  async load(specifier: string): Promise<Namespace> {
    const load = Object.hasOwn(builtin, specifier) ? builtin[specifier] : undefined;
    if (load) {
      const module = await load();
      this.#loaded.set(specifier, module);
      return module;
    }
    const refusal = refusalInPage(specifier);
    if (refusal !== undefined) throw importError(refusal);
    try {
      return (await import(specifier)) as Namespace;
    } catch (error) {
      throw importError(`cannot import "${specifier}": ${(error as Error).message}; ${elsewhere}`);
    }
  }
}

const importError = (message: string): Error => Object.assign(new Error(message), { name: "ImportError" });
