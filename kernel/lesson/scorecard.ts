// Every claim beside the verdict of the notebook that tests it, gathered from what the notebooks have saved.

import { describe, requireKnown } from "../arguments";
import { machine, textOf } from "../machine/machine";
import { Mime, type MimeBundle } from "../protocol/mime";
import { escapeHtml, inLanguage } from "../words";
import { sectionsInOrder } from "./article";
import { type Claim, claimsBySection } from "./claims";
import otherRuns from "./runs.json";
import {
  type ClaimVerdict,
  headingOf,
  measuredHtml,
  measuredTexts,
  quoteOf,
  type VerdictRecord,
  verdictHtml,
  verdictText,
  verdictWords,
} from "./verdict";
import { spoken, type Words, wordsHtml, wordsText } from "./words";

export interface ScorecardOptions {
  /** Where the notebooks are. Default: the kernel's folder, which is that of the notebook. */
  folder?: string;
}

/** A claim, and what its notebook has found: null where that has not been run and saved. */
export interface Score extends Claim {
  /** The verdict and its numbers. */
  readonly record: VerdictRecord | null;
  /** The verdicts of runs with other seeds and on other digits, which came with the notebooks. */
  readonly others: Readonly<Record<string, ClaimVerdict | "not run">>;
}

/**
 * The article's claims beside the verdicts in a folder's saved notebooks. Of a claim that several tell of, the file saved
 * last counts.
 *
 * @throws Error where there is no such folder.
 */
export function scorecard({ folder = "." }: ScorecardOptions = {}): Scorecard {
  requireKnown("lesson.scorecard", arguments, 1, ["folder"]);
  const names = machine().files(folder);
  if (names === null) {
    throw new Error(`lesson.scorecard: expected a folder of notebooks, got ${folder}, which does not exist`);
  }
  const records = new Map<number, VerdictRecord>();
  for (const name of names.filter((each) => each.endsWith(".ipynb"))) {
    for (const record of recordsOf(textOf(machine().resolve(folder, name))))
      records.set(record.claim, record);
  }
  return new Scorecard(
    claimsBySection.map((claim) => ({
      ...claim,
      record: records.get(claim.number) ?? null,
      others: othersOf(claim.number),
    })),
  );
}

/** `npm run notebooks -- --save` with other seeds or digits writes them. */
function othersOf(claim: number): Record<string, ClaimVerdict | "not run"> {
  const runs = Object.entries(otherRuns as Record<string, Record<string, string>>);
  return Object.fromEntries(
    runs.map(([run, verdicts]) => [run, (verdicts[claim] as ClaimVerdict | undefined) ?? "not run"]),
  );
}

/** The verdicts that a notebook's text has saved; none in what is no notebook. */
export function recordsOf(text: string): VerdictRecord[] {
  let notebook: SavedNotebook;
  try {
    notebook = JSON.parse(text) as SavedNotebook;
  } catch {
    return []; // a file that is being written, or another's
  }
  const outputs = (notebook.cells ?? []).flatMap((cell) => cell.outputs ?? []);
  return outputs.flatMap(({ data }) => (data?.[Mime.verdict] as VerdictRecord | undefined) ?? []);
}

interface SavedNotebook {
  cells?: { outputs?: { data?: Record<string, unknown> }[] }[];
}

/** The claims with their verdicts; lesson.scorecard() makes it. */
export class Scorecard {
  /** @internal */
  constructor(
    /** The claims, by the article's sections. */
    readonly scores: readonly Score[],
  ) {}

  /** How many claims have each verdict, and how many none yet. */
  get counts(): Readonly<Record<ClaimVerdict | "not run", number>> {
    const count = (verdict: ClaimVerdict | undefined) =>
      this.scores.filter(({ record }) => record?.verdict === verdict).length;
    const verdicts = Object.keys(verdictWords) as ClaimVerdict[];
    const counted = Object.fromEntries(verdicts.map((verdict) => [verdict, count(verdict)]));
    return { ...(counted as Record<ClaimVerdict, number>), "not run": count(undefined) };
  }

  /** What a notebook shows. */
  [Symbol.for("Jupyter.display")](): MimeBundle {
    return { [Mime.html]: this.#html(), [Mime.plain]: this.toString() };
  }

  /** What console.log shows. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  /** A line for each claim, under the headings of the article's sections. */
  toString(): string {
    const lines = this.scores.map(({ number, section, claim, record, notebook, others }) => {
      const found =
        record === null
          ? `… ${spoken(notRun).join(" ")} ${notebook}`
          : `${verdictText(record.verdict)}  ${notebook}`;
      const text = `${String(number).padStart(2)}  ${wordsText(claim, "    ").trimStart()}\n    ${found}  (${othersText(others)})`;
      return { section, text };
    });
    return sectionsInOrder
      .flatMap((section) => [
        headingOf(section).join(" · "),
        ...lines.flatMap((line) => (line.section === section ? line.text : [])),
      ])
      .join("\n");
  }

  /** A table for a page of documentation, in one language; a brief one without the literature and with three numbers a claim. */
  markdown(language: "en" | "zh-cn" = "en", { brief = false }: { brief?: boolean } = {}): string {
    requireKnown("markdown", arguments, 2, ["brief"]);
    if (language !== "en" && language !== "zh-cn") {
      throw new RangeError(`markdown: expected "en" or "zh-cn", got ${describe(language)}`);
    }
    const english = language === "en";
    const tag = english ? "en" : "zh-CN";
    const runs = Object.keys(this.scores[0]?.others ?? {}).map((run) => nameOf(run, language));
    const head = english
      ? ["", "claim", "the literature", "verdict", runs.join(" · "), "measured", "notebook"]
      : ["", "论断", "文献", "结论", runs.join(" · "), "实测", "笔记本"];
    const rows = this.scores.map(({ number, claim, literature, record, notebook, others }) => {
      const [mark, chinese] = record ? verdictWords[record.verdict] : ["…", "未运行"];
      const word = english ? (record?.verdict ?? "not run") : chinese;
      const numbers = record ? inLanguage(tag, () => measuredTexts(record)) : [];
      const measured = numbers.slice(0, brief ? 3 : undefined).join(english ? "; " : "；");
      const elsewhere = Object.values(others).map(markOf).join(" · ");
      return [
        `${number}`,
        claim[language],
        literature[language],
        `${mark} ${word}`,
        elsewhere,
        measured,
        notebook,
      ];
    });
    const line = (cells: readonly string[]) => {
      const shown = brief ? cells.filter((_, i) => i !== 2) : cells;
      return `| ${shown.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
    };
    return [line(head), line(["---:", ...head.slice(1).map(() => "---")]), ...rows.map(line)].join("\n");
  }

  #html(): string {
    const line = (cells: readonly string[], tag: "td" | "th") =>
      `<tr>${cells.map((cell) => `<${tag} align="left" style="text-align:left;vertical-align:top;padding:6px 14px 6px 0">${cell}</${tag}>`).join("")}</tr>`;
    const head = [
      "",
      wordsHtml({ en: "Claim and literature", "zh-cn": "论断与文献" }),
      wordsHtml({ en: "Verdict", "zh-cn": "结论" }),
      wordsHtml({ en: "Measured", "zh-cn": "实测" }),
    ];
    const rowOf = ({ number, claim, quotes, literature, record, notebook, others }: Score) => {
      const quote = quoteOf({ quotes })["zh-cn"];
      const standing = [
        ...spoken({ en: `Article: ${quote}`, "zh-cn": `文章：${quote}` }).slice(0, 1),
        ...spoken({ en: `Literature: ${literature.en}`, "zh-cn": `文献：${literature["zh-cn"]}` }),
      ];
      const link = `<a href="${notebook}.ipynb" style="white-space:nowrap">${notebook}</a>`;
      const found = record ? `${verdictHtml(record.verdict)}<br>${link}` : `… ${wordsHtml(notRun)} ${link}`;
      return line(
        [
          `${number}`,
          `${wordsHtml(claim)}<br><span style="opacity:0.7">${standing.map(escapeHtml).join("<br>")}</span>`,
          `${found}<br><span style="opacity:0.7">${escapeHtml(othersText(others))}</span>`,
          record ? measuredHtml(record) : "",
        ],
        "td",
      );
    };
    const rows = sectionsInOrder.flatMap((section) => {
      const [first, ...rest] = headingOf(section).map(escapeHtml);
      const title = [`<b>${first}</b>`, ...rest].join(" · ");
      return [
        `<tr><td colspan="4" align="left" style="text-align:left;padding-top:14px">${title}</td></tr>`,
        ...this.scores.filter((score) => score.section === section).map(rowOf),
      ];
    });
    return `<table><thead>${line(head, "th")}</thead><tbody>${rows.join("")}</tbody></table>`;
  }
}

const notRun: Words = { en: "run and save", "zh-cn": "请运行并保存" };

const markOf = (verdict: ClaimVerdict | "not run") =>
  verdict === "not run" ? "…" : verdictWords[verdict][0];

/** "seeds 10–14 ✓ · MNIST ≈" */
const othersText = (others: Score["others"]) =>
  Object.entries(others)
    .map(([run, verdict]) => {
      const [name] = spoken({ en: run, "zh-cn": nameOf(run, "zh-cn") }).slice(-1);
      return `${name} ${markOf(verdict)}`;
    })
    .join(" · ");

/** The name of a run in a table of one language. */
const nameOf = (run: string, language: "en" | "zh-cn") =>
  language === "en" ? run : run.replace(/^seeds /, "种子 ");
