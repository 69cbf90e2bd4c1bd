// The table of PyTorch's names and ours is as both libraries have them now.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { languages, pageOf, pages } from "../tools/fromPytorchPage";
import { differences } from "../tools/fromPytorchWords";

for (const language of languages) {
  const page = pageOf(language);

  test(`${pages[language]} is as npm run docs:pytorch writes it`, () => {
    assert.equal(readFileSync(path.join(import.meta.dirname, "../..", pages[language]), "utf8"), page);
  });

  test(`every difference that is told stands beside its name: ${language}`, () => {
    for (const [name, told] of Object.entries(differences)) {
      const rows = page
        .split("\n")
        .filter((line) => line.startsWith("|") && line.endsWith(`| ${told[language]} |`));
      assert.ok(
        rows.some((row) => row.includes(`\`${name}\``)),
        name,
      );
    }
  });
}
