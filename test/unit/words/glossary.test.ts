// One Chinese word for one thing: in the dictionary, in the lesson's words and in the notebooks' prose.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { claims } from "../../../kernel/lesson";
import { exercises } from "../../../kernel/lesson/exercises";
import { expectations, questions } from "../../../kernel/lesson/questions";
import { chinese } from "../../../kernel/words/chinese";
import { terms as glossary, glossaryPage, glossaryPages, languages } from "../../tools/glossaryPage";

const notebooks = path.join(import.meta.dirname, "../../../notebooks");

function prose(): [place: string, text: string][] {
  const folder = path.join(notebooks, "zh-cn");
  const names = readdirSync(folder).filter((name) => name.endsWith(".ipynb"));
  return names.flatMap((name) => {
    const { cells } = JSON.parse(readFileSync(path.join(folder, name), "utf8")) as {
      cells: { cell_type: string; id: string; source: string[] }[];
    };
    return cells.flatMap(({ cell_type, id, source }): [string, string][] =>
      cell_type === "markdown" ? [[`${name}, cell ${id}`, source.join("")]] : [],
    );
  });
}

test("what has a word in the glossary has no other", () => {
  const dictionary = Object.entries(chinese).map(([english, text]) => [`"${english}"`, text] as const);
  const hints = Object.entries(exercises).flatMap(([id, { hints }]) =>
    hints.map((hint) => [`hint of ${id}`, hint["zh-cn"]] as const),
  );
  const claimed = claims.map(({ number, claim, literature }) => {
    return [`claim ${number}`, claim["zh-cn"] + literature["zh-cn"]] as const;
  });
  const asked = Object.entries({ ...expectations, ...questions }).map(
    ([id, asked]) => [`question ${id}`, JSON.stringify(asked)] as const,
  );
  const texts = [...dictionary, ...hints, ...claimed, ...asked, ...prose()];
  const faults = texts.flatMap(([place, text]) =>
    glossary.flatMap(({ en, zh, never }) =>
      never.filter((word) => text.includes(word)).map((word) => `${place}: ${en} is ${zh}, not ${word}`),
    ),
  );
  assert.deepEqual(faults, []);
});

test("each word of the glossary is used, in the dictionary or the prose", () => {
  const all = [...Object.values(chinese), ...prose().map(([, text]) => text)].join("\n");
  assert.deepEqual(
    glossary.filter(({ zh }) => !all.includes(zh)),
    [],
  );
});

test("the glossary's pages have every word with its meaning, in both languages", () => {
  for (const { en, means } of glossary) {
    assert.match(means.en, /^[A-Z].*\.$/, en);
    assert.match(means["zh-cn"], /\p{Script=Han}.*。$/u, en);
  }
  assert.equal(new Set(glossary.map(({ en }) => en)).size, glossary.length);
  for (const language of languages) {
    const page = readFileSync(path.join(notebooks, "..", glossaryPages[language]), "utf8");
    assert.equal(page, glossaryPage(language), "npm run docs:glossary writes it");
  }
});
