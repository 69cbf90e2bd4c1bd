// The buttons over a chart, and how the keyboard reaches them. Runs in a web page.
import type { Layout } from "./figure";
import { localized } from "./localize";
import { type Fields, fieldsOf, isFields } from "./payload";

/** Two sheets, one behind the other, in Plotly's form of an icon. */
export const copyIcon = {
  width: 1000,
  height: 1000,
  path: "M300 60h520q40 0 40 40v640h-90V150H300zM180 220h490q40 0 40 40v640q0 40-40 40H180q-40 0-40-40V260q0-40 40-40zm50 90v540h390V310zm60 120h270v70H290zm0 140h270v70H290zm0 140h180v70H290z",
};

// Plotly draws a broad white line under the line that follows the pointer; on a dark page that is all one sees.
// Not a style element: a page's policy may forbid one that it does not know.
const style = new CSSStyleSheet();
style.replaceSync(`
.bnlab-chart .spikeline { stroke-width: 1px }
.bnlab-chart:focus-within .modebar { opacity: 1 !important }
.bnlab-chart:focus-visible, .bnlab-chart .modebar-btn:focus-visible { outline: 1px solid currentColor; outline-offset: 1px }
.bnlab-chart .modebar-btn:focus-visible .icon path { fill: currentColor !important }
.bnlab-chart:not([data-contrast=""]) .js-line { stroke-width: 2.5px !important }
.bnlab-chart[data-contrast=dark] :is(.js-line, .js-fill, .point, .legendpoints path) { filter: brightness(1.5) }
`);
document.adoptedStyleSheets.push(style);

/** The height of the buttons, in pixels. */
const buttonsHeight = 34;

/** The layout whose buttons stand above the bar of colors, which has its highest number at its top. */
export function withRoomForButtons(layout: Layout, data: readonly Fields[]): Layout {
  const hasBar = data.some(({ colorbar, showscale }) => isFields(colorbar) && showscale !== false);
  const margin = fieldsOf(layout.margin);
  const missing = buttonsHeight - Number(margin.t);
  if (!hasBar || !(missing > 0)) return layout;
  const height = layout.height === undefined ? {} : { height: layout.height + missing };
  return { ...layout, ...height, margin: { ...margin, t: buttonsHeight } };
}

/** Plotly's buttons are links without a target: this makes them buttons for keyboards and screen readers. */
export function reachable(host: HTMLElement): void {
  for (const button of host.querySelectorAll<HTMLElement>(".modebar-btn:not([tabindex])")) {
    button.tabIndex = 0;
    button.setAttribute("role", "button");
    button.setAttribute("aria-label", button.dataset.title ?? "");
    button.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      event.stopPropagation(); // VS Code would run or leave the cell
      button.click();
    });
  }
}

/** @throws if the page may not write to the clipboard. */
export async function copyText(text: string): Promise<void> {
  if (navigator.clipboard !== undefined) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const area = document.createElement("textarea"); // a page that was not served securely
  area.value = text;
  document.body.append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  if (!copied) throw new Error(localized("the browser did not copy"));
}
