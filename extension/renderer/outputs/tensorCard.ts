// A tensor in an output: what it is, its statistics, histogram, picture and first numbers. Runs in a web page.

import type { TensorSummary } from "../../../kernel/protocol/variables";
import { bytesText, countText, shortNumber } from "../../../kernel/words";
import { element } from "../element";
import { localized } from "../localize";
import { type Fields, fieldsOf, isCount, isFields, listOf, numberOf, textOf } from "../payload";
import { scaleFor } from "../tensor/colors";
import { histogram } from "../tensor/histogram";
import { pixels } from "../tensor/pixels";

/** A picture of all tiles is about so high. */
const tilesHeight = 92;
const widest = 640;
const narrowest = 24;
/** So many lines stand open; more unfold. */
const openLines = 10;

/** What the kernel sends is smaller. */
const most = { dimensions: 64, bins: 1024, tiles: 64, side: 1024, characters: 100_000 };

/** What a saved notebook has under the tensor's MIME type. @throws TypeError if it is something else. */
export function asSummary(value: unknown): TensorSummary {
  const { type, shape, dtype, bytes, statistics, histogram, tiles, text } = fieldsOf(value);
  const { rows, columns, levels } = fieldsOf(tiles);
  const isSide = (size: unknown): size is number => isCount(size) && size <= most.side;
  const isShape = Array.isArray(shape) && shape.length <= most.dimensions && shape.every(isCount);
  if (!isShape || !isFields(statistics) || !Array.isArray(levels) || !isSide(rows) || !isSide(columns)) {
    throw new TypeError(localized("This output is not a tensor: expected its shape, statistics and tiles."));
  }
  const { min, max, mean, std, nan, infinite } = statistics;
  return {
    type: textOf(type, 100),
    shape,
    dtype: textOf(dtype, 100),
    bytes: numberOf(bytes, 0),
    statistics: {
      min: numberOf(min, null),
      max: numberOf(max, null),
      mean: numberOf(mean, null),
      std: numberOf(std, null),
      nan: numberOf(nan, 0),
      infinite: numberOf(infinite, 0),
    },
    histogram: histogramOf(fieldsOf(histogram)),
    tiles: { rows, columns, levels: listOf(levels, most.tiles).filter(isTile) },
    text: textOf(text, most.characters),
  };
}

function histogramOf({ from, to, counts }: Fields): TensorSummary["histogram"] {
  const ends = [numberOf(from, null), numberOf(to, null)] as const;
  const isCounted = Array.isArray(counts) && counts.length <= most.bins && counts.every(isCount);
  return isCounted && ends[0] !== null && ends[1] !== null ? { from: ends[0], to: ends[1], counts } : null;
}

/** Bytes in base64, of no more pixels than a tile may have. */
const isTile = (tile: unknown): tile is string =>
  typeof tile === "string" &&
  tile.length <= most.side ** 2 * 2 &&
  /^[A-Za-z\d+/]*={0,2}$/.test(tile) &&
  tile.length % 4 === 0;

export function tensorCard(summary: TensorSummary): HTMLElement {
  const { type, shape, dtype, bytes, statistics, text } = summary;
  const card = element("div", "bnlab-tensor");
  card.setAttribute("role", "figure");
  card.tabIndex = 0;
  const what = `${type} [${shape.join(", ")}]`;
  const entries = statisticsOf(statistics);
  card.setAttribute(
    "aria-label",
    [`${what} ${dtype}`, ...entries.map(([name, value]) => `${name} ${value}`)].join(", "),
  );

  const title = element("div", "title");
  title.append(element("b", "", what), element("span", "quiet", [dtype, bytesText(bytes)].join(" · ")));
  const moments = element("dl");
  for (const [name, value, odd] of entries) {
    const entry = element("div", odd ? "odd" : "");
    entry.append(element("dt", "", name), element("dd", "", value));
    moments.append(entry);
  }
  const pictures = element("div", "pictures");
  if (summary.histogram) {
    const { from, to } = summary.histogram;
    const label = localized("Histogram from {0} to {1}", shortNumber(from), shortNumber(to));
    pictures.append(histogram(summary.histogram, label, (a, b, count) => `${a} … ${b}: ${count}`));
  }
  pictures.append(tilesOf(summary));
  card.append(title, moments, pictures, numbersOf(text));
  return card;
}

function statisticsOf({
  nan,
  infinite,
  min,
  mean,
  max,
  std,
}: TensorSummary["statistics"]): [string, string, boolean][] {
  const entries: [string, string, boolean][] = [];
  const moments = [
    [localized("min"), min],
    [localized("mean"), mean],
    [localized("max"), max],
    [localized("std"), std],
  ] as const;
  for (const [name, value] of moments) {
    if (value !== null) entries.push([name, shortNumber(value), false]);
  }
  if (nan > 0) entries.push(["NaN", countText(nan), true]);
  if (infinite > 0) entries.push([localized("infinite"), countText(infinite), true]);
  return entries;
}

/** The heat map: of several indices of the leading dimensions beside each other. */
function tilesOf({
  shape,
  tiles: { rows, columns, levels },
  statistics: { min, max },
}: TensorSummary): HTMLElement {
  const shown = element("div", "tiles");
  if (min === null || max === null) return shown;
  const scale = scaleFor(min, max);
  const [height, width] = [shape.at(-2) ?? 1, shape.at(-1) ?? 1];
  const pixel = Math.min(12, tilesHeight / height, widest / levels.length / width);
  for (const tile of levels) {
    const bytes = Uint8Array.from(atob(tile), (character) => character.charCodeAt(0));
    const canvas = pixels(rows, columns, (row, column) => {
      const level = bytes[row * columns + column] ?? 0;
      return level === 0 ? undefined : scale.at(min + ((level - 1) / 254) * (max - min));
    });
    canvas.style.width = `${Math.max(narrowest, width * pixel)}px`;
    canvas.style.height = `${Math.max(narrowest, height * pixel)}px`;
    canvas.setAttribute("aria-hidden", "true");
    shown.append(canvas);
  }
  return shown;
}

function numbersOf(text: string): HTMLElement {
  const numbers = element("pre", "", text);
  if (text.split("\n").length <= openLines) return numbers;
  const folded = element("details");
  folded.append(element("summary", "", text.split("\n", 1)[0]), numbers);
  return folded;
}
