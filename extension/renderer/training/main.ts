// The page of the training view: figures, curves and bars, drawn anew with every state. Runs in a web page.
import "./style.css";
import { element, fill } from "../element";
import { fieldsOf, isFields } from "../payload";
import type {
  CurveState,
  FromTraining,
  LoopState,
  ToTraining,
  TrainingState,
  TrainingWords,
} from "./messages";
import { asState } from "./state";

declare function acquireVsCodeApi(): { postMessage(message: FromTraining): void };

const vscode = acquireVsCodeApi();
const words = JSON.parse(document.body.dataset.words ?? "{}") as TrainingWords;
const svgSpace = "http://www.w3.org/2000/svg";

const none = element("div", "none");
none.append(element("p", "", words.none), element("p", "quiet", words.hint));

const running = element("div", "running");
const status = element("span", "status");
status.setAttribute("role", "status");
const stop = element("button", "stop", words.stop) as HTMLButtonElement;
stop.addEventListener("click", () => vscode.postMessage({ type: "stop" }));
const head = element("div", "head");
head.append(status, stop);
const figures = element("dl");
const curves = element("div", "curves");
const loops = element("div", "loops");
running.append(head, figures, curves, loops);
document.body.append(none, running);

addEventListener("message", ({ data }: MessageEvent<ToTraining>) => {
  const { state } = fieldsOf(data);
  show(isFields(state) ? asState(state) : null);
});
show(null);
vscode.postMessage({ type: "ready" });

function show(state: TrainingState | null): void {
  none.hidden = state !== null;
  running.hidden = state === null;
  if (!state) return;
  // Only a change is read out.
  if (status.textContent !== words[state.status]) status.textContent = words[state.status];
  status.dataset.status = state.status;
  stop.hidden = state.status !== "running";
  const entries = (["step", "rate", "left", "elapsed"] as const).filter((name) => state[name] !== "");
  figures.replaceChildren(
    ...entries.map((name) => {
      const entry = element("div");
      const term = (name === "step" && state.loop) || words[name];
      entry.append(element("dt", "", term), element("dd", "", state[name]));
      return entry;
    }),
  );
  showCurves(state);
  loops.replaceChildren(...state.loops.map(loopOf));
}

function showCurves({ curves: shown, curvesTitle }: TrainingState): void {
  curves.hidden = shown.every(({ points }) => points.length < 2);
  if (curves.hidden) return;
  const legend = element("ul");
  for (const { name, color, last } of shown) {
    const entry = element("li");
    const key = element("span", "key");
    if (color) key.style.background = color;
    entry.append(key, element("span", "name", name), element("span", "last", last));
    legend.append(entry);
  }
  curves.replaceChildren(element("h2", "", curvesTitle), sparkline(shown, curvesTitle), legend);
}

function sparkline(shown: readonly CurveState[], title: string): SVGElement {
  const points = shown.flatMap(({ points }) => points);
  const bounds = (values: number[]) => {
    const low = values.reduce((least, value) => Math.min(least, value), Infinity);
    const high = values.reduce((greatest, value) => Math.max(greatest, value), -Infinity);
    return { low, scale: high > low ? 1 / (high - low) : 0 };
  };
  const [x, y] = [bounds(points.map(([at]) => at)), bounds(points.map(([, value]) => value))];
  const svg = document.createElementNS(svgSpace, "svg");
  svg.setAttribute("viewBox", "0 0 300 100");
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("role", "img");
  const described = shown.map(({ name, last }) => fill(words.curve, name, last));
  svg.setAttribute("aria-label", [title, ...described].join(". "));
  for (const { color, points } of shown) {
    const line = document.createElementNS(svgSpace, "polyline");
    const place = ([at, value]: [number, number]) =>
      `${((at - x.low) * x.scale * 300).toFixed(1)},${(97 - (value - y.low) * y.scale * 94).toFixed(1)}`;
    line.setAttribute("points", points.map(place).join(" "));
    if (color) line.style.stroke = color;
    svg.append(line);
  }
  return svg;
}

function loopOf({ label, share, step, rate, time, note, ended }: LoopState): HTMLElement {
  const loop = element("div", ended && share === 1 ? "loop done" : "loop");
  const bar = element("div", share === null ? "bar unknown" : "bar");
  bar.setAttribute("role", "progressbar");
  bar.setAttribute("aria-label", label || words.step);
  if (share !== null) {
    bar.setAttribute("aria-valuenow", String(Math.round(share * 100)));
    const fillUp = element("div");
    fillUp.style.width = `${share * 100}%`;
    bar.append(fillUp);
  }
  const text = element("div", "text");
  text.append(
    element("span", "name", label),
    element("span", "quiet", [step, rate, time].filter(Boolean).join(" · ")),
  );
  loop.append(text, bar);
  if (note) loop.append(element("div", "quiet note", note));
  return loop;
}
