// A histogram as bars over their range. Runs in a web page.
import { countText, shortNumber } from "../../../kernel/words";
import { element } from "../element";

export interface Counts {
  from: number;
  to: number;
  counts: readonly number[];
}

const svgSpace = "http://www.w3.org/2000/svg";

/** Some five round whole numbers from 0 to at most `most`. */
export function roundCounts(most: number): number[] {
  const rough = most / 5;
  const power = 10 ** Math.floor(Math.log10(Math.max(1, rough)));
  const step = power * ([1, 2, 5, 10].find((each) => each * power >= rough) ?? 10);
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, i) => i * step);
}

/** @param describe what a bar says when pointed at; @param label for those who cannot see it. */
export function histogram(
  { from, to, counts }: Counts,
  label: string,
  describe: (from: string, to: string, count: string) => string,
): HTMLElement {
  const figure = element("div", "bnlab-histogram");
  figure.setAttribute("role", "img");
  figure.setAttribute("aria-label", label);
  const svg = document.createElementNS(svgSpace, "svg");
  svg.setAttribute("viewBox", `0 0 ${counts.length} 100`);
  svg.setAttribute("preserveAspectRatio", "none");
  const most = Math.max(1, ...counts);
  const edge = (bin: number) => shortNumber(from + ((to - from) * bin) / counts.length);
  for (const [bin, count] of counts.entries()) {
    if (count === 0) continue;
    const height = (count / most) * 100; // its line is there, however low: a bin that has any is seen
    const bar = document.createElementNS(svgSpace, "rect");
    for (const [name, value] of Object.entries({ x: bin + 0.06, y: 100 - height, width: 0.88, height })) {
      bar.setAttribute(name, String(value));
    }
    bar.setAttribute("vector-effect", "non-scaling-stroke");
    const words = document.createElementNS(svgSpace, "title");
    words.textContent = describe(edge(bin), edge(bin + 1), countText(count));
    bar.append(words);
    svg.append(bar);
  }
  const axis = element("div", "bnlab-axis");
  const labels = [from, ...(from < 0 && to > 0 ? [0] : []), to];
  for (const value of labels) {
    const tick = element("span", "", shortNumber(value));
    const share = to > from ? (value - from) / (to - from) : 0;
    // The zero between the ends is left out where it would touch them.
    if (value === 0 && value !== from && value !== to && (share < 0.15 || share > 0.85)) continue;
    tick.style.left = `${share * 100}%`;
    tick.style.transform = `translateX(-${share * 100}%)`;
    axis.append(tick);
  }
  figure.append(svg, axis);
  return figure;
}
