// Exercises of the notebooks: an answer is checked, and said in words what is wrong with it; hints, and a solution.
import { requireKnown } from "../arguments";
import { Mime, type MimeBundle } from "../protocol/mime";
import { escapeHtml } from "../words";
import { CheckedAnswer } from "./checkedAnswer";
import { exercises } from "./exercises";
import { type Exercise, untouched } from "./exercises/exercise";
import type { Words } from "./words";

/** The name of an exercise. */
export type ExerciseId = keyof typeof exercises;

/** What an exercise asks for. */
export type Answer<Id extends ExerciseId> = Parameters<(typeof exercises)[Id]["check"]>[0];

/**
 * Checks the answer to an exercise: solved, or what is wrong with it. Undefined, or what the notebook begins with, is no answer
 * yet.
 *
 * @throws RangeError for an exercise that there is none of.
 */
export function exercise<Id extends ExerciseId>(id: Id, answer: Answer<Id> | undefined): CheckedAnswer {
  requireKnown("lesson.exercise", arguments, 2);
  const { check } = entryOf(id);
  if (answer === undefined) return new CheckedAnswer("waiting", waiting(id));
  let wrong: Words | null;
  try {
    wrong = check(answer);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    wrong = { en: `the answer threw: ${message}`, "zh-cn": `运行你的答案时出错：${message}` };
  }
  if (wrong === untouched) return new CheckedAnswer("waiting", waiting(id));
  return wrong === null
    ? new CheckedAnswer("solved", { en: "solved", "zh-cn": "答对了" })
    : new CheckedAnswer("wrong", {
        en: `not yet: ${wrong.en}`,
        "zh-cn": `还不对：${wrong["zh-cn"]}`,
      });
}

const waiting = (id: string): Words => ({
  en: `${untouched.en}; lesson.hint("${id}") helps`,
  "zh-cn": `${untouched["zh-cn"]}；lesson.hint("${id}") 会给出提示`,
});

/** How many hints of an exercise have been shown in this notebook's kernel. */
const shownHints = new Map<string, number>();

/**
 * The next hint for an exercise, each time it is called; after the last one that one again.
 *
 * @throws RangeError for an exercise that there is none of.
 */
export function hint(id: ExerciseId): CheckedAnswer {
  requireKnown("lesson.hint", arguments, 1);
  const { hints } = entryOf(id);
  const number = Math.min((shownHints.get(id) ?? 0) + 1, hints.length);
  shownHints.set(id, number);
  const { en, "zh-cn": chinese } = hints[number - 1]!;
  const last = number === hints.length;
  return new CheckedAnswer("hint", {
    en: `hint ${number} of ${hints.length}: ${en}${last ? ` (The last one; lesson.solution("${id}") shows the code.)` : ""}`,
    "zh-cn": `提示 ${number}/${hints.length}：${chinese}${last ? `（最后一条提示；lesson.solution("${id}") 显示代码。）` : ""}`,
  });
}

/**
 * The code that solves an exercise.
 *
 * @throws RangeError for an exercise that there is none of.
 */
export function solution(id: ExerciseId): Solution {
  requireKnown("lesson.solution", arguments, 1);
  return new Solution(id, entryOf(id).solution);
}

function entryOf<Id extends ExerciseId>(id: Id): Exercise<Answer<Id>> {
  if (!Object.hasOwn(exercises, id)) {
    const all = Object.keys(exercises).join(", ");
    throw new RangeError(`lesson: expected the name of an exercise (${all}), got ${String(id)}`);
  }
  return exercises[id] as unknown as Exercise<Answer<Id>>;
}

/** The code of an answer; lesson.solution() makes it. */
export class Solution {
  /** @internal */
  constructor(
    readonly id: ExerciseId,
    /** An expression in TypeScript. */
    readonly code: string,
  ) {}

  /** A cell that solves it. */
  toString(): string {
    return `lesson.exercise("${this.id}", ${this.code})`;
  }

  /** What console.log shows. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  /** What a notebook shows. */
  [Symbol.for("Jupyter.display")](): MimeBundle {
    const code = this.toString();
    return { [Mime.html]: `<pre><code>${escapeHtml(code)}</code></pre>`, [Mime.plain]: code };
  }
}
