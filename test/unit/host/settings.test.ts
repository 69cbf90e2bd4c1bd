// BN Lab's environment variables: what they may be, and that the table is where all of them stand.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import ts from "typescript";
import {
  environmentOf,
  setting,
  settingNames,
  settings,
  settingsTrouble,
} from "../../../kernel/host/settings";
import { threadCount } from "../../../kernel/host/threads";

const root = path.join(import.meta.dirname, "../../..");

test("an absent or empty variable is not set", () => {
  for (const name of settingNames) {
    assert.equal(setting(name, {}), undefined);
    assert.equal(setting(name, { [settings[name].variable]: "" }), undefined);
  }
  assert.equal(settingsTrouble({}), null);
  assert.ok(Number.isInteger(threadCount(undefined)) && threadCount(undefined) >= 1);
});

test("what is set is read, and what cannot be used is refused by name", () => {
  const environment = environmentOf({
    threads: "3",
    parallel: "off",
    memory: "512",
    simd: "plain",
    fusion: "off",
    mnist: "/m",
  });
  assert.deepEqual(
    [setting("threads", environment), setting("memory", environment), setting("simd", environment)],
    [3, 512, "plain"],
  );
  assert.deepEqual([setting("fusion", environment), setting("mnist", environment)], ["off", "/m"]);
  assert.equal(threadCount(setting("threads", environment)), 3);
  assert.equal(setting("parallel", environment), 1);
  const wrong: [Parameters<typeof environmentOf>[0], string][] = [
    [{ threads: "0" }, 'BNLAB_THREADS: expected a whole number of threads from 1 on, got "0"'],
    [{ threads: "two" }, 'BNLAB_THREADS: expected a whole number of threads from 1 on, got "two"'],
    [{ memory: "63" }, 'BNLAB_MEMORY: expected a whole number of MiB from 64 on, got "63"'],
    [{ memory: "1.5e2.1" }, 'BNLAB_MEMORY: expected a whole number of MiB from 64 on, got "1.5e2.1"'],
    [{ simd: "on" }, 'BNLAB_SIMD: expected "revec", "plain" or "off", got "on"'],
    [{ fusion: "no" }, 'BNLAB_FUSION: expected "on" or "off", got "no"'],
    [{ semicolonHides: "yes" }, 'BNLAB_SEMICOLON_HIDES: expected "1" or "0", got "yes"'],
  ];
  for (const [values, message] of wrong) {
    const [name] = Object.keys(values) as (keyof typeof values)[];
    assert.throws(() => setting(name!, environmentOf(values)), new RangeError(message));
    assert.equal(settingsTrouble(environmentOf(values)), message);
  }
});

test("the guide tells of each as the table does, the Chinese one of the same", () => {
  const rows = (file: string) =>
    readFileSync(path.join(root, file), "utf8")
      .split("\n")
      .filter((line) => line.startsWith("| `BNLAB_"));
  const told = settingNames.map((name) => {
    const { variable, about, takes, otherwise } = settings[name];
    return `| \`${variable}\` | ${about} | ${takes} | ${otherwise} |`;
  });
  assert.deepEqual(rows("docs/command-line.md"), told);
  const named = rows("docs/zh-cn/command-line.md").map((row) => /BNLAB_\w+/.exec(row)![0]);
  assert.deepEqual(
    named,
    settingNames.map((name) => settings[name].variable),
  );
});

test("nothing else names such a variable in its code", () => {
  const found = variablesOf("kernel", "extension").filter(([file]) => file !== "kernel/host/settings.ts");
  assert.deepEqual(found, []);
  for (const code of [
    "process.env.BNLAB_X",
    'process.env["BNLAB_X"]',
    "const { BNLAB_X: a } = process.env;",
    "const env = { BNLAB_X: 1 };",
    "const { BNLAB_X } = env;",
  ]) {
    assert.equal(variablesIn("a.ts", code).length, 1, code);
  }
});

test("those of tests alone stand in test/environment.ts; the others tests set as users do", () => {
  const known = settingNames.map((name) => settings[name].variable);
  const found = variablesOf("test", "bench").filter(
    ([file, name]) => file !== "test/environment.ts" && name !== "BNLAB_X" && !known.includes(name),
  );
  assert.deepEqual(found, []);
});

function variablesOf(...folders: string[]): [file: string, name: string][] {
  const files = folders.flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })
      .map((file) => `${folder}/${file.replaceAll(path.sep, "/")}`)
      .filter((file) => /\.c?ts$/.test(file) && !file.includes("node_modules")),
  );
  return files.flatMap((file) => variablesIn(file, readFileSync(path.join(root, file), "utf8")));
}

/** Names and whole texts that are such a variable's; sentences may speak of one. */
function variablesIn(file: string, text: string): [file: string, name: string][] {
  const found: [string, string][] = [];
  if (!text.includes("BNLAB_")) return found; // a tree takes a while
  const visit = (node: ts.Node): void => {
    if ((ts.isIdentifier(node) || ts.isStringLiteralLike(node)) && /^BNLAB_\w+$/.test(node.text)) {
      found.push([file, node.text]);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true));
  return found;
}
