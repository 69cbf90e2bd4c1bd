// What a client knows of the cells that have run in a kernel, and which of them show what would come out otherwise today.
import type { CellFlow } from "./messages";

/** A cell as it stands now, in the notebook's order. */
export interface LoggedCell<Cell> {
  cell: Cell;
  source: string;
  /** Its execution count, where it has one. */
  order: number | undefined;
}

/** Why what a cell shows is not what it would show now. `by` is the cell that has changed the names, or is stale itself. */
export type Staleness<Cell> =
  | { why: "edited" }
  | { why: "restarted" }
  | { why: "changed" | "upstream"; names: string[]; by: Cell }
  | { why: "gone"; names: string[] };

interface Run {
  source: string;
  order: number;
  reads: readonly string[];
  /** Names → the run that has given them the value that they had after this one. */
  makes: ReadonlyMap<string, number>;
}

/** The runs of one kernel: what a cell reads and makes is known once it has run. An object that was changed in place is not seen. */
export class RunLog<Cell> {
  readonly #runs = new Map<Cell, Run>();
  /** The latest run that has given a name another value. */
  readonly #versions = new Map<string, number>();
  /** The first that gave it any. */
  readonly #firsts = new Map<string, number>();
  #wasReset = false;

  /** A cell has run, well or not; undefined is one that is no longer there. */
  add(cell: Cell | undefined, source: string, order: number, { reads, makes, changes }: CellFlow): void {
    for (const name of changes) this.#versions.set(name, order);
    for (const name of makes) if (!this.#firsts.has(name)) this.#firsts.set(name, order);
    if (cell === undefined) return;
    const versions = makes.map((name): [string, number] => [name, this.#versions.get(name) ?? order]);
    this.#runs.set(cell, { source, order, reads, makes: new Map(versions) });
  }

  /** The kernel has gone, and with it what cells made. */
  reset(): void {
    this.#wasReset ||= this.#runs.size > 0;
    for (const values of [this.#runs, this.#versions, this.#firsts]) values.clear();
  }

  /** The stale cells of a notebook. One that was never run, or waits to be, is none; nor are any before the first has run. */
  stale(cells: readonly LoggedCell<Cell>[]): Map<Cell, Staleness<Cell>> {
    const found = new Map<Cell, Staleness<Cell>>();
    if (this.#runs.size === 0 && !this.#wasReset) return found;
    this.#adopt(cells);
    const runs = cells.map(({ cell }) => this.#runs.get(cell));
    for (const [i, { cell, source, order }] of cells.entries()) {
      const run = runs[i];
      if (order === undefined) continue;
      const reason: Staleness<Cell> | undefined = !run
        ? { why: "restarted" }
        : isSameCode(run.source, source)
          ? this.#reasonOf(i, run, cells, runs, found)
          : { why: "edited" };
      if (reason) found.set(cell, reason);
    }
    return found;
  }

  /** The stale cells, and those below that read what they make: what is to run, in this order, for all to be as if run today. */
  toRun(cells: readonly LoggedCell<Cell>[]): Cell[] {
    const stale = this.stale(cells);
    const remade = new Set<string>();
    return cells
      .filter(({ cell, order }) => {
        const run = this.#runs.get(cell);
        const isTo = stale.has(cell) || (order !== undefined && run?.reads.some((name) => remade.has(name)));
        for (const name of run?.makes.keys() ?? []) {
          if (isTo) remade.add(name);
          else remade.delete(name);
        }
        return isTo;
      })
      .map(({ cell }) => cell);
  }

  /** A notebook that was closed and opened has other objects for its cells. */
  #adopt(cells: readonly LoggedCell<Cell>[]): void {
    const open = new Set(cells.map(({ cell }) => cell));
    for (const { cell, source, order } of cells) {
      if (this.#runs.has(cell)) continue;
      const known = [...this.#runs].find(
        ([other, run]) => !open.has(other) && run.order === order && run.source === source,
      );
      if (!known) continue;
      this.#runs.delete(known[0]);
      this.#runs.set(cell, known[1]);
    }
  }

  #reasonOf(
    i: number,
    run: Run,
    cells: readonly LoggedCell<Cell>[],
    runs: readonly (Run | undefined)[],
    stale: ReadonlyMap<Cell, Staleness<Cell>>,
  ): Staleness<Cell> | undefined {
    // What a cell is to read is what the nearest cell above makes; of a name from below it may be a function that tells, later.
    const isMade = (name: string) => runs.some((other) => other?.makes.has(name));
    const orphans = run.reads.filter(
      (name) => (this.#firsts.get(name) ?? Number.POSITIVE_INFINITY) < run.order && !isMade(name),
    );
    if (orphans.length > 0) return { why: "gone", names: orphans };
    const reads = run.reads
      .map((name) => ({ name, maker: runs.slice(0, i).findLastIndex((other) => other?.makes.has(name)) }))
      .filter(({ maker }) => maker >= 0);
    const namesOf = (maker: number) => reads.filter((read) => read.maker === maker).map(({ name }) => name);
    for (const { name, maker } of reads) {
      const isChanged = (each: string) => (runs[maker]?.makes.get(each) ?? 0) > run.order;
      if (!isChanged(name)) continue;
      return { why: "changed", names: namesOf(maker).filter(isChanged), by: cells[maker]!.cell };
    }
    for (const { maker } of reads) {
      const by = cells[maker]!.cell;
      const reason = stale.get(by);
      if (!reason || reason.why === "edited" || reason.why === "restarted") continue;
      return { why: "upstream", names: namesOf(maker), by };
    }
    return undefined;
  }
}

/** Whether two texts differ in white space alone, as after a formatter, outside of strings. */
function isSameCode(a: string, b: string): boolean {
  if (a === b) return true;
  const strings = (text: string) => text.match(/(["'`])(?:\\.|(?!\1).)*\1/gs) ?? [];
  const bare = (text: string) => text.replace(/\s+/g, "");
  return bare(a) === bare(b) && JSON.stringify(strings(a)) === JSON.stringify(strings(b));
}
