// A batch as pictures: [N, H, W], or [N, 1 or 3, H, W] with the channels first; a page of them at a time. Runs in a web page.
import { countText } from "../../../kernel/words";
import { element, fill } from "../element";
import { grayScale } from "../tensor/colors";
import { pixels } from "../tensor/pixels";
import { type Looked, numberOf, type View } from "./slice";

const perPage = 48;
/** Larger pictures are shown by every so manyth pixel. */
const side = 96;

export interface Pictures {
  count: number;
  /** 0 where there is no such dimension. */
  channels: 0 | 1 | 3;
  height: number;
  width: number;
}

/** What of a shape could be pictures; undefined for every other. */
export function picturesOf(shape: readonly number[]): Pictures | undefined {
  const [count, height, width] = [shape[0] ?? 0, shape.at(-2) ?? 0, shape.at(-1) ?? 0];
  if (count === 0 || height < 2 || width < 2) return undefined;
  if (shape.length === 3) return { count, channels: 0, height, width };
  const channels = shape[1];
  if (shape.length !== 4 || (channels !== 1 && channels !== 3)) return undefined;
  return { count, channels, height, width };
}

export class ImagesView implements View {
  readonly element = element("div", "images");
  readonly #grid = element("div", "gallery");
  readonly #pager = element("div", "pager");
  #looked: Looked | undefined;
  #first = 0;

  constructor() {
    this.element.append(this.#pager, this.#grid);
  }

  show(looked: Looked): void {
    if (looked.tensor.shape[0] !== this.#looked?.tensor.shape[0]) this.#first = 0;
    this.#looked = looked;
    const pictures = picturesOf(looked.tensor.shape);
    if (pictures) this.#draw(looked, pictures);
  }

  #draw(looked: Looked, pictures: Pictures): void {
    const end = Math.min(pictures.count, this.#first + perPage);
    this.#page(looked, pictures, end);
    const shown = Array.from({ length: end - this.#first }, (_, i) => this.#picture(i, looked, pictures));
    // Pictures that stand there already are drawn over, so that nothing blinks.
    for (const old of [...this.#grid.children].slice(shown.length)) old.remove();
  }

  #picture(place: number, looked: Looked, { channels, height, width }: Pictures): HTMLElement {
    const index = this.#first + place;
    let figure = this.#grid.children[place] as HTMLElement | undefined;
    if (!figure) {
      figure = element("figure");
      figure.append(element("div", "blank"), element("figcaption"));
      this.#grid.append(figure);
    }
    const shown = figure;
    shown.lastElementChild!.textContent = String(index);
    const step = Math.ceil(Math.max(height, width) / side);
    const [rows, columns] = [Math.ceil(height / step), Math.ceil(width / step)];
    const ones = channels === 0 ? [] : [channels];
    const request = {
      start: [index, ...ones.map(() => 0), 0, 0],
      size: [1, ...ones, height, width],
      step: [1, ...ones.map(() => 1), step, step],
    };
    const draw = async () => {
      const box = await looked.source.ask(request).catch(() => undefined);
      if (!box || this.#looked !== looked || this.#first + place !== index) return;
      const { min, max } = looked.statistics;
      const isByte = looked.tensor.dtype === "uint8";
      const scale = grayScale(isByte ? 0 : (min ?? 0), isByte ? 255 : (max ?? 1));
      const area = rows * columns;
      const canvas = pixels(rows, columns, (row, column) => {
        const at = row * columns + column;
        const values = (channels === 3 ? [at, at + area, at + 2 * area] : [at]).map((i) =>
          numberOf(box.values[i]),
        );
        if (!values.every(Number.isFinite)) return undefined;
        const levels = values.map((value) => scale.at(value)[0]);
        return [levels[0]!, levels[1] ?? levels[0]!, levels[2] ?? levels[0]!];
      });
      canvas.classList.add("shot");
      canvas.setAttribute("role", "img");
      canvas.setAttribute("aria-label", fill(looked.words.image, index));
      shown.firstElementChild!.replaceWith(canvas);
    };
    void draw();
    return shown;
  }

  #page(looked: Looked, { count }: Pictures, end: number): void {
    const { words } = looked;
    const button = (text: string, label: string, first: number) => {
      const made = element("button", "plain", text) as HTMLButtonElement;
      made.setAttribute("aria-label", label);
      made.title = label;
      made.disabled = first < 0 || first >= count;
      made.addEventListener("click", () => {
        this.#first = first;
        this.#looked = { ...looked };
        this.show(this.#looked);
        this.element.scrollTo(0, 0);
      });
      return made;
    };
    const range = fill(words.range, this.#first, end - 1, countText(count));
    this.#pager.hidden = count <= perPage;
    this.#pager.replaceChildren(
      button("‹", words.previous, this.#first - perPage),
      element("span", "quiet", range),
      button("›", words.next, this.#first + perPage),
    );
  }
}
