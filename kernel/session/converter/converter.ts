// Cells in, runnable code and messages about the code out: tslab's converter, with what it knows between cells.
import path from "node:path";
import { createConverter, isCompleteCode, type Converter as Tslab } from "tslab/dist/converter";
import ts from "typescript";
import { completeTypes, type Declarations, forgotten, noCells, withoutMissed } from "./declarations";
import { type EmittedCell, emitCell } from "./emit";
import { jsxIn } from "./jsx";
import { parseBound, symbolsIn, syntaxErrorsOf } from "./scopes";
import { takeTypeErrors } from "./typescriptForTslab";

export interface CodeMessage {
  /** From 1, as editors count. */
  line: number;
  column: number;
  /** `TS2322`. */
  code: string;
  text: string;
  /** The file, when it is not the cell. */
  file?: string;
}

export type Converted =
  | { ok: true; cell: EmittedCell; showsResult: boolean; warnings: CodeMessage[]; declarations: Declarations }
  | { ok: false; errors: CodeMessage[] };

export type Completeness = { status: "complete" | "invalid" } | { status: "incomplete"; indent: string };

/** No further line can end it. */
const unterminatedString = 1002;

export class Converter {
  readonly #tslab: Tslab = createConverter();
  #declarations = noCells;
  /** Those before the latest cell's. */
  #before = this.#declarations;

  /** Converts a cell; its declarations count only once they are handed to `accept`. */
  convert(source: string): Converted {
    const result = this.#tslab.convert(this.#declarations.types, source);
    const lines = source.split("\n").length; // after them come tslab's own
    const warnings = takeTypeErrors()
      .map(describeDiagnostic)
      .filter(({ line, file }) => file !== undefined || line <= lines);
    if (result.diagnostics.length > 0) {
      const jsx = jsxIn(source);
      if (jsx) return { ok: false, errors: [noJsx(jsx)] };
      return {
        ok: false,
        errors: result.diagnostics.map(({ start, code, messageText, fileName }) => ({
          line: start.line + 1,
          column: start.character + 1,
          code: `TS${code}`,
          text: messageText,
          file: fileName,
        })),
      };
    }
    const file = parseBound(source);
    const last = file.statements.at(-1);
    const own = new Map(
      [...symbolsIn(file)].map(([name, { valueDeclaration }]) => [name, { isVar: isVar(valueDeclaration) }]),
    );
    const endsInExpression = last !== undefined && ts.isExpressionStatement(last);
    const { types, values: known } = this.#declarations;
    const cell = emitCell(result.output ?? "", {
      own,
      known,
      endsInExpression,
      result: result.lastExpressionVar,
    });
    const declared = completeTypes(result.declOutput ?? "", cell.declares);
    return {
      ok: true,
      cell,
      showsResult: endsInExpression && !last.getText().endsWith(";"), // a semicolon hides the value, as in IPython
      warnings,
      declarations: {
        types: declared + forgotten(types, own),
        values: new Set([...known, ...cell.declares]),
      },
    };
  }

  accept(declarations: Declarations): void {
    this.#before = this.#declarations;
    this.#declarations = declarations;
  }

  /** The latest cell ended before it declared these: they are what they were before it. */
  retract(names: readonly string[]): void {
    this.#declarations = withoutMissed(this.#declarations, this.#before, names);
  }

  /** Forgets what cells declared: the runner that held their values has gone. */
  reset(): void {
    this.#declarations = noCells;
  }

  /** Whether a console should run the text or wait for more of it; an empty line at its end says that there is no more. */
  isComplete(source: string): Completeness {
    const [error] = syntaxErrorsOf(ts.createSourceFile("cell.ts", source, ts.ScriptTarget.ESNext));
    if (!error || /\n\s*\n\s*$/.test(source)) return { status: "complete" };
    const mayGoOn = error.start === source.length && error.code !== unterminatedString;
    return mayGoOn
      ? { status: "incomplete", indent: isCompleteCode(source).indent ?? "" }
      : { status: "invalid" };
  }
}

/** Declared by `var`, as which it has a value, `undefined`, before the declaration ran. */
function isVar(declaration: ts.Declaration | undefined): boolean {
  const list = ts.findAncestor(declaration, ts.isVariableDeclarationList);
  return list !== undefined && !(list.flags & ts.NodeFlags.BlockScoped);
}

function noJsx({ line, character }: ts.LineAndCharacter): CodeMessage {
  const text = "cells are TypeScript without JSX; display.html(`<b>…</b>`) shows markup";
  return { line: line + 1, column: character + 1, code: "TS17004", text };
}

function describeDiagnostic(diagnostic: ts.Diagnostic): CodeMessage {
  const { line, character } = diagnostic.file!.getLineAndCharacterOfPosition(diagnostic.start ?? 0);
  const isCell = path.basename(diagnostic.file!.fileName) === "__tslab__.ts";
  return {
    line: isCell ? line : line + 1, // tslab puts one line before the cell
    column: character + 1,
    code: `TS${diagnostic.code}`,
    text: ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n"),
    file: isCell ? undefined : diagnostic.file!.fileName,
  };
}
