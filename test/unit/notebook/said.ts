// What a command says while a test runs.
import type { TestContext } from "node:test";
import { stripVTControlCharacters } from "node:util";

/** Lines of `console.log` and `console.error`, without colors, which go nowhere else. */
export function said(t: TestContext): { out: string[]; err: string[] } {
  const [out, err]: [string[], string[]] = [[], []];
  t.mock.method(console, "log", (text: string) => out.push(stripVTControlCharacters(text)));
  t.mock.method(console, "error", (text: string) => err.push(text));
  return { out, err };
}
