// From the ES module that TypeScript made of a cell to the function that runs it: text edits, line for line.
import ts from "typescript";
import type { CellImport } from "../cells/wire";
import { assignedBy } from "./assignments";
import { builtinModules } from "./builtinModules";
import { hasOwnThis, isReference, isShadowed, namesIn, parseBound } from "./scopes";
import { applyEdits, type Edit, type Shift } from "./textEdits";

/**
 * A cell's top-level names live in boxes, `$$x.x`, that all cells share, so a later cell sees them, may declare them anew,
 * and functions of earlier cells see the new value; what a cell declared before it threw is there already. A declaration
 * writes `$$x.let`; before that, reading and writing `$$x.x` is an error (`cells/boxes.ts`).
 */
export interface EmittedCell {
  /** An expression: `(async ($$, require, …) => { … })`, the cell's text beginning on its second line. */
  code: string;
  /** Modules to load before the cell starts. */
  imports: CellImport[];
  /** Names that the cell declares, values only. */
  declares: string[];
  /** Names of earlier cells that it mentions, in its functions too. */
  reads: string[];
  /** Names that it assigns to, and those that it declares by `var`. */
  assigns: string[];
  /** Source map of the lines of the cell's text, JSON. */
  map: string;
  /** What the edits did to columns. */
  shifts: Shift[];
}

export interface CellScope {
  /**
   * Names that the cell's own text declares, and whether by `var`: what else the module declares is TypeScript's, and stays
   * in the cell.
   */
  own: ReadonlyMap<string, { isVar: boolean }>;
  /** Names that earlier cells have declared. */
  known: ReadonlySet<string>;
  /** Whether the cell's last statement is an expression. */
  endsInExpression: boolean;
  /** The variable that holds its value, where tslab made one. */
  result?: string;
  /** Whether its loops let messages through, where they can. */
  yields?: boolean;
}

export function emitCell(module: string, scope: CellScope): EmittedCell {
  const { text, map } = splitSourceMap(module);
  const file = parseBound(text);
  const emitter = new CellEmitter(file, scope);
  const { code, shifts } = applyEdits(text, emitter.edits);
  return {
    code: emitter.wrap(code),
    imports: emitter.imports,
    declares: [...emitter.declares],
    reads: [...emitter.boxes].filter((name) => !scope.own.has(name)),
    assigns: [...emitter.assigns],
    map,
    shifts,
  };
}

/** What a cell finds as a CommonJS module would. */
const moduleNames = "require, module, exports, __filename, __dirname";

class CellEmitter {
  readonly edits: Edit[] = [];
  readonly imports: CellImport[] = [];
  readonly boxes = new Set<string>();
  readonly declares = new Set<string>();
  readonly assigns = new Set<string>();
  /** Functions, whose boxes are filled before the first statement runs. */
  readonly #hoisted: string[] = [];
  readonly #top: ReadonlySet<string>;
  /** The kernel's own name in the cell, with which those of the boxes begin: one that the cell has no use for. */
  readonly #kernel: string;
  /** Whether it has code run that names its variables as the cell does: `eval("x + 1")`. */
  #evaluates = false;
  /** The cell's last expression where `using` has put the whole cell into a `try`, out of tslab's sight. */
  readonly #triedResult: ts.Statement | undefined;

  readonly #file: ts.SourceFile;
  readonly #scope: CellScope;

  constructor(file: ts.SourceFile, scope: CellScope) {
    this.#file = file;
    this.#scope = scope;
    const top = namesIn(file);
    if (scope.result) top.delete(scope.result); // tslab's name for it may be an earlier cell's variable
    this.#top = top;
    this.#kernel = "$$";
    while (file.text.includes(this.#kernel)) this.#kernel += "$";
    const tried =
      scope.endsInExpression && !scope.result ? file.statements.findLast(ts.isTryStatement) : undefined;
    this.#triedResult = tried?.tryBlock.statements.at(-1);
    for (const statement of file.statements) this.#statement(statement);
  }

  /** The function around the cell's code, which has no `arguments`, and whose `this` no cell sees. */
  wrap(code: string): string {
    const boxes = [...this.boxes].map((name) => {
      const isHoisted = this.#scope.own.get(name)?.isVar;
      return `${this.#box(name)} = ${this.#kernel}${isHoisted ? ".var" : ""}("${name}")`;
    });
    const start = this.#hoisted.map((name) => ` ${this.#declare(name)} = ${name};`).join("");
    const head = `"use strict";${boxes.length > 0 ? ` const ${boxes.join(", ")};` : ""}${start}`;
    const given = `${this.#kernel}, ${moduleNames}`;
    if (!this.#evaluates) return `(async (${given}) => { ${head}\n${code}\n})`;
    const body = `with (${this.#kernel}.scope) return async (${this.#kernel}) => { ${head}\n${code}\n};`;
    return `((${given}) => (() => { ${body} })()(${this.#kernel}))`; // called where no variable hides the kernel
  }

  #box(name: string): string {
    return this.#kernel + name;
  }

  #replace(start: number, end: number, text: string): void {
    this.edits.push({ start, end, text });
  }

  /** Takes text out, but keeps its line breaks. */
  #blank(start: number, end: number): void {
    this.#replace(start, end, this.#file.text.slice(start, end).replace(/[^\n]/g, ""));
  }

  #statement(node: ts.Statement): void {
    if (ts.isImportDeclaration(node)) {
      this.#importDeclaration(node);
      this.#blank(node.getStart(), node.end);
    } else if (ts.isExportDeclaration(node)) {
      const from = node.moduleSpecifier; // `export * from "m"`: at least it is run
      if (from)
        this.imports.push({ specifier: (from as ts.StringLiteral).text, attributes: {}, bindings: [] });
      this.#blank(node.getStart(), node.end);
    } else if (ts.isVariableStatement(node)) {
      this.#variables(node);
    } else if (ts.isFunctionDeclaration(node) && node.name && this.#isShared(node.name.text)) {
      this.#dropExport(node);
      this.#declare(node.name.text);
      this.#hoisted.push(node.name.text);
      this.#parts(node);
    } else if ((ts.isFunctionDeclaration(node) || ts.isClassDeclaration(node)) && !node.name) {
      this.#replace(node.getStart(), node.getStart(), "void ");
      this.#dropExport(node);
      this.#parts(node);
      this.#replace(node.end, node.end, ";");
    } else if (ts.isClassDeclaration(node) && node.name) {
      this.#replace(node.getStart(), node.getStart(), `${this.#declare(node.name.text)} = `);
      this.#dropExport(node);
      this.#children(node);
      this.#replace(node.end, node.end, ";");
    } else if (ts.isExportAssignment(node)) {
      this.#replace(node.getStart(), node.expression.getStart(), "void ");
      this.#visit(node.expression);
    } else {
      this.#visit(node);
    }
  }

  #variables(node: ts.VariableStatement): void {
    const list = node.declarationList;
    const only = list.declarations[0];
    if (only && ts.isIdentifier(only.name) && only.name.text === this.#scope.result) {
      this.#replace(node.getStart(), only.initializer!.getStart(), `${this.#kernel}.result = (`);
      this.#visit(only.initializer!);
      this.#replace(only.end, only.end, ")");
      return;
    }
    this.#dropExport(node);
    if (only && ts.isIdentifier(only.name) && !this.#isShared(only.name.text)) {
      this.#children(list);
      return;
    }
    this.#replace(list.getStart(), only!.getStart(), "(");
    for (const declaration of list.declarations) this.#variable(declaration, true);
    this.#replace(list.end, list.end, ")");
  }

  #variable(node: ts.VariableDeclaration, reset: boolean): void {
    this.#binding(node.name);
    if (node.initializer) this.#initializer(node.name, node.initializer);
    else if (reset) this.#replace(node.end, node.end, " = void 0");
  }

  /** What a declaration gives a value. */
  #binding(node: ts.BindingName): void {
    if (ts.isIdentifier(node)) {
      this.#replace(node.getStart(), node.end, this.#declare(node.text));
      return;
    }
    for (const element of node.elements) {
      if (ts.isOmittedExpression(element)) continue;
      const { name, propertyName, initializer, dotDotDotToken } = element;
      if (propertyName) this.#visit(propertyName);
      else if (ts.isObjectBindingPattern(node) && !dotDotDotToken && ts.isIdentifier(name)) {
        this.#replace(name.getStart(), name.getStart(), `${name.text}: `);
      }
      this.#binding(name);
      if (initializer) this.#initializer(name, initializer);
    }
  }

  /** An assignment to a property names no function; a property of an object literal does. */
  #initializer(name: ts.BindingName, node: ts.Expression): void {
    const named = ts.isIdentifier(name) && isAnonymousFunction(node) ? name.text : undefined;
    const start = node.getStart();
    if (named) this.#replace(start, start, `({ ${keyOf(named)}: `);
    this.#visit(node);
    if (named) this.#replace(node.end, node.end, ` }).${named}`);
  }

  #dropExport(node: ts.Statement & { modifiers?: ts.NodeArray<ts.ModifierLike> }): void {
    for (const modifier of node.modifiers ?? []) {
      if (modifier.kind === ts.SyntaxKind.ExportKeyword || modifier.kind === ts.SyntaxKind.DefaultKeyword) {
        this.#blank(modifier.getStart(), modifier.end);
      }
    }
  }

  #importDeclaration(node: ts.ImportDeclaration): void {
    const bindings: CellImport["bindings"] = [];
    const clause = node.importClause;
    if (clause?.name) bindings.push({ local: clause.name.text, imported: "default" });
    const named = clause?.namedBindings;
    if (named && ts.isNamespaceImport(named)) bindings.push({ local: named.name.text, imported: "*" });
    else if (named) {
      for (const element of named.elements) {
        bindings.push({ local: element.name.text, imported: (element.propertyName ?? element.name).text });
      }
    }
    for (const { local } of bindings) this.#declare(local);
    const attributes: Record<string, string> = {};
    for (const { name, value } of node.attributes?.elements ?? []) {
      if (ts.isStringLiteral(value)) attributes[name.text] = value.text;
    }
    this.imports.push({ specifier: (node.moduleSpecifier as ts.StringLiteral).text, attributes, bindings });
  }

  #parts(node: ts.Node): void {
    if (this.#scope.yields && isAsync(node)) this.#asyncFunction(node);
    else this.#children(node);
  }

  #children(node: ts.Node): void {
    ts.forEachChild(node, (child) => this.#visit(child));
  }

  #visit(node: ts.Node): void {
    for (const target of assignedBy(node)) if (this.#isTop(target)) this.assigns.add(target.text);
    if (ts.isIdentifier(node)) {
      if (isReference(node) && this.#isTop(node)) this.#reference(node);
    } else if (node.kind === ts.SyntaxKind.ThisKeyword) {
      if (!hasOwnThis(node)) this.#replace(node.getStart(), node.end, "(void 0)");
    } else if (node === this.#triedResult && ts.isExpressionStatement(node)) {
      const { expression } = node;
      this.#replace(expression.getStart(), expression.getStart(), `${this.#kernel}.result = (`);
      this.#visit(expression);
      this.#replace(expression.end, expression.end, ")");
    } else if (ts.isAwaitExpression(node)) {
      // Once more through the kernel when the value is there: an interrupted cell goes no further.
      this.#replace(node.getStart(), node.getStart(), `(await ${this.#kernel}.on(`);
      this.#waitedFor(node.expression);
      this.#replace(
        node.end,
        node.end,
        this.#free(node) === this.#freedom ? `, ${this.#freedom} = true))` : "))",
      );
    } else if (ts.isForOfStatement(node) && node.awaitModifier) {
      this.#visit(node.initializer);
      this.#visit(node.expression);
      const waited = this.#free(node) === this.#freedom ? ` ${this.#freedom} = true;` : "";
      this.#replace(
        node.statement.getStart(),
        node.statement.getStart(),
        `{ await ${this.#kernel}.on();${waited} ${this.#yield(node)}`,
      );
      this.#visit(node.statement);
      this.#replace(node.statement.end, node.statement.end, "}");
    } else if (ts.isIterationStatement(node, false)) {
      this.#loop(node);
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      this.#replace(node.expression.getStart(), node.expression.end, `${this.#kernel}.import`);
      this.#children(node);
    } else if (ts.isCallExpression(node) && this.#isCallOf("eval", node)) {
      this.#evaluates = true;
      this.#children(node);
    } else if (ts.isCallExpression(node) && this.#isBuiltinRequire(node)) {
      // An ES module, which `require` can only hand out when it is there already.
      this.imports.push({ specifier: node.arguments[0].text, attributes: {}, bindings: [] });
    } else if (ts.isMetaProperty(node) && node.keywordToken === ts.SyntaxKind.ImportKeyword) {
      this.#replace(node.getStart(), node.end, `${this.#kernel}.meta`);
    } else if (ts.isReturnStatement(node) && node.expression && isTail(node)) {
      this.#waitedFor(node.expression);
    } else if (ts.isVariableDeclarationList(node) && this.#isSharedVar(node)) {
      // `for (var i = 0; …)`: the variable is the cell's own, declared in passing.
      this.#replace(node.getStart(), node.declarations[0]!.getStart(), "");
      for (const declaration of node.declarations) this.#variable(declaration, false);
    } else {
      this.#parts(node);
    }
  }

  /**
   * Calls a function in every turn: V8 looks for an interrupt where a function begins, but in a loop that it has not compiled yet only
   * every few thousand turns, and a turn of native calls (`JSON.parse`) may take long. Compiled, the call is nothing.
   */
  #loop(node: ts.IterationStatement): void {
    const call = this.#yield(node) || `${this.#kernel}.on(); `;
    ts.forEachChild(node, (child) => {
      if (child !== node.statement) this.#visit(child);
      else if (ts.isBlock(child)) {
        this.#replace(child.getStart() + 1, child.getStart() + 1, ` ${call}`);
        this.#children(child);
      } else {
        this.#replace(child.getStart(), child.getStart(), `{ ${call}`);
        this.#visit(child);
        this.#replace(child.end, child.end, "}");
      }
    });
  }

  /** What lets messages through in a turn of a loop; nothing where none are to be, or the code around it cannot wait. */
  #yield(node: ts.IterationStatement): string {
    const free = this.#free(node);
    return free === undefined ? "" : `if (${this.#kernel}.due(${free})) await ${this.#kernel}.turn(); `;
  }

  /** The variable of an asynchronous function that says whether it may wait where it did not ask to: a name that the cell has no use for. */
  get #freedom(): string {
    return `free${this.#kernel}`;
  }

  /** Whether the code at a place may wait, as an expression; undefined where it never can, or nothing is to. */
  #free(node: ts.Node): string | undefined {
    if (!this.#scope.yields) return undefined;
    const around = functionAround(node);
    if (around === undefined) return "true"; // the cell itself, for which the kernel waits
    return isAsync(around) ? this.#freedom : undefined;
  }

  /** It may wait at once where its caller waits for it, else once it has waited: until then all that it does is done at the call. */
  #asyncFunction(node: AsyncFunction): void {
    const begin = `let ${this.#freedom} = ${node.asteriskToken ? "true" : `${this.#kernel}.begin()`};`;
    ts.forEachChild(node, (child) => {
      if (child !== node.body) this.#visit(child);
      else if (ts.isBlock(child)) {
        this.#replace(child.getStart() + 1, child.getStart() + 1, ` ${begin}`);
        this.#children(child);
      } else {
        this.#replace(child.getStart(), child.getStart(), `{ ${begin} return `);
        this.#waitedFor(child as ts.Expression);
        this.#replace(child.end, child.end, "; }");
      }
    });
  }

  /** Visits what is awaited, or returned to one who awaits: a call there says so, after its arguments, which stay as they are. */
  #waitedFor(node: ts.Expression): void {
    const free = this.#free(node);
    const isCall = ts.isCallExpression(node) && !node.questionDotToken;
    const callee = free && isCall ? this.#path(node.expression) : undefined;
    if (callee === undefined) {
      this.#visit(node);
      return;
    }
    this.#replace(node.getStart(), node.getStart(), `${this.#kernel}.called(`);
    this.#visit(node);
    const { arguments: given, end } = node as ts.CallExpression;
    const separator = given.length > 0 && !given.hasTrailingComma ? ", " : "";
    this.#replace(end - 1, end - 1, `${separator}...${this.#kernel}.call(${callee}, ${free})`);
    this.#replace(end, end, ")");
  }

  /** The code of a name or of a property of one, which can be read once more; for an asynchronous function itself that of another. */
  #path(node: ts.Expression): string | undefined {
    if (ts.isParenthesizedExpression(node)) return this.#path(node.expression);
    if (isAsync(node)) return "async () => {}";
    if (ts.isIdentifier(node)) return this.#isTop(node) ? this.#use(node.text) : node.text;
    if (node.kind === ts.SyntaxKind.ThisKeyword) return hasOwnThis(node) ? "this" : undefined;
    if (!ts.isPropertyAccessExpression(node) || node.questionDotToken) return undefined;
    const object = this.#path(node.expression);
    return object && `${object}.${node.name.text}`;
  }

  #isBuiltinRequire(node: ts.CallExpression): node is ts.CallExpression & { arguments: [ts.StringLiteral] } {
    const [specifier] = node.arguments;
    return (
      this.#isCallOf("require", node) &&
      specifier !== undefined &&
      ts.isStringLiteral(specifier) &&
      builtinModules.includes(specifier.text)
    );
  }

  /** Whether the function is the one that every cell finds, not one that a cell has declared. */
  #isCallOf(name: string, { expression }: ts.CallExpression): boolean {
    return ts.isIdentifier(expression) && expression.text === name && !this.#isTop(expression);
  }

  #reference(node: ts.Identifier): void {
    if (this.#top.has(node.text)) this.declares.add(node.text);
    const name = this.#use(node.text);
    const { parent } = node;
    if (ts.isShorthandPropertyAssignment(parent) && parent.name === node) {
      this.#replace(node.getStart(), node.end, `${keyOf(node.text)}: ${name}`);
    } else {
      // Called as a property it would receive the box as `this`.
      this.#replace(node.getStart(), node.end, isCallee(node) ? `(0, ${name})` : name);
    }
  }

  /** Named as the variable, so that to V8 every box has a shape, and a number in it a representation, of its own. */
  #use(name: string): string {
    this.boxes.add(name);
    return `${this.#box(name)}.${name}`;
  }

  /** Where a declaration puts the value; a `var` has one from the cell's beginning. */
  #declare(name: string): string {
    this.declares.add(name);
    const slot = this.#use(name);
    if (!this.#scope.own.get(name)?.isVar) return `${this.#box(name)}.let`;
    this.assigns.add(name);
    return slot;
  }

  /** TypeScript's own helpers (`__esDecorate`) and variables (`env_1`) stay local to the cell. */
  #isShared(name: string): boolean {
    const { own, known } = this.#scope;
    return own.has(name) || (known.has(name) && !this.#top.has(name));
  }

  #isSharedVar(list: ts.VariableDeclarationList): boolean {
    if (list.flags & ts.NodeFlags.BlockScoped) return false;
    const name = firstName(list.declarations[0]!.name);
    return name !== undefined && this.#isShared(name.text) && this.#isTop(name);
  }

  /** Whether the name at this place is the cell's own or an earlier cell's, not one of an inner scope. */
  #isTop(node: ts.Identifier): boolean {
    return this.#isShared(node.text) && !isShadowed(node);
  }
}

/** Whether it is what is called, in parentheses too: those leave a property its object. */
function isCallee(node: ts.Node): boolean {
  const { parent } = node;
  if (ts.isParenthesizedExpression(parent)) return isCallee(parent);
  return (
    (ts.isCallExpression(parent) && parent.expression === node) ||
    (ts.isTaggedTemplateExpression(parent) && parent.tag === node)
  );
}

/** In a literal `__proto__: x` would set the prototype. */
function keyOf(name: string): string {
  return name === "__proto__" ? '["__proto__"]' : name;
}

function firstName(name: ts.BindingName): ts.Identifier | undefined {
  if (ts.isIdentifier(name)) return name;
  for (const element of name.elements) {
    const found = ts.isBindingElement(element) ? firstName(element.name) : undefined;
    if (found) return found;
  }
  return undefined;
}

function isAnonymousFunction(node: ts.Expression): boolean {
  if (ts.isParenthesizedExpression(node)) return isAnonymousFunction(node.expression);
  return (
    ts.isArrowFunction(node) || ((ts.isFunctionExpression(node) || ts.isClassExpression(node)) && !node.name)
  );
}

/** The function whose code stands at a place, or what else keeps `await` out; undefined in the cell itself, which is asynchronous. */
function functionAround(node: ts.Node): ts.Node | undefined {
  return ts.findAncestor(
    node.parent,
    (each) =>
      ts.isFunctionLike(each) || ts.isPropertyDeclaration(each) || ts.isClassStaticBlockDeclaration(each),
  );
}

type AsyncFunction = (ts.FunctionLikeDeclaration | ts.ArrowFunction) & { body: ts.ConciseBody };

function isAsync(node: ts.Node): node is AsyncFunction {
  if (!ts.isFunctionLike(node) || !("body" in node) || node.body === undefined) return false;
  const { modifiers } = node as { modifiers?: readonly ts.Node[] };
  return modifiers?.some(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword) === true;
}

/** Whether its function has nothing more to do. */
function isTail(node: ts.ReturnStatement): boolean {
  const last = ts.findAncestor(node, (each) => ts.isTryStatement(each) || ts.isFunctionLike(each));
  return last === undefined || !ts.isTryStatement(last);
}

const inlineMap = /\n?\/\/# sourceMappingURL=data:application\/json;base64,([\w+/=]+)\s*$/;

function splitSourceMap(module: string): { text: string; map: string } {
  const found = inlineMap.exec(module);
  if (!found) return { text: module, map: "" };
  const bytes = Uint8Array.from(atob(found[1]!), (character) => character.charCodeAt(0));
  return { text: module.slice(0, found.index), map: new TextDecoder().decode(bytes) };
}
