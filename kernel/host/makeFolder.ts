// A folder with those above it. Node's own way to make them, `recursive`, never ends where the system takes none, as in /proc.
import { existsSync, mkdirSync, statSync } from "node:fs";
import path from "node:path";

/** @throws the system's own error where it cannot be made. */
export function makeFolder(folder: string): void {
  if (isFolder(folder)) return;
  const parent = path.dirname(folder);
  if (parent !== folder && !existsSync(parent)) makeFolder(parent);
  try {
    mkdirSync(folder);
  } catch (error) {
    if (!isFolder(folder)) throw error; // somebody else may have made it meanwhile
  }
}

const isFolder = (file: string) => statSync(file, { throwIfNoEntry: false })?.isDirectory() === true;
