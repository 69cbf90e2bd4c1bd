// What a command says of what it cannot do: one line, whatever a file's name or a message holds.
import { stripVTControlCharacters } from "node:util";

/** As much as still reads as one line. */
const mostCharacters = 500;

export function complain(command: string, about: string, trouble: unknown): void {
  const message = trouble instanceof Error ? trouble.message : String(trouble);
  console.error(oneLine(`bnlab ${command}: ${about}: ${message}`));
}

export function oneLine(text: string): string {
  const line = stripVTControlCharacters(text)
    .replace(/[\p{Cc}\u2028\u2029]+/gu, " ")
    .trim();
  return line.length > mostCharacters ? `${line.slice(0, mostCharacters - 1)}…` : line;
}
