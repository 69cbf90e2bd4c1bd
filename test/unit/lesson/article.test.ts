// The article in the notebooks: nothing of it left out, each passage led to a claim, each claim to a cell, quoted to the letter there.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { claims, passages } from "../../../kernel/lesson";
import { sectionsInOrder } from "../../../kernel/lesson/article";

const folder = path.join(import.meta.dirname, "../../../notebooks");

interface Cell {
  cell_type: string;
  id: string;
  source: string[];
}
const cellsOf = (language: string, notebook: string): Cell[] =>
  JSON.parse(readFileSync(path.join(folder, language, `${notebook}.ipynb`), "utf8")).cells;
/** All prose of a notebook, in one line. */
const proseOf = (language: string, notebook: string) =>
  cellsOf(language, notebook)
    .filter((cell) => cell.cell_type === "markdown")
    .map((cell) => cell.source.join("").replaceAll(/\n> ?/g, " "))
    .join("\n");

describe("the article", () => {
  it("is there as a whole, to the letter but for white space", () => {
    const text = passages
      .map((passage) => passage.text["zh-cn"])
      .join("")
      .replaceAll(/\s/g, "");
    assert.equal(
      createHash("sha256").update(text).digest("hex"),
      "9bf2e03fe146eb0de2a7771c16ea4c3063bc1afb1596d3778364f126283e8215",
    );
    const order = passages.map(({ section }) => sectionsInOrder.indexOf(section));
    assert.deepEqual(
      order,
      order.toSorted((a, b) => a - b),
    );
  });

  it("makes a claim in each passage, and each claim in one at least", () => {
    for (const { claims: made, quotedFor, text } of passages) {
      assert.ok(made.length > 0, text.en);
      assert.ok(quotedFor === 0 || made.includes(quotedFor), text.en);
      for (const number of made) assert.ok(claims[number - 1], text.en);
      assert.doesNotMatch(text.en, /\p{Script=Han}/u);
    }
    for (const { number, quotes } of claims) assert.ok(quotes.length > 0, `claim ${number}`);
  });

  it("keeps its hedges in the claims that are made of it", () => {
    const hedges = { 一定程度: "degree", 容易: "prone", 减少: "reduces" };
    for (const { number, quotes, claim } of claims) {
      for (const [chinese, english] of Object.entries(hedges)) {
        if (!quotes[0]!.text["zh-cn"].includes(chinese)) continue;
        assert.ok(claim["zh-cn"].includes(chinese), `claim ${number}: ${chinese}`);
        assert.ok(claim.en.includes(english), `claim ${number}: ${english}`);
      }
    }
  });
});

describe("the article's claims", () => {
  it("are 20, each in both languages, each with the notebook that tests it", () => {
    assert.deepEqual(
      claims.map(({ number }) => number),
      Array.from({ length: 20 }, (_, i) => i + 1),
    );
    for (const { claim, literature, notebook } of claims) {
      for (const words of [claim, literature]) {
        assert.match(words["zh-cn"], /\p{Script=Han}/u);
        assert.doesNotMatch(words.en, /\p{Script=Han}/u);
      }
      assert.match(notebook, /^\d\d-[a-z-]+$/);
    }
  });

  for (const { number, notebook, quotes } of claims) {
    it(`${number} is judged in the cell verdict-${number} of ${notebook}, which quotes the article to the letter`, () => {
      for (const language of ["en", "zh-cn"] as const) {
        const cell = cellsOf(language, notebook).find(({ id }) => id === `verdict-${number}`);
        assert.match(cell?.source.join("") ?? "", new RegExp(`lesson\\.verdict\\(${number},`));
        const prose = proseOf(language, notebook);
        for (const { text } of quotes) {
          assert.ok(prose.includes(text["zh-cn"]), `${language}: ${text["zh-cn"]}`);
          if (language === "en") assert.ok(prose.includes(text.en), text.en);
        }
      }
    });
  }
});
