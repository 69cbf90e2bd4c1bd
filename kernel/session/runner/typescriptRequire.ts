// `require` of TypeScript: files of the notebook's project, with their extension or without, as their authors import them.
import { readFileSync, statSync } from "node:fs";
import Module from "node:module";
import path from "node:path";
import { compiled } from "./compiledFile";

/** What Node has for this and does not declare. */
const internals = Module as unknown as {
  _extensions: Record<string, (module: { _compile(code: string, file: string): void }, file: string) => void>;
  _resolveFilename(request: string, ...rest: unknown[]): string;
};

export function requireTypeScript(): void {
  for (const extension of [".ts", ".tsx", ".cts", ".mts"]) {
    internals._extensions[extension] = (module, file) =>
      module._compile(compiled(file, readFileSync(file, "utf8"), "commonjs"), file);
  }
  const resolve = internals._resolveFilename;
  internals._resolveFilename = function (request, ...rest) {
    try {
      return resolve.call(this, request, ...rest);
    } catch (error) {
      const source = request.replace(/^(\..*)\.([cm]?)js(x?)$/, "$1.$2ts$3"); // `./x.js` is written for x.ts
      if (source === request) throw error;
      return resolve.call(this, source, ...rest);
    }
  };
}

/** When the files were loaded that `require` keeps. */
const loaded = new Map<string, number>();

/** Lets `require` read anew what lies beside the notebook, once one of those files has changed. */
export function forgetChanged(cache: NodeJS.Require["cache"]): void {
  const isOwn = (file: string) =>
    !file.includes(`${path.sep}node_modules${path.sep}`) && !file.startsWith(import.meta.dirname);
  const own = Object.keys(cache).filter(isOwn);
  const times = own.map((file) => [file, statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0] as const);
  const hasChanged = times.some(([file, time]) => loaded.has(file) && loaded.get(file) !== time);
  for (const [file, time] of times) {
    if (hasChanged) delete cache[file];
    loaded.set(file, time);
  }
}
