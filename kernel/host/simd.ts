// How wide the kernels' vectors are in Node: 128 bits, or 256 where V8 fuses two of them.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import path from "node:path";
import v8 from "node:v8";
import { cacheFolder } from "./cacheFolder";
import { setting } from "./settings";

/** V8 has a revectorizer on x64, off by default; before version 13 (Node 24) it misses most of our kernels. */
const mayFuse = process.arch === "x64" && Number.parseInt(process.versions.v8, 10) >= 13;

/**
 * What is asked for, or else the widest that `fusesPairs` finds to work, remembered for this engine and processor. Call it before
 * the first kernel runs: what is compiled already stays as it is.
 */
export function widestSimd(
  fusesPairs: () => boolean | undefined,
  asked = setting("simd"),
): "revec" | "plain" | "off" {
  if (asked === "plain" || asked === "off") return asked;
  if (!mayFuse) return "plain";
  v8.setFlagsFromString("--experimental-wasm-revectorize");
  return asked === "revec" || remembered(fusesPairs) ? "revec" : "plain";
}

/** The finding of an earlier process on this engine and processor, or a new one, which is kept. */
function remembered(fusesPairs: () => boolean | undefined): boolean {
  const folder = cacheFolder();
  const file = path.join(folder, "simd.json");
  const engine = `V8 ${process.versions.v8} on ${cpus()[0]?.model ?? "an unknown processor"}`;
  let known: Record<string, unknown> = {};
  try {
    known = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
    const fuses = known[engine];
    if (typeof fuses === "boolean") return fuses;
  } catch {} // not there yet, or not ours
  const fuses = fusesPairs();
  if (fuses === undefined) return false; // too busy a machine to tell: the next process asks again
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, JSON.stringify({ ...known, [engine]: fuses }, null, 2));
  } catch {} // a home that cannot be written: the race is short
  return fuses;
}
