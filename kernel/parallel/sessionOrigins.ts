// What this process has by itself, as its cells and "bnlab" have it.
import * as bnlab from "../bnlab";
import type { CellReferences } from "../session/cells/references";
import type { Origin } from "./nodes";
import { addModule, globalOrigins } from "./origins";

let own: ReadonlyMap<unknown, Origin> | undefined;

export function originsOf(references: CellReferences): Map<unknown, Origin> {
  own ??= withBnlab();
  const found = new Map(own);
  for (const { value, origin } of references.imported()) {
    if (!isObject(value) || found.has(value)) continue;
    found.set(value, origin);
  }
  return found;
}

function withBnlab(): ReadonlyMap<unknown, Origin> {
  const found = globalOrigins();
  addModule(found, bnlab, (path) => ({ in: "bnlab", path }));
  return found;
}

const isObject = (value: unknown): value is object =>
  (typeof value === "object" && value !== null) || typeof value === "function";
