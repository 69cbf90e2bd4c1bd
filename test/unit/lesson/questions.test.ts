// What readers expect and are asked: every choice is told in both languages, one is right, and guesses are kept and compared.
import assert from "node:assert/strict";
import { after, before, describe, it, test } from "node:test";
import * as lesson from "../../../kernel/bnlab/lesson";
import { comparedWith } from "../../../kernel/lesson/expectation";
import { expectations, questions } from "../../../kernel/lesson/questions";
import type { Expectation, Question } from "../../../kernel/lesson/questions/question";
import type { Words } from "../../../kernel/lesson/words";
import { Mime, type MimeBundle } from "../../../kernel/protocol";
import { toBundle } from "../../../kernel/session/display/bundle";
import { setLanguage } from "../../../kernel/words";

const letters = ["a", "b", "c", "d", "e"] as const;
const asked = Object.entries(questions) as [lesson.QuestionId, Question][];
const expected = Object.entries(expectations) as [lesson.ExpectationId, Expectation][];

const complete = (words: Words) => {
  assert.match(words.en, /\w/);
  assert.doesNotMatch(words.en, /[\p{Script=Han}，。；：（）]/u);
  assert.match(words["zh-cn"], /\p{Script=Han}/u);
  const numbers = [words.en, words["zh-cn"]].map((text) => (text.match(/\d+/g) ?? []).toSorted());
  assert.deepEqual(numbers[0], numbers[1], words.en);
};
const sentence = (words: Words) => {
  complete(words);
  assert.match(words.en, /[.?]$/);
  assert.match(words["zh-cn"], /[。？]$/u);
};

describe("questions", () => {
  for (const [id, { asks, choices }] of asked) {
    it(`${id}: one choice is right, each other one is wrong and explained, in both languages`, () => {
      sentence(asks);
      assert.ok(choices.length <= letters.length);
      assert.equal(choices.filter(({ isRight }) => isRight).length, 1);
      for (const key of ["says", "because"] as const) {
        assert.equal(new Set(choices.map((choice) => choice[key].en)).size, choices.length);
      }
      for (const [i, { says, because, isRight }] of choices.entries()) {
        complete(says);
        sentence(because);
        const { state, words } = lesson.quiz(id, letters[i]!);
        assert.equal(state, isRight ? "solved" : "wrong");
        assert.ok(words.en.endsWith(because.en) && words["zh-cn"].endsWith(because["zh-cn"]));
      }
      assert.throws(() => lesson.quiz(id, "z" as never), /lesson\.quiz: expected one of the letters a, b/);
    });
  }

  it("are right at every letter, none much more often than another", () => {
    const places = asked.map(([, { choices }]) => choices.findIndex(({ isRight }) => isRight));
    for (const place of [0, 1, 2]) {
      const share = places.filter((each) => each === place).length / places.length;
      assert.ok(asked.length < 6 || (share > 0.2 && share < 0.5), `${letters[place]}: ${share}`);
    }
  });

  it("show in a page as choices that open, without telling before which one is right", () => {
    const [id, { choices }] = asked[0]!;
    const bundle = toBundle(lesson.quiz(id)) as MimeBundle;
    const html = String(bundle[Mime.html]);
    assert.equal(html.match(/<details[ >]/g)?.length, choices.length);
    for (const [, summary] of html.matchAll(/<summary[^>]*>(.*?)<\/summary>/g))
      assert.doesNotMatch(summary!, /[✓✗]/);
    assert.doesNotMatch(String(bundle[Mime.plain]), /[✓✗]/);
  });

  it("an unknown one is refused", () => {
    assert.throws(() => lesson.quiz("99-none" as never), /lesson\.quiz: expected the name of a question/);
  });
});

describe("expectations", () => {
  for (const [id, { asks, choices }] of expected) {
    it(`${id}: whatever is guessed and comes out is told in both languages`, () => {
      sentence(asks);
      assert.ok(
        asks.en.length + asks["zh-cn"].length < 190,
        "a label bears 200 characters, in both languages",
      );
      const names = Object.keys(choices);
      assert.ok(names.length >= 2);
      for (const words of Object.values(choices)) {
        complete(words);
        for (const text of Object.values(words)) assert.doesNotMatch(text, /^\d+$|[.。]$/u);
        assert.ok(words.en.length <= 60, words.en);
      }
      for (const guess of [undefined, ...names]) {
        for (const cameOut of names) {
          const { state, words } = comparedWith("lesson.outcome", id, cameOut, guess);
          assert.equal(state, guess === undefined ? "hint" : guess === cameOut ? "solved" : "surprise");
          complete(words);
          assert.ok(
            words.en.includes(choices[cameOut]!.en) && words.en.includes(choices[guess ?? cameOut]!.en),
          );
        }
      }
    });
  }

  it("an unknown one, a guess and an outcome that are none are refused", () => {
    const [id] = expected[0]!;
    assert.throws(
      () => lesson.expect("99-none" as never),
      /lesson\.expect: expected the name of an expectation/,
    );
    assert.throws(() => lesson.expect(id, "none of it" as never), /lesson\.expect: expected for .* one of/);
    assert.throws(() => lesson.outcome(id, "none of it" as never), /lesson\.outcome: expected for .* one of/);
  });
});

describe("a guess", () => {
  const printed: string[] = [];
  const print = console.log;
  before(() => {
    setLanguage("en");
    console.log = (text: string) => printed.push(text);
  });
  after(() => {
    setLanguage(undefined);
    console.log = print;
  });

  test("is kept and compared, in whatever order; none is needed", () => {
    const [id, { choices }] = expected[0]!;
    const [first, second] = Object.keys(choices) as never[];
    lesson.outcome(id, second!);
    assert.match(printed.at(-1)!, /^→ .* It came out: /);
    lesson.expect(id);
    assert.match(printed.at(-1)!, /no answer yet/);
    lesson.expect(id, first!);
    assert.ok(printed.some((text) => /^≠ .* You expected: .*\. It came out: /.test(text)));
    lesson.outcome(id, first!);
    assert.match(printed.at(-1)!, /^✓ .* You expected, and it came out: /);
  });
});
