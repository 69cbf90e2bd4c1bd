// What STYLE.md asks for and no linter knows, in every source.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import ts from "typescript";
import { treeOf } from "./trees";

const root = path.join(import.meta.dirname, "..", "..");
const sources = ["kernel", "extension", "test", "bench"]
  .flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" }).map((file) =>
      `${folder}/${file}`.replaceAll(path.sep, "/"),
    ),
  )
  .filter((file) => /\.(c?ts|css)$/.test(file) && !/node_modules|fixtures/.test(file))
  .filter((file) => !file.endsWith("unit/style.test.ts"))
  .map((file) => ({ file, text: readFileSync(path.join(root, file), "utf8") }));

const british = new RegExp(
  "colour|favour|behaviour|neighbour|honour|\\bcentre|centred|\\bgrey|labelled|cancell(ed|ing)|modell(ed|ing)|\\blearnt|licence" +
    "|(normal|special|optim|sanit|initial|recogn|summar|organ|serial|minim|maxim|general|visual)is(e|ed|es|ing|er|ation)\\b|analys(e|ed|ing)\\b",
  "i",
);

describe("style", () => {
  it("has American spelling", () => {
    for (const word of ["colour", "Centre", "grey", "normalise", "optimised", "analyse"])
      assert.match(word, british);
    for (const word of ["color", "noise", "promise", "analysis", "concentrate"])
      assert.doesNotMatch(word, british);
    const guides = readdirSync(path.join(root, "docs")).filter((name) => name.endsWith(".md"));
    const pages = ["README.md", "ARCHITECTURE.md", ...guides.map((name) => `docs/${name}`)].map((file) => ({
      file,
      text: readFileSync(path.join(root, file), "utf8"),
    }));
    const found = [...sources, ...pages].flatMap(({ file, text }) =>
      text
        .split("\n")
        .flatMap((line, i) => (british.test(line) ? [`${file}:${i + 1} ${british.exec(line)![0]}`] : [])),
    );
    assert.deepEqual(found, []);
  });

  it("has private members that are, and constants in camelCase", () => {
    const found = sources
      .filter(({ file }) => /ts$/.test(file))
      .flatMap(({ file, text }) => oldNames(file, text));
    assert.deepEqual(found, []);
    assert.equal(
      oldNames("a.ts", "const MOST = 1; class A { private a = 1; constructor(private readonly b: 1) {} }")
        .length,
      3,
    );
    assert.deepEqual(oldNames("a.ts", "const X = 1; class A { private constructor() {} }"), []);
  });

  it("has no test that judges by a clock: it only ends a wait", () => {
    const clock = /Date\.now|performance\.now|hrtime/;
    const bound = /\bend = Date\.now\(\) \+|[<>] end\b/;
    const found = sources
      .filter(({ file }) => file.startsWith("test/") && file.endsWith(".test.ts"))
      .flatMap(({ file, text }) =>
        text
          .split("\n")
          .flatMap((line, i) =>
            clock.test(line) && !bound.test(line) ? [`${file}:${i + 1} ${line.trim()}`] : [],
          ),
      );
    assert.deepEqual(found, []);
  });

  it("has comments that begin with their subject", () => {
    const lost = /\/\*\* Of /;
    const found = sources.flatMap(({ file, text }) =>
      text.split("\n").flatMap((line, i) => (lost.test(line) ? [`${file}:${i + 1} ${line.trim()}`] : [])),
    );
    assert.deepEqual(found, []);
  });
});

/** Members under the word `private`, and constants in capitals; a single letter is mathematics. */
function oldNames(file: string, text: string): string[] {
  const source = treeOf(file, text);
  const found: string[] = [];
  if (!/\bprivate\b|(\b(const|let|var|using)\s|,|catch\s*\()\s*[A-Z][A-Z0-9_]+\b/.test(text)) return found; // a tree takes a while
  const tell = (node: ts.Node) => {
    const { line } = source.getLineAndCharacterOfPosition(node.getStart());
    found.push(`${file}:${line + 1} ${node.getText().split("\n")[0]}`);
  };
  const visit = (node: ts.Node): void => {
    const isPrivate =
      ts.canHaveModifiers(node) &&
      ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword);
    if (isPrivate && !ts.isConstructorDeclaration(node)) tell(node);
    if (
      ts.isVariableDeclaration(node) &&
      ts.isIdentifier(node.name) &&
      /^[A-Z][A-Z0-9_]+$/.test(node.name.text)
    ) {
      tell(node);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}
