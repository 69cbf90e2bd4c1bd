// Questions with choices: every choice says whether it is right, and why, where it is opened or given.
import { describe, requireKnown } from "../arguments";
import { Mime, type MimeBundle } from "../protocol/mime";
import { escapeHtml } from "../words";
import { CheckedAnswer, colors, marks } from "./checkedAnswer";
import { questions } from "./questions";
import type { Choice, Question } from "./questions/question";
import { spoken, type Words, wordsHtml } from "./words";

/** The name of a question. */
export type QuestionId = keyof typeof questions;

/** How a choice is called: its place. */
export type Letter = "a" | "b" | "c" | "d" | "e";

const letters: readonly Letter[] = ["a", "b", "c", "d", "e"];

/**
 * Shows a question with its choices: the reader opens one and sees whether it is right, and why. That needs no kernel, so it works
 * in saved notebooks and exported pages too. With a letter it says the same of that choice.
 *
 * @example
 * lesson.quiz("00-one-seed")      // the question, with choices a, b, c
 * lesson.quiz("00-one-seed", "c") // whether c is right, and why
 * @throws RangeError for a question that there is none of, and for a letter that it has not.
 */
export function quiz(id: QuestionId): AskedQuestion;
export function quiz(id: QuestionId, answer: Letter): CheckedAnswer;
export function quiz(id: QuestionId, answer?: Letter): AskedQuestion | CheckedAnswer {
  requireKnown("lesson.quiz", arguments, 2);
  if (!Object.hasOwn(questions, id)) {
    const all = Object.keys(questions).join(", ");
    throw new RangeError(`lesson.quiz: expected the name of a question (${all}), got ${describe(id)}`);
  }
  const question: Question = questions[id];
  if (answer === undefined) return new AskedQuestion(id, question);
  const choice = question.choices[letters.indexOf(answer)];
  if (choice === undefined) {
    const known = letters.slice(0, question.choices.length).join(", ");
    throw new RangeError(`lesson.quiz: expected one of the letters ${known}, got ${describe(answer)}`);
  }
  return new CheckedAnswer(choice.isRight ? "solved" : "wrong", judged(choice));
}

const judged = ({ isRight, because }: Choice): Words =>
  isRight
    ? { en: `Right. ${because.en}`, "zh-cn": `答对了。${because["zh-cn"]}` }
    : { en: `No. ${because.en}`, "zh-cn": `不对。${because["zh-cn"]}` };

/** A question to be answered; lesson.quiz() makes it. */
export class AskedQuestion {
  readonly #question: Question;

  /** @internal */
  constructor(
    /** Its name. */
    readonly id: string,
    question: Question,
  ) {
    this.#question = question;
  }

  /** The question and its choices, a line each. */
  toString(): string {
    const { asks, choices } = this.#question;
    const listed = choices.flatMap(({ says }, i) => spoken(says).map((text) => `  ${letters[i]}  ${text}`));
    return [...spoken(asks), ...listed, `  lesson.quiz("${this.id}", "a")`].join("\n");
  }

  /** What console.log shows. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  /** What a notebook shows: each choice opens, by the mouse or by a key. */
  [Symbol.for("Jupyter.display")](): MimeBundle {
    const { asks, choices } = this.#question;
    const html = choices.map((choice, i) => choiceHtml(choice, letters[i]!)).join("");
    return {
      [Mime.html]: `<div style="border-left:4px solid ${colors.hint};padding:2px 12px;max-width:52em"><p style="margin:4px 0"><b>${wordsHtml(asks)}</b></p>${html}</div>`,
      [Mime.plain]: this.toString(),
    };
  }
}

function choiceHtml(choice: Choice, letter: Letter): string {
  const state = choice.isRight ? "solved" : "wrong";
  const says = spoken(choice.says).map(escapeHtml).join(" / ");
  const mark = `<b>${marks[state]}</b>`;
  return `<details style="margin:4px 0"><summary style="cursor:pointer">${letter} · ${says}</summary><p style="margin:2px 0 8px 18px">${mark} ${wordsHtml(judged(choice))}</p></details>`;
}
