// The bar over the page: what is done to the whole notebook, and where the engine is.
import { element } from "../element";
import type { Files } from "./files";
import { button } from "./icon";
import type { EngineState } from "./session";
import { words } from "./words";

export interface BarActions {
  runAll(): void;
  stop(): void;
  reset(): void;
  download(): void;
  files: Files;
}

export class Bar {
  readonly #stop: HTMLButtonElement;
  readonly #state = element("p", "state");
  readonly #notice = element("p", "notice");
  /** What is said of an engine that does not start. */
  readonly #silence = element("p", "notice");
  #before = "";

  constructor(place: HTMLElement, { runAll, stop, reset, download, files }: BarActions) {
    place.setAttribute("role", "toolbar");
    place.setAttribute("aria-label", words("Notebook"));
    this.#stop = button("stop", words("Stop"), words("Stop the cell that runs"), stop);
    this.#stop.disabled = true;
    this.#state.setAttribute("role", "status");
    for (const notice of [this.#notice, this.#silence]) notice.setAttribute("role", "alert");
    const tools = element("div", "tools");
    tools.append(
      button("runAll", words("Run all"), words("Run all cells"), runAll),
      this.#stop,
      button(
        "reset",
        words("Reset"),
        words("Restore the code and outputs as saved, and forget all variables and files that cells wrote"),
        reset,
      ),
      button(
        "download",
        words("Download"),
        words("Download the notebook (.ipynb) with its code and outputs as they are now"),
        download,
      ),
      files.button,
    );
    place.replaceChildren(tools, this.#state, this.#notice, this.#silence, files.panel);
    this.show("none");
  }

  /** @param cell the number of the cell that runs. */
  show(engine: EngineState, cell = 0): void {
    const isAtWork = engine !== "none" && engine !== "ready";
    this.#stop.disabled = !isAtWork;
    const text = {
      none: words("Ready. Nothing leaves this page: cells run in your browser, offline too."),
      starting: words("Starting the engine…"),
      ready: this.#before || words("Ready"),
      busy: words("Running cell {0}", cell),
      stopping: words("Stopping…"),
    }[engine];
    this.#before = "";
    this.#state.textContent = text;
    this.#state.classList.toggle("busy", isAtWork);
  }

  /** What was, until there is something else to say. */
  tell(text: string): void {
    this.#before = text;
    this.#state.textContent = text;
  }

  /** An engine that starts gives no sign of life; its reader may go on waiting, or not. */
  showSilence(isSilent: boolean, startAgain: () => void): void {
    this.#silence.replaceChildren();
    if (!isSilent) return;
    this.#silence.append(
      words(
        "The engine has not started: it has given no sign of life for a while. Your code and the cells that wait stay.",
      ),
      " ",
      button("reset", words("Start it again"), words("Give up this start, and begin another"), startAgain),
    );
  }

  /** What the reader must know; it stays. */
  warn(text: string): void {
    this.#notice.textContent = text;
  }
}
