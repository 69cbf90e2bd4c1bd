// The buttons over a chart, and how the keyboard reaches them. Runs in a web page.
import { localized } from "./localize";

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
`);
document.adoptedStyleSheets.push(style);

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
