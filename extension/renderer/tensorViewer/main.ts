// The page of the tensor viewer: what the tensor is, tabs with views of it, sliders through its dimensions. Runs in a web page.
import { countText, shortNumber } from "../../../kernel/words";
import "../view.css";
import "../viewer.css";
import "./style.css";
import type { Statistics } from "../../../kernel/protocol/variables";
import { element, fill } from "../element";
import { asTensor } from "./box";
import { HeatMapView } from "./heatMapView";
import { HistogramView } from "./histogramView";
import { ImagesView, picturesOf } from "./imagesView";
import type { TensorInfo, ViewerWords } from "./messages";
import type { Looked, View } from "./slice";
import { Source } from "./source";
import { TableView } from "./tableView";

const bins = 64;
type Tab = "table" | "heatmap" | "histogram" | "images";

const words = JSON.parse(document.body.dataset.words ?? "{}") as ViewerWords;
const numbers = new TableView();
const views: Record<Tab, View> = {
  table: numbers,
  heatmap: new HeatMapView(),
  histogram: new HistogramView(),
  images: new ImagesView(),
};

const heading = element("h1");
const facts = element("p", "quiet");
const statistics = element("dl");
const tabs = element("div", "tabs");
const tools = element("div", "tools");
const bar = element("div", "bar");
const sliders = element("div", "sliders");
const stage = element("main");
const status = element("footer");
const header = element("header");
const title = element("div", "title");
title.append(heading, facts);
header.append(title, statistics);
tabs.setAttribute("role", "tablist");
stage.id = "stage";
stage.setAttribute("role", "tabpanel");
status.setAttribute("role", "status");
bar.append(tabs, tools);
document.body.append(header, bar, sliders, stage, status);

let looked: Looked | undefined;
let chosen: Tab | undefined;
/** What the footer says when nothing is pointed at. */
let standing = "";

const source = new Source(
  (notice) => {
    const tensor = notice.type === "tensor" ? asTensor(notice.tensor) : undefined;
    if (tensor) void take(tensor);
    else if (notice.type === "tensor") sayStanding("The kernel's answer is not a tensor.");
    else sayStanding(notice.message);
  },
  (waiting) => sayStanding(waiting ? words.waiting : ""),
);

function sayStanding(text: string): void {
  standing = text;
  say("");
}

function say(text: string): void {
  status.textContent = text || standing;
}

/** The tensor as it is now: first what it is all in all, then the view that is open. */
async function take(tensor: TensorInfo): Promise<void> {
  const zeros = tensor.shape.map(() => 0);
  const box = await source.ask({ start: zeros, size: zeros, bins }).catch((error: Error) => {
    sayStanding(error.message);
    return undefined;
  });
  if (!box?.statistics) return;
  const changedShape = String(looked?.tensor.shape) !== String(tensor.shape);
  const at = changedShape || !looked ? tensor.shape.slice(0, -2).map(() => 0) : looked.at;
  looked = { tensor, at, statistics: box.statistics, histogram: box.histogram, source, words, say };
  showFacts(tensor, box.statistics);
  if (changedShape) {
    showTabs(tensor);
    showSliders(tensor);
    showTools(tensor);
  }
  open(chosen ?? "table");
}

function showFacts({ name, type, shape, dtype, bytes }: TensorInfo, found: Statistics): void {
  heading.textContent = name;
  const count = shape.reduce((product, size) => product * size, 1);
  const elements = fill(words.elements, countText(count));
  facts.textContent = [`${type} [${shape.join(", ")}]`, dtype, elements, bytes].filter(Boolean).join(" · ");
  const entries: [string, string, boolean][] = [];
  for (const name of ["min", "mean", "max", "std"] as const) {
    const value = found[name];
    if (value !== null) entries.push([words[name], shortNumber(value), false]);
  }
  if (found.nan > 0) entries.push(["NaN", countText(found.nan), true]);
  if (found.infinite > 0) entries.push([words.infinite, countText(found.infinite), true]);
  statistics.replaceChildren(
    ...entries.map(([term, value, odd]) => {
      const entry = element("div", odd ? "odd" : "");
      entry.append(element("dt", "", term), element("dd", "", value));
      return entry;
    }),
  );
}

function showTabs({ shape }: TensorInfo): void {
  const offered: Tab[] = ["table", "heatmap", "histogram"];
  if (picturesOf(shape)) offered.push("images");
  if (chosen && !offered.includes(chosen)) chosen = undefined;
  tabs.replaceChildren(
    ...offered.map((tab) => {
      const button = element("button", "tab", words[tab]);
      button.setAttribute("role", "tab");
      button.setAttribute("aria-controls", stage.id);
      button.dataset.tab = tab;
      button.addEventListener("click", () => open(tab));
      return button;
    }),
  );
}

/** An index to go to; its rows and columns as CSV; of rows the viewer that sorts and filters. */
function showTools({ shape }: TensorInfo): void {
  const input = element("input") as HTMLInputElement;
  const example = shape.map(() => 0).join(", ");
  Object.assign(input, { type: "text", placeholder: fill(words.goTo, example), title: words.goToHelp });
  input.setAttribute("aria-label", words.goToHelp);
  input.addEventListener("keydown", ({ key }) => {
    if (key === "Enter") goTo(input.value);
  });
  const button = (text: string, act: () => void) => {
    const made = element("button", "button", text);
    made.addEventListener("click", act);
    return made;
  };
  const csv = (type: "copy" | "export") => () => {
    if (looked) source.tell({ type, at: [...looked.at], shape: [...looked.tensor.shape] });
  };
  const hasRows = (shape.length === 1 || shape.length === 2) && !shape.includes(0);
  tools.replaceChildren(
    ...(shape.length > 0 ? [input] : []),
    button(words.copy, csv("copy")),
    button(words.export, csv("export")),
    ...(hasRows ? [button(words.rows, () => source.tell({ type: "rows" }))] : []),
  );
}

/** `3, 0, 12` or `[3, 0, 12]`; what is negative counts from the end. */
function goTo(text: string): void {
  if (!looked) return;
  const { shape } = looked.tensor;
  const index = (text.match(/[^\s,[\]]+/g) ?? []).map(Number);
  const places = index.map((at, dimension) => (at < 0 ? at + (shape[dimension] ?? 0) : at));
  const isInside = (at: number, dimension: number) =>
    Number.isInteger(at) && at >= 0 && at < (shape[dimension] ?? 0);
  if (places.length !== shape.length || !places.every(isInside)) {
    say(fill(words.noIndex, `[${shape.join(", ")}]`));
    return;
  }
  looked = { ...looked, at: places.slice(0, -2) };
  showSliders(looked.tensor);
  open("table");
  numbers.goTo(places.at(shape.length < 2 ? -1 : -2) ?? 0, shape.length < 2 ? 0 : places.at(-1)!);
}

tabs.addEventListener("keydown", (event) => {
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (step === undefined) return;
  const buttons = [...tabs.children] as HTMLElement[];
  const at = buttons.indexOf(document.activeElement as HTMLElement);
  const next = buttons[(at + step + buttons.length) % buttons.length];
  next?.focus();
  next?.click();
});

function open(tab: Tab): void {
  if (!looked) return;
  chosen = tab;
  for (const button of tabs.children as unknown as Iterable<HTMLElement>) {
    const isOpen = button.dataset.tab === tab;
    button.setAttribute("aria-selected", String(isOpen));
    button.tabIndex = isOpen ? 0 : -1;
  }
  sliders.hidden = sliders.childElementCount === 0 || (tab !== "table" && tab !== "heatmap");
  const isEmpty = looked.tensor.shape.includes(0);
  const view = views[tab];
  if (isEmpty) stage.replaceChildren(element("p", "quiet", words.empty));
  else if (view.element.parentElement !== stage) stage.replaceChildren(view.element);
  if (!isEmpty) view.show(looked);
}

/** One for each dimension but the last two, which are rows and columns. */
function showSliders({ shape }: TensorInfo): void {
  const made = shape.slice(0, -2).flatMap((size, dimension) => {
    if (size < 2) return [];
    const label = element("label");
    const slider = element("input") as HTMLInputElement;
    const now = String(looked?.at[dimension] ?? 0);
    const shown = element("output", "", `${now} / ${size - 1}`);
    Object.assign(slider, { type: "range", min: "0", max: String(size - 1), value: now });
    slider.addEventListener("input", () => {
      if (!looked) return;
      const at = looked.at.map((index, i) => (i === dimension ? Number(slider.value) : index));
      shown.textContent = `${slider.value} / ${size - 1}`;
      looked = { ...looked, at };
      open(chosen ?? "table");
    });
    label.append(element("span", "", fill(words.dimension, dimension)), slider, shown);
    return [label];
  });
  sliders.replaceChildren(...made);
}
