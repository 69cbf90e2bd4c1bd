// The page of the variables: a table that one sorts, filters and opens; what one stands on is told in full below. Runs in a web page.
import "../view.css";
import "./style.css";
import { countText } from "../../../kernel/words";
import { element, fill } from "../element";
import { fieldsOf, textOf } from "../payload";
import type { FromVariables, ToVariables, VariableName, VariableRow, VariablesWords } from "./messages";
import { asRows, passes, type Sorting, type SortKey, sorted } from "./state";

declare function acquireVsCodeApi(): {
  postMessage(message: FromVariables): void;
  getState(): { sorting?: Sorting } | undefined;
  setState(state: { sorting?: Sorting | undefined }): void;
};

const vscode = acquireVsCodeApi();
const words = JSON.parse(document.body.dataset.words ?? "{}") as VariablesWords;
const columns: SortKey[] = ["name", "type", "shape", "size", "value"];
/** More lines than one reads: who looks for one filters. */
const mostShown = 1_000;

let rows: VariableRow[] = [];
const members = new Map<string, VariableRow[]>();
const opened = new Set<string>();
let sorting = vscode.getState()?.sorting;
let current: string | undefined;

const none = element("div", "none");
const filter = element("input") as HTMLInputElement;
Object.assign(filter, { type: "search", placeholder: words.filter });
filter.setAttribute("aria-label", words.filter);
filter.addEventListener("input", draw);
const grid = document.createElement("table");
grid.setAttribute("role", "treegrid");
grid.setAttribute("aria-label", words.table);
const head = grid.createTHead().insertRow();
for (const by of columns) {
  const cell = element("th", by);
  cell.setAttribute("role", "columnheader");
  const button = element("button", "sort", words[by]);
  button.addEventListener("click", () => sort(by));
  cell.append(button);
  head.append(cell);
}
const body = grid.createTBody();
const note = element("p", "quiet note");
note.setAttribute("role", "status");
const frame = element("div", "frame");
frame.append(grid, note);
const details = element("section", "details");
details.setAttribute("aria-label", words.details);
details.tabIndex = 0;
const toolbar = element("div", "toolbar");
toolbar.append(filter);
document.body.append(none, toolbar, frame, details);

addEventListener("message", ({ data }: MessageEvent<ToVariables>) => {
  const message = fieldsOf(data);
  if (message.type === "variables") take(asRows(message.rows));
  else if (message.type === "none") showNone();
  else if (message.type === "members") {
    members.set(textOf(message.owner), asRows(message.rows));
    draw();
  } else if (message.type === "details") {
    const key = keyOf({ name: textOf(message.name), owner: message.owner as string | undefined });
    if (key === current) showDetails(textOf(message.facts, 1_000), textOf(message.text, 20_000));
  }
});
showNone();
vscode.postMessage({ type: "ready" });

function showNone(): void {
  [none.hidden, toolbar.hidden, frame.hidden, details.hidden] = [false, true, true, true];
  const start = (text: string, what: "notebook" | "tutorial") => {
    const button = element("button", "button", text);
    button.addEventListener("click", () => vscode.postMessage({ type: "start", what }));
    return button;
  };
  none.replaceChildren(
    element("p", "", words.none),
    start(words.newNotebook, "notebook"),
    start(words.openTutorial, "tutorial"),
  );
}

function take(found: VariableRow[]): void {
  rows = found;
  [none.hidden, toolbar.hidden, frame.hidden] = [true, false, false];
  for (const name of opened) {
    if (rows.some((row) => row.name === name && row.expands))
      vscode.postMessage({ type: "members", owner: name });
    else opened.delete(name);
  }
  if (current !== undefined && !shown().some((row) => keyOf(row) === current)) current = undefined;
  details.hidden = current === undefined;
  draw();
  if (current !== undefined) askDetails();
}

const keyOf = ({ name, owner }: VariableName) => (owner === undefined ? name : `${owner}\n${name}`);
const nameOf = ({ name, owner }: VariableName): VariableName =>
  owner === undefined ? { name } : { name, owner };

/** The lines as they stand, members below what they are of. */
function shown(): VariableRow[] {
  const text = filter.value.trim();
  return sorted(rows, sorting).flatMap((row) => {
    const inside = opened.has(row.name) ? (members.get(row.name) ?? []) : [];
    const found = inside.filter((member) => passes(member, text));
    if (passes(row, text))
      return [row, ...sorted(text === "" || found.length === 0 ? inside : found, sorting)];
    return found.length > 0 ? [row, ...sorted(found, sorting)] : [];
  });
}

function sort(by: SortKey): void {
  if (sorting?.by !== by) sorting = { by, descending: by === "size" || by === "shape" };
  else if (sorting.descending === (by === "size" || by === "shape"))
    sorting = { by, descending: !sorting.descending };
  else sorting = undefined;
  vscode.setState({ sorting });
  draw();
}

function draw(): void {
  const hadFocus = body.contains(document.activeElement);
  for (const [i, cell] of [...head.cells].entries()) {
    const direction = sorting?.descending ? "descending" : "ascending";
    cell.setAttribute("aria-sort", sorting?.by === columns[i] ? direction : "none");
  }
  const all = shown();
  const lines = all.slice(0, mostShown);
  const stop = lines.some((row) => keyOf(row) === current) ? current : lines[0] && keyOf(lines[0]);
  body.replaceChildren(...lines.map((row) => lineOf(row, keyOf(row) === stop)));
  if (hadFocus) lineFor(stop)?.focus({ preventScroll: true });
  const left = all.length - lines.length;
  note.textContent = all.length === 0 ? words.noMatch : left > 0 ? fill(words.more, countText(left)) : "";
}

const lineFor = (key: string | undefined) =>
  [...body.rows].find((line) => key !== undefined && line.dataset.key === key);

function lineOf(row: VariableRow, isStop: boolean): HTMLTableRowElement {
  const line = document.createElement("tr");
  line.dataset.key = keyOf(row);
  line.tabIndex = isStop ? 0 : -1;
  line.setAttribute("aria-level", row.owner === undefined ? "1" : "2");
  line.setAttribute("aria-selected", String(keyOf(row) === current));
  if (row.expands) line.setAttribute("aria-expanded", String(opened.has(row.name)));
  // VS Code makes contexts of it: what its menu offers, and what a command is called with.
  line.dataset.vscodeContext = JSON.stringify({
    webviewSection: "bnlab.variable",
    bnlabViewer: row.viewer || "none",
    preventDefaultContextMenuItems: true,
    ...nameOf(row),
  });
  for (const by of columns) line.append(cellOf(row, by));
  line.addEventListener("click", () => choose(row, line));
  line.addEventListener("dblclick", () => open(row));
  line.addEventListener("focus", () => choose(row, line));
  return line;
}

function cellOf(row: VariableRow, by: SortKey): HTMLElement {
  const cell = element("td", by);
  cell.setAttribute("role", "gridcell");
  cell.title = row[by];
  if (by !== "name") {
    cell.textContent = row[by];
    return cell;
  }
  if (row.expands) {
    const twist = element("span", "twist");
    twist.setAttribute("aria-hidden", "true");
    twist.addEventListener("click", () => expand(row, !opened.has(row.name)));
    cell.append(twist);
  }
  cell.append(element("span", "text", row.name));
  if (row.viewer) {
    const button = element("button", "open", "↗");
    button.tabIndex = -1; // Enter does it
    button.title = fill(words.open, row.name);
    button.setAttribute("aria-label", button.title);
    button.addEventListener("click", (event) => {
      event.stopPropagation();
      open(row);
    });
    cell.append(button);
  }
  return cell;
}

function open(row: VariableRow): void {
  if (row.viewer) vscode.postMessage({ type: "open", ...nameOf(row) });
  else if (row.expands) expand(row, !opened.has(row.name));
}

function expand(row: VariableRow, isOpen: boolean): void {
  if (!row.expands || isOpen === opened.has(row.name)) return;
  if (isOpen) {
    opened.add(row.name);
    vscode.postMessage({ type: "members", owner: row.name });
  } else {
    opened.delete(row.name);
    members.delete(row.name);
  }
  draw();
}

function choose(row: VariableRow, line: HTMLElement): void {
  if (current === keyOf(row)) return;
  current = keyOf(row);
  for (const other of body.rows) {
    other.tabIndex = other === line ? 0 : -1;
    other.setAttribute("aria-selected", String(other === line));
  }
  showDetails("", row.value);
  askDetails();
}

function askDetails(): void {
  const row = shown().find((each) => keyOf(each) === current);
  if (row) vscode.postMessage({ type: "details", ...nameOf(row) });
}

function showDetails(facts: string, text: string): void {
  details.hidden = false;
  details.replaceChildren(element("p", "facts", facts), element("pre", "", text));
}

body.addEventListener("keydown", (event) => {
  const line = (event.target as HTMLElement).closest("tr");
  const row = line && shown().find((each) => keyOf(each) === line.dataset.key);
  if (!row) return;
  const to = (other: Element | null | undefined) => (other as HTMLElement | null | undefined)?.focus();
  const page = Math.max(1, Math.floor(frame.clientHeight / 22) - 1);
  const far = (step: number) =>
    body.rows[Math.max(0, Math.min(body.rows.length - 1, line.sectionRowIndex + step))];
  const keys: Record<string, () => void> = {
    ArrowDown: () => to(line.nextElementSibling),
    ArrowUp: () => to(line.previousElementSibling),
    Home: () => to(body.firstElementChild),
    End: () => to(body.lastElementChild),
    PageDown: () => to(far(page)),
    PageUp: () => to(far(-page)),
    ArrowRight: () => (opened.has(row.name) ? to(line.nextElementSibling) : expand(row, true)),
    ArrowLeft: () => (row.owner === undefined ? expand(row, false) : to(lineFor(row.owner))),
    Enter: () => open(row),
  };
  const act = event.key === "c" && (event.ctrlKey || event.metaKey) ? copy : keys[event.key];
  if (!act) return;
  event.preventDefault();
  act();

  function copy(): void {
    vscode.postMessage({ type: "copy", ...nameOf(row!) });
  }
});
