// What a lesson says, in both languages of the notebooks: their code cells, and so their outputs, are the same.
import { escapeHtml } from "../words";

/** One sentence or more, in both languages. */
export interface Words {
  /** English. */
  readonly en: string;
  /** Chinese. */
  readonly "zh-cn": string;
}

/** As two lines of a page, Chinese first as the article is. */
export function wordsHtml(words: Words): string {
  return `${escapeHtml(words["zh-cn"])}<br>${escapeHtml(words.en)}`;
}

/** As two lines of text. */
export function wordsText(words: Words, indent = ""): string {
  return `${indent}${words["zh-cn"]}\n${indent}${words.en}`;
}
