// The page of the data viewer: rows of a list, a Map or a data set, which the kernel sorts and filters. Runs in a web page.
import "../view.css";
import "../viewer.css";
import "./style.css";
import { countText } from "../../../kernel/words";
import { element, fill } from "../element";
import { fieldsOf, numberOf, textOf } from "../payload";
import { Grid } from "./grid";
import type { Choice, DataViewerWords, FromDataViewer, TableInfo, ToDataViewer } from "./messages";
import { asRows, asTable } from "./state";

declare function acquireVsCodeApi(): { postMessage(message: FromDataViewer): void };

/** An answer that takes longer means that a cell keeps the kernel's thread. */
const patienceMs = 400;
/** Between the last key and the question. */
const typingMs = 200;
const firstRows = 200;

type Reply = ReturnType<typeof asRows>;

const vscode = acquireVsCodeApi();
const words = JSON.parse(document.body.dataset.words ?? "{}") as DataViewerWords;
const asked = new Map<number, (reply: Reply) => void>();
let ids = 0;
let table: TableInfo | undefined;
let choice: Choice = {};
/** What the footer says while nothing is pointed at. */
let standing = "";
let waiting: ReturnType<typeof setTimeout> | undefined;

const heading = element("h1");
const facts = element("p", "quiet");
facts.setAttribute("role", "status");
const filter = element("input") as HTMLInputElement;
Object.assign(filter, { type: "search", placeholder: words.filter, title: words.filterHelp });
filter.setAttribute("aria-label", words.filterHelp);
const title = element("div", "title");
title.append(heading, facts);
const tools = element("div", "tools");
tools.append(filter, button(words.copy, "copy"), button(words.export, "export"));
const header = element("header");
header.append(title, tools);
const stage = element("main");
const footer = element("footer");
footer.setAttribute("role", "status");
const grid = new Grid({
  words,
  ask: (start, count) => ask(start, count),
  sort: (sorting) => void show({ ...sorting, ...filtering() }, false),
  copy: (text) => vscode.postMessage({ type: "copyText", text }),
  say,
});
stage.append(grid.element);
document.body.append(header, stage, footer);

let typing: ReturnType<typeof setTimeout> | undefined;
filter.addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(() => {
    const { sort, descending } = choice;
    void show(
      { ...(sort === undefined ? {} : { sort, descending: descending === true }), ...filtering() },
      false,
    );
  }, typingMs);
});

addEventListener("message", ({ data }: MessageEvent<ToDataViewer>) => {
  const message = fieldsOf(data);
  if (message.type === "table") {
    table = asTable(message.table) ?? table;
    void show(choice, true);
  } else if (message.type === "rows") settle(message.id, asRows(message.reply));
  else if (message.type === "refused") {
    settle(message.id, undefined);
    stand(textOf(message.message));
  } else if (message.type === "gone") stand(textOf(message.message));
});
vscode.postMessage({ type: "ready" });

function button(text: string, type: "copy" | "export"): HTMLElement {
  const made = element("button", "button", text);
  made.addEventListener("click", () => vscode.postMessage({ type, choice }));
  return made;
}

const filtering = (): Choice => (filter.value.trim() === "" ? {} : { filter: filter.value });

function say(text: string): void {
  footer.textContent = text || standing;
}

function stand(text: string): void {
  standing = text;
  say("");
}

function ask(start: number, count: number): Promise<Reply> {
  const id = ++ids;
  waiting ??= setTimeout(() => stand(words.waiting), patienceMs);
  return new Promise((resolve) => {
    asked.set(id, resolve);
    vscode.postMessage({ type: "ask", id, part: { ...choice, start, count } });
  });
}

function settle(id: unknown, reply: Reply): void {
  const resolve = asked.get(numberOf(id, 0));
  asked.delete(numberOf(id, 0));
  if (asked.size === 0) {
    clearTimeout(waiting);
    waiting = undefined;
    stand("");
  }
  resolve?.(reply);
}

/** The rows in an order, from the first; the latest that is asked for is shown. */
async function show(next: Choice, keeps: boolean): Promise<void> {
  choice = next;
  const first = await ask(0, firstRows);
  if (!first || choice !== next || !table) return;
  heading.textContent = table.name;
  const { columns, width, total, matched } = first;
  const all = fill(words.rows, countText(total));
  facts.textContent = [
    table.type,
    matched === total ? all : fill(words.matched, countText(matched), countText(total)),
    width > columns.length
      ? fill(words.shownColumns, countText(columns.length), countText(width))
      : fill(words.columns, countText(width)),
  ].join(" · ");
  grid.show(table.name, first, next, keeps);
  stand(matched === 0 ? words.noMatch : "");
}
