// What is wrong in a cell, in the reader's terms: what keeps it from running, what TypeScript warns of, what it hints at.
import ts from "typescript";
import type { CodeDiagnostic } from "../../protocol";
import { ignoredInCells, refusedByJavaScript } from "../converter/cellOptions";
import type { CodeHost } from "../converter/codeHost";
import { idiomIn, importHint } from "../converter/idioms";
import { withTensorMistakes, worded as wordedByTypeScript } from "../converter/tensorMistakes";
import type { CellModule } from "./notebookModules";

const expressionExpected = 1109;
const moduleNotFound = 2307;

export function cellDiagnostics(
  service: ts.LanguageService,
  { fileName, text, prefix, origins }: CellModule,
  host: CodeHost,
): CodeDiagnostic[] {
  const syntax = service.getSyntacticDiagnostics(fileName);
  const program = service.getProgram();
  const file = program?.getSourceFile(fileName);
  const isChecked = syntax.length === 0 && program !== undefined && file !== undefined;
  const semantic = isChecked
    ? withTensorMistakes(service.getSemanticDiagnostics(fileName), program, file, host)
    : [];
  const idiom = syntax.length + semantic.length > 0 ? idiomIn(text) : undefined;
  if (idiom) {
    const lines = text.split("\n");
    const start = lines.slice(0, idiom.line - 1).join("\n").length + (idiom.line > 1 ? 1 : 0);
    const length = lines[idiom.line - 1]!.length;
    const isMeant = ({ start: at = 0 }: ts.Diagnostic) =>
      at - prefix.length >= start && at - prefix.length <= start + length;
    if (syntax.length > 0 || semantic.some(isMeant)) {
      return [{ start, length, severity: "error", code: expressionExpected, message: idiom.hint }];
    }
  }
  const suggestions = syntax.length > 0 ? [] : service.getSuggestionDiagnostics(fileName);
  const isCells = ({ start = 0, code }: ts.Diagnostic) => start >= prefix.length && !ignoredInCells.has(code);
  const described = ([...syntax, ...semantic] as ts.Diagnostic[]).filter(isCells).map((diagnostic) => {
    const { code, message } = worded(diagnostic, origins, host);
    const stops = syntax.includes(diagnostic as ts.DiagnosticWithLocation) || refusedByJavaScript.has(code);
    const isError = diagnostic.category === ts.DiagnosticCategory.Error;
    return {
      start: diagnostic.start! - prefix.length,
      length: diagnostic.length ?? 1,
      severity: stops ? ("error" as const) : isError ? ("warning" as const) : ("hint" as const),
      code,
      message,
    };
  });
  const hints = suggestions
    .filter(
      (diagnostic) => isCells(diagnostic) && (diagnostic.reportsDeprecated || diagnostic.reportsUnnecessary),
    )
    .map((diagnostic) => ({
      start: diagnostic.start - prefix.length,
      length: diagnostic.length,
      severity: "hint" as const,
      ...worded(diagnostic, origins, host),
      unused: diagnostic.reportsUnnecessary !== undefined || undefined,
      deprecated: diagnostic.reportsDeprecated !== undefined || undefined,
    }));
  return [...described, ...hints];
}

function worded(
  { code, messageText }: ts.Diagnostic,
  origins: CellModule["origins"],
  host: CodeHost,
): { code: number; message: string } {
  const message = wordedByTypeScript({ messageText }, host);
  const specifier = code === moduleNotFound && /'([^']+)'/.exec(message)?.[1];
  const hint = specifier && importHint(specifier);
  if (hint) return { code, message: `"${specifier}" is ${hint}` };
  const imported = code === 2632 && /'([^']+)'/.exec(message)?.[1];
  // It is an import to TypeScript only: in the notebook, a constant of an earlier cell.
  if (imported && origins.has(imported)) {
    return { code: 2588, message: `Cannot assign to '${imported}' because it is a constant.` };
  }
  return { code, message };
}
