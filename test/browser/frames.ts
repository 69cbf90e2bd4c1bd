// Pages inside VS Code's window: web views stand in frames of frames, which come and go.
import type { Frame, Locator, Page } from "playwright-core";
import { patience } from "../environment";
import { notebookOutputs } from "../vscode/browser";

/** The web view in which something with that text stands. */
export async function frameWith(page: Page, selector: string, text: string): Promise<Frame | undefined> {
  for (const frame of page.frames()) {
    const found: Locator = frame.locator(selector, { hasText: text });
    // A frame may go while it is asked.
    const isThere = await found
      .first()
      .isVisible()
      .catch(() => false);
    if (isThere) return frame;
  }
  return undefined;
}

/** A line of the table of variables. */
export const variableLine = (frame: Frame, name: string): Locator =>
  frame.locator(`tbody tr:has(td.name .text:text-is("${name}"))`).first();

/** The line of a variable, when it is there. */
export const variableIn = (page: Page, name: string): Promise<Locator> =>
  until(`the variable ${name}`, async () => {
    const frame = await frameWith(page, "td.name .text", name);
    return frame && variableLine(frame, name);
  });

export async function until<T>(what: string, condition: () => Promise<T | undefined | false>): Promise<T> {
  for (
    const end = Date.now() + patience;
    Date.now() < end;
    await new Promise((wait) => setTimeout(wait, 100))
  ) {
    const found = await condition();
    if (found) return found;
  }
  throw new Error(`waited in vain for ${what}`);
}

/** Scrolls the notebook until the first chart with that title stands `top` pixels below the window's edge, more or less. */
export async function reveal(page: Page, title: string, top: number): Promise<void> {
  const chart = notebookOutputs(page).locator(".js-plotly-plot", { hasText: title }).first();
  const { width, height } = page.viewportSize()!;
  await page.mouse.move(width / 2, height / 2);
  await until(`"${title}" to come into view`, async () => {
    const box = (await chart.count()) > 0 ? await chart.boundingBox() : null;
    const away = box ? box.y - top : 300;
    if (Math.abs(away) < 40) return true;
    // The notebook takes 50 pixels from one turn of the wheel, however far it turns.
    for (let turns = Math.ceil(Math.abs(away) / 50); turns > 0; turns--) {
      await page.mouse.wheel(0, 50 * Math.sign(away));
    }
    return false;
  });
}
