// TypeScript's display parts and JSDoc tags as code and markdown.
import type ts from "typescript";

export const plain = (parts: readonly ts.SymbolDisplayPart[] | undefined): string =>
  (parts ?? []).map(({ text }) => text).join("");

/** Names of earlier cells are imports to TypeScript, and variables to the reader. */
export function signatureOf(parts: readonly ts.SymbolDisplayPart[] | undefined): string {
  const text = plain(parts);
  const isImport = text.startsWith("(alias) ");
  return isImport ? text.slice("(alias) ".length).replace(/\nimport .*$/, "") : text;
}

export function documentationOf(
  documentation: readonly ts.SymbolDisplayPart[] | undefined,
  tags: readonly ts.JSDocTagInfo[] | undefined,
): string {
  return [linked(documentation), ...(tags ?? []).map(tagOf)].filter((part) => part !== "").join("\n\n");
}

function tagOf({ name, text }: ts.JSDocTagInfo): string {
  const parts = text ?? [];
  if (name === "example") {
    const code = plain(parts);
    return code.includes("```") ? `*@example*\n${code}` : `*@example*\n\`\`\`typescript\n${code}\n\`\`\``;
  }
  const [first, ...rest] = parts;
  if (first?.kind === "parameterName" || first?.kind === "typeParameterName") {
    return `*@${name}* \`${first.text}\`${prefixed(" — ", linked(rest).trim())}`;
  }
  return `*@${name}*${prefixed(" — ", linked(parts))}`;
}

/** `{@link x}` comes as three parts, of which the middle one is the text. */
function linked(parts: readonly ts.SymbolDisplayPart[] | undefined): string {
  return (parts ?? [])
    .filter(({ kind }) => kind !== "link")
    .map(({ kind, text }) => (kind === "linkName" || kind === "linkText" ? `\`${text}\`` : text))
    .join("");
}

const prefixed = (prefix: string, text: string) => (text === "" ? "" : prefix + text);
