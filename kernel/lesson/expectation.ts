// What a reader expects of a run, beside what came out.
import { describe } from "../arguments";
import { CheckedAnswer } from "./checkedAnswer";
import { expectations } from "./questions";
import type { Expectation } from "./questions/question";
import { spoken, type Words } from "./words";

/** The name of an expectation. */
export type ExpectationId = keyof typeof expectations;

/** What may come out of a run, by its name. */
export type Guess<Id extends ExpectationId> = keyof (typeof expectations)[Id]["choices"] & string;

/** An expectation in the reader's words. */
export interface AskedExpectation {
  /** The question. */
  readonly asks: string;
  /** The choices: name → text. */
  readonly choices: ReadonlyMap<string, string>;
}

/**
 * What is asked, in the reader's words.
 *
 * @throws RangeError for an expectation that there is none of.
 */
export function askedExpectation(operation: string, id: ExpectationId): AskedExpectation {
  const { asks, choices } = entryOf(operation, id);
  const said = (words: Words) => spoken(words).join(" / ");
  return {
    asks: said(asks),
    choices: new Map(Object.entries(choices).map(([name, words]) => [name, said(words)])),
  };
}

/**
 * What came out of a run beside what was expected of it; undefined is no guess.
 *
 * @throws RangeError for an expectation that there is none of, and for what is none of its choices.
 */
export function comparedWith(
  operation: string,
  id: ExpectationId,
  cameOut: string,
  guess: string | undefined,
): CheckedAnswer {
  const entry = entryOf(operation, id);
  const out = choiceOf(operation, id, entry, cameOut);
  if (guess === undefined) {
    return new CheckedAnswer("hint", {
      en: `${entry.asks.en} It came out: ${out.en}. (No answer yet: where this runs, choose what you expect, and it compares.)`,
      "zh-cn": `${entry.asks["zh-cn"]}结果是：${out["zh-cn"]}。（还没有作答：在能运行的页面上选择你的预期，这里就会比较。）`,
    });
  }
  const expected = choiceOf(operation, id, entry, guess);
  return guess === cameOut
    ? new CheckedAnswer("solved", {
        en: `${entry.asks.en} You expected, and it came out: ${out.en}.`,
        "zh-cn": `${entry.asks["zh-cn"]}与你的预期一致，结果是：${out["zh-cn"]}。`,
      })
    : new CheckedAnswer("surprise", {
        en: `${entry.asks.en} You expected: ${expected.en}. It came out: ${out.en}.`,
        "zh-cn": `${entry.asks["zh-cn"]}你的预期是：${expected["zh-cn"]}；结果是：${out["zh-cn"]}。`,
      });
}

/** @throws RangeError for what is none of the expectation's choices. */
export function requireChoice(operation: string, id: ExpectationId, name: string): void {
  choiceOf(operation, id, entryOf(operation, id), name);
}

function choiceOf(operation: string, id: string, { choices }: Expectation, name: string): Words {
  if (Object.hasOwn(choices, name)) return choices[name]!;
  const names = Object.keys(choices).join(", ");
  throw new RangeError(`${operation}: expected for ${id} one of ${names}, got ${describe(name)}`);
}

function entryOf(operation: string, id: ExpectationId): Expectation {
  if (Object.hasOwn(expectations, id)) return expectations[id];
  const all = Object.keys(expectations).join(", ");
  throw new RangeError(`${operation}: expected the name of an expectation (${all}), got ${describe(id)}`);
}
