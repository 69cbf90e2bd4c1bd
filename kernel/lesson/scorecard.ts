// Every claim beside the verdict of the notebook that tests it, gathered from what the notebooks have saved.

import { describe, requireKnown } from "../arguments";
import { machine, textOf } from "../machine/machine";
import { Mime, type MimeBundle } from "../protocol/mime";
import { escapeHtml } from "../words";
import { type Claim, claims } from "./claims";
import {
  type ClaimVerdict,
  measuredHtml,
  measuredTexts,
  type VerdictRecord,
  verdictHtml,
  verdictText,
  verdictWords,
} from "./verdict";
import { wordsHtml } from "./words";

export interface ScorecardOptions {
  /** Where the notebooks are. Default: the kernel's folder, which is that of the notebook. */
  folder?: string;
}

/** A claim, and what its notebook has found: null where that has not been run and saved. */
export interface Score extends Claim {
  /** The verdict and its numbers. */
  readonly record: VerdictRecord | null;
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
  return new Scorecard(claims.map((claim) => ({ ...claim, record: records.get(claim.number) ?? null })));
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
    /** Claims 1 to 18. */
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

  /** A line for each claim. */
  toString(): string {
    return this.scores
      .map(({ number, article, record, notebook }) => {
        const found = record === null ? notRun(notebook) : `${verdictText(record.verdict)}  ${notebook}`;
        return `${String(number).padStart(2)}  ${article.en}\n    ${article["zh-cn"]}\n    ${found}`;
      })
      .join("\n");
  }

  /** A table for a page of documentation, in one language. */
  markdown(language: "en" | "zh-cn" = "en"): string {
    requireKnown("markdown", arguments, 1);
    if (language !== "en" && language !== "zh-cn") {
      throw new RangeError(`markdown: expected "en" or "zh-cn", got ${describe(language)}`);
    }
    const english = language === "en";
    const head = english
      ? ["", "the article", "the literature", "verdict", "measured", "notebook"]
      : ["", "文章", "文献", "结论", "实测", "笔记本"];
    const rows = this.scores.map(({ number, article, literature, record, notebook }) => {
      const [mark, chinese] = record ? verdictWords[record.verdict] : ["…", "未运行"];
      const word = english ? (record?.verdict ?? "not run") : chinese;
      const measured = record ? measuredTexts(record).join("; ") : "";
      return [`${number}`, article[language], literature[language], `${mark} ${word}`, measured, notebook];
    });
    const line = (cells: readonly string[]) =>
      `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
    return [line(head), line(["---:", ...head.slice(1).map(() => "---")]), ...rows.map(line)].join("\n");
  }

  #html(): string {
    const line = (cells: readonly string[], tag: "td" | "th") =>
      `<tr>${cells.map((cell) => `<${tag} align="left" style="text-align:left;vertical-align:top;padding:6px 14px 6px 0">${cell}</${tag}>`).join("")}</tr>`;
    const head = ["", "文章与文献<br>Article and literature", "结论<br>Verdict", "实测<br>Measured"];
    const rows = this.scores.map(({ number, article, literature, record, notebook }) => {
      const standing = `文献：${escapeHtml(literature["zh-cn"])}<br>Literature: ${escapeHtml(literature.en)}`;
      const link = `<a href="${notebook}.ipynb" style="white-space:nowrap">${notebook}</a>`;
      return line(
        [
          `${number}`,
          `${wordsHtml(article)}<br><span style="opacity:0.7">${standing}</span>`,
          record ? `${verdictHtml(record.verdict)}<br>${link}` : `… 请运行并保存<br>run and save ${link}`,
          record ? measuredHtml(record) : "",
        ],
        "td",
      );
    });
    return `<table><thead>${line(head, "th")}</thead><tbody>${rows.join("")}</tbody></table>`;
  }
}

const notRun = (notebook: string) => `… 请运行并保存 run and save ${notebook}`;
