// Cells in, runnable code and messages about the code out: tslab's converter, with what it knows between cells.
import { createConverter, isCompleteCode, type Converter as Tslab } from "tslab/dist/converter";
import ts from "typescript";
import type { Checks } from "../../protocol";
import type { CellConverter, CodeMessage, Completeness, Converted } from "../cells/conversion";
import type { CodeHost } from "./codeHost";
import {
  completeTypes,
  type Declarations,
  forgotten,
  noCells,
  withNarrowed,
  withoutMissed,
} from "./declarations";
import { emitCell } from "./emit";
import { exportsAsImports } from "./exportFrom";
import { idiomIn, importHint } from "./idioms";
import { jsxIn } from "./jsx";
import { refusedImports } from "./refusedImports";
import { parseBound, symbolsIn, syntaxErrorsOf } from "./scopes";
import { worded } from "./tensorMistakes";
import { prepare, takeNarrowed, takeTypeErrors } from "./typescriptForTslab";

/** No further line can end it. */
const unterminatedString = 1002;

/** TypeScript has found no such name, or no such module. */
const notFound = new Set<string | undefined>(["TS2304", "TS2552", "TS2307", "TS2792"]);

export class Converter implements CellConverter<Declarations> {
  readonly #host: CodeHost;
  readonly #tslab: Tslab;
  #declarations = noCells;
  /** Those before the latest cell's. */
  #before = this.#declarations;
  /** What was wrong with the project, and has been told. */
  #told: string | undefined;

  /** @param host where it runs; the host of a page has all files in memory. */
  constructor(host: CodeHost) {
    this.#host = host;
    prepare(host, false);
    this.#tslab = createConverter();
  }

  /** Converts a cell; its declarations count only once they are handed to `accept`. */
  convert(text: string, checks: Checks = "strict"): Converted<Declarations> {
    const { refusal } = this.#host;
    const refused = refusal ? refusedImports(text, refusal) : [];
    if (refused.length > 0) return { ok: false, name: "ImportError", errors: refused };
    const source = exportsAsImports(text);
    prepare(this.#host, checks === "loose");
    const result = this.#tslab.convert(this.#declarations.types, source);
    const lines = source.split("\n").length; // after them come tslab's own
    const complaints = takeTypeErrors()
      .map((diagnostic) => this.#describe(diagnostic))
      .filter(({ line, file }) => file !== undefined || line <= lines);
    const unknown = complaints.some(({ code }) => notFound.has(code));
    if (result.diagnostics.length > 0 || unknown) {
      const idiom = idiomIn(source);
      if (idiom && (result.diagnostics.length > 0 || complaints.some(({ line }) => line === idiom.line))) {
        return { ok: false, errors: [{ line: idiom.line, column: 1, text: idiom.hint }] };
      }
    }
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
      yields: this.#host.yields,
    });
    const declared = withNarrowed(completeTypes(result.declOutput ?? "", cell.declares), takeNarrowed());
    return {
      ok: true,
      cell,
      showsResult: endsInExpression && !(this.#host.semicolonHides() && last.getText().endsWith(";")),
      warnings: [
        ...this.#projectMistake(),
        ...complaints.filter((complaint) => isWorthTelling(complaint, checks)),
      ],
      declarations: {
        types: declared + forgotten(types, own),
        values: new Set([...known, ...cell.declares]),
      },
    };
  }

  /** What is wrong with the project's settings, told once. */
  #projectMistake(): CodeMessage[] {
    const { mistake } = this.#host.project();
    return mistake === undefined || mistake === this.#told
      ? []
      : [{ line: 1, column: 1, text: `${mistake} (what else it says holds)` }];
  }

  accept(declarations: Declarations): void {
    this.#before = this.#declarations;
    this.#declarations = declarations;
    this.#told = this.#host.project().mistake;
  }

  #describe(diagnostic: ts.Diagnostic): CodeMessage {
    const { line, character } = diagnostic.file!.getLineAndCharacterOfPosition(diagnostic.start ?? 0);
    const { fileName } = diagnostic.file!;
    const isCell = /(^|\/)__tslab__\.ts$/.test(fileName);
    return {
      line: isCell ? line : line + 1, // tslab puts one line before the cell
      column: character + 1,
      code: `TS${diagnostic.code}`,
      text: worded(diagnostic, this.#host),
      file: isCell ? undefined : fileName,
    };
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

/** In JavaScript only what is said of tensors; an import that fails for its scheme is told as it runs. */
function isWorthTelling({ code, text }: CodeMessage, checks: Checks): boolean {
  const specifier = notFound.has(code) ? /'([^']+)'/.exec(text)?.[1] : undefined;
  if (specifier && importHint(specifier)) return false;
  return checks !== "none" || text.startsWith("tensors have no") || text.startsWith("a tensor is");
}
