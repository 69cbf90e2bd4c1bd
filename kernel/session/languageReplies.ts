// The language service's answers in the words of Jupyter's complete_request and inspect_request.
import type { CompletionItem, Json, MimeBundle, QuickInfo, Replies, SignatureHelp } from "../protocol";
import { toPoints, toUnits } from "./codePoints";

type CompleteReply = Extract<Replies["complete_reply"], { status: "ok" }>;

/** The name around a position. */
function wordAt(code: string, cursor: number): { start: number; position: number; end: number } {
  const position = toUnits(code, cursor);
  const before = /[\p{ID_Continue}$]*$/u.exec(code.slice(0, position))![0].length;
  const after = /^[\p{ID_Continue}$]*/u.exec(code.slice(position))![0].length;
  return { start: position - before, position, end: position + after };
}

/** Names that begin as the one at the cursor does first; Jupyter's clients can insert no imports. */
export function completeReply(code: string, cursor: number, items: CompletionItem[]): CompleteReply {
  const { start, position, end } = wordAt(code, cursor);
  const typed = code.slice(start, position);
  const rank = ({ label }: CompletionItem): number => {
    if (label.startsWith(typed)) return 0;
    const [name, part] = [label.toLowerCase(), typed.toLowerCase()];
    if (name.startsWith(part)) return 1;
    return name.includes(part) ? 2 : 3;
  };
  const order = (a: CompletionItem, b: CompletionItem) =>
    rank(a) - rank(b) || a.sortText.localeCompare(b.sortText) || a.label.localeCompare(b.label);
  const found = items
    .filter((item) => item.importedFrom === undefined && item.insertText === undefined && rank(item) < 3)
    .sort(order);
  const [cursor_start, cursor_end] = [toPoints(code, start), toPoints(code, end)];
  const types = found.map(
    ({ label, kind }): Json => ({ start: cursor_start, end: cursor_end, text: label, type: kind }),
  );
  return {
    status: "ok",
    matches: found.map(({ label }) => label),
    cursor_start,
    cursor_end,
    metadata: { _jupyter_types_experimental: types },
  };
}

/** @param value what is in the variable asked about. */
export function inspectBundle(
  info: QuickInfo | null,
  help: SignatureHelp | null,
  value = "",
): MimeBundle | undefined {
  const signature = info?.signature ?? help?.signatures[help.activeSignature]?.label;
  if (signature === undefined) return undefined;
  const documentation = info?.documentation ?? help?.signatures[help.activeSignature]?.documentation ?? "";
  const code = (text: string) => (text === "" ? "" : `\`\`\`typescript\n${text}\n\`\`\``);
  const joined = (parts: string[]) => parts.filter((part) => part !== "").join("\n\n");
  return {
    "text/plain": joined([signature, documentation, value]),
    "text/markdown": joined([code(signature), documentation, code(value)]),
  };
}
