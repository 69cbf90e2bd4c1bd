// `input`: a cell's question to whoever runs it.
import { machine } from "../../machine/machine";
import { displaySession } from "./display";

/**
 * Asks the user for a line of text.
 *
 * @example
 * const name = await input("Your name? ");
 *
 * @param options.password hides what is typed.
 * @throws InputError where the client cannot ask: nbconvert, `bnlab run` in a pipe.
 */
export async function input(prompt = "", { password = false }: { password?: boolean } = {}): Promise<string> {
  const session = displaySession();
  if (session) return session.ask({ prompt: String(prompt), password });
  return machine().ask(String(prompt));
}
