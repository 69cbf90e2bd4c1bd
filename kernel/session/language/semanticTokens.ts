// What each name of a cell is, for its color: TypeScript's classification, decoded.
import type ts from "typescript";
import { type SemanticToken, semanticTokenModifiers, semanticTokenTypes } from "../../protocol";
import type { CellModule } from "./notebookModules";

export function semanticTokens(
  service: ts.LanguageService,
  { fileName, prefix, text }: CellModule,
): SemanticToken[] {
  const span = { start: prefix.length, length: text.length };
  const { spans } = service.getEncodedSemanticClassifications(
    fileName,
    span,
    "2020" as ts.SemanticClassificationFormat,
  );
  const tokens: SemanticToken[] = [];
  for (let i = 0; i < spans.length; i += 3) {
    const [start, length, code] = [spans[i]!, spans[i + 1]!, spans[i + 2]!];
    const type = semanticTokenTypes[(code >> 8) - 1];
    if (!type || start < prefix.length) continue;
    tokens.push({
      start: start - prefix.length,
      length,
      type,
      modifiers: semanticTokenModifiers.filter((_, bit) => code & (1 << bit)),
    });
  }
  return tokens;
}
