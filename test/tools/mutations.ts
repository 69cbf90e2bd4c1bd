// One-line faults in TypeScript: where a text can be changed so that a test should notice, and how.
import ts from "typescript";

/** Text from `start` to `end` gives way to `text`. */
export interface Mutation {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** What kind of fault it is: "boundary", "dropped call", … */
  readonly kind: string;
}

const { SyntaxKind } = ts;

/** What an operator becomes, each with the kind of fault. */
const binaries: Readonly<Partial<Record<ts.SyntaxKind, readonly (readonly [text: string, kind: string])[]>>> =
  {
    [SyntaxKind.LessThanToken]: [
      ["<=", "boundary"],
      [">=", "comparison"],
    ],
    [SyntaxKind.LessThanEqualsToken]: [
      ["<", "boundary"],
      [">", "comparison"],
    ],
    [SyntaxKind.GreaterThanToken]: [
      [">=", "boundary"],
      ["<=", "comparison"],
    ],
    [SyntaxKind.GreaterThanEqualsToken]: [
      [">", "boundary"],
      ["<", "comparison"],
    ],
    [SyntaxKind.EqualsEqualsEqualsToken]: [["!==", "comparison"]],
    [SyntaxKind.ExclamationEqualsEqualsToken]: [["===", "comparison"]],
    [SyntaxKind.PlusToken]: [["-", "arithmetic"]],
    [SyntaxKind.MinusToken]: [["+", "arithmetic"]],
    [SyntaxKind.AsteriskToken]: [["/", "arithmetic"]],
    [SyntaxKind.SlashToken]: [["*", "arithmetic"]],
    [SyntaxKind.PercentToken]: [["*", "arithmetic"]],
    [SyntaxKind.AsteriskAsteriskToken]: [["*", "arithmetic"]],
    [SyntaxKind.PlusEqualsToken]: [["-=", "arithmetic"]],
    [SyntaxKind.MinusEqualsToken]: [["+=", "arithmetic"]],
    [SyntaxKind.AsteriskEqualsToken]: [["/=", "arithmetic"]],
    [SyntaxKind.SlashEqualsToken]: [["*=", "arithmetic"]],
    [SyntaxKind.AmpersandAmpersandToken]: [["||", "logic"]],
    [SyntaxKind.BarBarToken]: [["&&", "logic"]],
    [SyntaxKind.QuestionQuestionEqualsToken]: [["=", "logic"]],
    [SyntaxKind.LessThanLessThanToken]: [[">>", "arithmetic"]],
    [SyntaxKind.GreaterThanGreaterThanToken]: [["<<", "arithmetic"]],
    [SyntaxKind.AmpersandToken]: [["|", "arithmetic"]],
    [SyntaxKind.BarToken]: [["&", "arithmetic"]],
  };

const methods: Readonly<Record<string, string>> = {
  min: "max",
  max: "min",
  floor: "ceil",
  ceil: "floor",
  every: "some",
  some: "every",
  find: "findLast",
  findLast: "find",
};

/** Calls without which the rest still runs. */
const removable = new Set(["abs", "sort", "reverse", "sqrt", "round", "trunc", "trim"]);

/**
 * Returns the source with a call where the code around each position is entered: at the start of the function whose body holds it, at
 * the start of the file for what is in none. The calls are expressions; lines stay where they are.
 */
export function withProbes(
  file: string,
  source: string,
  probes: readonly { readonly at: number; readonly call: string }[],
): string {
  const root = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true);
  const edits = probes.flatMap(({ at, call }) => {
    let inner: ts.Node = root;
    let body: ts.Node | undefined;
    const descend = (node: ts.Node): void => {
      if (at < node.getStart(root) || at >= node.getEnd()) return;
      inner = node;
      ts.forEachChild(node, descend);
    };
    descend(root);
    for (let node = inner; body === undefined && node !== root; node = node.parent) {
      if (ts.isFunctionLike(node) && "body" in node) body = node.body as ts.Node | undefined;
    }
    if (body === undefined) {
      const first = root.statements.find((statement) => !ts.isImportDeclaration(statement));
      return first ? [{ at: first.getStart(root), text: `${call};` }] : [];
    }
    if (ts.isBlock(body)) return [{ at: body.getStart(root) + 1, text: `${call};` }];
    return [
      { at: body.getStart(root), text: `(${call}, ` },
      { at: body.getEnd(), text: ")" },
    ];
  });
  let text = source;
  for (const edit of edits.sort((a, b) => b.at - a.at)) {
    text = text.slice(0, edit.at) + edit.text + text.slice(edit.at);
  }
  return text;
}

/** All faults of a file, in the order of its text. Types, imports, lengths of waits and what an error says are left alone. */
export function mutationsOf(file: string, source: string): Mutation[] {
  const root = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true);
  const found: Mutation[] = [];
  const replace = (node: ts.Node, text: string, kind: string) =>
    found.push({ start: node.getStart(root), end: node.getEnd(), text, kind });
  const negate = (condition: ts.Expression) =>
    replace(condition, `!(${condition.getText(root)})`, "negated condition");

  const visit = (node: ts.Node): void => {
    if (ts.isTypeNode(node) || ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return;
    if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node) || ts.isThrowStatement(node))
      return;
    if (ts.isBinaryExpression(node) && !isText(node.left) && !isText(node.right)) {
      for (const [text, kind] of binaries[node.operatorToken.kind] ?? [])
        replace(node.operatorToken, text, kind);
      if (node.operatorToken.kind === SyntaxKind.QuestionQuestionToken) {
        replace(node, `(${node.right.getText(root)})`, "logic");
      }
    } else if (ts.isPrefixUnaryExpression(node)) {
      const operand = node.operand.getText(root);
      if (node.operator === SyntaxKind.ExclamationToken) replace(node, `!!${operand}`, "logic");
      else if (node.operator === SyntaxKind.MinusToken) replace(node, operand, "arithmetic");
      else if (node.operator === SyntaxKind.PlusPlusToken) replace(node, `--${operand}`, "arithmetic");
      else if (node.operator === SyntaxKind.MinusMinusToken) replace(node, `++${operand}`, "arithmetic");
    } else if (ts.isPostfixUnaryExpression(node)) {
      const operand = node.operand.getText(root);
      replace(node, `${operand}${node.operator === SyntaxKind.PlusPlusToken ? "--" : "++"}`, "arithmetic");
    } else if (ts.isIfStatement(node)) {
      negate(node.expression);
      if (node.elseStatement === undefined && leaves(node.thenStatement)) replace(node, ";", "dropped guard");
    } else if (ts.isConditionalExpression(node)) negate(node.condition);
    else if (ts.isNumericLiteral(node)) {
      if (isWait(node)) return;
      const value = Number(node.text.replaceAll("_", ""));
      if (Number.isInteger(value) && value < 1e6) {
        replace(node, String(value + 1), "constant");
        if (value > 0) replace(node, String(value - 1), "constant");
      } else replace(node, String(value * 4), "constant");
    } else if (node.kind === SyntaxKind.TrueKeyword) replace(node, "false", "constant");
    else if (node.kind === SyntaxKind.FalseKeyword) replace(node, "true", "constant");
    else if (ts.isExpressionStatement(node) && !isSuper(node.expression))
      replace(node, ";", "dropped statement");
    else if (
      (ts.isReturnStatement(node) && node.expression === undefined) ||
      ts.isContinueStatement(node) ||
      ts.isBreakStatement(node)
    ) {
      if (!ts.isCaseOrDefaultClause(node.parent)) replace(node, ";", "dropped statement");
    } else if (ts.isCallExpression(node)) {
      const { expression: callee } = node;
      if (ts.isPropertyAccessExpression(callee)) {
        const name = callee.name.text;
        const owner = callee.expression.getText(root);
        if (Object.hasOwn(methods, name)) replace(callee.name, methods[name]!, "other method");
        if (removable.has(name)) {
          const [argument] = node.arguments;
          if (owner !== "Math") replace(node, owner, "dropped call");
          else if (argument) replace(node, `(${argument.getText(root)})`, "dropped call");
        }
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(root);
  return found.sort((a, b) => a.start - b.start || a.end - b.end);
}

const isText = (node: ts.Expression) => ts.isStringLiteralLike(node) || ts.isTemplateExpression(node);

/** Whether it is the length of a wait, by its name in milliseconds: no test may judge that, for none judges by a clock. */
const isWait = ({ parent }: ts.Node) =>
  ts.isVariableDeclaration(parent) && ts.isIdentifier(parent.name) && parent.name.text.endsWith("Ms");

const isSuper = (node: ts.Expression) =>
  ts.isCallExpression(node) && node.expression.kind === SyntaxKind.SuperKeyword;

/** Whether nothing after the statement runs when it has. */
function leaves(statement: ts.Statement): boolean {
  const last = ts.isBlock(statement) ? statement.statements.at(-1) : statement;
  return (
    last !== undefined &&
    (ts.isReturnStatement(last) ||
      ts.isThrowStatement(last) ||
      ts.isContinueStatement(last) ||
      ts.isBreakStatement(last))
  );
}
