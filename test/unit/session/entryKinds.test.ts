// What completions are that stand for something imported, their order between an import's braces, and where those are.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import ts from "typescript";
import { importOrder, isInImport, kindOf } from "../../../kernel/session/language/entryKinds";

const { alias, classElement, constElement, enumElement, functionElement } = ts.ScriptElementKind;
const { interfaceElement, moduleElement, typeElement, letElement } = ts.ScriptElementKind;

const texts: Readonly<Record<string, string>> = {
  "/p/m.ts":
    "export class C {} export function F() {} export enum E {} export const V = 1; export namespace N { export const x = 1; } export interface I {} export type T = number;",
  "/p/a.ts": 'import { C, F, E, V, N, I, T, nobody } from "./m"; import * as all from "./m"; const own = 1;',
};
const host = ts.createCompilerHost({});
host.getSourceFile = (name, version) =>
  texts[name] === undefined ? undefined : ts.createSourceFile(name, texts[name], version, true);
host.fileExists = (name) => name in texts;
host.readFile = (name) => texts[name];
host.directoryExists = undefined;
host.realpath = undefined;
const program = ts.createProgram(["/p/a.ts"], { noLib: true, types: [] }, host);
const checker = program.getTypeChecker();
const file = program.getSourceFile("/p/a.ts")!;

/** A completion for a name of a.ts, as TypeScript gives one. */
function entry(name: string, kind = alias): ts.CompletionEntry {
  const symbol = checker.getSymbolsInScope(file, ts.SymbolFlags.All).find((each) => each.name === name);
  assert.ok(symbol, name);
  return { name, kind, symbol, sortText: "" };
}

describe("completions", () => {
  test("of what is imported are of the kind that it is where it comes from", () => {
    const kinds = Object.fromEntries(
      ["C", "F", "E", "V", "N", "I", "T", "all", "own"].map((name) => [name, kindOf(entry(name), checker)]),
    );
    assert.deepEqual(kinds, {
      ...{ C: classElement, F: functionElement, E: enumElement, V: constElement, N: moduleElement },
      ...{ I: interfaceElement, T: typeElement, all: moduleElement, own: constElement },
    });
    assert.equal(kindOf(entry("nobody"), checker), alias, "it is not there");
    assert.equal(kindOf(entry("C"), undefined), alias);
    assert.equal(kindOf(entry("C", letElement), checker), letElement);
    assert.equal(kindOf({ name: "x", kind: alias, sortText: "" }, checker), alias);
  });

  test("between an import's braces come by use, then values, then types", () => {
    const names: [name: string, kind: string][] = [
      ["Tensor", interfaceElement],
      ["Shape", typeElement],
      ["zzz", functionElement],
      ["load", functionElement],
      ["tensor", functionElement],
      ["optim", moduleElement],
      ["nn", moduleElement],
    ];
    const order = names.sort((a, b) => (importOrder(...a) < importOrder(...b) ? -1 : 1));
    assert.deepEqual(
      order.map(([name]) => name),
      ["nn", "optim", "tensor", "load", "zzz", "Tensor", "Shape"],
    );
  });

  test("stand between the braces of an import from bnlab, and nowhere else", () => {
    const places = (text: string) => {
      const parsed = ts.createSourceFile("a.ts", text, ts.ScriptTarget.Latest, true);
      return Array.from({ length: text.length + 1 }, (_, at) => at)
        .filter((at) => isInImport(parsed, at))
        .map((at) => `${text.slice(0, at)}|${text.slice(at)}`);
    };
    assert.deepEqual(places('import {a} from "bnlab";'), [
      'import {|a} from "bnlab";',
      'import {a|} from "bnlab";',
    ]);
    for (const none of ['import {a} from "other";', 'import "bnlab";', 'import b from "bnlab";', "f({ a });"])
      assert.deepEqual(places(none), []);
  });
});
