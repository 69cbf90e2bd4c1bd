// Runs the tutorials of both languages from scratch: `npm run notebooks -- [05 07 …] [--save] [--full] [--mnist FOLDER]`.
// Fails on errors, warnings, missing verdicts, others than those saved, and numbers that differ between the languages.
// --save puts the outputs into the notebooks; --full takes the scale of the papers, --mnist real digits: neither is saved.

import { copyFileSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import path from "node:path";
import { isDeepStrictEqual, parseArgs } from "node:util";
import { thisMachine } from "../../kernel/host/machine";
import { scorecard, type VerdictRecord } from "../../kernel/lesson";
import { setMachine } from "../../kernel/machine/machine";
import {
  changedVerdicts,
  type Executed,
  execute,
  folderOf,
  type Language,
  languages,
  type RunOptions,
  savedVerdicts,
  tutorials,
} from "../notebook/tutorial";

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    save: { type: "boolean", default: false },
    full: { type: "boolean", default: false },
    mnist: { type: "string" },
  },
});
const { save, full } = options;
const mnist = options.mnist && path.resolve(options.mnist);

const selected = tutorials().filter(
  (name) => positionals.length === 0 || positionals.some((each) => name.startsWith(each)),
);
const unknown = positionals.find((each) => !tutorials().some((name) => name.startsWith(each)));
const wrong =
  unknown !== undefined
    ? `expected the beginnings of notebooks' names (00 … 12), got ${unknown}`
    : save && (full || mnist)
      ? "expected --save alone: what is saved is the default scale on drawn digits"
      : mnist && !statSync(mnist, { throwIfNoEntry: false })?.isDirectory()
        ? `expected --mnist to name a folder of IDX files, got ${mnist}`
        : undefined;
if (wrong !== undefined) {
  console.error(`notebooks: ${wrong}`);
  process.exit(2);
}

/** Runs stand in a folder of their own, the notebooks that are not run beside them as they were saved. */
const out = path.join(import.meta.dirname, "../../out/notebooks");
const placeOf = (language: Language) => path.join(out, language);
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
copyFileSync(path.join(folderOf("en"), "../tsconfig.json"), path.join(out, "tsconfig.json"));
for (const language of languages) {
  mkdirSync(placeOf(language), { recursive: true });
  for (const name of tutorials()) {
    copyFileSync(path.join(folderOf(language), name), path.join(placeOf(language), name));
  }
}

let failed = false;
/** Both languages at once, each with its share of the cores: the numbers do not depend on it. */
const env: Record<string, string> = {
  BNLAB_THREADS: `${Math.max(1, Math.floor(availableParallelism() / languages.length))}`,
  ...(mnist && { BNLAB_MNIST: mnist }),
};
const optionsOf = (file: string): RunOptions => ({
  env,
  timeout: full ? 48 * 3600 : 600,
  parameters: full && /\blet FULL\b/.test(readFileSync(file, "utf8")) ? { FULL: "true" } : {},
});

for (const name of selected) {
  const started = performance.now();
  const runs = await Promise.all(
    languages.map((language) => {
      const file = path.join(placeOf(language), name);
      return execute(file, optionsOf(file));
    }),
  );
  const seconds = (performance.now() - started) / 1000;
  const faults = languages.flatMap((language, i) => {
    const saved = full || mnist ? [] : savedVerdicts(language, name);
    const { faults, verdicts } = runs[i]!;
    return [...faults, ...changedVerdicts(saved, verdicts)].map((fault) => `${language}: ${fault}`);
  });
  if (!isDeepStrictEqual(runs[0]!.outputs, runs[1]!.outputs)) faults.push("the languages' outputs differ");
  tell(name, seconds, runs[0]!, faults);
  if (save && faults.length === 0) {
    for (const [i, language] of languages.entries()) {
      const { text } = runs[i]!;
      for (const folder of [folderOf(language), placeOf(language)])
        writeFileSync(path.join(folder, name), text);
    }
  }
}

setMachine(thisMachine);
const card = scorecard({ folder: placeOf("en") });
for (const language of languages) console.log(`\n${card.markdown(language)}`);
process.exitCode = failed ? 1 : 0;

function tell(name: string, seconds: number, { text, verdicts }: Executed, faults: readonly string[]): void {
  failed ||= faults.length > 0;
  const size = `${Math.round(Buffer.byteLength(text) / 1000)} kB`;
  const found = verdicts.map(({ claim, verdict }) => `${claim} ${verdict}`).join(", ");
  const mark = faults.length === 0 ? "✓" : "✗";
  const numbers = numbersMoved(savedVerdicts("en", name), verdicts) ? "  (other numbers than saved)" : "";
  console.log(
    `${mark} ${path.basename(name, ".ipynb").padEnd(20)} ${seconds.toFixed(0).padStart(5)} s ${size.padStart(7)}  ${found}${numbers}`,
  );
  for (const fault of faults) console.log(`    ${fault.replaceAll("\n", "\n    ")}`);
}

function numbersMoved(saved: readonly VerdictRecord[], now: readonly VerdictRecord[]): boolean {
  return saved.length > 0 && !isDeepStrictEqual(saved, now);
}
