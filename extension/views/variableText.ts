// What is in a variable, in words: for its hover and below the table of variables.
import * as vscode from "vscode";
import { type Statistics, shownValue, type Variable } from "../../kernel/protocol";
import { bytesText, countText, shortNumber } from "../../kernel/words";

/** A variable in a few lines of Markdown. */
export function describe(variable: Variable): vscode.MarkdownString {
  const { kind, type, shape } = variable;
  if (kind === "function" || kind === "class") return new vscode.MarkdownString();
  const bold = shape ? `**${type} [${shape.join(", ")}]**` : `**${type}**`;
  const text = new vscode.MarkdownString([bold, ...sizeOf(variable)].join(" · "));
  const statistics = statisticsOf(variable.statistics, (fact) => `**${fact}**`);
  if (statistics) text.appendMarkdown(`\n\n${statistics}`);
  return text.appendCodeblock(shownValue(variable), "typescript");
}

/** The same facts in a line. */
export function factsOf(variable: Variable): string {
  const { type, shape, statistics } = variable;
  const kind = shape ? `${type} [${shape.join(", ")}]` : type;
  return [kind, ...sizeOf(variable), statisticsOf(statistics, (fact) => fact)].filter(Boolean).join(" · ");
}

/** What a cell would show of it, or a line. */
export const textOf = (variable: Variable): string =>
  variable.type === "string" ? (variable.text ?? variable.preview) : shownValue(variable);

function sizeOf({ dtype, bytes }: Variable): string[] {
  return [...(dtype === undefined ? [] : [dtype]), ...(bytes === undefined ? [] : [bytesText(bytes)])];
}

function statisticsOf(statistics: Statistics | undefined, odd: (fact: string) => string): string {
  if (!statistics) return "";
  const { min, max, mean, std, nan, infinite } = statistics;
  const named = Object.entries({ min, max, mean, std });
  const facts = named.flatMap(([name, value]) => (value === null ? [] : [`${name} ${shortNumber(value)}`]));
  if (nan > 0) facts.push(odd(`${countText(nan)} NaN`));
  if (infinite > 0) facts.push(odd(`${countText(infinite)} infinite`));
  return facts.join(" · ");
}
