// Every string that a user of VS Code reads has its Chinese, and no translation is of a string that is not there any more.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { it } from "node:test";
import ts from "typescript";
import manifest from "../../../package.json" with { type: "json" };

const root = path.resolve(import.meta.dirname, "../../..");
const read = (file: string) =>
  JSON.parse(readFileSync(path.join(root, file), "utf8")) as Record<string, string>;
const english = read("package.nls.json");
const chinese = read("package.nls.zh-cn.json");
const bundle = read("l10n/bundle.l10n.zh-cn.json");
const hasHan = (text: string) => /\p{Script=Han}/u.test(text);
const places = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();
const commandsIn = (text: string) => text.match(/\(command:[^)]*\)/g) ?? [];

function* stringsOf(value: unknown): Generator<string> {
  if (typeof value === "string") yield value;
  else if (typeof value === "object" && value !== null)
    for (const part of Object.values(value)) yield* stringsOf(part);
}

/** The first argument of every `l10n.t(…)`; one that is no plain text could not be translated. */
function* stringsInCode(): Generator<string> {
  const folder = path.join(root, "extension");
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".ts")) continue;
    const text = readFileSync(path.join(folder, name), "utf8");
    const source = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true);
    const found: string[] = [];
    const visit = (node: ts.Node): void => {
      if (ts.isCallExpression(node) && /\bl10n\.t$/.test(node.expression.getText())) {
        const [message] = node.arguments;
        assert.ok(
          message && ts.isStringLiteralLike(message),
          `${name}: ${node.getText()} needs one plain text`,
        );
        found.push(message.text);
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
    yield* found;
  }
}

it("every string of the manifest is translated, and no other", () => {
  const keys = [...stringsOf(manifest)].flatMap((text) => /^%([\w.]+)%$/.exec(text)?.[1] ?? []);
  const sorted = [...new Set(keys)].sort();
  assert.ok(sorted.length > 0);
  assert.deepEqual(Object.keys(english).sort(), sorted);
  assert.deepEqual(Object.keys(chinese).sort(), sorted);
});

it("what the manifest says to people is not written into it", () => {
  const { commands, configuration, walkthroughs, notebookRenderer } = manifest.contributes;
  const said = [
    ...commands.map(({ title }) => title),
    ...Object.values(configuration.properties).map(({ markdownDescription }) => markdownDescription),
    ...walkthroughs.flatMap(({ title, description, steps }) => [
      ...[title, description],
      ...steps.flatMap((step) => [step.title, step.description, step.media.altText]),
    ]),
    ...notebookRenderer.map(({ displayName }) => displayName),
  ];
  for (const text of said) assert.match(text, /^%[\w.]+%$/);
});

it("the manifest's Chinese is Chinese, with the same commands in it", () => {
  for (const [key, text] of Object.entries(chinese)) {
    assert.deepEqual(commandsIn(text), commandsIn(english[key]!), key);
    if (text.endsWith(".png")) assert.ok(existsSync(path.join(root, text)) && text !== english[key], key);
    else assert.ok(hasHan(text), `${key}: ${text}`);
  }
});

it("every string of the code is translated, and no other", () => {
  assert.deepEqual(Object.keys(bundle).sort(), [...new Set(stringsInCode())].sort());
  for (const [text, translation] of Object.entries(bundle)) {
    assert.ok(hasHan(translation), `${text}: ${translation}`);
    assert.deepEqual(places(translation), places(text), text);
  }
});
