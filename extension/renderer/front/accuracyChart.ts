// Two curves of accuracy that grow to the right, drawn anew as they grow; as wide as the page lets them be.
import { type Arm, arms } from "./network";

const namespace = "http://www.w3.org/2000/svg";
const height = 270;
/** The axis reaches as far from the beginning. */
const leastSteps = 200;
const margin = { left: 40, right: 12, top: 12, bottom: 44 };

export interface Labels {
  step: string;
  correct: string;
}

function svg(name: string, attributes: Record<string, string | number>, text = ""): SVGElement {
  const made = document.createElementNS(namespace, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  made.textContent = text;
  return made;
}

export class AccuracyChart {
  readonly #place: HTMLElement;
  readonly #labels: Labels;
  #points: Record<Arm, [step: number, percent: number][]> = { plain: [], batchNorm: [] };

  constructor(place: HTMLElement, labels: Labels) {
    this.#place = place;
    this.#labels = labels;
    new ResizeObserver(() => this.draw()).observe(place);
  }

  clear(): void {
    this.#points = { plain: [], batchNorm: [] };
  }

  add(arm: Arm, step: number, percent: number): void {
    this.#points[arm].push([step, percent]);
  }

  draw(): void {
    const width = this.#place.clientWidth;
    if (width === 0) return;
    const last = this.#points.plain.at(-1)?.[0] ?? 0;
    const end = Math.max(last, leastSteps);
    const spacing = stepSpacing(end, width);
    const x = (step: number) => margin.left + ((width - margin.left - margin.right) * step) / end;
    const y = (percent: number) =>
      margin.top + ((height - margin.top - margin.bottom) * (100 - percent)) / 100;
    const drawing = svg("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img" });
    for (const percent of [0, 25, 50, 75, 100]) {
      const at = y(percent);
      drawing.append(
        svg("line", { class: "grid", x1: margin.left, x2: width - margin.right, y1: at, y2: at }),
        svg("text", { class: "tick", x: margin.left - 8, y: at + 4, "text-anchor": "end" }, `${percent}`),
      );
    }
    for (let step = 0; step <= end; step += spacing)
      drawing.append(
        svg("text", { class: "tick", x: x(step), y: height - 26, "text-anchor": "middle" }, `${step}`),
      );
    drawing.append(
      svg(
        "text",
        { class: "tick", x: width - margin.right, y: height - 6, "text-anchor": "end" },
        this.#labels.step,
      ),
      svg("text", { class: "tick", x: margin.left + 6, y: margin.top + 12 }, this.#labels.correct),
    );
    for (const arm of arms) {
      const points = this.#points[arm].map(
        ([step, percent]) => `${x(step).toFixed(1)},${y(percent).toFixed(1)}`,
      );
      drawing.append(svg("polyline", { class: `curve ${arm}`, points: points.join(" ") }));
    }
    const said = arms.map((arm) => `${this.#points[arm].at(-1)?.[1].toFixed(0) ?? 0} %`).join(", ");
    drawing.setAttribute("aria-label", `${this.#labels.correct}: ${said}`);
    this.#place.replaceChildren(drawing);
  }
}

/** 1, 2 or 5 times a power of ten, with room for the numbers. */
function stepSpacing(end: number, width: number): number {
  const least = (end * 70) / width;
  const power = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 5, 10].map((factor) => factor * power).find((spacing) => spacing >= least) ?? 10 * power;
}
