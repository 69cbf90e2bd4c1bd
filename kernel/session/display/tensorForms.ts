// How a tensor shows itself besides its text: a summary for our renderer, and HTML for all who do not have it.
import { base64 } from "../../machine/base64";
import { type Json, Mime, type MimeBundle, type Statistics, type TensorSummary } from "../../protocol";
import { bytesText, countText, escapeHtml, shortNumber } from "../../words";
import { boxOf, bytesOf, histogramOf, type Numbers, numbersOf, statisticsOf } from "./numbers";

/** With fewer elements the text says it all. */
const fewestElements = 32;
const binCount = 48;
/** How many pictures stand side by side, and how large one alone and each of several is at most. */
const mostTiles = 8;
const loneTileSide = 64;
const tileSide = 32;
const textLines = 16;
const blockCharacters = "▁▂▃▄▅▆▇█";
/** The histogram in block characters is so wide. */
const mostColumns = 24;

/** Returns the forms of any value with numbers, typed arrays too; none of everything else and of few numbers. */
export function tensorForms(value: unknown, text: Json | undefined): MimeBundle {
  const numbers = numbersOf(value);
  if (!numbers || numbers.shape.reduce((count, size) => count * size, 1) < fewestElements) return {};
  const type = (value as object).constructor.name;
  const summary = summaryOf(type, numbers, firstLines(String(text ?? "")));
  return { [Mime.tensor]: summary, [Mime.html]: html(summary) };
}

function summaryOf(type: string, numbers: Numbers, text: string): TensorSummary {
  const values = numbers.read();
  const statistics = statisticsOf(values);
  return {
    type,
    shape: [...numbers.shape],
    dtype: numbers.dtype,
    bytes: bytesOf(numbers, values),
    statistics,
    histogram: histogramOf(values, statistics, binCount) ?? null,
    tiles: tilesOf(values, numbers.shape, statistics),
    text,
  };
}

function tilesOf(
  values: ArrayLike<number>,
  shape: readonly number[],
  { min, max }: Statistics,
): TensorSummary["tiles"] {
  const [height, width] = [shape.at(-2) ?? 1, shape.at(-1) ?? 1];
  const leading = shape.slice(0, -2).reduce((count, size) => count * size, 1);
  const tiles = Math.min(mostTiles, leading);
  const side = tiles === 1 ? loneTileSide : tileSide;
  // A row alone may be as wide as a square has elements.
  const across = height === 1 ? side * side : side;
  const stride = [1, Math.ceil(height / side), Math.ceil(width / across)];
  const [rows, columns] = [Math.ceil(height / stride[1]!), Math.ceil(width / stride[2]!)];
  const scale = min === null || max === null || max === min ? 0 : 254 / (max - min);
  const level = (value: number) =>
    Number.isFinite(value) ? (scale === 0 ? 128 : 1 + Math.round((value - min!) * scale)) : 0;
  const levels = Array.from({ length: tiles }, (_, tile) => {
    const box = boxOf(values, [leading, height, width], [tile, 0, 0], [1, rows, columns], stride);
    return base64(Uint8Array.from(box, level));
  });
  return { rows, columns, levels };
}

function html(summary: TensorSummary): string {
  const { type, shape, dtype, bytes, statistics, histogram, text } = summary;
  const { min, mean, max, std, nan, infinite } = statistics;
  const moments = Object.entries({ min, mean, max, std });
  const facts = moments.flatMap(([name, value]) => (value === null ? [] : [[name, shortNumber(value)]]));
  if (nan > 0) facts.push(["NaN", countText(nan)]);
  if (infinite > 0) facts.push(["infinite", countText(infinite)]);
  if (histogram) facts.push(["histogram", blocks(histogram.counts)]);
  const row = (tag: string, cells: string[]) => cells.map((cell) => `<${tag}>${cell}</${tag}>`).join("");
  return `<p><b>${escapeHtml(type)} [${shape.join(", ")}]</b> · ${dtype} · ${bytesText(bytes)}</p>
<table>
<thead><tr>${row(
    "th",
    facts.map(([name]) => name!),
  )}</tr></thead>
<tbody><tr>${row(
    "td",
    facts.map(([, value]) => value!),
  )}</tr></tbody>
</table>
<pre>${escapeHtml(text)}</pre>`;
}

/** The bins of a histogram, a few to a character. */
function blocks(counts: readonly number[]): string {
  const each = counts.length / mostColumns;
  const sums = Array.from({ length: mostColumns }, (_, i) =>
    counts.slice(i * each, (i + 1) * each).reduce((sum, count) => sum + count, 0),
  );
  const most = Math.max(...sums);
  const drawn = sums.map((sum) =>
    sum === 0 ? " " : blockCharacters[Math.ceil((sum / most) * blockCharacters.length) - 1],
  );
  return drawn.join("").replaceAll(" ", "\u2007"); // a space that HTML keeps
}

function firstLines(text: string): string {
  const lines = text.split("\n");
  if (lines.length <= textLines) return text;
  return [...lines.slice(0, textLines), `… ${lines.length - textLines} more lines`].join("\n");
}
