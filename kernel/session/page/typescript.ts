// TypeScript for a page, a script of its own that is loaded when it is first needed: the converter and the language service.

import { Converter } from "../converter/converter";
import { serveLanguage } from "../language/languageServer";
import type { FromLanguage, ToLanguage } from "../language/wire";
import { type PageCode, pageCodeHost } from "./codeHost";

export const pageConverter = (code: PageCode): Converter => new Converter(pageCodeHost(code));

/** @returns what takes the session's messages, in their order. */
export function pageLanguage(
  code: PageCode,
  send: (message: FromLanguage) => void,
): (message: ToLanguage) => void {
  return serveLanguage(pageCodeHost(code), send);
}
