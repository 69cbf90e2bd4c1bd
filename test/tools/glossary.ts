// `npm run docs:glossary` writes the glossary's pages.
import { writeFileSync } from "node:fs";
import path from "node:path";
import { glossaryPage, glossaryPages, languages } from "./glossaryPage";

for (const language of languages) {
  writeFileSync(path.join(import.meta.dirname, "../..", glossaryPages[language]), glossaryPage(language));
}
