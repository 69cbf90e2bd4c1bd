// Exercises of the notebooks: each solution passes and fits the answer's type; no answer and likely mistakes are told in words.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import ts from "typescript";
import * as bnlab from "../../../kernel/cell/bnlab";
import { exercise, hint, solution } from "../../../kernel/lesson";
import { exercises } from "../../../kernel/lesson/exercises";
import type { Exercise } from "../../../kernel/lesson/exercises/exercise";
import { otherAnswers } from "./otherAnswers";

const entries = Object.entries(exercises) as unknown as [keyof typeof exercises, Exercise<unknown>][];

/** An expression's value, the names of bnlab known to it. */
function evaluate(expression: string): never {
  const { outputText } = ts.transpileModule(`const answer = (${expression});`, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
  });
  return new Function(...Object.keys(bnlab), `${outputText}; return answer;`)(
    ...Object.values(bnlab),
  ) as never;
}

const complete = (words: { en: string; "zh-cn": string }) => {
  assert.match(words.en, /\w/);
  assert.doesNotMatch(words.en, /[\p{Script=Han}，。；：（）]/u);
  assert.match(words["zh-cn"], /\p{Script=Han}/u);
};

describe("exercises", () => {
  for (const [id, { hints, check, solution: code, start, mistakes }] of entries) {
    // An answer may be the one that the notebook begins with.
    const refused = (state: string, answer: string) =>
      assert.ok(state === "wrong" || (start !== undefined && state === "waiting"), answer);

    it(`${id}: the solution passes`, () => {
      const { state, words } = exercise(id, evaluate(code));
      assert.equal(state, "solved", words.en);
    });

    it(`${id}: no answer, and each of ${mistakes.length} mistakes, are told in both languages`, () => {
      const empty = exercise(id, undefined);
      assert.equal(empty.state, "waiting");
      complete(empty.words);
      if (start !== undefined) assert.deepEqual(exercise(id, evaluate(start)), empty);
      for (const mistake of mistakes) {
        const { state, words } = exercise(id, evaluate(mistake));
        assert.equal(state, "wrong", mistake);
        complete(words);
        assert.ok(!words.en.includes("undefined"), `${mistake}: ${words.en}`);
      }
    });

    it(`${id}: other right answers pass, lazy ones do not`, () => {
      for (const answer of otherAnswers[id].right) {
        const { state, words } = exercise(id, evaluate(answer));
        assert.equal(state, "solved", `${answer}: ${words.en}`);
      }
      for (const answer of otherAnswers[id].lazy) {
        const { state, words } = exercise(id, evaluate(answer));
        refused(state, answer);
        complete(words);
        assert.doesNotMatch(words.en, /threw|undefined|NaN/, `${answer}: ${words.en}`);
      }
    });

    it(`${id}: an answer of another kind is told too, whatever it is`, () => {
      for (const odd of [null, 0, "x", {}, [], () => undefined]) {
        const { state, words } = exercise(id, odd as never);
        refused(state, String(odd));
        complete(words);
      }
      assert.equal(typeof check, "function");
    });

    it(`${id}: hints follow one another, and the last one stays`, () => {
      const shown = Array.from({ length: hints.length + 1 }, () => hint(id).words);
      shown.forEach(complete);
      assert.equal(new Set(shown.map(({ en }) => en)).size, hints.length);
      assert.match(shown.at(-1)!.en, /solution/);
      assert.ok(solution(id).toString().includes(code));
    });
  }

  it("an answer that throws is told as such", () => {
    const { state, words } = exercise("03-images", () => {
      throw new Error("not yet written");
    });
    assert.equal(state, "wrong");
    assert.match(words.en, /threw: not yet written/);
  });

  it("an exercise of another name is refused", () => {
    assert.throws(() => exercise("99-none" as "03-images", undefined), /expected the name of an exercise/);
  });
});
