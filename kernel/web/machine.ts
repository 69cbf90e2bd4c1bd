// What a browser gives the rooms that could run anywhere: files in memory, memory to unpack in, and values printed as Node prints them.
import { gunzipSync, unzlibSync, zlibSync } from "fflate";
import { inspect } from "node-inspect-extracted";
import type { Machine } from "../machine/machine";
import { elsewhere } from "../session/cells/refusedModules";
import { afterTurn } from "./turn";

/** What of a machine concerns files. */
export type Files = Pick<Machine, "resolve" | "kind" | "files" | "folders" | "open" | "write">;

const refuse = (what: string) => (): never => {
  throw new Error(`expected files to ${what}; the library has none in a browser: ${elsewhere}`);
};

/** Where there is no kernel to have some in memory. */
export const noFiles: Files = {
  resolve: (...path) => path.join("/"),
  kind: refuse("look at"),
  files: refuse("list"),
  folders: refuse("list"),
  open: refuse("read"),
  write: refuse("write"),
};

/** Newer engines have it: an object of another frame, and one that only claims to be an error, are told apart. */
const { isError } = Error as { isError?(value: unknown): value is Error };

export const webMachine = (files: Files): Machine => ({
  ...files,
  onMissing: `; a browser has only the files that were added to it and what its cells wrote: ${elsewhere}`,
  mnistFolder: () => undefined,
  gunzip: (bytes) => gunzipSync(bytes),
  inflate: (bytes) => unzlibSync(bytes),
  deflate: (bytes) => zlibSync(bytes),
  viewerScript: () => {
    throw new Error(
      `expected a figure to save as .svg or .json; a browser has not what a page of charts is made of: ${elsewhere}`,
    );
  },
  turn: () => new Promise(afterTurn),
  awaits: () => {},
  inspect,
  isNativeError: (value): value is Error => (isError ? isError(value) : value instanceof Error),
  isPromise: (value) => value instanceof Promise,
  isProxy: () => false,
  terminal: () => null,
  ask: async () => {
    throw new Error("input: expected a notebook whose reader can be asked; there is none here");
  },
});
