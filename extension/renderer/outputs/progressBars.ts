// Progress bars in the editor's colors. Runs in a web page.

import { element } from "../element";
import { localized } from "../localize";
import { fieldsOf, isFields, numberOf, textOf } from "../payload";

interface Bar {
  label: string;
  done: number;
  total: number | null;
  ended: boolean;
  /** What stands behind it. */
  text: string;
}

/** More would make a page of nothing else. */
const most = 100;

/** What a saved notebook has under the MIME type of progress. @throws TypeError if it is something else. */
export function asBars(value: unknown): Bar[] {
  const { bars } = fieldsOf(value);
  if (!Array.isArray(bars)) throw new TypeError(localized("This output is not progress: expected its bars."));
  if (bars.length > most)
    throw new TypeError(localized("This output is not progress: it has {0} bars.", bars.length));
  return bars.filter(isFields).map((one) => {
    const done = numberOf(one.done, 0);
    const total = numberOf(one.total, null);
    const text = textOf(one.text) || (total === null ? String(done) : `${done}/${total}`);
    return { label: textOf(one.label), done, total, ended: one.ended === true, text };
  });
}

export function progressBars(bars: readonly Bar[]): HTMLElement {
  const list = element("div", "bnlab-progress");
  for (const { label, done, total, ended, text } of bars) {
    const bar = element("div", total === null ? "bar unknown" : "bar");
    bar.setAttribute("role", "progressbar");
    bar.setAttribute("aria-label", label || localized("Progress"));
    bar.setAttribute("aria-valuetext", text);
    if (total !== null) {
      const share = total <= 0 ? 1 : Math.min(1, Math.max(0, done / total));
      bar.setAttribute("aria-valuenow", String(Math.round(share * 100)));
      const filled = element("div");
      filled.style.width = `${share * 100}%`;
      bar.append(filled);
    }
    if (ended && (total === null || done >= total)) bar.classList.add("done");
    list.append(element("span", "label", label), bar, element("span", "text", text));
  }
  return list;
}
