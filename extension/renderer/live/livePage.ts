// The notebook on the page: its cells, the bar over them, and one session that runs them.
import { markdownRenderer } from "../../../kernel/document/html/markdown";
import { OutputHtml } from "../../../kernel/document/html/outputHtml";
import { missing, pictureAt } from "../../../kernel/document/html/pictures";
import { sanitized } from "../../../kernel/document/html/sanitize";
import { type CodeCell, cellChecks, formatNotebook, isOfKernel } from "../../../kernel/document/notebookFile";
import { askLanguage, type Transport } from "../../../kernel/protocol";
import { Controls } from "../controls";
import { noteFinished } from "../finished";
import { Bar } from "./bar";
import { CellView } from "./cellView";
import { confirmReset } from "./confirmReset";
import { KeptEdits } from "./edits";
import { Files } from "./files";
import { type Ask, languageOf } from "./language";
import type { SavedPage } from "./savedPage";
import { Screen } from "./screen";
import { type CellState, LiveSession } from "./session";
import { words } from "./words";

/** Edits are kept when the reader pauses, in milliseconds. */
const keepMs = 300;

export class LivePage {
  readonly #saved: SavedPage;
  readonly #views = new Map<CodeCell, CellView>();
  readonly #session: LiveSession;
  readonly #bar: Bar;
  readonly #edits: KeptEdits;
  readonly #screen = new Screen<CodeCell>((cell) => this.#views.get(cell)?.showOutputs());
  readonly #controls = new Controls({ send: (comm) => this.#session.tell(comm) });
  /** How the page's address says that controls stand, `#lr=0.3`: each until a control has been set so. */
  readonly #linked = new Map(new URLSearchParams(location.hash.slice(1)));
  readonly #files = new Files();
  readonly #done = new Set<CodeCell>();
  #keeping = 0;

  constructor(saved: SavedPage, startEngine: (files: Files) => Promise<Transport>) {
    this.#saved = saved;
    this.#bar = new Bar(document.querySelector<HTMLElement>("header.page-bar")!, {
      runAll: () => this.#run([...this.#views.keys()]),
      stop: () => this.#session.stop(),
      reset: () => void this.#reset(),
      download: () => this.#download(),
      files: this.#files,
    });
    this.#session = new LiveSession(saved.notebook, () => startEngine(this.#files), {
      onState: (cell, state) => {
        const view = this.#views.get(cell)!;
        this.#screen.showNow();
        view.showState(state);
        const said = {
          done: words("Cell {0} has ended", view.number),
          failed: words("Cell {0} has failed", view.number),
          stopped: words("Cell {0} was stopped", view.number),
        };
        if (state === "running") this.#bar.show("busy", view.number);
        if (state in said) this.#bar.tell(said[state as keyof typeof said]);
        this.#noteEnd(cell, state);
      },
      onOutputs: () => this.#screen.ask(this.#views.keys()),
      onEngine: (state) => {
        const { running } = this.#session;
        this.#bar.show(state, running && this.#views.get(running)?.number);
      },
      onComm: (comm) => {
        this.#controls.hear(comm);
        for (const [name, text] of this.#linked)
          if (this.#controls.set(name, text)) this.#linked.delete(name);
      },
      onInput: (cell) => (question, ended) => this.#views.get(cell)!.ask(question, ended),
      onTrouble: ({ message }) => this.#bar.warn(words("The engine could not be started: {0}", message)),
      onSilence: (isSilent) => this.#bar.showSilence(isSilent, () => this.#session.startAgain()),
    });
    this.#edits = new KeptEdits(saved.identity, (why) =>
      this.#bar.warn(
        words("This browser keeps no edits of this page: {0}. Download the notebook to keep them.", why),
      ),
    );
    this.#addCells();
    addEventListener("pagehide", () => this.#keep());
  }

  #addCells(): void {
    const edits = this.#edits.read();
    const markdown = markdownRenderer(noFile);
    const drawing = { html: outputHtml(markdown), controls: this.#controls };
    const sections = new Map(
      Array.from(document.querySelectorAll<HTMLElement>("section.code"), (section) => [
        section.dataset.cell,
        section,
      ]),
    );
    for (const cell of this.#saved.notebook.cells) {
      const section = sections.get(cell.id);
      if (!section || !isOfKernel(cell)) continue;
      const view = new CellView(section, cell, {
        number: this.#views.size + 1,
        drawing,
        language: languageOf({ cell: cell.id, ask: this.#ask, markdown }),
        edited: edits.get(cell.id),
        actions: {
          run: (goesOn) => {
            this.#run([cell]);
            if (goesOn) this.#after(cell)?.focus();
          },
          onEdit: () => {
            clearTimeout(this.#keeping);
            this.#keeping = window.setTimeout(() => this.#keep(), keepMs);
          },
        },
      });
      this.#views.set(cell, view);
    }
  }

  /** What the kernel knows of the code, once it has been started. */
  readonly #ask: Ask = async (question, about) => {
    const cells = [...this.#views.keys()].map((cell) => ({
      id: cell.id,
      text: cell.source,
      language: "typescript" as const,
      checks: cellChecks(cell, this.#saved.notebook),
    }));
    try {
      const client = await this.#session.client;
      return client ? await askLanguage(client, question, cells, about) : null;
    } catch {
      return null; // an editor is of use without
    }
  };

  #after(cell: CodeCell): CellView | undefined {
    const cells = [...this.#views.keys()];
    const next = cells[cells.indexOf(cell) + 1];
    return next && this.#views.get(next);
  }

  #run(cells: readonly CodeCell[]): void {
    this.#controls.flush();
    this.#session.run(cells);
  }

  /** A notebook of a site whose cells have all ended well is marked where all are listed. */
  #noteEnd(cell: CodeCell, state: CellState): void {
    if (state === "done") this.#done.add(cell);
    else if (state === "failed") this.#done.delete(cell);
    const isOfSite = document.querySelector("nav.series") !== null;
    if (isOfSite && this.#done.size === this.#views.size) noteFinished(location.pathname);
  }

  #keep(): void {
    clearTimeout(this.#keeping);
    const edited = [...this.#views.values()].filter(({ isEdited }) => isEdited);
    this.#edits.keep(new Map(edited.map(({ cell }) => [cell.id, cell.source])));
  }

  async #reset(): Promise<void> {
    const edited = [...this.#views.values()].filter(({ isEdited }) => isEdited).length;
    if (edited > 0 && !(await confirmReset(edited))) return;
    this.#session.end();
    this.#files.reset();
    for (const view of this.#views.values()) view.reset();
    this.#keep();
  }

  #download(): void {
    const file = new Blob([formatNotebook(this.#saved.notebook)], { type: "application/x-ipynb+json" });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(file);
    link.download = this.#saved.file;
    link.click();
    // A browser may read it later.
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  }
}

/** No file is within reach of a page. */
const noFile = () => ({ missing: missing.absent });

/** As the exporter has it. */
function outputHtml(markdown: ReturnType<typeof markdownRenderer>): OutputHtml {
  return new OutputHtml(
    markdown,
    (html) => sanitized(html, (source) => pictureAt(source, undefined, noFile)),
    { charts: "placed" },
  );
}
