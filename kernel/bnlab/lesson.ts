// `lesson` as cells see it: with the controls and the display by which a reader's expectations are asked, kept and compared.
import { requireKnown } from "../arguments";
import type { ExpectationId, Guess } from "../lesson";
import { askedExpectation, comparedWith, requireChoice } from "../lesson/expectation";
import { display } from "../session/display/display";
import { localized } from "../words";
import { type Select, select } from "./ui";

export * from "../lesson";

/** A guess that was asked for, and what shows the comparison with what came out. */
interface Asked {
  readonly control: Select<string | null>;
  compare: (() => void) | undefined;
}

/** What was asked in this notebook's kernel. */
const asked = new Map<ExpectationId, Asked>();

/**
 * Asks what the reader expects of the run that follows, with choices; what is chosen is kept, and `lesson.outcome()` compares it
 * with what came out. Nobody needs to answer: a notebook that runs through goes on. A guess may also be given in code.
 *
 * @example
 * lesson.expect("00-plateau")             // a choice to make
 * lesson.expect("00-plateau", "guessing") // made in code
 * @throws RangeError for an expectation that there is none of, and for a guess that is none of its choices.
 */
export function expect<Id extends ExpectationId>(id: Id, guess?: Guess<Id>): void {
  requireKnown("lesson.expect", arguments, 2);
  const { control } = askedFor("lesson.expect", id);
  if (guess !== undefined) {
    requireChoice("lesson.expect", id, guess);
    control.value = guess;
    asked.get(id)!.compare?.();
  }
  display(control);
}

/**
 * Says what came out of a run beside what the reader expected; a guess that is made or changed later is compared at once.
 *
 * @example lesson.outcome("00-plateau", correct < 20 ? "guessing" : correct < ahead - 5 ? "behind" : "alike")
 * @throws RangeError for an expectation that there is none of, and for an outcome that is none of its choices.
 */
export function outcome<Id extends ExpectationId>(id: Id, cameOut: Guess<Id>): void {
  requireKnown("lesson.outcome", arguments, 2);
  const comparison = () =>
    comparedWith("lesson.outcome", id, cameOut, asked.get(id)?.control.value ?? undefined);
  const shown = display(comparison());
  askedFor("lesson.outcome", id).compare = () => shown.update(comparison());
}

function askedFor(operation: string, id: ExpectationId): Asked {
  const before = asked.get(id);
  if (before) return before;
  const { asks, choices } = askedExpectation(operation, id);
  const named = [...choices].map(([name, text]): [string, string] => [text, name]);
  const control = select<string | null>(
    { [localized("no answer yet")]: null, ...Object.fromEntries(named) },
    { label: asks },
  );
  const entry: Asked = { control, compare: undefined };
  control.onChange(() => entry.compare?.());
  asked.set(id, entry);
  return entry;
}
