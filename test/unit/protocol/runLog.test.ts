// Which cells show what they would not show today.
import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import fc from "fast-check";
import { type LoggedCell, RunLog } from "../../../kernel/protocol";

type Cell = { name: string; source: string; order?: number };

/** A notebook whose cells are given by what they read, and what they make (`=x`, changed unless it is `~x`). */
class Notebook {
  readonly log = new RunLog<Cell>();
  readonly cells: Cell[] = [];
  #count = 0;

  constructor(...sources: string[]) {
    for (const [i, source] of sources.entries()) this.cells.push({ name: String(i + 1), source });
  }

  run(...numbers: number[]): void {
    for (const number of numbers) {
      const cell = this.cells[number - 1]!;
      const words = cell.source.split(" ");
      const makes = words.filter((word) => /^[=~]/.test(word)).map((word) => word.slice(1));
      const changes = words.filter((word) => word.startsWith("=")).map((word) => word.slice(1));
      cell.order = ++this.#count;
      const reads = words.filter((word) => /^\w/.test(word));
      this.log.add(cell, cell.source, cell.order, { reads, makes, changes });
    }
  }

  restart(): void {
    this.log.reset();
    this.#count = 0;
  }

  get #logged(): LoggedCell<Cell>[] {
    return this.cells.map((cell) => ({ cell, source: cell.source, order: cell.order }));
  }

  /** `3 changed x 1`: the cell, why, the names, and by which. */
  get stale(): string[] {
    return [...this.log.stale(this.#logged)].map(([{ name }, reason]) => {
      const names = "names" in reason ? reason.names : [];
      return [name, reason.why, ...names, ...("by" in reason ? [reason.by.name] : [])].join(" ");
    });
  }

  get toRun(): string {
    return this.log
      .toRun(this.#logged)
      .map(({ name }) => name)
      .join(" ");
  }
}

describe("stale cells", () => {
  let book: Notebook;
  beforeEach(() => {
    book = new Notebook("=a", "a =b", "b", "=c", "c a");
  });

  it("are none before the first has run, and none after a run from top to bottom", () => {
    for (const [i, cell] of book.cells.entries()) cell.order = i + 1;
    assert.deepEqual(book.stale, []);
    book.run(1, 2, 3, 4, 5);
    assert.deepEqual(book.stale, []);
    assert.equal(book.toRun, "");
  });

  it("are none after any notebook ran from top to bottom, once or again", () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^([=~]?[a-d] ){0,4}$/), { maxLength: 9 }), (sources) => {
        const any = new Notebook(...sources);
        const all = sources.map((_, i) => i + 1);
        any.run(...all);
        assert.deepEqual(any.stale, []);
        any.run(...all);
        assert.deepEqual(any.stale, []);
      }),
    );
  });

  it("are those that read what has changed since, and what hangs on them", () => {
    book.run(1, 2, 3, 4, 5, 1);
    assert.deepEqual(book.stale, ["2 changed a 1", "3 upstream b 2", "5 changed a 1"]);
    assert.equal(book.toRun, "2 3 5");
    book.run(2);
    assert.deepEqual(book.stale, ["3 changed b 2", "5 changed a 1"]);
    book.run(3, 5);
    assert.deepEqual(book.stale, []);
  });

  it("are none where a cell has made the same again", () => {
    book.run(1, 2, 3);
    book.cells[0]!.source = "~a";
    book.run(1);
    assert.deepEqual(book.stale, []);
  });

  it("are those that were edited; white space is no edit, but within a string it is", () => {
    book.run(1, 2, 3);
    book.cells[1]!.source = "a  =b";
    assert.deepEqual(book.stale, []);
    book.cells[1]!.source = "a =b =more";
    assert.deepEqual(book.stale, ["2 edited"]);
    assert.equal(book.toRun, "2 3");
    const text = new Notebook('=a "x y"');
    text.run(1);
    text.cells[0]!.source = '=a "x  y"';
    assert.deepEqual(text.stale, ["1 edited"]);
  });

  it("are all that ran before a restart", () => {
    book.run(1, 2, 3);
    book.restart();
    assert.deepEqual(book.stale, ["1 restarted", "2 restarted", "3 restarted"]);
    book.run(1, 2);
    assert.deepEqual(book.stale, ["3 restarted"]);
    assert.equal(book.toRun, "3");
  });

  it("are not those whose name a cell below makes anew, as it did when they ran in order", () => {
    const counter = new Notebook("=x", "x", "x =x", "x", "x =x");
    counter.run(1, 2, 3, 4, 5);
    assert.deepEqual(counter.stale, []);
    counter.run(3);
    assert.deepEqual(counter.stale, ["4 changed x 3", "5 changed x 3"]);
  });

  it("are those that read what no cell makes any more", () => {
    book.run(1, 2, 3);
    book.cells.splice(0, 1);
    assert.deepEqual(book.stale, ["2 gone a", "3 upstream b 2"]);
  });

  it("are known again by text and count where the notebook was closed and opened", () => {
    book.run(1, 2, 3, 1);
    book.cells.splice(0, 5, ...book.cells.map((cell) => ({ ...cell })));
    assert.deepEqual(book.stale, ["2 changed a 1", "3 upstream b 2"]);
  });

  it("are not those that wait to run", () => {
    book.run(1, 2, 3, 1);
    book.cells[1]!.order = undefined;
    assert.deepEqual(book.stale, []);
  });
});
