// Whether the cells of a saved notebook can have run in the order that their counts tell: each after those that make what it reads.
import type { CellFlow } from "../protocol";

export interface SavedCell {
  /** What it is called in messages: its place among the cells that run, from 1. */
  number: number;
  /** As saved. */
  count: number | null;
  /** What came of it when the notebook was run from top to bottom. */
  flow: CellFlow | undefined;
}

/** What cells show that cannot come of that order, a line each. */
export function impossibleIn(cells: readonly SavedCell[]): string[] {
  return cells.flatMap(({ number, count, flow }, i) => {
    if (count === null || !flow) return [];
    return flow.reads.flatMap((name) => {
      const isMaker = (other: SavedCell) => other.flow?.makes.includes(name) ?? false;
      const maker = cells.slice(0, i).findLast(isMaker);
      if (!maker || (maker.count !== null && maker.count < count)) {
        const last = cells
          .filter((other) => isMaker(other) && other.count !== null && other.count < count)
          .reduce<SavedCell | undefined>((a, b) => (a && a.count! > b.count! ? a : b), undefined);
        if (!maker || !last || last.count! <= maker.count!) return [];
        return [
          `cell ${number} ran as [${count}] and reads \`${name}\` as cell ${last.number} had made it, [${last.count}], not cell ${maker.number}`,
        ];
      }
      const then = maker.count === null ? "had not run" : `ran later, as [${maker.count}]`;
      return [
        `cell ${number} ran as [${count}] and reads \`${name}\`, but cell ${maker.number}, which makes it, ${then}`,
      ];
    });
  });
}
