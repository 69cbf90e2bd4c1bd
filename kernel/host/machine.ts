// What Node gives the rooms that could run anywhere: files, zlib, settings, and the viewer's script beside the built kernel.
import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { deflateSync, gunzipSync } from "node:zlib";
import type { Machine, OpenFile } from "../machine/machine";

export const nodeMachine: Machine = {
  setting: (name) => process.env[name],
  resolve: path.resolve,
  kind(file) {
    const found = statSync(file, { throwIfNoEntry: false });
    return found ? (found.isDirectory() ? "folder" : "file") : null;
  },
  files(folder) {
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return null;
    const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => !entry.isDirectory());
    const changed = new Map(files.map(({ name }) => [name, changedAt(path.join(folder, name))]));
    return [...changed.keys()].sort().sort((a, b) => changed.get(a)! - changed.get(b)!);
  },
  open,
  write(file, pieces) {
    mkdirSync(path.dirname(path.resolve(file)), { recursive: true });
    const unfinished = `${file}.${process.pid}.tmp`;
    try {
      const opened = openSync(unfinished, "w");
      try {
        for (const piece of pieces) writeFileSync(opened, piece);
      } finally {
        closeSync(opened);
      }
      renameSync(unfinished, file);
    } catch (error) {
      rmSync(unfinished, { force: true });
      throw error;
    }
  },
  gunzip: (bytes) => gunzipSync(bytes),
  deflate: (bytes) => deflateSync(bytes),
  viewerScript: () => readFileSync(new URL("../renderer/standalone.js", import.meta.url), "utf8"),
  turn: () => new Promise((resolve) => setImmediate(resolve)),
};

/** A link that leads nowhere counts as old. */
const changedAt = (file: string) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;

function open(file: string): OpenFile {
  const opened = openSync(file, "r");
  const { size: length } = fstatSync(opened);
  return {
    length,
    read(begin, end) {
      const bytes = new Uint8Array(Math.min(end, length) - begin);
      let at = 0;
      while (at < bytes.length) {
        const count = readSync(opened, bytes, at, bytes.length - at, begin + at);
        if (count === 0) throw new Error(`expected ${file} to stay as it is while it is read, got its end`);
        at += count;
      }
      return bytes;
    },
    close: () => closeSync(opened),
  };
}
