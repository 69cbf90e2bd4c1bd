// Where the build puts the declarations that cells are checked against: dist/types.
import { fileURLToPath } from "node:url";

/** Holds bnlab/, @types/node and undici-types; forward slashes, as TypeScript's paths have. */
export const typesFolder = fileURLToPath(new URL("../types", import.meta.url)).replaceAll("\\", "/");

/** Packages, TypeScript's own libraries and bnlab's types stay as they are while a session lives. */
export function isFixed(file: string): boolean {
  return file.includes("/node_modules/") || file.startsWith(typesFolder) || /\/lib\.[^/]*\.d\.ts$/.test(file);
}
