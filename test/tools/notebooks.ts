// Runs the tutorials from scratch: `npm run notebooks -- [05 07 …] [--save] [--full] [--seeds FIRST] [--mnist FOLDER]`.
// Fails on errors, warnings, missing verdicts, others than those saved, and numbers that differ between the languages.
// --save puts the outputs into the notebooks. --seeds takes five other seeds, --mnist real digits, both in English alone, whose
// cells are those of all languages; with --save their verdicts' words are kept in kernel/lesson/runs.json, beside the first ones.
// --full takes the scale of the papers and keeps nothing. --table runs nothing: it writes the tables of verdicts in docs/ anew.

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
  guideOf,
  type Language,
  languages,
  type RunOptions,
  savedVerdicts,
  tableIn,
  tutorials,
  withoutWords,
} from "../notebook/tutorial";

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    save: { type: "boolean", default: false },
    full: { type: "boolean", default: false },
    seeds: { type: "string" },
    mnist: { type: "string" },
    table: { type: "boolean", default: false },
  },
});
const { save, full } = options;
const mnist = options.mnist && path.resolve(options.mnist);
/** What runs that are not saved as notebooks are called. */
const elsewhere = [mnist && "MNIST", options.seeds && `seeds ${options.seeds}–${Number(options.seeds) + 4}`]
  .filter(Boolean)
  .join(", ");
const ran: readonly Language[] = elsewhere === "" ? languages : ["en"];

const hasSeeds = (name: string) =>
  /\blet FIRST_SEED\b/.test(readFileSync(path.join(folderOf("en"), name), "utf8"));
const selected = tutorials().filter(
  (name) =>
    !options.table &&
    (positionals.length === 0 || positionals.some((each) => name.startsWith(each))) &&
    (elsewhere === "" || hasSeeds(name)),
);
const unknown = positionals.find((each) => !tutorials().some((name) => name.startsWith(each)));
const wrong =
  unknown !== undefined
    ? `expected the beginnings of notebooks' names (00 … 14), got ${unknown}`
    : save && full
      ? "expected --save without --full: what is kept is the default scale"
      : options.seeds && !/^\d+$/.test(options.seeds)
        ? `expected --seeds to give the first of five, a whole number, got ${options.seeds}`
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
const share = `${Math.max(1, Math.floor(availableParallelism() / languages.length))}`;
const env: Record<string, string> = {
  BNLAB_THREADS: share,
  BNLAB_PARALLEL: share,
  ...(mnist && { BNLAB_MNIST: mnist }),
};
const optionsOf = (file: string): RunOptions => ({
  env,
  timeout: full ? 48 * 3600 : 600,
  parameters: {
    ...(full && /\blet FULL\b/.test(readFileSync(file, "utf8")) && { FULL: "true" }),
    ...(options.seeds && { FIRST_SEED: options.seeds }),
  },
});

for (const name of selected) {
  const started = performance.now();
  const runs = await Promise.all(
    ran.map((language) => {
      const file = path.join(placeOf(language), name);
      return execute(file, optionsOf(file));
    }),
  );
  const seconds = (performance.now() - started) / 1000;
  const faults = ran.flatMap((language, i) => {
    const saved = full || elsewhere || save ? [] : savedVerdicts(language, name);
    const { faults, verdicts } = runs[i]!;
    return [...faults, ...changedVerdicts(saved, verdicts)].map((fault) => `${language}: ${fault}`);
  });
  if (
    !runs.every(({ outputs }) => isDeepStrictEqual(withoutWords(outputs), withoutWords(runs[0]!.outputs)))
  ) {
    faults.push("the languages' numbers differ");
  }
  tell(name, seconds, runs[0]!, faults);
  if (save && faults.length === 0) {
    if (elsewhere !== "") {
      keepWords(runs[0]!.verdicts);
      continue;
    }
    for (const [i, language] of languages.entries()) {
      const { text } = runs[i]!;
      for (const folder of [folderOf(language), placeOf(language)])
        writeFileSync(path.join(folder, name), text);
    }
  }
}

setMachine(thisMachine);
const card = scorecard({ folder: placeOf("en") });
if (options.table) writeTables();
else for (const language of languages) console.log(`\n${card.markdown(language)}`);
process.exitCode = failed ? 1 : 0;

/** The words alone, beside those of other notebooks from a run of the same kind. */
function keepWords(verdicts: readonly VerdictRecord[]): void {
  const file = path.join(import.meta.dirname, "../../kernel/lesson/runs.json");
  const kept = JSON.parse(readFileSync(file, "utf8")) as Record<string, Record<string, string>>;
  const own = {
    ...kept[elsewhere],
    ...Object.fromEntries(verdicts.map(({ claim, verdict }) => [claim, verdict])),
  };
  writeFileSync(file, `${JSON.stringify({ ...kept, [elsewhere]: own }, null, 2)}\n`);
}

function writeTables(): void {
  for (const language of languages) {
    const file = path.join(import.meta.dirname, "../..", guideOf(language));
    const text = readFileSync(file, "utf8");
    writeFileSync(file, text.replace(tableIn(text), card.markdown(language, { brief: true })));
  }
}

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
