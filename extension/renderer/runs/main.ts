// The page of the runs: a table with what differed and what came out, the charts of those that are chosen below it. Runs in a web
// page, behind standalone.js.
import "../view.css";
import "./style.css";
import { shortNumber } from "../../../kernel/words";
import { element, fill } from "../element";
import { fieldsOf, listOf } from "../payload";
import type { FromRuns, RunRow, RunsWords, ToRuns } from "./messages";
import { asRuns } from "./state";

declare function acquireVsCodeApi(): { postMessage(message: FromRuns): void };

const vscode = acquireVsCodeApi();
const words = JSON.parse(document.body.dataset.words ?? "{}") as RunsWords;
/** Charts of a page. */
const mostFigures = 40;

let rows: RunRow[] = [];
const chosen = new Set<string>();
/** Runs that have been shown: of new ones the latest two are chosen. */
const seen = new Set<string>();

const heading = element("h1", "", words.heading);
const none = element("p", "quiet", words.none);
const tools = element("div", "tools");
const hint = element("p", "quiet hint", words.hint);
hint.setAttribute("role", "status");
hint.hidden = true; // until there is something to choose
const header = element("header");
header.append(heading, tools);
const grid = document.createElement("table");
grid.setAttribute("aria-label", words.heading);
const frame = element("div", "frame");
frame.tabIndex = 0;
frame.setAttribute("role", "region");
frame.setAttribute("aria-label", words.heading);
frame.append(grid);
const charts = element("main");
document.body.append(header, none, frame, hint, charts);

const act = (text: string, type: "copy" | "export" | "remove") => {
  const button = element("button", "button", text) as HTMLButtonElement;
  button.addEventListener("click", () => {
    const ids = type === "remove" ? marked() : rows.map(({ id }) => id);
    vscode.postMessage({ type, ids });
  });
  tools.append(button);
  return button;
};
act(words.copy, "copy");
act(words.export, "export");
const remove = act(words.remove, "remove");

addEventListener("message", ({ data }: MessageEvent<ToRuns>) => {
  const message = fieldsOf(data);
  if (message.type === "runs") take(asRuns(message.rows));
  else if (message.type === "figures") drawCharts(listOf(message.figures, mostFigures));
});
take([]);
vscode.postMessage({ type: "ready" });

function marked(): string[] {
  return rows.flatMap(({ id }) => (chosen.has(id) ? [id] : []));
}

function take(found: RunRow[]): void {
  const before = marked();
  rows = found;
  const fresh = rows.filter(({ id, isSaved }) => !isSaved && !seen.has(id));
  if (fresh.length > 0) {
    // Beside the new one the latest before it stays, unless the reader has chosen others.
    for (const { id } of fresh) seen.add(id);
    if (chosen.size <= 2) {
      chosen.clear();
      for (const { id } of rows.filter(({ isSaved }) => !isSaved).slice(0, 2)) chosen.add(id);
    }
  }
  const isEmpty = rows.length === 0;
  [none.hidden, frame.hidden, tools.hidden] = [!isEmpty, isEmpty, isEmpty];
  draw();
  if (marked().join() !== before.join() || fresh.length > 0) compare();
}

function compare(): void {
  const ids = marked();
  hint.hidden = rows.length === 0 || ids.length > 1;
  remove.disabled = rows.every(({ id, isSaved }) => isSaved || !chosen.has(id));
  vscode.postMessage({ type: "compare", ids });
}

function draw(): void {
  const focused = document.activeElement instanceof HTMLInputElement ? document.activeElement.name : "";
  const metrics = [...new Set(rows.flatMap((row) => row.metrics.map(([name]) => name)))].slice(0, 12);
  const head = document.createElement("thead");
  const line = head.insertRow();
  const { chosen: mark, name, differs, notebook, time, took } = words;
  for (const text of [mark, name, differs, ...metrics, notebook, time, took]) {
    const cell = element("th", metrics.includes(text) ? "number" : "", text);
    (cell as HTMLTableCellElement).scope = "col";
    cell.title = text;
    line.append(cell);
  }
  const body = document.createElement("tbody");
  body.append(...rows.map((row) => lineOf(row, metrics)));
  grid.replaceChildren(head, body);
  if (focused) grid.querySelector<HTMLInputElement>(`input[name="${CSS.escape(focused)}"]`)?.focus();
}

function lineOf(row: RunRow, metrics: readonly string[]): HTMLTableRowElement {
  const line = document.createElement("tr");
  const mark = document.createElement("input");
  Object.assign(mark, { type: "checkbox", name: `mark ${row.id}`, checked: chosen.has(row.id) });
  mark.setAttribute("aria-label", fill(words.compare, row.name));
  mark.addEventListener("change", () => {
    if (mark.checked) chosen.add(row.id);
    else chosen.delete(row.id);
    compare();
  });
  const values = new Map(row.metrics);
  const cell = (content: string | HTMLElement, className = "") => {
    const made = element("td", className);
    made.append(content);
    if (typeof content === "string") made.title = content;
    line.append(made);
  };
  cell(mark);
  cell(row.isSaved ? row.name || words.saved : nameField(row), "name");
  cell(row.differs, "differs");
  for (const metric of metrics) {
    const value = values.get(metric);
    cell(value === undefined ? "" : shortNumber(value), "number");
  }
  cell(row.notebook);
  cell(row.time);
  cell(row.took);
  return line;
}

function nameField({ id, name }: RunRow): HTMLElement {
  const field = document.createElement("input");
  Object.assign(field, { type: "text", name: `name ${id}`, value: name, maxLength: 100 });
  field.setAttribute("aria-label", fill(words.rename, name));
  field.addEventListener("change", () => vscode.postMessage({ type: "rename", id, name: field.value }));
  return field;
}

function drawCharts(figures: readonly unknown[]): void {
  charts.replaceChildren();
  for (const figure of figures) bnlabPlotly.draw(charts.appendChild(document.createElement("div")), figure);
}
