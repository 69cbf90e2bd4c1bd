// The reader's language: what is shown of English words that a dictionary knows. Numbers and unknown words stay as they are.

import { chinese } from "./chinese";

/** English → the reader's language. `{0}`, `{1}` … stand for anything, whose own words are looked up in turn. */
export type Dictionary = Readonly<Record<string, string>>;

interface Pattern {
  readonly matches: RegExp;
  readonly text: string;
  /** Whether it has no words of its own. */
  readonly joins: boolean;
}

/** One a process, as its notebook. */
let current: string | undefined;
let exact: ReadonlyMap<string, string> | undefined;
let patterns: readonly Pattern[] = [];
let found = new Map<string, string>();

/** How many texts are remembered; a live chart shows the same ones again and again. */
const remembered = 2000;

const dictionaries: Readonly<Record<string, Dictionary>> = { "zh-CN": chinese };

/** From here on words are shown in that language, a BCP 47 tag; as they are where there is no dictionary for it. */
export function setLanguage(language: string | undefined): void {
  if (language === current) return;
  current = language;
  const dictionary = language === undefined ? undefined : dictionaries[language];
  const entries = Object.entries(dictionary ?? {});
  const hasPlace = ([key]: [string, string]) => /\{\d\}/.test(key);
  exact = dictionary && new Map(entries.filter((entry) => !hasPlace(entry)));
  patterns = entries.filter(hasPlace).map(([key, text]) => ({
    matches: matcherOf(key),
    text,
    joins: !/\p{L}/u.test(key),
  }));
  found = new Map();
}

/** Whether words are shown in another language than they are written in. */
export const isLocalized = (): boolean => exact !== undefined;

/** The text as its reader reads it. */
export function localized(text: string): string {
  if (exact === undefined || text === "") return text;
  let said = found.get(text);
  if (said === undefined) {
    said = lookUp(text, exact);
    if (found.size >= remembered) found.clear();
    found.set(text, said);
  }
  return said;
}

function lookUp(text: string, words: ReadonlyMap<string, string>): string {
  const known = words.get(text);
  if (known !== undefined) return known;
  for (const { matches, text: said, joins } of patterns) {
    const values = matches.exec(text)?.groups;
    if (values === undefined) continue;
    // Of a mere list something must be known: the arguments of a layer are no words.
    if (joins && Object.values(values).every((value) => localized(value) === value)) continue;
    return said.replace(/\{(\d)\}/g, (_, place: string) => localized(values[`v${place}`] ?? ""));
  }
  // A chart's text may have markup: what stands between it is looked up.
  if (!/<[^>]+>/.test(text)) return text;
  return text
    .split(/(<[^>]+>)/)
    .map((piece, i) => (i % 2 === 0 ? localized(piece) : piece))
    .join("");
}

/** The language that a notebook's prose is written in: Chinese where a tenth of it is, else English. */
export function languageOf(prose: string): "zh-CN" | "en" {
  const han = prose.match(/\p{Script=Han}/gu)?.length ?? 0;
  return han > prose.length / 10 ? "zh-CN" : "en";
}

const matcherOf = (key: string) =>
  new RegExp(
    `^${key
      .split(/\{(\d)\}/)
      .map((piece, i) => (i % 2 === 0 ? piece.replace(/[.*+?^${}()|[\]\\]/g, "\\$&") : `(?<v${piece}>.+)`))
      .join("")}$`,
    "su",
  );
