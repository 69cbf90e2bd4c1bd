// What `import` and `require` mean in a cell: the session's own modules everywhere, files and packages where there are any.
import type { CellImport } from "./wire";

export type Namespace = Record<string, unknown>;

export interface Modules {
  /** What stands behind `import.meta`. */
  readonly meta: object;
  /** `require`, `module`, `exports`, `__filename` and `__dirname` of cells. */
  readonly commonjs: readonly [
    require: object,
    module: object,
    exports: object,
    file: string,
    folder: string,
  ];
  load(specifier: string, attributes?: Record<string, string>): Promise<Namespace>;
}

/** Loads what one import declaration asks for and hands out the values, name by name. */
export async function bindImport(
  modules: Modules,
  { specifier, attributes, bindings }: CellImport,
  bind: (name: string, value: unknown) => void,
): Promise<void> {
  const module = await modules.load(specifier, attributes);
  for (const { local, imported } of bindings) bind(local, exportOf(module, imported, specifier));
}

function exportOf(module: Namespace, name: string, specifier: string): unknown {
  if (name === "*") return module;
  if (name in module) return module[name];
  // A CommonJS package is its `module.exports`; Node finds only those of its names that it can see in the text.
  const whole = module.default;
  if (whole !== null && (typeof whole === "object" || typeof whole === "function") && name in whole) {
    return (whole as Namespace)[name];
  }
  if (name === "default") return module;
  throw Object.assign(new Error(`"${specifier}" has no export named "${name}"; it has ${namesOf(module)}`), {
    name: "ImportError",
  });
}

function namesOf(module: Namespace): string {
  const names = Object.keys(module);
  return names.length === 0 ? "none" : names.slice(0, 12).join(", ") + (names.length > 12 ? ", …" : "");
}
