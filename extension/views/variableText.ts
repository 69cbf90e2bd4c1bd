// What is in a variable, in a few lines of Markdown: for its hover and for its place in the tree.
import * as vscode from "vscode";
import { type Statistics, shownValue, type Variable } from "../../kernel/protocol";
import { bytesText, countText, shortNumber } from "../../kernel/words";

/** A variable in a few lines of Markdown. */
export function describe(variable: Variable): vscode.MarkdownString {
  const { kind, type, shape, dtype, bytes, statistics } = variable;
  if (kind === "function" || kind === "class") return new vscode.MarkdownString();
  const facts = shape ? [`**${type} [${shape.join(", ")}]**`, dtype] : [`**${type}**`];
  if (bytes !== undefined) facts.push(bytesText(bytes));
  const text = new vscode.MarkdownString(facts.join(" · "));
  if (statistics) text.appendMarkdown(`\n\n${describeStatistics(statistics)}`);
  return text.appendCodeblock(shownValue(variable), "typescript");
}

function describeStatistics({ min, max, mean, std, nan, infinite }: Statistics): string {
  const named = Object.entries({ min, max, mean, std });
  const facts = named.flatMap(([name, value]) => (value === null ? [] : [`${name} ${shortNumber(value)}`]));
  if (nan > 0) facts.push(`**${countText(nan)} NaN**`);
  if (infinite > 0) facts.push(`**${countText(infinite)} infinite**`);
  return facts.join(" · ");
}
