// Progress bars in the editor's colors. Runs in a web page.
import { element } from "../element";

interface Bar {
  label: string;
  done: number;
  total: number | null;
  ended: boolean;
  /** What stands behind it. */
  text: string;
}

/** What a saved notebook has under the MIME type of progress. @throws TypeError if it is something else. */
export function asBars(value: unknown): Bar[] {
  const { bars } = (value ?? {}) as { bars?: unknown };
  if (!Array.isArray(bars)) throw new TypeError("This output is not progress: expected its bars.");
  return bars.map((one: Partial<Record<keyof Bar, unknown>>) => {
    const done = Number(one.done) || 0;
    const total = typeof one.total === "number" ? one.total : null;
    return {
      label: String(one.label ?? ""),
      done,
      total,
      ended: one.ended === true,
      text: String(one.text ?? (total === null ? done : `${done}/${total}`)),
    };
  });
}

export function progressBars(bars: readonly Bar[]): HTMLElement {
  const list = element("div", "bnlab-progress");
  for (const { label, done, total, ended, text } of bars) {
    const bar = element("div", total === null ? "bar unknown" : "bar");
    bar.setAttribute("role", "progressbar");
    bar.setAttribute("aria-label", label || "Progress");
    bar.setAttribute("aria-valuetext", text);
    if (total !== null) {
      const share = total === 0 ? 1 : Math.min(1, done / total);
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
