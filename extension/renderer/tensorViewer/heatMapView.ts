// A slice as colors: a pixel an element, or every so manyth of a large one. Runs in a web page.
import { countText, shortNumber } from "../../../kernel/words";
import { element, fill } from "../element";
import { scaleFor } from "../tensor/colors";
import { roundCounts } from "../tensor/histogram";
import { pixels } from "../tensor/pixels";
import { extentOf, indexOf, type Looked, numberOf, shownElement, sliceOf, type View } from "./slice";

/** 256 × 256 elements are what one answer may hold. */
const side = 256;
const largestPixel = 28;
/** Narrow pictures are stretched until a pixel can be pointed at. */
const smallestSide = 40;

export class HeatMapView implements View {
  readonly element = element("div", "heatmap");
  #looked: Looked | undefined;
  #canvas: HTMLCanvasElement | undefined;
  /** Elements, shown or not: the picture has their proportions. */
  #extent: readonly [height: number, width: number] = [1, 1];

  constructor() {
    new ResizeObserver(() => this.#fit()).observe(this.element);
  }

  show(looked: Looked): void {
    this.#looked = looked;
    void this.#draw(looked);
  }

  async #draw(looked: Looked): Promise<void> {
    const [height, width] = extentLying(looked);
    const { min, max } = looked.statistics;
    if (height === 0 || width === 0) return this.element.replaceChildren();
    if (min === null || max === null) {
      this.element.replaceChildren(element("p", "quiet", looked.words.noneFinite));
      return;
    }
    const step = [Math.ceil(height / side), Math.ceil(width / side)] as const;
    const flat = looked.tensor.shape.length < 2; // lies down here: it is asked for as rows
    const request = flat
      ? sliceOf(looked, [0, 0], [width, 1], [step[1], 1])
      : sliceOf(looked, [0, 0], [height, width], step);
    const box = await looked.source.ask(request).catch(() => undefined);
    if (!box || this.#looked !== looked) return;
    const [rows, columns] = [Math.ceil(height / step[0]), Math.ceil(width / step[1])];
    const scale = scaleFor(min, max);
    const valueAt = (row: number, column: number) => box.values[row * columns + column];
    const canvas = pixels(rows, columns, (row, column) => {
      const value = numberOf(valueAt(row, column));
      return Number.isFinite(value) ? scale.at(value) : undefined;
    });
    canvas.classList.add("map");
    canvas.setAttribute("role", "img");
    const { tensor, words } = looked;
    const described = `${tensor.name} [${tensor.shape.join(", ")}]: ${words.min} ${shortNumber(min)}, ${words.max} ${shortNumber(max)}`;
    canvas.setAttribute("aria-label", described);
    canvas.addEventListener("mousemove", ({ offsetX, offsetY }) => {
      const row = Math.min(rows - 1, Math.max(0, Math.floor((offsetY / canvas.clientHeight) * rows)));
      const column = Math.min(columns - 1, Math.max(0, Math.floor((offsetX / canvas.clientWidth) * columns)));
      const at = flat ? [column * step[1], 0] : [row * step[0], column * step[1]];
      const value = valueAt(row, column)!;
      const text = tensor.dtype === "bool" ? shownElement(tensor, value) : value;
      looked.say(`${indexOf(looked, at[0]!, at[1]!)} = ${text}`);
    });
    canvas.addEventListener("mouseleave", () => looked.say(""));
    [this.#canvas, this.#extent] = [canvas, [height, width]];
    const note = step[0] * step[1] > 1 ? [element("p", "quiet", fill(words.sampled, ...step))] : [];
    const bar = colorBar(scale.from, scale.to, scale.at);
    const picture = element("div", "picture");
    const plot = element("div", "plot");
    const below = ticks(width, "across");
    plot.append(flat ? element("div") : ticks(height, "down"), canvas, element("div"), below);
    const rank = tensor.shape.length;
    const named = [
      ...(flat ? [] : [fill(words.rowAxis, rank - 2)]),
      fill(words.columnAxis, Math.max(0, rank - 1)),
    ];
    const axes = element("p", "quiet axes", named.join(" · "));
    picture.append(plot, bar);
    this.element.replaceChildren(picture, axes, ...note);
    this.#fit();
  }

  /** As large as there is room, its pixels square unless that would make it a thread. */
  #fit(): void {
    const canvas = this.#canvas;
    const { clientWidth, clientHeight } = this.element;
    if (!canvas || clientWidth === 0) return;
    const [width, height] = [Math.max(80, clientWidth - 150), Math.max(80, clientHeight - 92)];
    const [rows, columns] = this.#extent;
    const pixel = Math.min(largestPixel, width / columns, height / rows);
    canvas.style.width = `${Math.max(pixel * columns, Math.min(width, smallestSide))}px`;
    canvas.style.height = `${Math.max(pixel * rows, Math.min(height, smallestSide))}px`;
  }
}

/** A row of numbers alone lies down. */
function extentLying({ tensor }: Looked): readonly [height: number, width: number] {
  const [rows, columns] = extentOf(tensor);
  return tensor.shape.length < 2 ? [1, rows] : [rows, columns];
}

/** Indices along a side. */
function ticks(count: number, side: "down" | "across"): HTMLElement {
  const scale = element("div", `ticks ${side}`);
  scale.setAttribute("aria-hidden", "true");
  for (const at of roundCounts(count - 1)) {
    const tick = element("span", "", countText(at));
    tick.style[side === "down" ? "top" : "left"] = `${((at + 0.5) / count) * 100}%`;
    scale.append(tick);
  }
  return scale;
}

function colorBar(
  from: number,
  to: number,
  at: (value: number) => readonly [number, number, number],
): HTMLElement {
  const bar = element("div", "colorbar");
  bar.setAttribute("aria-hidden", "true");
  const steps = 64;
  const strip = pixels(steps, 1, (row) => at(to + ((from - to) * row) / (steps - 1)));
  const labels = element("div", "labels");
  for (const value of [to, (from + to) / 2, from]) labels.append(element("span", "", shortNumber(value)));
  bar.append(strip, labels);
  return bar;
}
