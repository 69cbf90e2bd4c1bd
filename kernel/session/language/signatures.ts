// What a call takes: its signatures as the reader would write them, with what is said of options and of the class.
import ts from "typescript";
import type { SignatureHelp } from "../../protocol";
import { documentationOf, plain } from "./markdown";

/** More options than fit a screen are left to the completions. */
const shownOptions = 16;

export function signatureHelp(
  service: ts.LanguageService,
  fileName: string,
  at: number,
): SignatureHelp | null {
  const help = service.getSignatureHelpItems(fileName, at, {});
  if (!help) return null;
  const program = service.getProgram();
  const file = program?.getSourceFile(fileName);
  const callee = file && calleeAt(file, help.applicableSpan.start);
  const checker = program?.getTypeChecker();
  const type = callee && checker?.getTypeAtLocation(callee);
  const known = type ? [...type.getCallSignatures(), ...type.getConstructSignatures()] : [];
  const symbol = callee && checker?.getSymbolAtLocation(callee);
  const meant =
    symbol && checker && symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  const about = checker && meant ? documentationOf(meant.getDocumentationComment(checker), []) : "";
  return {
    signatures: help.items.map((item) => {
      const options = new Map<string, string>();
      const parameters = item.parameters.map(({ name, displayParts, documentation }) => {
        const symbol = known.flatMap(({ parameters }) => parameters).find((each) => each.name === name);
        const own = symbol && checker && callee ? optionsOf(symbol, callee, checker) : new Map();
        for (const [option, said] of own) options.set(option, said);
        const said = [...own].map(([option, text]) => `- \`${option}\`${text === "" ? "" : `: ${text}`}`);
        const rest = said.length > shownOptions ? ["- …"] : [];
        const list = [...said.slice(0, shownOptions), ...rest].join("\n");
        // By place it is what the option of that name is.
        const written = documentationOf(documentation, []) || (options.get(name) ?? "");
        const label = plain(displayParts)
          .replace(/^\{[^}]*\}(\??:)/, "options$1") // a pattern says what the function does with its options
          .replace(/^(\w+\?: .*) \| undefined$/, "$1");
        return { label, documentation: [written, list].filter((part) => part !== "").join("\n\n") };
      });
      const list = parameters.map(({ label }) => label).join(plain(item.separatorDisplayParts));
      const tags = item.tags.filter(({ name }) => name !== "param");
      return {
        label: `${plain(item.prefixDisplayParts)}${list}${plain(item.suffixDisplayParts)}`,
        documentation: documentationOf(item.documentation, tags) || about,
        parameters,
      };
    }),
    activeSignature: help.selectedItemIndex,
    activeParameter: help.argumentIndex,
  };
}

/** What is said of each option, with its default, where a parameter takes an object of them. */
function optionsOf(parameter: ts.Symbol, place: ts.Node, checker: ts.TypeChecker): Map<string, string> {
  const type = checker.getTypeOfSymbolAtLocation(parameter, place);
  const parts = type.isUnion() ? type.types : [type];
  const isOptions = (each: ts.Type) =>
    (each.flags & ts.TypeFlags.Object) !== 0 &&
    each.getCallSignatures().length === 0 &&
    each.getProperties().length > 0 &&
    each.getProperties().every(({ flags }) => flags & ts.SymbolFlags.Optional);
  const said = (option: ts.Symbol) =>
    documentationOf(option.getDocumentationComment(checker), []).replaceAll(/\s*\n\s*/g, " ");
  const options = parts.filter(isOptions).flatMap((each) => each.getProperties());
  return new Map(options.map((option) => [option.name, said(option)]));
}

/** What is called by the innermost call whose arguments begin at a place, or before it. */
function calleeAt(file: ts.SourceFile, start: number): ts.Expression | undefined {
  let found: ts.Expression | undefined;
  const search = (node: ts.Node): void => {
    if (start < node.getFullStart() || start > node.end) return;
    if ((ts.isCallExpression(node) || ts.isNewExpression(node)) && node.expression.end <= start)
      found = node.expression;
    ts.forEachChild(node, search);
  };
  search(file);
  return found;
}
