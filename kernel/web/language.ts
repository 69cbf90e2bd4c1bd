// TypeScript in the kernel's worker: the cells' converter and the language service, there once the host has handed over their script.
import type { CellConverter } from "../session/cells/conversion";
import { LanguageThread } from "../session/language/languageThread";
import type * as PageTypeScript from "../session/page/typescript";
import { runScript } from "./script";
import type { LanguageParts, Source } from "./wire";

export class WebLanguage {
  /** Takes what the host has for this; called once. */
  readonly give: (parts: LanguageParts) => void;
  /** There will be none, and why. */
  readonly refuse: (reason: string) => void;
  readonly converter: Promise<CellConverter>;
  readonly service: LanguageThread;

  constructor() {
    let give: WebLanguage["give"] = () => {};
    let refuse: WebLanguage["refuse"] = () => {};
    const given = new Promise<LanguageParts>((resolve, reject) => {
      give = resolve;
      refuse = (reason) => reject(new Error(`TypeScript could not be loaded: ${reason}`));
    });
    [this.give, this.refuse] = [give, refuse];
    const loaded = given.then(async ({ typescript, files }) => ({ ...(await load(typescript)), files }));
    this.converter = loaded.then(({ pageConverter, files }) => {
      const converter = pageConverter({ files });
      converter.convert("0"); // the first check reads all declarations: not at the first cell's expense
      return converter;
    });
    this.service = new LanguageThread(({ answered, gone }) => {
      const serving = loaded.then(({ pageLanguage, files }) => pageLanguage({ files }, answered));
      serving.catch(gone);
      return { post: (message) => void serving.then((receive) => receive(message)), close() {} };
    });
  }
}

/** Runs the script here: one of its own would want an address, from which Firefox loads nothing in the worker of a `file://` page. */
async function load(script: Source): Promise<typeof PageTypeScript> {
  const text = typeof script === "string" ? script : await script.text();
  return runScript(`${text}\nbnlabTypeScript`) as typeof PageTypeScript;
}
