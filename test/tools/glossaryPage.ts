// The page docs/glossary.md, and the Chinese one: the words of notebooks/glossary.json with what they mean.
import { readFileSync } from "node:fs";
import path from "node:path";

export const languages = ["en", "zh-cn"] as const;
type Language = (typeof languages)[number];

export interface Term {
  en: string;
  zh: string;
  /** Other translations of it. */
  never: string[];
  means: Record<Language, string>;
}

const root = path.join(import.meta.dirname, "../..");

export const terms = JSON.parse(
  readFileSync(path.join(root, "notebooks/glossary.json"), "utf8"),
) as readonly Term[];

export const glossaryPages: Record<Language, string> = {
  en: "docs/glossary.md",
  "zh-cn": "docs/zh-cn/glossary.md",
};

const heads: Record<Language, string> = {
  en: "# Glossary\n\nThe words of the tutorials, and the Chinese of each. [简体中文](zh-cn/glossary.md)\n\n| word | Chinese | what it means |",
  "zh-cn": "# 词汇表\n\n教程中的词语，以及各自的英文。[English](../glossary.md)\n\n| 词语 | 英文 | 意思 |",
};

/** A table in the order of the language's alphabet. */
export function glossaryPage(language: Language): string {
  const first = language === "en" ? "en" : "zh";
  const sorted = terms.toSorted((a, b) => a[first].localeCompare(b[first], language));
  const rows = sorted.map(({ en, zh, means }) => {
    const [word, other] = language === "en" ? [en, zh] : [zh, en];
    return `| **${word}** | ${other} | ${means[language]} |`;
  });
  return `${heads[language]}\n|---|---|---|\n${rows.join("\n")}\n`;
}
