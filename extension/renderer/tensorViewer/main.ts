// The page of the tensor viewer: what the tensor is, tabs with views of it, sliders through its dimensions. Runs in a web page.
import { countText, shortNumber } from "../../../kernel/words";
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
const views: Record<Tab, View> = {
  table: new TableView(),
  heatmap: new HeatMapView(),
  histogram: new HistogramView(),
  images: new ImagesView(),
};

const heading = element("h1");
const facts = element("p", "quiet");
const statistics = element("dl");
const tabs = element("div", "tabs");
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
document.body.append(header, tabs, sliders, stage, status);

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
    const shown = element("output", "", `0 / ${size - 1}`);
    Object.assign(slider, { type: "range", min: "0", max: String(size - 1), value: "0" });
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
