// Where the build puts the declarations that cells are checked against: dist/types.
import { fileURLToPath } from "node:url";

/** Holds bnlab/, @types/node and undici-types; forward slashes, as TypeScript's paths have. */
export const typesFolder = fileURLToPath(new URL("../types", import.meta.url)).replaceAll("\\", "/");
