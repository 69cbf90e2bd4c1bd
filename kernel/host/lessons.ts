// What Node gives the lessons: environment variables and files.
import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import type { LessonHost } from "../lesson/host";

export const nodeLessons: LessonHost = {
  setting: (name) => process.env[name],
  files(folder) {
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return null;
    const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => !entry.isDirectory());
    const changed = new Map(files.map(({ name }) => [name, changedAt(path.join(folder, name))]));
    return [...changed.keys()].sort().sort((a, b) => changed.get(a)! - changed.get(b)!);
  },
  read: (folder, name) => readFileSync(path.join(folder, name), "utf8"),
};

/** A link that leads nowhere counts as old. */
const changedAt = (file: string) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
