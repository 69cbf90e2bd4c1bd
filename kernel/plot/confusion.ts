// What was taken for what: predicted against true classes. Imports nothing outside this folder.
import { percent } from "../words";
import { cellTexts } from "./colored";
import { colorScales, ramp } from "./colors";
import type { Figure } from "./figure";
import { heatmap } from "./kinds/heatmap";
import { type Numbers, numbersOf } from "./numbers";
import { requireOptionsOf } from "./options";

export interface ConfusionOptions {
  /** The heading above the chart. */
  title?: string;
  /** Default "predicted". */
  xTitle?: string;
  /** Default "true". */
  yTitle?: string;
  /** The names of classes 0, 1, …; default: the numbers of the classes that are there. */
  labels?: ArrayLike<string | number>;
  /** In pixels; default: by the number of classes. */
  height?: number;
}

const optionNames: readonly (keyof ConfusionOptions)[] = ["title", "xTitle", "yTitle", "labels", "height"];

/**
 * Counts of (true, predicted) pairs; a cell's color is its share of the row, so that rare classes show too.
 *
 * @param truth true classes, whole numbers from 0
 * @param predicted predicted classes, one for each true one
 * @throws RangeError if the two differ in length, a class is no whole number from 0, or there are more than 1,000.
 */
export function confusion(truth: Numbers, predicted: Numbers, options: ConfusionOptions = {}): Figure {
  requireOptionsOf("confusion", arguments, 3, optionNames);
  const { title, xTitle = "predicted", yTitle = "true", height } = options;
  const [actual, guessed] = [numbersOf("confusion", truth), numbersOf("confusion", predicted)];
  if (actual.length !== guessed.length) {
    throw new RangeError(
      `confusion: expected a prediction for each true class, got ${guessed.length} for ${actual.length}`,
    );
  }
  const there = new Set<number>(Array.from({ length: options.labels?.length ?? 0 }, (_, at) => at));
  for (const given of [actual, guessed]) {
    for (let at = 0; at < given.length; at++) {
      const value = given[at]!;
      if (!Number.isInteger(value) || value < 0) {
        throw new RangeError(`confusion: expected classes to be whole numbers from 0, got ${value}`);
      }
      there.add(value);
    }
  }
  const classes = there.size;
  if (classes > mostClasses) {
    throw new RangeError(
      `confusion: expected at most ${mostClasses} classes, got ${classes}; give whole numbers that stand for classes`,
    );
  }
  const numbers = [...there].sort((a, b) => a - b);
  const rowOf = new Map(numbers.map((number, row) => [number, row]));
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let at = 0; at < actual.length; at++) counts[rowOf.get(actual[at]!)!]![rowOf.get(guessed[at]!)!]!++;
  const shares = counts.map((row) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    return row.map((count) => (total === 0 ? 0 : count / total));
  });
  const names = numbers.map((number) => String(options.labels?.[number] ?? number));
  const figure = heatmap(shares, {
    title,
    xTitle,
    yTitle,
    x: names,
    y: names,
    colors: "ink",
    range: [0, 1],
    values: false,
    colorBar: false,
    height: height ?? (title === undefined ? 70 : 100) + classes * 32,
  });
  const shade = ramp(colorScales.ink);
  const written = (count: number) => (count === 0 ? "" : String(count));
  const texts = cellTexts(counts, names, names, written, (row, column) => shade(shares[row]![column]!));
  const right = counts.reduce((sum, row, at) => sum + row[at]!, 0);
  Object.assign(figure.data[0]!, {
    customdata: counts,
    hovertemplate: `${yTitle} %{y}<br>${xTitle} %{x}<br>%{customdata}, %{z:.1%}<extra></extra>`,
    meta: {
      kind: "confusion matrix",
      summary: `${right} of ${actual.length} right (${shareText(right / actual.length)})${worst(counts, names)}`,
    },
  });
  figure.data.push(...texts);
  return figure;
}

/** A matrix of more could not be read, nor held. */
const mostClasses = 1000;

const shareText = (share: number) => (Number.isNaN(share) ? "none" : percent(share, 1));

/** The commonest mistake. */
function worst(counts: readonly number[][], names: readonly string[]): string {
  let found = { count: 0, text: "" };
  counts.forEach((row, r) => {
    row.forEach((count, c) => {
      if (r !== c && count > found.count)
        found = { count, text: `; most often ${names[r]} taken for ${names[c]}: ${count}` };
    });
  });
  return found.text;
}
