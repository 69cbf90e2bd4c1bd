// What a file exports another file imports; only the doors of rooms offer more than we use. Types are another matter: an exported
// signature needs names for what it speaks of.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import ts from "typescript";
import { treeOf } from "./trees";

const root = path.join(import.meta.dirname, "..", "..");

const build = readFileSync(path.join(root, "esbuild.js"), "utf8");

/** Offered to cells and rooms, or loaded by name: by Node, by VS Code, in the place of a package. */
const isDoor = (file: string) =>
  /\/index\.ts$|^kernel\/(tensor\/doors|cell)\/|^test\/tools\/together\.ts$|\.d\.ts$/.test(file) ||
  build.includes(`"${file}"`);

interface Source {
  readonly file: string;
  readonly exported: readonly string[];
  /** What it takes of others: names, or all of them. */
  readonly taken: readonly { from: string; names: readonly string[] | "all" }[];
}

test("no file exports what it alone uses", () => {
  const files = ["kernel", "extension", "test"].flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })
      .map((file) => `${folder}/${file.replaceAll(path.sep, "/")}`)
      .filter((file) => /\.c?ts$/.test(file) && !/node_modules|bench\/peers/.test(file)),
  );
  const sources = files.map((file) => sourceOf(file, readFileSync(path.join(root, file), "utf8")));
  assert.deepEqual(lonely(sources), []);
});

test("the search finds what nobody imports", () => {
  const sources = [
    sourceOf(
      "kernel/words/numbers.ts",
      `export const a = 1; export function b() {} export class C {} export enum D {} export interface Free {}
       export { f, g as h }; export const { i, j: [k] } = l; export default 1;`,
    ),
    sourceOf(
      "kernel/words/html.ts",
      'import { a, D } from "./numbers"; export { b as bb } from "./numbers";',
    ),
    sourceOf(
      "kernel/words/table.ts",
      'type T = import("./numbers").h; const { h } = await import("./html");',
    ),
  ];
  assert.deepEqual(
    lonely(sources),
    ["C", "f", "i", "k"].map((name) => `kernel/words/numbers.ts: ${name}`),
  );
});

function lonely(sources: readonly Source[]): string[] {
  const used = new Map<string, Set<string> | "all">();
  for (const { taken } of sources) {
    for (const { from, names } of taken) {
      const known = used.get(from) ?? new Set();
      if (names === "all") used.set(from, "all");
      else if (known !== "all") used.set(from, new Set([...known, ...names]));
    }
  }
  return sources.flatMap(({ file, exported }) => {
    const others = used.get(file) ?? new Set();
    if (isDoor(file) || others === "all") return [];
    return exported.filter((name) => !others.has(name)).map((name) => `${file}: ${name}`);
  });
}

function sourceOf(file: string, text: string): Source {
  const exported: string[] = [];
  const taken: Source["taken"][number][] = [];
  const take = (specifier: ts.Node | undefined, names: readonly string[] | "all") => {
    if (specifier && ts.isStringLiteralLike(specifier) && specifier.text.startsWith(".")) {
      taken.push({ from: targetOf(file, specifier.text), names });
    }
  };
  const namesIn = (name: ts.BindingName): string[] =>
    ts.isIdentifier(name)
      ? [name.text]
      : name.elements.flatMap((element) => (ts.isBindingElement(element) ? namesIn(element.name) : []));
  const own = ({ elements }: ts.NamedImports | ts.NamedExports) =>
    elements.map(({ name, propertyName }) => (propertyName ?? name).text);
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      const bindings = node.importClause?.namedBindings;
      take(
        node.moduleSpecifier,
        bindings === undefined ? [] : ts.isNamedImports(bindings) ? own(bindings) : "all",
      );
    } else if (ts.isExportDeclaration(node)) {
      const clause = node.exportClause;
      const names = clause && ts.isNamedExports(clause) ? clause : undefined;
      if (node.moduleSpecifier) take(node.moduleSpecifier, names ? own(names) : "all");
      else exported.push(...(names?.elements.map(({ name }) => name.text) ?? []));
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      const first =
        node.qualifier && (ts.isIdentifier(node.qualifier) ? node.qualifier : node.qualifier.right);
      take(node.argument.literal, first ? [first.text] : "all");
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      take(node.arguments[0], "all");
    } else if (
      ts.canHaveModifiers(node) &&
      !ts.isInterfaceDeclaration(node) &&
      !ts.isTypeAliasDeclaration(node) &&
      ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) &&
      !ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword)
    ) {
      if (ts.isVariableStatement(node)) {
        exported.push(...node.declarationList.declarations.flatMap(({ name }) => namesIn(name)));
      } else if ("name" in node && node.name) exported.push((node.name as ts.Identifier).text);
    }
    ts.forEachChild(node, visit);
  };
  visit(treeOf(file, text));
  return { file, exported, taken };
}

function targetOf(file: string, specifier: string): string {
  const at = path.posix.join(path.posix.dirname(file), specifier);
  const found = [at, `${at}.ts`, `${at}/index.ts`].find(
    (each) => /\.\w+$/.test(each) && existsSync(path.join(root, each)),
  );
  return found ?? at;
}
