// `npm run docs:pytorch` writes the pages of names.
import { writeFileSync } from "node:fs";
import path from "node:path";
import { languages, pageOf, pages } from "./fromPytorchPage";

for (const language of languages) {
  writeFileSync(path.join(import.meta.dirname, "../..", pages[language]), pageOf(language));
}
