// Code in colors: highlight.js with the few languages that notebooks of ours hold.

import hljs from "highlight.js/lib/core";
import bash from "highlight.js/lib/languages/bash";
import json from "highlight.js/lib/languages/json";
import python from "highlight.js/lib/languages/python";
import typescript from "highlight.js/lib/languages/typescript";
import xml from "highlight.js/lib/languages/xml";
import { escapeHtml } from "../../words";

for (const [name, language] of Object.entries({ bash, json, python, typescript, xml })) {
  hljs.registerLanguage(name, language);
}

/** Escaped, with `<span class="hljs-…">` around what has a color; a language it does not know stays plain. */
export function highlight(code: string, language = "typescript"): string {
  if (!hljs.getLanguage(language)) return escapeHtml(code);
  return hljs.highlight(code, { language, ignoreIllegals: true }).value;
}
