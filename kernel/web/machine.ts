// What a browser gives the rooms that could run anywhere: no files, but memory to unpack in, and values printed as Node prints them.
import { gunzipSync, unzlibSync, zlibSync } from "fflate";
import { inspect } from "node-inspect-extracted";
import type { Machine } from "../machine/machine";
import { elsewhere } from "../session/cells/refusedModules";
import { afterTurn } from "./turn";

const noFiles = (what: string) => (): never => {
  throw new Error(`expected files to ${what}; a web page has none: ${elsewhere}`);
};

/** Newer engines have it: an object of another frame, and one that only claims to be an error, are told apart. */
const { isError } = Error as { isError?(value: unknown): value is Error };

export const webMachine: Machine = {
  mnistFolder: () => undefined,
  resolve: (...path) => path.join("/"),
  kind: noFiles("look at"),
  files: noFiles("list"),
  folders: noFiles("list"),
  open: noFiles("read"),
  write: noFiles("write"),
  gunzip: (bytes) => gunzipSync(bytes),
  inflate: (bytes) => unzlibSync(bytes),
  deflate: (bytes) => zlibSync(bytes),
  viewerScript: noFiles("save a page as"),
  turn: () => new Promise(afterTurn),
  inspect,
  isNativeError: (value): value is Error => (isError ? isError(value) : value instanceof Error),
  isPromise: (value) => value instanceof Promise,
  isProxy: () => false,
  terminal: () => null,
  ask: async () => {
    throw new Error("input: expected a notebook whose reader can be asked; there is none here");
  },
};
