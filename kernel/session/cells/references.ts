// What functions of cells refer to beside their text, for whoever takes them to another process and makes them there.
import type { Boxes } from "./boxes";
import type { Modules, Namespace } from "./modules";

/** Where an import has its value from. */
export interface ImportOrigin {
  readonly in: "module";
  readonly specifier: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** A name, or `*` for the whole module. */
  readonly imported: string;
}

export interface CellReferences {
  readonly boxes: Boxes;
  /** The variable whose box an object is; undefined for any other. */
  boxName(value: unknown): string | undefined;
  readonly commonjs: Modules["commonjs"];
  /** Where a variable's value was imported from, while it is that. */
  originOf(name: string): ImportOrigin | undefined;
  /** All that cells have imported. */
  imported(): readonly { readonly value: unknown; readonly origin: ImportOrigin }[];
  load(specifier: string, attributes?: Record<string, string>): Promise<Namespace>;
  /** Whether a value is what a cell's code has of the kernel. */
  isKernel(value: object): boolean;
  /** What code of the running cell has of the kernel. */
  kernel(): object;
  /** The globals that cells have added. */
  addedGlobals(): string[];
  /** A member of the engine's own objects that cells have changed. */
  changedBuiltin(): string | undefined;
  isDebugged(): boolean;
}
