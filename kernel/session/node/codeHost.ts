// Node lends the converter and the language service its disk: the build's own files, the notebook's folder and its packages.
import { statSync } from "node:fs";
import { isBuiltin } from "node:module";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { setting } from "../../host/settings";
import type { CodeHost } from "../converter/codeHost";
import { projectOf } from "./project";

const forward = (file: string) => file.replaceAll("\\", "/");

/** @param folder the notebook's. */
export function nodeCodeHost(folder: string): CodeHost {
  return {
    folder: forward(folder),
    typesFolder: forward(fileURLToPath(new URL("../types", import.meta.url))), // where the build puts them
    libFolder: forward(ts.sys.getExecutingFilePath()).replace(/\/[^/]*$/, ""),
    globals: "node",
    engine: `Node ${process.versions.node}`,
    files: {
      ...ts.sys,
      version: (file) => String(statSync(file, { throwIfNoEntry: false })?.mtimeMs),
    },
    isBuiltin,
    project: () => projectOf(ts, folder),
    semicolonHides: () => setting("semicolonHides") === "1",
  };
}
