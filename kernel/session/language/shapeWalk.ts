// Shapes that do not go together, told before a cell runs: a walk through the cell as it would run, in which only shapes, layers and
// numbers have values. Where it is not certain what a name stands for, or that a place is come to, nothing is said.
import ts from "typescript";
import type { TextSpan } from "../../protocol";
import type { CodeHost } from "../converter/codeHost";
import {
  anyShape,
  applied,
  created,
  isOperation,
  layerIn,
  layerOf,
  listIn,
  operated,
  type Shape,
  ShapeMistake,
  tensorIn,
  tensorOf,
  type Value,
} from "../shapes";
import {
  assignedIn,
  isAssignment,
  isBefore,
  isOwnProperty,
  listChanges,
  rowChanges,
  unstableNames,
  variableAt,
} from "./shapeNames";

const SyntaxKind = ts.SyntaxKind;

/** A mistake, and where. */
export interface Found extends TextSpan {
  message: string;
}

/** What a walk through a cell has to go by. */
export interface Surroundings {
  checker: ts.TypeChecker;
  host: CodeHost;
  /** The value of a name that another cell declares. */
  elsewhere(name: string): Value;
}

/** What a cell's names are worth at its end, and what is wrong in it. */
export interface Walked {
  values: ReadonlyMap<string, Value>;
  found: Found[];
}

export function walk(file: ts.SourceFile, { checker, host, elsewhere }: Surroundings): Walked {
  const values = new Map<ts.Symbol, Value>();
  const found: Found[] = [];
  const unstable = unstableNames(file, checker);
  /** How many conditions stand between here and the certainty that this runs. */
  let doubts = 0;

  const symbolOf = (node: ts.Node) => variableAt(node, checker);
  const resolved = (symbol: ts.Symbol | undefined) =>
    symbol && symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  /** The name of something of bnlab's. */
  const ours = (symbol: ts.Symbol | undefined): string | undefined => {
    const real = resolved(symbol);
    const declaration = real?.declarations?.[0];
    return declaration?.getSourceFile().fileName.startsWith(`${host.typesFolder}/bnlab/`)
      ? real!.name
      : undefined;
  };

  const attempt = (start: number, end: number, compute: () => Value): Value => {
    try {
      return compute();
    } catch (error) {
      if (!(error instanceof ShapeMistake)) throw error;
      if (doubts === 0) found.push({ start, length: end - start, message: error.message });
      return undefined;
    }
  };

  /** Visits what is inside too: each expression once. */
  const evaluate = (node: ts.Expression): Value => {
    if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node) || ts.isSatisfiesExpression(node))
      return evaluate(node.expression);
    if (ts.isNonNullExpression(node)) return evaluate(node.expression);
    if (ts.isNumericLiteral(node)) return Number(node.text);
    if (ts.isStringLiteralLike(node)) return node.text;
    if (node.kind === SyntaxKind.TrueKeyword || node.kind === SyntaxKind.FalseKeyword)
      return node.kind === SyntaxKind.TrueKeyword;
    if (node.kind === SyntaxKind.NullKeyword) return null;
    if (ts.isIdentifier(node)) return worthOf(node);
    if (ts.isPrefixUnaryExpression(node)) return negated(node);
    if (ts.isPostfixUnaryExpression(node)) return counted(node);
    if (ts.isBinaryExpression(node)) return binary(node);
    if (ts.isArrayLiteralExpression(node)) return array(node);
    if (ts.isObjectLiteralExpression(node)) return object(node);
    if (ts.isPropertyAccessExpression(node)) return property(node);
    if (ts.isElementAccessExpression(node)) return element(node);
    if (ts.isNewExpression(node)) return made(node);
    if (ts.isCallExpression(node)) return called(node);
    if (ts.isConditionalExpression(node)) {
      evaluate(node.condition);
      doubtful(() => [node.whenTrue, node.whenFalse].map(evaluate));
      return undefined;
    }
    visitChildren(node);
    return undefined;
  };

  const worthOf = (node: ts.Identifier): Value => {
    const symbol = symbolOf(node);
    if (!symbol) return undefined;
    if (values.has(symbol)) return values.get(symbol);
    const declaration = symbol.declarations?.[0];
    // Names of other cells stand in the line before the cell.
    if (!declaration || !ts.isImportSpecifier(declaration) || !isBefore(declaration, file)) return undefined;
    const value = elsewhere(node.text);
    return layerIn(value) && !ours(checker.getTypeAtLocation(node).symbol) ? undefined : value;
  };

  const negated = ({ operator, operand }: ts.PrefixUnaryExpression): Value => {
    const value = evaluate(operand);
    if (operator === SyntaxKind.PlusPlusToken || operator === SyntaxKind.MinusMinusToken) forget(operand);
    return operator === SyntaxKind.MinusToken && typeof value === "number" ? -value : undefined;
  };

  const counted = ({ operand }: ts.PostfixUnaryExpression): undefined => {
    evaluate(operand);
    forget(operand);
  };

  const binary = ({ left, right, operatorToken: { kind } }: ts.BinaryExpression): Value => {
    if (kind === SyntaxKind.EqualsToken) {
      if (!ts.isIdentifier(left)) visitChildren(left);
      const value = evaluate(right);
      if (ts.isIdentifier(left)) assign(left, value);
      else if (ts.isPropertyAccessExpression(left) && isOwnProperty(left))
        assign(left.name, doubts > 0 ? undefined : value);
      else forget(left);
      return value;
    }
    const isLogical = [
      SyntaxKind.AmpersandAmpersandToken,
      SyntaxKind.BarBarToken,
      SyntaxKind.QuestionQuestionToken,
    ];
    const a = evaluate(left);
    const b = isLogical.includes(kind) ? doubtful(() => evaluate(right)) : evaluate(right);
    if (isAssignment(kind)) forget(left);
    if (typeof a !== "number" || typeof b !== "number") return undefined;
    if (kind === SyntaxKind.PlusToken) return a + b;
    if (kind === SyntaxKind.MinusToken) return a - b;
    if (kind === SyntaxKind.AsteriskToken) return a * b;
    if (kind === SyntaxKind.SlashToken) return a / b;
    return kind === SyntaxKind.AsteriskAsteriskToken ? a ** b : undefined;
  };

  const array = ({ elements }: ts.ArrayLiteralExpression): Value => {
    const items = elements.map((each) => evaluate(ts.isSpreadElement(each) ? each.expression : each));
    return elements.some(ts.isSpreadElement) ? undefined : items;
  };

  const object = (node: ts.ObjectLiteralExpression): Value => {
    const options: Record<string, Value> = {};
    let isKnown = true;
    for (const each of node.properties) {
      if (ts.isPropertyAssignment(each) && !ts.isComputedPropertyName(each.name)) {
        options[each.name.text] = evaluate(each.initializer);
      } else if (ts.isShorthandPropertyAssignment(each)) {
        const symbol = symbolOf(each.name);
        options[each.name.text] = symbol && values.get(symbol);
      } else {
        isKnown = false;
        visitChildren(each);
      }
    }
    return isKnown ? { options } : undefined;
  };

  const property = (node: ts.PropertyAccessExpression): Value => {
    if (node.expression.kind === SyntaxKind.ThisKeyword) {
      const symbol = symbolOf(node.name);
      return symbol && values.get(symbol);
    }
    const value = evaluate(node.expression);
    const shape = tensorIn(value);
    if (!shape || shape.isOpen || node.questionDotToken) return undefined;
    if (node.name.text === "shape") return shape.sizes;
    return node.name.text === "T" && shape.sizes.length === 2
      ? { tensor: { sizes: [...shape.sizes].reverse() } }
      : undefined;
  };

  const element = (node: ts.ElementAccessExpression): Value => {
    const [list, index] = [evaluate(node.expression), evaluate(node.argumentExpression)];
    return typeof index === "number" ? listIn(list)?.[index] : undefined;
  };

  const argumentsOf = (given: readonly ts.Expression[] = []): Value[] | undefined => {
    const list = given.map((each) => evaluate(ts.isSpreadElement(each) ? each.expression : each));
    return given.some(ts.isSpreadElement) ? undefined : list;
  };

  const made = (node: ts.NewExpression): Value => {
    const callee = node.expression;
    if (!ts.isIdentifier(callee)) visitChildren(callee);
    const given = argumentsOf(node.arguments);
    const name = ours(symbolOf(ts.isPropertyAccessExpression(callee) ? callee.name : callee));
    if (!name || !given) return undefined;
    return name === "Sequential" && !fits(node, given) ? undefined : layerOf(name, given);
  };

  /** What does not go together in a row is told at the layer that refuses, whatever comes in. */
  const fits = (node: ts.NewExpression, given: readonly Value[]): boolean => {
    const only = node.arguments?.length === 1 ? node.arguments[0] : undefined;
    const places = only && ts.isArrayLiteralExpression(only) ? only.elements : (node.arguments ?? []);
    const layers = (only && listIn(given[0])) ?? given;
    if (places.length !== layers.length) return true;
    let shape: Shape | undefined = anyShape;
    for (const [i, layer] of layers.entries()) {
      const { end } = places[i]!;
      const input: Shape = shape;
      shape = tensorIn(
        attempt(places[i]!.getStart(file), end, () => ({ tensor: applied(layer, input) ?? anyShape })),
      );
      if (!shape) return false;
    }
    return true;
  };

  const called = (node: ts.CallExpression): Value => {
    const callee = node.expression;
    const isMember = ts.isPropertyAccessExpression(callee);
    const owner = isMember ? evaluate(callee.expression) : undefined;
    if (!isMember) evaluate(callee);
    const given = argumentsOf(node.arguments);
    const name = isMember ? callee.name.text : ts.isIdentifier(callee) ? callee.text : undefined;
    if (!name || !given || (isMember && callee.questionDotToken)) return undefined;
    const attempted = (compute: () => Value) =>
      attempt((isMember ? callee.name : node).getStart(file), node.end, compute);
    const layer = layerIn(owner);
    if (isMember && layer) {
      if (rowChanges.has(name)) forget(callee.expression);
      if (name !== "forward" || given.length !== 1) return undefined;
      return attempted(() => tensorOf(applied(layer, tensorIn(given[0]) ?? anyShape)));
    }
    if (isMember && listIn(owner) && (rowChanges.has(name) || listChanges.has(name)))
      forget(callee.expression);
    const shape = tensorIn(owner);
    if (shape) return attempted(() => (name === "size" ? size(shape, given) : operated(name, shape, given)));
    const known = ours(symbolOf(isMember ? callee.name : callee));
    if (!known) return undefined;
    const [first, ...rest] = given;
    const input = tensorIn(first);
    return attempted(() =>
      input && isOperation(known) ? operated(known, input, rest) : created(known, given),
    );
  };

  const assign = (name: ts.MemberName, value: Value): void => {
    const symbol = symbolOf(name);
    if (symbol) values.set(symbol, unstable.has(symbol) ? undefined : value);
  };

  const forget = (node: ts.Node): void => {
    if (
      ts.isPropertyAccessExpression(node) ||
      ts.isElementAccessExpression(node) ||
      ts.isNonNullExpression(node)
    ) {
      if (!tensorIn(rootValue(node))) forget(node.expression);
    } else if (ts.isIdentifier(node)) assign(node, undefined);
    else ts.forEachChild(node, forget);
  };

  const rootValue = (node: ts.Expression): Value => {
    if (ts.isIdentifier(node)) return worthOf(node);
    return ts.isPropertyAccessExpression(node) ? rootValue(node.expression) : undefined;
  };

  const doubtful = <T>(visit: () => T): T => {
    doubts++;
    const result = visit();
    doubts--;
    return result;
  };

  /** What is assigned to inside has an unknown value before, in the next turn, and after. */
  const forgetAssigned = (node: ts.Node): void => {
    for (const name of assignedIn(node)) forget(name);
  };

  const declare = (name: ts.BindingName, value: Value): void => {
    if (ts.isIdentifier(name)) {
      assign(name, value);
      return;
    }
    const items = ts.isArrayBindingPattern(name) ? listIn(value) : undefined;
    for (const [i, each] of name.elements.entries()) {
      if (ts.isOmittedExpression(each)) continue;
      if (each.initializer) doubtful(() => evaluate(each.initializer!));
      declare(each.name, each.initializer || each.dotDotDotToken ? undefined : items?.[i]);
    }
  };

  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node) || ts.isTypeNode(node)) return;
    if (ts.isVariableDeclaration(node)) {
      const isLoops = ts.isForOfStatement(node.parent.parent) || ts.isForInStatement(node.parent.parent);
      declare(node.name, isLoops || !node.initializer ? undefined : evaluate(node.initializer));
    } else if (ts.isPropertyDeclaration(node) && node.initializer && !ts.isComputedPropertyName(node.name)) {
      const value = evaluate(node.initializer);
      if (ts.isMemberName(node.name)) assign(node.name, value);
    } else if (ts.isFunctionLike(node)) {
      const kept = new Map(values);
      for (const parameter of node.parameters ?? []) declare(parameter.name, undefined);
      if ("body" in node && node.body) visit(node.body);
      for (const [symbol, value] of kept) values.set(symbol, value);
    } else if (ts.isIfStatement(node)) {
      evaluate(node.expression);
      doubtful(() => {
        visit(node.thenStatement);
        forgetAssigned(node);
        if (node.elseStatement) visit(node.elseStatement);
      });
      forgetAssigned(node);
    } else if (ts.isIterationStatement(node, false)) {
      forgetAssigned(node);
      visitChildren(node);
      forgetAssigned(node);
    } else if (ts.isTryStatement(node) || ts.isSwitchStatement(node)) {
      forgetAssigned(node);
      doubtful(() => visitChildren(node));
      forgetAssigned(node);
    } else if (ts.isExpression(node)) evaluate(node);
    else visitChildren(node);
  };
  const visitChildren = (node: ts.Node): void => ts.forEachChild(node, visit);

  visitChildren(file);
  const named = [...values].map(([{ name }, value]) => [name, value] as const);
  return { values: new Map(named), found };
}

function size({ sizes, isOpen }: Shape, given: readonly Value[]): Value {
  if (isOpen || given.length === 0) return isOpen ? undefined : sizes;
  return typeof given[0] === "number" ? sizes.at(given[0]) : undefined;
}
