// Rows of a table: as many as are seen, asked for in blocks while one scrolls; sorted by its headers. Runs in a web page.

import type { RowsReply, TableCell } from "../../../kernel/protocol/rows";
import { shortNumber } from "../../../kernel/words";
import { element, fill } from "../element";
import type { Choice, DataViewerWords } from "./messages";

const rowHeight = 22;
const blockRows = 200;
const width = { number: 76, least: 60, most: 320, character: 7.2 };
/** Browsers lay out no page that is higher: beyond it, scrolling goes faster than the rows. */
const longest = 8_000_000;

export interface GridHost {
  words: DataViewerWords;
  ask(start: number, count: number): Promise<RowsReply | undefined>;
  sort(choice: Choice): void;
  copy(text: string): void;
  /** Says something below: the cell that one stands on. */
  say(text: string): void;
}

export class Grid {
  readonly element = element("div", "grid");
  readonly #host: GridHost;
  readonly #spacer = element("div", "spacer");
  readonly #table = document.createElement("table");
  readonly #columns = document.createElement("colgroup");
  readonly #head: HTMLTableRowElement;
  readonly #body: HTMLTableSectionElement;
  readonly #blocks = new Map<number, RowsReply>();
  readonly #asked = new Set<number>();
  /** Blocks asked for before belong to another order. */
  #round = 0;
  #first: RowsReply | undefined;
  #choice: Choice = {};
  #cursor: [row: number, column: number] = [0, 0];

  constructor(host: GridHost) {
    this.#host = host;
    this.element.tabIndex = 0;
    this.element.setAttribute("role", "grid");
    this.#head = this.#table.createTHead().insertRow();
    this.#head.setAttribute("role", "row");
    this.#table.setAttribute("role", "presentation");
    this.#body = this.#table.createTBody();
    this.#table.prepend(this.#columns);
    this.#spacer.append(this.#table);
    this.element.append(this.#spacer);
    this.element.addEventListener("scroll", () => this.#draw());
    this.element.addEventListener("keydown", (event) => this.#key(event));
    this.element.addEventListener("mousedown", ({ target }) => {
      const at = (target as HTMLElement).dataset.at?.split(",").map(Number);
      if (at) this.#move(at[0]!, at[1]!);
    });
    new ResizeObserver(() => this.#draw()).observe(this.element);
  }

  /** Shows the first block of the rows in their order; `keeps` has the place stay, as after a cell that ran. */
  show(name: string, first: RowsReply, choice: Choice, keeps: boolean): void {
    this.#round++;
    this.#blocks.clear();
    this.#asked.clear();
    const sameColumns = JSON.stringify(this.#first?.columns) === JSON.stringify(first.columns);
    [this.#first, this.#choice] = [first, choice];
    if (first.start === 0) this.#blocks.set(0, first);
    if (!sameColumns) this.#layOut(first);
    this.element.setAttribute("aria-label", name);
    this.element.setAttribute("aria-rowcount", String(first.matched + 1));
    this.element.setAttribute("aria-colcount", String(first.columns.length + 1));
    this.#spacer.style.height = `${Math.min(longest, (first.matched + 1) * rowHeight)}px`;
    for (const [i, cell] of [...this.#head.cells].slice(1).entries()) {
      const direction = choice.descending ? "descending" : "ascending";
      cell.setAttribute("aria-sort", choice.sort === i ? direction : "none");
    }
    const [row, column] = this.#cursor;
    this.#cursor = keeps && sameColumns ? [Math.min(row, Math.max(0, first.matched - 1)), column] : [0, 0];
    if (!keeps) this.element.scrollTo({ top: 0, behavior: "instant" });
    this.#draw();
  }

  get #count(): number {
    return this.#first?.matched ?? 0;
  }

  get #room(): number {
    return Math.max(1, Math.floor(this.element.clientHeight / rowHeight) - 1);
  }

  #layOut({ columns, rows }: RowsReply): void {
    const widths = columns.map(({ name }, i) => {
      const longestText = Math.max(
        name.length + 2,
        ...rows.slice(0, 50).map((row) => cellText(row[i]!).length),
      );
      return Math.max(width.least, Math.min(width.most, longestText * width.character + 40));
    });
    this.#columns.replaceChildren(
      ...[width.number, ...widths].map((pixels) => {
        const column = document.createElement("col");
        column.style.width = `${pixels}px`;
        return column;
      }),
    );
    const all = width.number + widths.reduce((sum, each) => sum + each, 0);
    this.#table.style.width = `${all}px`;
    this.#spacer.style.width = `${all}px`;
    const corner = element("th", "corner", this.#host.words.row);
    corner.setAttribute("role", "columnheader");
    this.#head.replaceChildren(
      corner,
      ...columns.map(({ name, numeric }, i) => {
        const cell = element("th", numeric ? "number" : "");
        cell.setAttribute("role", "columnheader");
        cell.title = name;
        const button = element("button", "sort", name);
        button.addEventListener("click", () => {
          this.#choice = this.#next(i); // the next click comes before the rows, perhaps
          this.#host.sort(this.#choice);
        });
        cell.append(button);
        return cell;
      }),
    );
  }

  /** Up, down, and as they came. */
  #next(column: number): Choice {
    if (this.#choice.sort !== column) return { sort: column, descending: false };
    return this.#choice.descending ? {} : { sort: column, descending: true };
  }

  /** The first row that is seen. */
  get #top(): number {
    const { scrollTop, scrollHeight, clientHeight } = this.element;
    const share = scrollHeight > clientHeight ? scrollTop / (scrollHeight - clientHeight) : 0;
    return Math.round(share * Math.max(0, this.#count - this.#room));
  }

  #draw(): void {
    if (!this.#first || this.element.clientHeight === 0) return;
    const from = this.#top;
    const to = Math.min(this.#count, from + this.#room + 1);
    this.#table.style.top = `${this.element.scrollTop}px`;
    this.#body.replaceChildren(...Array.from({ length: to - from }, (_, i) => this.#line(from + i)));
    if (this.#count > 0) this.element.setAttribute("aria-activedescendant", "cursor");
    else this.element.removeAttribute("aria-activedescendant");
  }

  #line(at: number): HTMLElement {
    const line = document.createElement("tr");
    line.setAttribute("role", "row");
    line.setAttribute("aria-rowindex", String(at + 2));
    const found = this.#row(at);
    const head = element("th", "number", found ? String(found.number) : "…");
    head.setAttribute("role", "rowheader");
    line.append(head);
    for (const [column, { name, numeric }] of this.#first!.columns.entries()) {
      const value = found?.cells[column] ?? null;
      const cell = element("td", numeric ? "number" : "", found ? cellText(value) : "");
      cell.setAttribute("role", "gridcell");
      cell.dataset.at = `${at},${column}`;
      if (typeof value === "string") cell.title = value;
      if (at === this.#cursor[0] && column === this.#cursor[1]) {
        cell.id = "cursor";
        cell.setAttribute(
          "aria-label",
          `${fill(this.#host.words.cell, found?.number ?? at, name)}: ${cell.textContent}`,
        );
      }
      line.append(cell);
    }
    return line;
  }

  #row(at: number): { cells: TableCell[]; number: number } | undefined {
    const start = Math.floor(at / blockRows) * blockRows;
    const block = this.#blocks.get(start);
    if (!block) {
      void this.#ask(start);
      return undefined;
    }
    const cells = block.rows[at - block.start];
    return cells && { cells, number: block.numbers[at - block.start] ?? at };
  }

  async #ask(start: number): Promise<void> {
    if (this.#asked.has(start)) return;
    this.#asked.add(start);
    const round = this.#round;
    const reply = await this.#host.ask(start, blockRows);
    if (!reply || round !== this.#round) return;
    this.#blocks.set(start, reply);
    this.#draw();
  }

  #key(event: KeyboardEvent): void {
    if (event.target !== this.element || !this.#first) return;
    const [row, column] = this.#cursor;
    const [room, lastRow, lastColumn] = [this.#room, this.#count - 1, this.#first.columns.length - 1];
    if (event.key === "c" && (event.ctrlKey || event.metaKey)) {
      const value = this.#row(row)?.cells[column];
      if (value !== undefined) this.#host.copy(String(value ?? ""));
      event.preventDefault();
      return;
    }
    const moves: Record<string, [number, number]> = {
      ArrowUp: [row - 1, column],
      ArrowDown: [row + 1, column],
      ArrowLeft: [row, column - 1],
      ArrowRight: [row, column + 1],
      PageUp: [row - room, column],
      PageDown: [row + room, column],
      Home: event.ctrlKey ? [0, 0] : [row, 0],
      End: event.ctrlKey ? [lastRow, lastColumn] : [row, lastColumn],
    };
    const to = moves[event.key];
    if (!to) return;
    event.preventDefault();
    this.#move(...to);
  }

  /** Puts the cursor on a cell, and the cell into view. */
  #move(row: number, column: number): void {
    const inside = (at: number, count: number) => Math.max(0, Math.min(count - 1, at));
    this.#cursor = [inside(row, this.#count), inside(column, this.#first?.columns.length ?? 0)];
    const [top, room] = [this.#top, this.#room];
    const at = this.#cursor[0];
    const to = at < top ? at : at >= top + room ? at - room + 1 : top;
    if (to !== top) {
      const { scrollHeight, clientHeight } = this.element;
      const share = to / Math.max(1, this.#count - room);
      this.element.scrollTo({ top: share * (scrollHeight - clientHeight), behavior: "instant" });
    }
    this.#draw();
    const cell = this.#body.querySelector<HTMLElement>("#cursor");
    cell?.scrollIntoView({ block: "nearest", inline: "nearest" });
    this.#host.say(cell?.getAttribute("aria-label") ?? "");
  }
}

const cellText = (value: TableCell) =>
  value === null ? "" : typeof value === "number" ? shortNumber(value, 6) : String(value);
