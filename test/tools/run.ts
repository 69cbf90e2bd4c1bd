// Runs the test files of the named folders with Node's own test runner: `tsx test/tools/run.ts unit kernel`.
import { readdirSync } from "node:fs";
import path from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";

const suites = process.argv.slice(2);
const files = suites.flatMap((suite) =>
  readdirSync(path.join(import.meta.dirname, "..", suite), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".test.ts"))
    .sort()
    .map((name) => path.join(import.meta.dirname, "..", suite, name)),
);
if (files.length === 0) {
  console.error(`test/run: expected at least one *.test.ts in ${suites.join(", ") || "(no folder named)"}`);
  process.exit(1);
}
run({ files, concurrency: true })
  .on("test:fail", () => {
    process.exitCode = 1;
  })
  .compose(new spec())
  .pipe(process.stdout);
