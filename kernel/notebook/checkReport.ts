// What `bnlab check` says of a notebook that it has run.
import { styleText } from "node:util";
import { type CellOutput, type CodeCell, hasTag } from "../document/notebookFile";
import type { CellFlow } from "../protocol";
import { compareOutputs, type Difference, type Tolerance } from "./compareOutputs";
import { impossibleIn } from "./savedOrder";

/** A cell that runs, with what it shows now; and as it was saved. */
export interface CheckedCell {
  cell: CodeCell;
  saved: CellOutput[];
  count: number | null;
  flow: CellFlow | undefined;
}

/** nbval's tag for a cell whose outputs are never the same. */
const ignoredTag = "nbval-ignore-output";
/** How much of a cell's first line stands beside its number. */
const titleCharacters = 60;

/**
 * @param took how long the run took, in words.
 * @returns whether it shows what was saved.
 */
export function tellDifferences(
  file: string,
  cells: readonly CheckedCell[],
  tolerance: Tolerance,
  took: string,
): boolean {
  const found = cells.map(({ cell, saved }) =>
    hasTag(cell, ignoredTag) ? [] : compareOutputs(saved, cell.outputs, tolerance),
  );
  const differing = found.filter((differences) => differences.length > 0).length;
  const isAsSaved = differing === 0;
  const result = isAsSaved
    ? `${cells.length} cells as saved`
    : `${differing} of ${cells.length} cells differ`;
  console.log(`${isAsSaved ? paint("green", "✓") : paint("red", "✗")} ${file}: ${result}, ${took}`);
  for (const line of impossibleIn(cells.map(({ count, flow }, i) => ({ number: i + 1, count, flow })))) {
    console.log(
      `  ${paint("yellow", "warning")}: ${line}; save it run from top to bottom: bnlab run ${file} -o ${file}`,
    );
  }
  for (const [i, differences] of found.entries()) {
    for (const difference of differences) tell(i + 1, cells[i]!.cell, difference);
  }
  return isAsSaved;
}

function tell(number: number, cell: CodeCell, { what, saved, now }: Difference): void {
  const title = cell.source.trim().split("\n")[0]!.slice(0, titleCharacters);
  console.log(`\n  ${paint("bold", `In [${number}]`)} ${title}\n  ${what}`);
  for (const line of saved) console.log(paint("red", `  - ${line}`));
  for (const line of now) console.log(paint("green", `  + ${line}`));
}

function paint(style: "bold" | "green" | "red" | "yellow", text: string): string {
  return process.stdout.isTTY && !process.env.NO_COLOR ? styleText(style, text) : text;
}
