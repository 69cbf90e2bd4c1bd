// The public surface as the compiler sees it: every function, class and method that a cell can reach, from the sources.

import path from "node:path";
import ts from "typescript";
import { entry, programOf } from "./program";

const root = path.join(import.meta.dirname, "../..");

/** What values a parameter takes: kinds of JavaScript values, with tensors and arrays apart from other objects. */
export type Kind =
  | "number"
  | "string"
  | "boolean"
  | "undefined"
  | "tensor"
  | "array"
  | "object"
  | "function"
  | "any";

export interface Parameter {
  readonly name: string;
  readonly kinds: ReadonlySet<Kind>;
  /** The strings it takes, if only some. */
  readonly literals: readonly string[];
  /** For an options object: its properties. */
  readonly properties: readonly Parameter[];
  readonly rest: boolean;
}

export interface Callable {
  readonly name: string;
  readonly parameters: readonly Parameter[];
}

/** Something with a name: a field is one of a class, a type says how options or data look. */
export type Role = "function" | "class" | "method" | "field" | "option" | "type" | "value";

/** What a cell can reach: its dotted name, where it is declared, and its docstring ("" without one). */
export interface Documented {
  readonly role: Role;
  readonly name: string;
  readonly place: string;
  readonly doc: string;
}

/** One program over all that a cell imports; takes seconds. */
export class Surface {
  readonly #program: ts.Program;
  readonly #checker: ts.TypeChecker;
  readonly #entry: ts.SourceFile;
  readonly #open = new Set<ts.Type>();

  constructor() {
    this.#program = programOf(entry);
    this.#checker = this.#program.getTypeChecker();
    this.#entry = this.#program.getSourceFile(entry)!;
  }

  /** The exports of bnlab, or of one of its namespaces ("nn", "nn.functional"), by name. */
  exportsOf(namespace = ""): Map<string, ts.Symbol> {
    let module = this.#checker.getSymbolAtLocation(this.#entry)!;
    for (const name of namespace === "" ? [] : namespace.split(".")) {
      module = this.#resolved(this.#checker.getExportsOfModule(module).find((each) => each.name === name)!);
    }
    return new Map(this.#checker.getExportsOfModule(module).map((each) => [each.name, this.#resolved(each)]));
  }

  #resolved(symbol: ts.Symbol): ts.Symbol {
    return symbol.flags & ts.SymbolFlags.Alias ? this.#checker.getAliasedSymbol(symbol) : symbol;
  }

  /** The functions among the exports. */
  functions(namespace = ""): Callable[] {
    return [...this.exportsOf(namespace)].flatMap(([name, symbol]) =>
      this.#isFunction(symbol) ? [this.#callable(name, this.#typeOf(symbol).getCallSignatures())] : [],
    );
  }

  /** Declared as a function, or made of a method by `export const { … } = methods`. */
  #isFunction(symbol: ts.Symbol): boolean {
    return (symbol.flags & ts.SymbolFlags.Function) !== 0 || this.#methodOf(symbol) !== undefined;
  }

  /** The property that an export is taken from by destructuring. */
  #methodOf({ name, valueDeclaration }: ts.Symbol): ts.Symbol | undefined {
    if (valueDeclaration === undefined || !ts.isBindingElement(valueDeclaration)) return undefined;
    return this.#checker.getTypeAtLocation(valueDeclaration.parent).getProperty(name);
  }

  /** The constructors of the classes among the exports that can be made with new, but for those that are our own. */
  constructors(namespace = ""): Callable[] {
    return [...this.exportsOf(namespace)].flatMap(([name, symbol]) => {
      if (!(symbol.flags & ts.SymbolFlags.Class) || isAbstract(symbol)) return [];
      const signatures = this.#typeOf(symbol).getConstructSignatures();
      if (signatures.some(({ declaration }) => declaration && isInternal(declaration))) return [];
      return [this.#callable(name, signatures)];
    });
  }

  /** The public methods of an exported class. */
  methods(className: string, namespace = ""): Callable[] {
    const symbol = this.exportsOf(namespace).get(className)!;
    return this.#members(symbol).flatMap((member) =>
      member.flags & ts.SymbolFlags.Method
        ? [this.#callable(nameOf(member), this.#typeOf(member).getCallSignatures())]
        : [],
    );
  }

  #members(symbol: ts.Symbol): ts.Symbol[] {
    return this.#checker.getPropertiesOfType(this.#checker.getDeclaredTypeOfSymbol(symbol)).filter(isPublic);
  }

  #typeOf(symbol: ts.Symbol): ts.Type {
    return this.#checker.getTypeOfSymbolAtLocation(symbol, this.#entry);
  }

  /** All overloads as one: as many parameters as the longest has, each with what any of them takes. */
  #callable(name: string, signatures: readonly ts.Signature[]): Callable {
    const listed = signatures.map((signature) => this.#parametersOf(signature));
    const longest = Math.max(0, ...listed.map(({ length }) => length));
    const parameters = Array.from({ length: longest }, (_, i): Parameter => {
      const taken = listed.map((parameters) => parameters[i]);
      const all = taken.filter((each) => each !== undefined);
      const kinds = new Set(all.flatMap((each) => [...each.kinds]));
      if (all.length < taken.length) kinds.add("undefined");
      return { ...all[0]!, kinds };
    });
    return { name, parameters };
  }

  /** The parameters, those in a tuple behind `...` (as functions made of methods have them) one by one. */
  #parametersOf(signature: ts.Signature): Parameter[] {
    return signature.parameters.flatMap((symbol) => {
      const type = this.#typeOf(symbol);
      if (!this.#checker.isTupleType(type)) return [this.#parameter(symbol)];
      const { target } = type as ts.TupleTypeReference;
      return this.#checker.getTypeArguments(type as ts.TupleTypeReference).map((element, i) => {
        const label = target.labeledElementDeclarations?.[i];
        const flags = target.elementFlags[i]!;
        const rest = (flags & ts.ElementFlags.Rest) !== 0;
        const optional = (flags & ts.ElementFlags.Optional) !== 0;
        const name = label === undefined ? symbol.name : label.name.getText();
        return this.#parameterOf(name, element, rest, optional);
      });
    });
  }

  #parameter(symbol: ts.Symbol): Parameter {
    const declaration = symbol.valueDeclaration;
    const parameter = declaration !== undefined && ts.isParameter(declaration) ? declaration : undefined;
    const type = this.#typeOf(symbol);
    const rest = parameter?.dotDotDotToken !== undefined;
    const element = rest ? (this.#checker.getIndexTypeOfType(type, ts.IndexKind.Number) ?? type) : type;
    const optional =
      parameter?.questionToken !== undefined ||
      parameter?.initializer !== undefined ||
      (symbol.flags & ts.SymbolFlags.Optional) !== 0;
    return this.#parameterOf(symbol.name, element, rest, optional);
  }

  #parameterOf(name: string, element: ts.Type, rest: boolean, optional: boolean): Parameter {
    const kinds = new Set<Kind>();
    const literals: string[] = [];
    const properties: Parameter[] = [];
    const visit = (part: ts.Type): void => {
      if (part.isUnion()) part.types.forEach(visit);
      else if (part.flags & ts.TypeFlags.StringLiteral) {
        kinds.add("string");
        literals.push((part as ts.StringLiteralType).value);
      } else if (part.flags & ts.TypeFlags.StringLike) kinds.add("string");
      else if (part.flags & ts.TypeFlags.NumberLike) kinds.add("number");
      else if (part.flags & ts.TypeFlags.BooleanLike) kinds.add("boolean");
      else if (part.flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Void)) kinds.add("undefined");
      else if (part.flags & ts.TypeFlags.Null) return;
      else if (part.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection)) {
        if (part.getCallSignatures().length > 0) kinds.add("function");
        else if (part.getProperty("gradFn")) kinds.add("tensor");
        else if (this.#checker.getIndexTypeOfType(part, ts.IndexKind.Number)) kinds.add("array");
        else if (
          part.getProperty("__@iterator") ??
          part.getProperties().some((p) => nameOf(p) === "[Symbol.iterator]")
        )
          kinds.add("array");
        else {
          kinds.add("object");
          if (isLiteralOptions(part) && !this.#open.has(part)) {
            this.#open.add(part); // a type that contains itself is gone through once
            for (const property of part.getProperties()) properties.push(this.#parameter(property));
            this.#open.delete(part);
          }
        }
      } else kinds.add("any");
    };
    visit(element);
    if (optional) kinds.add("undefined");
    return { name, kinds, literals, properties, rest };
  }

  /** Every export below a namespace, the members of classes and the properties of options, with their docstrings. */
  documented(namespace = ""): Documented[] {
    const found: Documented[] = [];
    const seen = new Set<ts.Symbol>();
    const note = (name: string, symbol: ts.Symbol, role: Role) => {
      const declaration = symbol.declarations?.[0];
      if (declaration === undefined || seen.has(symbol)) return false;
      const source = declaration.getSourceFile();
      if (!source.fileName.startsWith(root) || source.fileName.includes("node_modules")) return false;
      seen.add(symbol);
      const line = source.getLineAndCharacterOfPosition(declaration.getStart()).line + 1;
      const method = this.#methodOf(symbol);
      const doc = ts.displayPartsToString((method ?? symbol).getDocumentationComment(this.#checker));
      found.push({ role, name, place: `${path.relative(root, source.fileName)}:${line}`, doc });
      return true;
    };
    for (const [name, symbol] of this.exportsOf(namespace)) {
      const dotted = namespace === "" ? name : `${namespace}.${name}`;
      if (symbol.flags & ts.SymbolFlags.ValueModule) {
        found.push(...this.documented(dotted));
        continue;
      }
      const fresh = note(dotted, symbol, this.#isFunction(symbol) ? "function" : roleOf(symbol));
      if (!fresh || !(symbol.flags & (ts.SymbolFlags.Class | ts.SymbolFlags.Interface))) continue;
      const field = symbol.flags & ts.SymbolFlags.Class ? "field" : "option";
      for (const member of this.#members(symbol)) {
        note(`${dotted}.${nameOf(member)}`, member, member.flags & ts.SymbolFlags.Method ? "method" : field);
      }
    }
    return found;
  }
}

function roleOf({ flags }: ts.Symbol): Role {
  if (flags & ts.SymbolFlags.Function) return "function";
  if (flags & ts.SymbolFlags.Class) return "class";
  return flags & (ts.SymbolFlags.Interface | ts.SymbolFlags.TypeAlias) ? "type" : "value";
}

function isAbstract(symbol: ts.Symbol): boolean {
  const declaration = symbol.valueDeclaration;
  return (
    declaration !== undefined && (ts.getCombinedModifierFlags(declaration) & ts.ModifierFlags.Abstract) !== 0
  );
}

const isInternal = (declaration: ts.Node): boolean =>
  ts.getJSDocTags(declaration).some((tag) => tag.tagName.text === "internal");

function isPublic(member: ts.Symbol): boolean {
  const declaration = member.declarations?.[0];
  if (declaration === undefined || member.name.includes("#")) return false;
  const hidden = ts.ModifierFlags.Private | ts.ModifierFlags.Protected;
  const flags = ts.getCombinedModifierFlags(declaration);
  return (flags & hidden) === 0 && !isInternal(declaration);
}

/** An interface or literal of data, not an instance of a class. */
function isLiteralOptions(type: ts.Type): boolean {
  return type.getProperties().every((property) => (property.flags & ts.SymbolFlags.Method) === 0);
}

/** "__@iterator@123" as it is written. */
function nameOf(symbol: ts.Symbol): string {
  const known = /^__@(\w+)@/.exec(symbol.name);
  return known === null ? symbol.name : `[Symbol.${known[1]}]`;
}
