// What a run says of one of the article's claims: a card to read, and a record of it in the saved notebook.
import { describe, isRecord, requireKnown } from "../arguments";
import { type Json, Mime, type MimeBundle } from "../protocol/mime";
import { escapeHtml, localized, proseNumber } from "../words";
import { type Section, sections, sectionsInOrder } from "./article";
import { type Claim, claimOf } from "./claims";
import { quoted, spoken, type Words, wordsHtml, wordsText } from "./words";

/** About the article's sentence. */
export type ClaimVerdict =
  /** The run shows it. */
  | "supported"
  /** True under conditions that the run shows, both sides of them. */
  | "conditional"
  /** The run shows it false. */
  | "refuted"
  /** The literature disputes it, and the run agrees with the dispute or is mixed. */
  | "contested"
  /** The literature or a prediction says that it holds, and the run does not show it. */
  | "not reproduced"
  /** Runs are missing. */
  | "incomplete";

/** Mark and Chinese of each, in the order of a legend. */
export const verdictWords: Readonly<Record<ClaimVerdict, readonly [mark: string, chinese: string]>> = {
  supported: ["✓", "成立"],
  conditional: ["◐", "有条件成立"],
  contested: ["≈", "有争议"],
  refuted: ["✗", "不成立"],
  "not reproduced": ["○", "未能复现"],
  incomplete: ["…", "未完成"],
};

const labels = {
  article: { en: "Article", "zh-cn": "文章" },
  claim: { en: "Claim", "zh-cn": "论断" },
  literature: { en: "Literature", "zh-cn": "文献" },
  measured: { en: "Measured", "zh-cn": "实测" },
} satisfies Record<string, Words>;

/** Seen on white and on black. */
const colors: Readonly<Record<ClaimVerdict, string>> = {
  supported: "#2e8b57",
  conditional: "#3b82c4",
  contested: "#b7791f",
  refuted: "#d1495b",
  "not reproduced": "#8b6fc0",
  incomplete: "#80868c",
};

export interface VerdictOptions {
  /** Computed from the run. */
  verdict: ClaimVerdict;
  /** What was measured: label → value; numbers are rounded where they are shown. */
  measured: Readonly<Record<string, number | string>>;
  /** One sentence to add. */
  note?: Words;
}

/** What a saved notebook keeps of a verdict, under a MIME type of its own. */
export interface VerdictRecord {
  /** 1 to 20. */
  readonly claim: number;
  /** About the article's sentence. */
  readonly verdict: ClaimVerdict;
  /** Label → value, unrounded; "∞", "−∞" and "–" for what is no finite number. */
  readonly measured: Readonly<Record<string, number | string>>;
  /** One sentence more. */
  readonly note?: Words;
}

/**
 * The verdict on a claim of the article, for the end of a cell: a card with the article's own words, the claim that is
 * tested, the literature's standing and what was measured. lesson.scorecard() gathers it from the saved notebook.
 *
 * @example lesson.verdict(9, { verdict: ratio > 10 ? "refuted" : "not reproduced", measured: { "ratio of stds": ratio } })
 * @throws RangeError for another claim than 1 to 20, a verdict of other words, or nothing measured.
 */
export function verdict(claim: number, options: VerdictOptions): VerdictCard {
  requireKnown("lesson.verdict", arguments, 2, ["verdict", "measured", "note"]);
  const { verdict, measured, note } = options ?? {};
  const subject = claimOf(claim);
  if (!Object.hasOwn(verdictWords, verdict)) {
    const words = Object.keys(verdictWords).join(", ");
    throw new RangeError(`lesson.verdict: expected one of ${words}, got ${String(verdict)}`);
  }
  if (!isRecord(measured) || Object.keys(measured).length === 0) {
    throw new RangeError(
      `lesson.verdict: expected what was measured, { label: value, … }, got ${isRecord(measured) ? "nothing" : describe(measured)}`,
    );
  }
  const values = Object.entries(measured).map(([label, value]) => [label, storable(value)] as const);
  return new VerdictCard(subject, {
    claim,
    verdict,
    measured: Object.fromEntries(values),
    ...(note && { note }),
  });
}

/** A verdict as a cell shows it; lesson.verdict() makes it. */
export class VerdictCard {
  /** @internal */
  constructor(
    /** What it is about. */
    readonly claim: Claim,
    /** What the saved notebook keeps. */
    readonly record: VerdictRecord,
  ) {}

  /** What a notebook shows. */
  [Symbol.for("Jupyter.display")](): MimeBundle {
    return {
      [Mime.html]: this.#html(),
      [Mime.plain]: this.toString(),
      [Mime.verdict]: this.record as unknown as Json,
    };
  }

  /** What console.log shows. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  /** The card as text. */
  toString(): string {
    const { claim, record } = this;
    const label = (name: keyof typeof labels) => `  ${spoken(labels[name]).join(" ")}`;
    const lines = [
      `${verdictText(record.verdict)} · ${spoken(titleOf(claim)).join(" ")}`,
      `${label("article")} · ${sectionText(claim)}`,
      ...quoted(quoteOf(claim)).map((line) => `    ${line}`),
      `${label("claim")}\n${wordsText(claim.claim, "    ")}`,
      `${label("literature")}\n${wordsText(claim.literature, "    ")}`,
      `${label("measured")}\n    ${measuredTexts(record).join("\n    ")}`,
    ];
    if (record.note) lines.push(wordsText(record.note, "  "));
    return lines.join("\n");
  }

  /** A table that reads well without its styles too, which GitHub drops. */
  #html(): string {
    const { claim, record } = this;
    const color = colors[record.verdict];
    const cell = `style="text-align:left;vertical-align:top;padding:5px 14px 5px 12px;border-left:4px solid ${color}"`;
    const plain = 'style="text-align:left;vertical-align:top;padding:5px 12px 5px 0"';
    const row = (label: string, content: string) =>
      `<tr><td ${cell}>${label}</td><td ${plain}>${content}</td></tr>`;
    const quote = quoted(quoteOf(claim)).map(escapeHtml).join("<br>");
    return [
      '<table style="border-collapse:collapse;max-width:52em">',
      `<thead><tr><th align="left" ${cell}>${wordsHtml(titleOf(claim))}</th><th align="left" ${plain}>${verdictHtml(record.verdict)}</th></tr></thead><tbody>`,
      row(
        wordsHtml(labels.article),
        `${quote}<br><span style="opacity:0.7">${escapeHtml(sectionText(claim))}</span>`,
      ),
      row(wordsHtml(labels.claim), wordsHtml(claim.claim)),
      row(wordsHtml(labels.literature), wordsHtml(claim.literature)),
      row(wordsHtml(labels.measured), measuredHtml(record)),
      ...(record.note ? [row("", wordsHtml(record.note))] : []),
      "</tbody></table>",
    ].join("");
  }
}

/** The article's own words in quotation marks, what stands between two passages left out, and their translation. */
export function quoteOf({ quotes }: Pick<Claim, "quotes">): Words {
  const joined = (language: keyof Words) => quotes.map(({ text }) => text[language]).join(" … ");
  return { en: `“${joined("en")}”`, "zh-cn": `“${joined("zh-cn")}”` };
}

const titleOf = ({ number }: Claim): Words => ({ en: `Claim ${number}`, "zh-cn": `第 ${number} 条` });

/** "2 简述 BN 的原理 · How BN works", of each section that is quoted; its number stands once. */
function sectionText({ quotes }: Claim): string {
  const among = sectionsInOrder.filter((section) => quotes.some((quote) => quote.section === section));
  return among.map((section) => headingOf(section).join(" · ")).join(localized("; "));
}

/** A section's heading in each language that is shown. */
export function headingOf(section: Section): string[] {
  const [first, ...others] = spoken(sections[section]);
  return [first!, ...others.map((heading) => heading.replace(/^\d /, ""))];
}

/** "✓ supported 成立", or one of the words. */
export function verdictText(verdict: ClaimVerdict): string {
  const [mark, chinese] = verdictWords[verdict];
  return [mark, ...spoken({ en: verdict, "zh-cn": chinese }).toReversed()].join(" ");
}

/** The same on a line of its color, for no color of letters can be read on white and on black. */
export function verdictHtml(verdict: ClaimVerdict): string {
  return `<b style="border-bottom:2px solid ${colors[verdict]}">${verdictText(verdict)}</b>`;
}

/** A line for each. */
export function measuredHtml({ measured }: VerdictRecord): string {
  return Object.entries(measured)
    .map(
      ([label, value]) =>
        `${escapeHtml(localized(label))}${colon()}<b>${escapeHtml(measuredText(value))}</b>`,
    )
    .join("<br>");
}

/** "label: value", each. */
export function measuredTexts({ measured }: VerdictRecord): string[] {
  return Object.entries(measured).map(
    ([label, value]) => `${localized(label)}${colon()}${measuredText(value)}`,
  );
}

const colon = () => localized(": ");

/** JSON has no infinities. */
function storable(value: number | string): number | string {
  if (typeof value === "string" || Number.isFinite(value)) return value;
  return Number.isNaN(value) ? "–" : value > 0 ? "∞" : "−∞";
}

const measuredText = (value: number | string) =>
  typeof value === "string" ? localized(value) : proseNumber(value, 4, 1e-3);
