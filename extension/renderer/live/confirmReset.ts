// Asks before edits are given up.
import { element } from "../element";
import { words } from "./words";

/** Whether the reader wants it. */
export function confirmReset(edited: number): Promise<boolean> {
  const dialog = document.createElement("dialog");
  const what =
    edited === 1
      ? words("What you changed in one cell is given up.")
      : words("What you changed in {0} cells is given up.", edited);
  const [keep, reset] = [words("Keep the edits"), words("Reset")].map((label) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = label;
    return button;
  }) as [HTMLButtonElement, HTMLButtonElement];
  reset.className = "danger";
  const choices = element("div", "choices");
  choices.append(keep, reset);
  const title = words("Reset the page");
  dialog.setAttribute("aria-label", title);
  dialog.append(element("h2", "", title), element("p", "", what), choices);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    let answer = false;
    keep.addEventListener("click", () => dialog.close());
    reset.addEventListener("click", () => {
      answer = true;
      dialog.close();
    });
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(answer);
    });
  });
}
