// All elements, counted. Runs in a web page.
import { countText, shortNumber } from "../../../kernel/words";
import { element, fill } from "../element";
import { histogram, roundCounts } from "../tensor/histogram";
import type { Looked, View } from "./slice";

export class HistogramView implements View {
  readonly element = element("div", "distribution");

  show({ histogram: counts, statistics, words, tensor }: Looked): void {
    if (!counts) {
      this.element.replaceChildren(element("p", "quiet", words.noneFinite));
      return;
    }
    const { mean, std } = statistics;
    const moments = [mean, std].map((value) => (value === null ? "–" : shortNumber(value)));
    const range = `${shortNumber(counts.from)} … ${shortNumber(counts.to)}`;
    const label = `${words.histogram}: ${tensor.name}, ${range}, ${words.mean} ${moments[0]}, ${words.std} ${moments[1]}`;
    const bars = histogram(counts, label, (from, to, count) => fill(words.bin, from, to, count));
    const most = Math.max(1, ...counts.counts);
    const axis = element("div", "counts");
    axis.setAttribute("aria-hidden", "true");
    for (const count of roundCounts(most)) {
      const tick = element("span", "", countText(count));
      tick.style.bottom = `${(count / most) * 100}%`;
      axis.append(tick);
    }
    this.element.replaceChildren(element("p", "quiet", words.countAxis), axis, bars);
  }
}
