// What the notebooks of the article share: `import { lesson } from "bnlab"`. Knows no session and no charts.

export { type Passage, passages, type Section, sections } from "./article";
export { CheckedAnswer } from "./checkedAnswer";
export { type Claim, claims } from "./claims";
export { digits, type LessonDigits, type LessonDigitsOptions } from "./digits";
export { Drawing, type DrawingName, drawing } from "./drawings";
export {
  type Answer,
  type ExerciseId,
  exercise,
  hint,
  Solution,
  solution,
} from "./exercise";
export type { ExpectationId, Guess } from "./expectation";
export { AskedQuestion, type Letter, type QuestionId, quiz } from "./quiz";
export { BestRates, type BestRatesOptions, bestRates, chooseRates } from "./rates";
export { type Score, Scorecard, type ScorecardOptions, scorecard } from "./scorecard";
export { type ClaimVerdict, VerdictCard, type VerdictOptions, type VerdictRecord, verdict } from "./verdict";
export type { Words } from "./words";
