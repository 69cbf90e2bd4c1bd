// The training that a cell runs, as its progress bars and live charts tell of it: messages in, a state out. No vscode here.

import {
  type AnyPublication,
  isMessage,
  type Json,
  Mime,
  type ProgressBar,
  type ProgressBars,
} from "../../kernel/protocol";
import { clockText, countText, rateText, shortNumber } from "../../kernel/words";
import type { CurveState, LoopState, TrainingState } from "../renderer/training/messages";

/** A curve that was put together from notes has at most so many points. */
const notedPoints = 2_000;
/** So many points of a curve are handed on: more than a narrow view has pixels. */
const shownPoints = 300;
const mostCurves = 6;

interface Trace {
  type?: string;
  mode?: string;
  name?: string;
  x?: unknown[];
  y?: unknown[];
  line?: { color?: string };
  hoverinfo?: string;
  visible?: unknown;
}

interface Figure {
  data: Trace[];
  layout: { title?: { text?: string }; yaxis?: { title?: { text?: string } } };
}

interface Curve {
  name: string;
  color?: string;
  xs: number[];
  ys: number[];
}

export class TrainingRun {
  readonly #now: () => number;
  readonly #started: number;
  #ended: number | undefined;
  #status: TrainingState["status"] = "running";
  #bars: ProgressBar[] = [];
  /** By display: what a live chart showed last. */
  readonly #figures = new Map<string, Figure>();
  readonly #noted = new Map<string, Curve>();
  /** The step that the curves stood at when they were first seen: their rate counts from there. */
  #firstStep: number | undefined;

  /** @param now the clock, in milliseconds */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#started = now();
  }

  /** Whether a message tells of a training: a progress bar or a chart that moves. */
  static tells(publication: AnyPublication): boolean {
    if (isMessage(publication, "update_display_data")) {
      const { data } = publication.content;
      return (
        Mime.progress in data ||
        (Mime.plotly in data && curvesOf(data[Mime.plotly] as unknown as Figure).length > 0)
      );
    }
    return isMessage(publication, "display_data") && Mime.progress in publication.content.data;
  }

  /** Takes in what the cell published; returns whether that changed anything. */
  receive(publication: AnyPublication): boolean {
    if (isMessage(publication, "error")) {
      this.#end(publication.content.ename === "Interrupted" ? "stopped" : "failed");
    } else if (isMessage(publication, "status")) {
      if (publication.content.execution_state !== "idle") return false;
      this.#end("done");
    } else if (isMessage(publication, "display_data") || isMessage(publication, "update_display_data")) {
      return this.#display(publication.content.data, publication.content.transient?.display_id ?? "");
    } else return false;
    return true;
  }

  /** The kernel has gone. */
  lose(): void {
    this.#end("failed");
  }

  get isRunning(): boolean {
    return this.#status === "running";
  }

  get state(): TrainingState {
    const { title, curves } = this.#curves();
    const loop = this.#bars.findLast(({ ended }) => !ended) ?? this.#bars[0];
    const outer = this.#bars[0];
    const seconds = ((this.#ended ?? this.#now()) - this.#started) / 1000;
    const last = Math.max(...curves.map(({ xs }) => xs.at(-1) ?? 0));
    const steps = curves.length > 0 ? last : undefined;
    const stepsSeen = steps === undefined ? 0 : steps - (this.#firstStep ?? steps);
    return {
      status: this.#status,
      step: loop ? stepOf(loop) : steps === undefined ? "" : countText(steps),
      loop: loop?.label ?? "",
      rate: loop ? rateText(loop.done, loop.seconds) : rateText(stepsSeen, seconds),
      left: outer && this.isRunning ? leftOf(outer) : "",
      elapsed: clockText(outer?.seconds ?? seconds),
      loops: this.#bars.map(loopOf),
      curves: curves.slice(0, mostCurves).map(({ name, color, xs, ys }): CurveState => {
        const end = ys.at(-1);
        return { name, color, last: end === undefined ? "" : shortNumber(end), points: thinned(xs, ys) };
      }),
      curvesTitle: title,
    };
  }

  #end(status: TrainingState["status"]): void {
    if (this.#status !== "running") return;
    this.#status = status;
    this.#ended = this.#now();
  }

  #display(data: Record<string, Json>, id: string): boolean {
    if (Mime.progress in data) {
      this.#bars = (data[Mime.progress] as unknown as ProgressBars).bars;
      for (const bar of this.#bars) this.#note(bar);
      return true;
    }
    if (!(Mime.plotly in data)) return false;
    const figure = data[Mime.plotly] as unknown as Figure;
    const curves = curvesOf(figure);
    if (curves.length === 0) return false;
    this.#firstStep ??= Math.max(...curves.map(({ xs }) => xs.at(-1) ?? 0));
    this.#figures.set(id, figure);
    return true;
  }

  /** `loss 0.31` behind a bar is a point of a curve. */
  #note({ note, ended }: ProgressBar): void {
    if (ended) return;
    for (const [, name = "", number] of note.matchAll(
      /([\p{L}_][\p{L}\p{N}_ ]*?)[ :=]+(-?\d+(?:\.\d+)?(?:e[-+]?\d+)?)(?![\w.])/giu,
    )) {
      const curve = this.#noted.get(name) ?? { name, xs: [], ys: [] };
      this.#noted.set(name, curve);
      curve.xs.push((curve.xs.at(-1) ?? -1) + 1);
      curve.ys.push(Number(number));
      if (curve.xs.length > notedPoints) {
        curve.xs = curve.xs.filter((_, i) => i % 2 === 0);
        curve.ys = curve.ys.filter((_, i) => i % 2 === 0);
      }
    }
  }

  /** Those of the chart of a loss, else of the first that moves, else of the bars' notes. */
  #curves(): { title: string; curves: Curve[] } {
    const figures = [...this.#figures.values()];
    const figure =
      figures.find((one) => isLoss(titleOf(one)) || isLoss(one.layout.yaxis?.title?.text)) ?? figures[0];
    if (figure) return { title: titleOf(figure), curves: curvesOf(figure) };
    const noted = [...this.#noted.values()].filter(({ ys }) => ys.length > 1);
    const curve = noted.find(({ name }) => isLoss(name)) ?? noted[0];
    return curve ? { title: curve.name, curves: [curve] } : { title: "", curves: [] };
  }
}

const isLoss = (text = "") => /loss|损失/i.test(text);
const plain = (html: string) => html.replace(/<br ?\/?>/g, " ").replace(/<[^>]*>/g, "");
const titleOf = ({ layout }: Figure) => plain(layout.title?.text ?? layout.yaxis?.title?.text ?? "");

function curvesOf({ data }: Figure): Curve[] {
  const isCurve = ({ type = "scatter", mode = "lines", y, hoverinfo, visible }: Trace) =>
    /^scatter(gl)?$/.test(type) &&
    mode.includes("lines") &&
    Array.isArray(y) &&
    hoverinfo !== "skip" &&
    visible !== false;
  return data.filter(isCurve).map(({ name = "", line, x, y }) => {
    const xs: number[] = [];
    const ys: number[] = [];
    for (const [i, value] of y!.entries()) {
      const at = Array.isArray(x) ? x[i] : i;
      if (typeof value !== "number" || typeof at !== "number") continue;
      xs.push(at);
      ys.push(value);
    }
    return { name: plain(name), color: line?.color, xs, ys };
  });
}

/** Every so manyth point, and the last. */
function thinned(xs: readonly number[], ys: readonly number[]): [number, number][] {
  const step = Math.ceil(xs.length / shownPoints);
  const points: [number, number][] = [];
  for (let i = 0; i < xs.length; i += step) points.push([xs[i]!, ys[i]!]);
  const end = xs.length - 1;
  if (end % step !== 0) points.push([xs[end]!, ys[end]!]);
  return points;
}

function stepOf({ done, total }: ProgressBar): string {
  return [done, ...(total === null ? [] : [total])].map((count) => countText(count)).join(" / ");
}

function leftOf({ done, total, seconds, ended }: ProgressBar): string {
  if (ended || total === null || done === 0) return "";
  return clockText((Math.max(0, total - done) * seconds) / done);
}

function loopOf(bar: ProgressBar): LoopState {
  const { label, done, total, seconds, note, ended } = bar;
  return {
    label,
    share: total === null ? null : total === 0 ? 1 : Math.min(1, done / total),
    step: stepOf(bar),
    rate: rateText(done, seconds),
    time: ended ? clockText(seconds) : leftOf(bar),
    note,
    ended,
  };
}
