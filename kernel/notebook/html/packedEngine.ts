// The engine of live pages, as they carry it: the kernel for browsers, TypeScript and all declarations, packed.
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { gzip } from "node:zlib";

/** Files of the build, by the names under which a page looks for them. */
const parts = {
  kernel: "web/kernel.js",
  runner: "web/runner.js",
  typescript: "typescript/typescript.js.gz",
  files: "typescript/declarations.json.gz",
};

let packing: Promise<string> | undefined;

/** JSON: part → its text by gzip into base64. The same for every page. */
export function packedEngine(): Promise<string> {
  packing ??= pack();
  return packing;
}

/** The file that pages without an engine of their own load from beside them. */
export async function engineScript(): Promise<string> {
  return `globalThis.bnlabEngine = ${await packedEngine()};\n`;
}

async function pack(): Promise<string> {
  const entries = Object.entries(parts).map(async ([name, file]) => {
    const content = await readFile(new URL(`../${file}`, import.meta.url));
    const gzipped = file.endsWith(".gz") ? content : await promisify(gzip)(content, { level: 9 });
    return [name, gzipped.toString("base64")] as const;
  });
  return JSON.stringify(Object.fromEntries(await Promise.all(entries)));
}
