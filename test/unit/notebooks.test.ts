// The shipped notebooks as files: valid nbformat, ours by metadata, and the same code cells in every language.
import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { markdownRenderer } from "../../kernel/document/html/markdown";
import { thisMachine } from "../../kernel/host/machine";
import { claims, scorecard } from "../../kernel/lesson";
import { expectations, questions } from "../../kernel/lesson/questions";
import { recordsOf } from "../../kernel/lesson/scorecard";
import { setMachine } from "../../kernel/machine/machine";
import { guideOf, tableIn, withoutWords } from "../notebook/tutorial";
import { englishIn, shownTexts } from "../notebook/words";

const folder = path.join(import.meta.dirname, "../../notebooks");
const languages = ["en", "zh-cn"];
const names = (language: string) =>
  readdirSync(path.join(folder, language)).filter((name) => name.endsWith(".ipynb"));

interface Notebook {
  nbformat: number;
  nbformat_minor: number;
  metadata: { kernelspec: { name: string }; language_info: { name: string } };
  cells: { cell_type: string; id: string; source: string[]; outputs?: unknown[] }[];
}
const textOf = (language: string, name: string) => readFileSync(path.join(folder, language, name), "utf8");
const read = (language: string, name: string): Notebook => JSON.parse(textOf(language, name));

/** What the site that shows notebooks still shows, and a repository bears. */
const largestBytes = 600_000;

const codeOf = (name: string) => read("en", name).cells.filter((cell) => cell.cell_type === "code");

/** The claims that a notebook's cells judge, as they stand in its code. */
function judged(name: string): number[] {
  const calls = codeOf(name).flatMap((cell) => [
    ...cell.source.join("").matchAll(/\blesson\.verdict\(\s*(\d+)/g),
  ]);
  return calls.map(([, claim]) => Number(claim)).sort((a, b) => a - b);
}

describe("shipped notebooks", () => {
  it("there is at least one, and every language has them all", () => {
    assert.ok(names("en").length > 0);
    for (const language of languages) assert.deepEqual(names(language), names("en"));
  });

  for (const name of names("en")) {
    for (const language of languages) {
      it(`${language}/${name} is nbformat 4.5 for the bnlab kernel, each cell with its own id`, () => {
        const notebook = read(language, name);
        assert.deepEqual([notebook.nbformat, notebook.nbformat_minor], [4, 5]);
        assert.equal(notebook.metadata.kernelspec.name, "bnlab");
        assert.equal(notebook.metadata.language_info.name, "typescript");
        assert.equal(new Set(notebook.cells.map((cell) => cell.id)).size, notebook.cells.length);
        const bytes = statSync(path.join(folder, language, name)).size;
        assert.ok(bytes <= largestBytes, `${bytes} bytes, at most ${largestBytes}`);
      });
    }
    it(`${name}: the same cells in the same order, the same code, the same kinds of outputs with the same numbers, words in two languages`, () => {
      const [english, chinese] = languages.map((language) => read(language, name).cells);
      assert.deepEqual(
        english!.map((cell) => [cell.cell_type, cell.id]),
        chinese!.map((cell) => [cell.cell_type, cell.id]),
      );
      for (const [i, cell] of english!.entries()) {
        const same = cell.source.join("") === chinese![i]!.source.join("");
        assert.equal(same, cell.cell_type === "code", `cell ${cell.id}`);
        const [shown, shownInChinese] = [cell, chinese![i]!].map(({ outputs }) =>
          withoutWords(outputs ?? []),
        );
        assert.deepEqual(shown, shownInChinese, `what cell ${cell.id} shows`);
      }
    });
  }

  it("no English word is left in Chinese charts and tables but names", () => {
    const left = names("zh-cn").flatMap((name) =>
      read("zh-cn", name).cells.flatMap(({ id, outputs = [] }) =>
        outputs.flatMap(shownTexts).flatMap((text) => {
          const words = englishIn(text);
          return words.length > 0 ? [`${name} ${id}: ${words.join(" ")} in ${text.slice(0, 120)}`] : [];
        }),
      ),
    );
    assert.deepEqual([...new Set(left)], []);
  });

  it("no line of code is longer than a page shows", () => {
    const long = names("en").flatMap((name) =>
      codeOf(name).flatMap(({ id, source }) =>
        source
          .join("")
          .split("\n")
          .flatMap((line) => (line.length >= 100 ? [`${name} ${id}: ${line}`] : [])),
      ),
    );
    assert.deepEqual(long, []);
  });

  it("what a reader expects is asked before it comes out, and questions are asked, each once and in its notebook", () => {
    for (const name of names("en")) {
      const own = (ids: object) => Object.keys(ids).filter((id) => id.startsWith(name.slice(0, 2)));
      const called = (word: string) => {
        const calls = new RegExp(String.raw`\blesson\.${word}\(\s*"(\d\d-[\w-]+)"\)?,?`, "g");
        return codeOf(name).flatMap(({ source }, at) =>
          [...source.join("").matchAll(calls)].map(([, id]) => [id!, at] as const),
        );
      };
      const [asked, cameOut, quizzed] = ["expect", "outcome", "quiz"].map(called);
      for (const [calls, ids] of [
        [asked!, expectations],
        [cameOut!, expectations],
        [quizzed!, questions],
      ] as const)
        assert.deepEqual(calls.map(([id]) => id).toSorted(), own(ids).toSorted(), name);
      assert.ok(asked!.length > 0 && quizzed!.length > 1, name);
      const places = new Map(asked);
      for (const [id, at] of cameOut!)
        assert.ok(places.get(id)! + 1 < at, `${id}: nothing is run in between`);
    }
  });

  it("every notebook ends in five lines that say what was seen, and leads to the glossary", () => {
    for (const language of languages) {
      for (const name of names(language)) {
        const text =
          read(language, name)
            .cells.find(({ id }) => id === "five-lines")
            ?.source.join("") ?? "";
        assert.equal(text.match(/^\d\. .+$/gm)?.length, 5, `${language}/${name}`);
        assert.ok(text.includes(language === "en" ? "docs/glossary.md" : "docs/zh-cn/glossary.md"));
      }
    }
  });

  it("what is bold closes: no page and no cell shows its asterisks", () => {
    const root = path.join(folder, "..");
    const noFile = () => ({ missing: "" });
    const pages = ["docs", "media"]
      .flatMap((name) =>
        readdirSync(path.join(root, name), { recursive: true }).map((file) => `${name}/${file}`),
      )
      .concat(readdirSync(root))
      .filter((name) => name.endsWith(".md"));
    assert.ok(pages.includes("README.zh-CN.md") && pages.includes("docs/README.md"));
    const cells = languages.flatMap((language) =>
      names(language).flatMap((name) =>
        read(language, name)
          .cells.filter(({ cell_type }) => cell_type === "markdown")
          .map(({ id, source }) => [`${language}/${name}, cell ${id}`, source.join("")] as const),
      ),
    );
    const texts = [
      ...cells,
      ...pages.map((page) => [page, readFileSync(path.join(root, page), "utf8")] as const),
    ];
    const shown = texts.flatMap(([place, text]) => {
      const words = markdownRenderer(noFile)(text).replace(/<(pre|code|math)\b[\s\S]*?<\/\1>/g, "");
      return [...words.matchAll(/.*\*\*.*/g)].map(([line]) => `${place}: ${line}`);
    });
    assert.deepEqual(
      shown,
      [],
      "** between a full-width mark and a letter does not close: move the mark out",
    );
  });

  it("every claim of the article is judged once, in the notebook that the table of claims names", () => {
    for (const { number, notebook } of claims) {
      const judges = names("en").filter((name) => judged(name).includes(number));
      assert.deepEqual(judges, [`${notebook}.ipynb`], `claim ${number}`);
      assert.equal(judged(judges[0]!).filter((each) => each === number).length, 1);
    }
  });

  it("the guides' tables are those of the saved notebooks", () => {
    setMachine(thisMachine);
    const card = scorecard({ folder: path.join(folder, "en") });
    for (const language of ["en", "zh-cn"] as const) {
      const guide = readFileSync(path.join(folder, "..", guideOf(language)), "utf8");
      assert.equal(
        tableIn(guide),
        card.markdown(language, { brief: true }),
        "npm run notebooks -- --table writes them",
      );
    }
  });

  it("what is saved has a verdict on each claim that its cells judge, the same in every language", () => {
    for (const name of names("en")) {
      const [english, chinese] = languages.map((language) => recordsOf(textOf(language, name)));
      assert.deepEqual(chinese, english, name);
      if (english!.length > 0)
        assert.deepEqual(
          english!.map(({ claim }) => claim).sort((a, b) => a - b),
          judged(name),
        );
    }
  });
});
