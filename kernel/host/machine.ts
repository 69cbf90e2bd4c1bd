// What Node gives the rooms that could run anywhere: files, zlib, settings, and the viewer's script beside the built kernel.
import {
  chmodSync,
  closeSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline/promises";
import { inspect, types } from "node:util";
import { deflateSync, gunzipSync, inflateSync } from "node:zlib";
import type { Machine, OpenFile } from "../machine/machine";
import { wordsOf } from "./fileTrouble";
import { makeFolder } from "./makeFolder";
import { setting } from "./settings";

export const thisMachine: Machine = {
  mnistFolder: () => setting("mnist"),
  onMissing: "",
  resolve: path.resolve,
  kind(file) {
    const found = told(`to look at ${file}`, () => statSync(file, { throwIfNoEntry: false }));
    return found ? (found.isDirectory() ? "folder" : "file") : null;
  },
  files(folder) {
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return null;
    const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => !entry.isDirectory());
    const changed = new Map(files.map(({ name }) => [name, changedAt(path.join(folder, name))]));
    return [...changed.keys()].sort().sort((a, b) => changed.get(a)! - changed.get(b)!);
  },
  folders(folder) {
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return null;
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
      .sort();
  },
  open,
  write(file, pieces) {
    told(`to write ${file}`, () => {
      const target = linkTarget(path.resolve(file));
      if (thisMachine.kind(target) === "folder") throw new Error("it is a folder; add a file name to it");
      makeFolder(path.dirname(target));
      const unfinished = `${target}.${process.pid}.tmp`;
      try {
        const opened = openSync(unfinished, "w");
        try {
          for (const piece of gathered(pieces)) writeFileSync(opened, piece);
          fsyncSync(opened); // some disks tell only now that they are full
        } finally {
          closeSync(opened);
        }
        const before = statSync(target, { throwIfNoEntry: false });
        if (before !== undefined && process.platform !== "win32") chmodSync(unfinished, before.mode & 0o7777);
        renameSync(unfinished, target);
      } catch (error) {
        rmSync(unfinished, { force: true });
        throw error;
      }
    });
  },
  gunzip: (bytes) => gunzipSync(bytes),
  inflate: (bytes) => inflateSync(bytes),
  deflate: (bytes) => deflateSync(bytes),
  viewerScript: () => readFileSync(new URL("../renderer/standalone.js", import.meta.url), "utf8"),
  turn: () => new Promise((resolve) => setImmediate(resolve)),
  awaits: () => {},
  inspect,
  isNativeError: types.isNativeError,
  isPromise: types.isPromise,
  isProxy: types.isProxy,
  terminal: () => (process.stderr.isTTY ? process.stderr : null),
  async ask(prompt) {
    const terminal = createInterface({ input: process.stdin, output: process.stderr });
    try {
      return await terminal.question(prompt);
    } finally {
      terminal.close();
    }
  },
};

/** What `action` gives; what the system says against it, in words. */
function told<T>(what: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw new Error(`expected ${what}, but ${wordsOf(error)}`, { cause: error });
  }
}

/** Where a chain of links ends, there or not yet: a link that is written to stays one. */
function linkTarget(file: string, hops = 40): string {
  if (!lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink()) return file;
  if (hops === 0) throw new Error("its symbolic links lead back to themselves");
  return linkTarget(path.resolve(path.dirname(file), readlinkSync(file)), hops - 1);
}

/** A link that leads nowhere counts as old. */
const changedAt = (file: string) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** Small pieces are written and read together: a call of the system may take longer than a megabyte. */
const smallBytes = 2 ** 16;
const togetherBytes = 2 ** 20;
/** Node reads no more than 2 GB in one call. */
const mostAtOnce = 2 ** 30;

function* gathered(pieces: Iterable<string | Uint8Array>): Iterable<string | Uint8Array> {
  let together = new Uint8Array(togetherBytes);
  let filled = 0;
  for (const piece of pieces) {
    const isSmall = typeof piece !== "string" && piece.length <= smallBytes;
    if (filled > 0 && (!isSmall || filled + piece.length > togetherBytes)) {
      yield together.subarray(0, filled);
      together = new Uint8Array(togetherBytes);
      filled = 0;
    }
    if (isSmall) {
      together.set(piece, filled);
      filled += piece.length;
    } else yield piece;
  }
  if (filled > 0) yield together.subarray(0, filled);
}

function open(file: string): OpenFile {
  const opened = told(`to read ${file}`, () => openSync(file, "r"));
  const { size: length } = fstatSync(opened);
  const readAll = (begin: number, end: number) => {
    const bytes = new Uint8Array(end - begin);
    let at = 0;
    while (at < bytes.length) {
      const count = readSync(opened, bytes, at, Math.min(bytes.length - at, mostAtOnce), begin + at);
      if (count === 0) throw new Error(`expected ${file} to stay as it is while it is read, got its end`);
      at += count;
    }
    return bytes;
  };
  let ahead = new Uint8Array(0);
  let aheadFrom = 0;
  return {
    length,
    read(begin, given) {
      const end = Math.min(given, length);
      if (end - begin > smallBytes) return readAll(begin, end);
      if (begin < aheadFrom || end > aheadFrom + ahead.length) {
        ahead = readAll(begin, Math.min(begin + togetherBytes, length));
        aheadFrom = begin;
      }
      return ahead.slice(begin - aheadFrom, end - aheadFrom);
    },
    close: () => closeSync(opened),
  };
}
