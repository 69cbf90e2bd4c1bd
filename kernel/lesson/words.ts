// What a lesson says: in the notebook's language, in both where nobody has said which it is.
import { escapeHtml, shownLanguage } from "../words";

/** One sentence or more, in both languages. */
export interface Words {
  /** English. */
  readonly en: string;
  /** Chinese. */
  readonly "zh-cn": string;
}

/** The reader's words, or both languages', Chinese first as the article is. */
export function spoken(words: Words): string[] {
  const language = shownLanguage();
  if (language === undefined) return [words["zh-cn"], words.en];
  return [language.startsWith("zh") ? words["zh-cn"] : words.en];
}

/** The same as lines of a page. */
export const wordsHtml = (words: Words): string => spoken(words).map(escapeHtml).join("<br>");

/** The same as lines of text. */
export const wordsText = (words: Words, indent = ""): string =>
  spoken(words)
    .map((line) => indent + line)
    .join("\n");

/** What the article says itself: in its own language, and in the reader's where that is another. */
export function quoted(quote: Words): string[] {
  return [...new Set([quote["zh-cn"], ...spoken(quote)])];
}
