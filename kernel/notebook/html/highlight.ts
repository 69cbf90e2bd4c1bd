// Code in colors: highlight.js with the few languages that notebooks of ours hold.
import hljs from "highlight.js/lib/core";
import bash from "highlight.js/lib/languages/bash";
import json from "highlight.js/lib/languages/json";
import python from "highlight.js/lib/languages/python";
import typescript from "highlight.js/lib/languages/typescript";
import xml from "highlight.js/lib/languages/xml";

for (const [name, language] of Object.entries({ bash, json, python, typescript, xml })) {
  hljs.registerLanguage(name, language);
}

/** Escaped, with `<span class="hljs-…">` around what has a color; a language it does not know stays plain. */
export function highlight(code: string, language = "typescript"): string {
  const known = hljs.getLanguage(language) ? language : "plaintext";
  if (known === "plaintext")
    return code.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  return hljs.highlight(code, { language: known, ignoreIllegals: true }).value;
}
