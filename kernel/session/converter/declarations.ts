// What cells have declared, as the .d.ts text that later cells are checked against: which declaration declares what.
import ts from "typescript";
import { cellGlobals } from "./cellOptions";

/** Types as a .d.ts text, and the names of the values. */
export interface Declarations {
  types: string;
  values: ReadonlySet<string>;
}

/** Before the first cell: what every cell finds without an import. */
export const noCells: Declarations = {
  types: cellGlobals.map((name) => `declare const ${name}: typeof import("bnlab").${name};\n`).join(""),
  values: new Set(),
};

/** One name's declaration as a text of its own. */
interface Declaration {
  name: string;
  text: string;
  isValue: boolean;
  /** tslab carries every kind of declaration on to later cells but these: namespaces, `import x = …`. */
  isForgotten: boolean;
}

/** What the names were before, which a cell was to declare and never came to. */
export function withoutMissed(
  after: Declarations,
  before: Declarations,
  missed: readonly string[],
): Declarations {
  const isMissed = ({ name, isValue }: Declaration) => isValue && missed.includes(name);
  const kept = declarationsIn(after.types).filter((declaration) => !isMissed(declaration));
  const restored = declarationsIn(before.types).filter(isMissed);
  const known = [...after.values].filter((name) => !missed.includes(name) || before.values.has(name));
  return { types: textOf([...kept, ...restored]), values: new Set(known) };
}

/** What tslab leaves out of the declarations after a cell that declares others. */
export function forgotten(before: string, redeclared: ReadonlyMap<string, unknown>): string {
  const found = declarationsIn(before).filter(
    ({ isForgotten, name }) => isForgotten && !redeclared.has(name),
  );
  return textOf(found);
}

/** With what a cell told of constants, its own and earlier cells'. */
export function withNarrowed(types: string, narrowed: ReadonlyMap<string, string>): string {
  if (narrowed.size === 0) return types;
  const told = declarationsIn(types).map((declaration) => {
    const type = narrowed.get(declaration.name);
    const isConstant = declaration.text.startsWith("declare const ");
    return type && isConstant
      ? { ...declaration, text: `declare const ${declaration.name}: ${type};` }
      : declaration;
  });
  return textOf(told);
}

/** When a type has no name that a declaration could use, TypeScript emits no declarations: the names become `any`. */
export function completeTypes(types: string, values: readonly string[]): string {
  if (!types.startsWith("undefined")) return types;
  return types.slice("undefined".length) + values.map((name) => `declare let ${name}: any;\n`).join("");
}

function textOf(declarations: Declaration[]): string {
  return declarations.map(({ text }) => `${text}\n`).join("");
}

function declarationsIn(types: string): Declaration[] {
  const { statements } = ts.createSourceFile("cells.d.ts", types, ts.ScriptTarget.ESNext, true);
  return statements.flatMap((statement): Declaration[] => {
    const text = statement.getText();
    if (ts.isVariableStatement(statement)) {
      const { declarations, flags } = statement.declarationList;
      const keyword = flags & ts.NodeFlags.Const ? "const" : "let";
      return declarations.map((declaration) => ({
        name: (declaration.name as ts.Identifier).text,
        text: `declare ${keyword} ${declaration.getText()};`,
        isValue: true,
        isForgotten: false,
      }));
    }
    if (ts.isImportDeclaration(statement)) return importsIn(statement);
    const isForgotten = ts.isModuleDeclaration(statement) || ts.isImportEqualsDeclaration(statement);
    const isValue =
      isForgotten ||
      ts.isClassDeclaration(statement) ||
      ts.isFunctionDeclaration(statement) ||
      ts.isEnumDeclaration(statement);
    const isNamed = isValue || ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement);
    return [{ name: (isNamed && statement.name?.text) || "", text, isValue, isForgotten }];
  });
}

function importsIn({ importClause, moduleSpecifier }: ts.ImportDeclaration): Declaration[] {
  if (!importClause) return [];
  const { name, namedBindings } = importClause;
  const word = importClause.phaseModifier === ts.SyntaxKind.TypeKeyword ? "import type" : "import";
  const declaration = (local: ts.Identifier, clause: string): Declaration => ({
    name: local.text,
    text: `${word} ${clause} from ${moduleSpecifier.getText()};`,
    isValue: true,
    isForgotten: false,
  });
  const found = name ? [declaration(name, name.text)] : [];
  if (!namedBindings) return found;
  if (ts.isNamespaceImport(namedBindings)) {
    return [...found, declaration(namedBindings.name, namedBindings.getText())];
  }
  return [...found, ...namedBindings.elements.map((e) => declaration(e.name, `{ ${e.getText()} }`))];
}
