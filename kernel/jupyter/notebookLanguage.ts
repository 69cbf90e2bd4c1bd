// The language of the notebook that a client opens a kernel for: Jupyter's messages do not say which notebook it is.
import { readFile } from "node:fs/promises";
import { parseNotebook, proseOf } from "../document/notebookFile";
import { languageOf } from "../words";

/** Jupyter Server names the file that a kernel is for; a console or an unsaved notebook has none. */
export async function notebookLanguage(file = process.env.JPY_SESSION_NAME): Promise<string | undefined> {
  if (file === undefined || !file.endsWith(".ipynb")) return undefined;
  try {
    return languageOf(proseOf(parseNotebook(await readFile(file, "utf8"))));
  } catch {
    return undefined; // not there yet, or half written
  }
}
