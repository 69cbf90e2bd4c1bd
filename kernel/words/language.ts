// The reader's language: what is shown of English words that a dictionary knows. Numbers and unknown words stay as they are.

import { chinese } from "./chinese";

/**
 * English → the reader's language. `{0}`, `{1}` … stand for what the dictionary knows in turn, or what has no words;
 * `{#0}` for a number, or the place of one in a hover text; `{*0}` for anything; `{=0}` for a name of the reader's code, which stays.
 */
export type Dictionary = Readonly<Record<string, string>>;

interface Pattern {
  /** Places as long as they can be, and as short: a list is cut at its last comma, or its first. */
  readonly matches: readonly RegExp[];
  readonly text: string;
  /** The places that take anything. */
  readonly open: ReadonlySet<string>;
  /** The places that stay as they are. */
  readonly kept: ReadonlySet<string>;
  /** Whether it has no words of its own. */
  readonly joins: boolean;
}

/** One a process, as its notebook. */
let current: string | undefined;
let exact: ReadonlyMap<string, string> | undefined;
let patterns: readonly Pattern[] = [];
let found = new Map<string, string | undefined>();

/** How many texts are remembered; a live chart shows the same ones again and again. */
const remembered = 20_000;
/** Characters of a text that is matched with patterns; what is longer is prose, or a description that was made of words. */
const longest = 600;

const dictionaries: Readonly<Record<string, Dictionary>> = { "zh-CN": chinese };

/** From here on words are shown in that language, a BCP 47 tag; as they are where there is no dictionary for it. */
export function setLanguage(language: string | undefined): void {
  if (language === current) return;
  current = language;
  const dictionary = language === undefined ? undefined : dictionaries[language];
  const entries = Object.entries(dictionary ?? {});
  const hasPlace = ([key]: [string, string]) => key.search(places) >= 0;
  exact = dictionary && new Map(entries.filter((entry) => !hasPlace(entry)));
  patterns = entries.filter(hasPlace).map(patternOf);
  found = new Map();
}

/** What `make` makes in that language. */
export function inLanguage<T>(language: string, make: () => T): T {
  const before = current;
  setLanguage(language);
  try {
    return make();
  } finally {
    setLanguage(before);
  }
}

/** The language that words are shown in; undefined where nobody has said. */
export const shownLanguage = (): string | undefined => current;

/** Whether words are shown in another language than they are written in. */
export const isLocalized = (): boolean => exact !== undefined;

/** The text as its reader reads it; as it is where the dictionary does not know all of it. */
export function localized(text: string): string {
  return exact === undefined || text === "" ? text : (translated(text, exact) ?? text);
}

/** Undefined where it is not known. A list has many ways to be cut, whose pieces are the same ones. */
function translated(text: string, words: ReadonlyMap<string, string>): string | undefined {
  if (found.has(text)) return found.get(text);
  const said = lookedUp(text, words);
  if (found.size >= remembered) found.clear();
  found.set(text, said);
  return said;
}

function lookedUp(text: string, words: ReadonlyMap<string, string>): string | undefined {
  const known = words.get(text);
  if (known !== undefined) return known;
  const bare = text.trim();
  if (bare !== text) {
    const said = bare === "" ? undefined : translated(bare, words);
    return said && text.replace(bare, () => said);
  }
  // A chart's text may have markup: what stands between it is looked up, each for itself.
  if (/<[^>]+>/.test(text)) {
    const pieces = text.split(/(<[^>]+>)/);
    return pieces.map((piece, i) => (i % 2 === 0 ? (translated(piece, words) ?? piece) : piece)).join("");
  }
  for (const pattern of text.length > longest ? [] : patterns) {
    for (const matches of pattern.matches) {
      const said = filled(pattern, matches.exec(text)?.groups, words);
      if (said !== undefined) return said;
    }
  }
  return undefined;
}

/** The pattern's text with what stands in its places; undefined where one of them is not known. */
function filled(
  { text, open, kept, joins }: Pattern,
  values: Record<string, string> | undefined,
  words: ReadonlyMap<string, string>,
): string | undefined {
  if (values === undefined) return undefined;
  const said: Record<string, string> = {};
  for (const [place, value] of Object.entries(values)) {
    const part = kept.has(place)
      ? value
      : (translated(value, words) ?? (open.has(place) || !hasWords(value) ? value : undefined));
    if (part === undefined) return undefined;
    said[place] = part;
  }
  // Of a mere list something must change: the sizes of a layer are no words.
  if (joins && Object.entries(values).every(([place, value]) => said[place] === value)) return undefined;
  return text.replace(places, (_, _kind, place: string) => said[`v${place}`] ?? "");
}

/** Two Latin letters make a word, but not in the place of a hover text's number. */
const hasWords = (text: string) => /\p{Script=Latin}{2}/u.test(text.replace(/%\{[^}]*\}/g, ""));

/** The language that a notebook's prose is written in: Chinese where a tenth of it is, else English. */
export function languageOf(prose: string): "zh-CN" | "en" {
  const han = prose.match(/\p{Script=Han}/gu)?.length ?? 0;
  return han > prose.length / 10 ? "zh-CN" : "en";
}

const places = /\{([#*=]?)(\d)\}/g;
/** As tables and charts write numbers, with a sign or unit of their own; or "%{x}" of a hover text. */
const number = String.raw`(?:[+\-−±]?(?:∞|\d[\d,]*(?:\.\d+)?|\.\d+)(?:e[+\-−]?\d+)?|%\{[^}]+\})(?:\s?[%×])?`;

function patternOf([key, text]: [key: string, text: string]): Pattern {
  const pieces = key.split(places);
  const matcher = (anything: string) => {
    const source = pieces.map((piece, i) => {
      if (i % 3 === 0) return piece.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
      return i % 3 === 1 ? "" : `(?<v${piece}>${pieces[i - 1] === "#" ? number : anything})`;
    });
    return new RegExp(`^${source.join("")}$`, "u");
  };
  const kinds = [...key.matchAll(places)];
  const ofKind = (wanted: string) =>
    new Set(kinds.flatMap(([, kind, place]) => (kind === wanted ? `v${place}` : [])));
  return {
    matches: kinds.every(([, kind]) => kind === "#") ? [matcher("")] : [matcher(".+"), matcher(".+?")],
    text,
    open: ofKind("*"),
    kept: ofKind("="),
    joins: !/\p{L}/u.test(key),
  };
}
