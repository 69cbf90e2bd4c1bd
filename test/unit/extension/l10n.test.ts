// Every string that a user of VS Code reads has its Chinese, and no translation is of a string that is not there any more.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { it } from "node:test";
import ts from "typescript";
import manifest from "../../../package.json" with { type: "json" };
import { treeOf } from "../trees";

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
    const source = treeOf(`extension/${name}`, text);
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
  const sorted = [...new Set([...keys, "description"])].sort();
  assert.ok(sorted.length > 0);
  assert.deepEqual(Object.keys(english).sort(), sorted);
  assert.deepEqual(Object.keys(chinese).sort(), sorted);
  assert.equal(english.description, manifest.description); // npm shows it as it is; package.js puts the key there
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

/** What people would read of a literal: words; the product's name, ids and units are none. */
function wordsIn(node: ts.Node): string | undefined {
  const parts = ts.isTemplateExpression(node)
    ? [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)]
    : ts.isStringLiteralLike(node)
      ? [node.text]
      : [];
  const text = parts.join(" ").replaceAll("BN Lab", "");
  return /[a-z]{2,} [a-z]{2,}|^[A-Z][a-z]+/i.test(text) && /[a-z] [a-z]|^[A-Z][a-z]+/.test(text)
    ? text
    : undefined;
}

const shown =
  /^(title|label|description|detail|placeHolder|placeholder|prompt|tooltip|ariaLabel|message|textContent)$/;

/** Literals in places that reach a reader, without going through a translation. */
function unwrapped(file: string, text: string): string[] {
  const source = treeOf(`extension/${file}`, text);
  const found: string[] = [];
  const look = (node: ts.Node | undefined) => {
    if (node === undefined || wordsIn(node) === undefined) return;
    const { line } = source.getLineAndCharacterOfPosition(node.getStart());
    found.push(`${file}:${line + 1} ${node.getText()}`);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isNewExpression(node) && /Error$/.test(node.expression.getText())) look(node.arguments?.[0]);
    if (ts.isCallExpression(node)) {
      const called = /\w+$/.exec(node.expression.getText())?.[0] ?? "";
      if (/^(show\w*Message|say|setAttribute|MarkdownString)$/.test(called)) node.arguments.forEach(look);
      if (called === "element") look(node.arguments[2]);
    }
    if (ts.isPropertyAssignment(node) && shown.test(node.name.getText())) look(node.initializer);
    if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.EqualsToken) {
      const name = ts.isPropertyAccessExpression(node.left) ? node.left.name.text : "";
      if (shown.test(name)) look(node.right);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

it("no text that reaches a reader lacks its translation", () => {
  const names = readdirSync(path.join(root, "extension"), { recursive: true, encoding: "utf8" });
  const found = names
    .filter((name) => name.endsWith(".ts") && !name.includes("quietCells"))
    // What assistants are told is English, as what the manifest says to them.
    .filter((name) => !name.startsWith("assistant") || name.includes("confirmation"))
    .flatMap((name) => unwrapped(name, readFileSync(path.join(root, "extension", name), "utf8")));
  assert.deepEqual(found, []);
  for (const bad of [
    'throw new Error("There is no name here");',
    'window.showErrorMessage("It did not start");',
    `window.showErrorMessage(\`It did not start: ${"$"}{why}\`);`,
    'const button = { title: "Copy data" };',
    'controller.description = "Deep learning";',
    'bar.setAttribute("aria-label", "Progress of it");',
    'element("p", "", "No numbers");',
  ])
    assert.equal(unwrapped("a.ts", bad).length, 1, bad);
  for (const good of [
    'throw new Error(l10n.t("There is no name"));',
    'bar.setAttribute("role", "progressbar");',
  ])
    assert.deepEqual(unwrapped("a.ts", good), []);
});
