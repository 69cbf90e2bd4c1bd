// The numbers themselves: as many rows and columns as are seen, asked for in blocks while one scrolls. Runs in a web page.
import { element } from "../element";
import type { Element } from "./messages";
import { extentOf, indexOf, type Looked, shownElement, sliceOf, type View } from "./slice";

const rowHeight = 22;
const columnWidth = 92;
const headWidth = 72;
const blockRows = 128;
const blockColumns = 32;
/** Browsers lay out no page that is higher: beyond it, scrolling goes faster than the rows. */
const longest = 8_000_000;

type Block = (Element | undefined)[];

export class TableView implements View {
  readonly element = element("div", "grid");
  readonly #spacer = element("div", "spacer");
  readonly #window = element("div", "window");
  readonly #body = document.createElement("table");
  readonly #blocks = new Map<string, Block>();
  /** Blocks of the tensor before the last cell: shown until the new ones are here. */
  #older = new Map<string, Block>();
  readonly #asked = new Set<string>();
  #looked: Looked | undefined;
  #rows = 0;
  #columns = 0;
  #first: [row: number, column: number] = [0, 0];
  #cursor: [row: number, column: number] = [0, 0];

  constructor() {
    this.element.tabIndex = 0;
    this.element.setAttribute("role", "grid");
    this.#body.setAttribute("role", "presentation");
    this.#window.append(this.#body);
    this.#spacer.append(this.#window);
    this.element.append(this.#spacer);
    this.element.addEventListener("scroll", () => this.#scrolled());
    this.element.addEventListener("keydown", (event) => this.#key(event));
    this.element.addEventListener("mousedown", (event) => this.#pointed(event));
    new ResizeObserver(() => this.#draw()).observe(this.element);
  }

  show(looked: Looked): void {
    const samePlace = String(this.#looked?.at) === String(looked.at);
    this.#looked = looked;
    const [rows, columns] = extentOf(looked.tensor);
    const sameSize = rows === this.#rows && columns === this.#columns;
    this.#older = samePlace && sameSize ? new Map([...this.#older, ...this.#blocks]) : new Map();
    this.#blocks.clear();
    this.#asked.clear();
    [this.#rows, this.#columns] = [rows, columns];
    this.element.setAttribute("aria-label", looked.tensor.name);
    this.element.setAttribute("aria-rowcount", String(rows));
    this.element.setAttribute("aria-colcount", String(columns));
    this.#spacer.style.height = `${Math.min(longest, (rows + 1) * rowHeight)}px`;
    this.#spacer.style.width = `${Math.min(longest, headWidth + columns * columnWidth)}px`;
    if (!sameSize) {
      this.#cursor = [0, 0];
      this.element.scrollTo(0, 0);
    }
    this.#scrolled();
  }

  /** How many whole rows and columns have room. */
  get #room(): [rows: number, columns: number] {
    const { clientWidth, clientHeight } = this.element;
    return [
      Math.max(1, Math.floor(clientHeight / rowHeight) - 1),
      Math.max(1, Math.floor((clientWidth - headWidth) / columnWidth)),
    ];
  }

  #scrolled(): void {
    const { scrollTop, scrollLeft, scrollHeight, scrollWidth, clientHeight, clientWidth } = this.element;
    const [rows, columns] = this.#room;
    const share = (at: number, whole: number, seen: number) => (whole > seen ? at / (whole - seen) : 0);
    this.#first = [
      Math.round(share(scrollTop, scrollHeight, clientHeight) * Math.max(0, this.#rows - rows)),
      Math.round(share(scrollLeft, scrollWidth, clientWidth) * Math.max(0, this.#columns - columns)),
    ];
    this.#draw();
  }

  #draw(): void {
    if (!this.#looked || this.element.clientHeight === 0) return;
    const { clientWidth, clientHeight } = this.element;
    this.#window.style.width = `${clientWidth}px`;
    this.#window.style.height = `${clientHeight}px`;
    const [row, column] = this.#first;
    const [rows, columns] = this.#room;
    const endRow = Math.min(this.#rows, row + rows + 1);
    const endColumn = Math.min(this.#columns, column + columns + 1);
    const body = document.createDocumentFragment();
    const head = body.appendChild(document.createElement("tr"));
    head.append(element("th", "corner"));
    for (let c = column; c < endColumn; c++) head.append(element("th", "", String(c)));
    for (let r = row; r < endRow; r++) {
      const line = body.appendChild(document.createElement("tr"));
      line.setAttribute("role", "row");
      line.setAttribute("aria-rowindex", String(r + 1));
      line.append(element("th", "", String(r)));
      for (let c = column; c < endColumn; c++) line.append(this.#cell(r, c));
    }
    this.#body.replaceChildren(body);
    this.element.setAttribute("aria-activedescendant", "cursor");
  }

  #cell(row: number, column: number): HTMLElement {
    const value = this.#value(row, column);
    const cell = element("td", "", value === undefined ? "·" : shownElement(this.#looked!.tensor, value));
    cell.setAttribute("role", "gridcell");
    cell.dataset.at = `${row},${column}`;
    if (typeof value === "string") cell.classList.add("odd");
    if (row === this.#cursor[0] && column === this.#cursor[1]) {
      cell.id = "cursor";
      cell.setAttribute("aria-label", `${indexOf(this.#looked!, row, column)} ${cell.textContent}`);
    }
    return cell;
  }

  #value(row: number, column: number): Element | undefined {
    const [down, across] = [Math.floor(row / blockRows), Math.floor(column / blockColumns)];
    const name = `${down} ${across}`;
    if (!this.#asked.has(name)) void this.#ask(name, down * blockRows, across * blockColumns);
    const width = Math.min(blockColumns, this.#columns - across * blockColumns);
    const place = (row % blockRows) * width + (column % blockColumns);
    return (this.#blocks.get(name) ?? this.#older.get(name))?.[place];
  }

  async #ask(name: string, row: number, column: number): Promise<void> {
    this.#asked.add(name);
    const looked = this.#looked!;
    const size = [
      Math.min(blockRows, this.#rows - row),
      Math.min(blockColumns, this.#columns - column),
    ] as const;
    const box = await looked.source.ask(sliceOf(looked, [row, column], size)).catch(() => undefined);
    if (this.#looked !== looked || !box) return;
    this.#blocks.set(name, box.values);
    this.#draw();
    if (document.activeElement === this.element) this.#tell();
  }

  /** Puts the cursor on an element, and the keyboard into the table. */
  goTo(row: number, column: number): void {
    this.element.focus();
    this.#move([row, column], this.#room);
  }

  #key(event: KeyboardEvent): void {
    const [rows, columns] = this.#room;
    const [row, column] = this.#cursor;
    const moves: Record<string, [number, number]> = {
      ArrowUp: [row - 1, column],
      ArrowDown: [row + 1, column],
      ArrowLeft: [row, column - 1],
      ArrowRight: [row, column + 1],
      PageUp: [row - rows, column],
      PageDown: [row + rows, column],
      Home: event.ctrlKey ? [0, 0] : [row, 0],
      End: event.ctrlKey ? [this.#rows - 1, this.#columns - 1] : [row, this.#columns - 1],
    };
    const to = moves[event.key];
    if (!to) return;
    event.preventDefault();
    this.#move(to, [rows, columns]);
  }

  #pointed({ target }: MouseEvent): void {
    const at = (target as HTMLElement).dataset.at?.split(",").map(Number);
    if (at) this.#move([at[0]!, at[1]!], this.#room);
  }

  /** Puts the cursor on an element, and the element into view. */
  #move([row, column]: readonly [number, number], [rows, columns]: readonly [number, number]): void {
    const inside = (at: number, count: number) => Math.max(0, Math.min(count - 1, at));
    this.#cursor = [inside(row, this.#rows), inside(column, this.#columns)];
    const near = (at: number, first: number, room: number) =>
      at < first ? at : at >= first + room ? at - room + 1 : first;
    const first: [number, number] = [
      near(this.#cursor[0], this.#first[0], rows),
      near(this.#cursor[1], this.#first[1], columns),
    ];
    if (String(first) !== String(this.#first)) {
      this.#first = first;
      const { scrollHeight, scrollWidth, clientHeight, clientWidth } = this.element;
      const share = (at: number, count: number) => (count > 0 ? at / count : 0);
      this.element.scrollTo({
        top: share(first[0], this.#rows - rows) * (scrollHeight - clientHeight),
        left: share(first[1], this.#columns - columns) * (scrollWidth - clientWidth),
        behavior: "instant",
      });
    }
    this.#draw();
    this.#tell();
  }

  /** Says the element under the cursor, all its digits. */
  #tell(): void {
    const looked = this.#looked;
    if (!looked) return;
    const value = this.#value(...this.#cursor);
    const whole = typeof value === "number" && looked.tensor.dtype !== "bool";
    const text = value === undefined ? "…" : whole ? value : shownElement(looked.tensor, value);
    looked.say(`${indexOf(looked, ...this.#cursor)} = ${text}`);
  }
}
