// All elements, counted. Runs in a web page.
import { element, fill } from "../element";
import { histogram } from "../tensor/histogram";
import { short } from "../tensor/numberText";
import type { Looked, View } from "./slice";

export class HistogramView implements View {
  readonly element = element("div", "distribution");

  show({ histogram: counts, statistics, words, tensor }: Looked): void {
    if (!counts) {
      this.element.replaceChildren(element("p", "quiet", words.noneFinite));
      return;
    }
    const { mean, std } = statistics;
    const moments = [mean, std].map((value) => (value === null ? "–" : short(value)));
    const range = `${short(counts.from)} … ${short(counts.to)}`;
    const label = `${words.histogram}: ${tensor.name}, ${range}, ${words.mean} ${moments[0]}, ${words.std} ${moments[1]}`;
    const bars = histogram(counts, label, (from, to, count) => fill(words.bin, from, to, count));
    this.element.replaceChildren(bars);
  }
}
