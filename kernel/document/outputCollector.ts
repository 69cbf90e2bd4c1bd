// What the kernel publishes, gathered as a notebook's outputs: texts joined, displays updated in place, outputs cleared.
import { type AnyPublication, Comms, commIn, isMessage, Mime, type MimeBundle } from "../protocol";
import { currentBundle } from "../ui/bundle";
import type { CellOutput, CodeCell, Notebook } from "./notebookFile";

type Shown = Extract<CellOutput, { data: MimeBundle }>;

/** One for a whole run: a later cell may update what an earlier one has shown. */
export class OutputCollector {
  readonly #displays = new Map<string, Set<Shown>>();
  readonly #clearing = new Set<CodeCell>();
  readonly #comms = new Comms();

  collect(cell: CodeCell, publication: AnyPublication): void {
    if (isMessage(publication, "update_display_data")) {
      const { transient, data, metadata } = publication.content;
      for (const shown of this.#displays.get(transient?.display_id ?? "") ?? [])
        Object.assign(shown, { data, metadata });
    } else if (isMessage(publication, "clear_output")) {
      if (publication.content.wait) this.#clearing.add(cell);
      else cell.outputs = [];
    } else {
      const comm = commIn(publication);
      if (comm) this.#comms.said(comm);
      const output = this.#outputOf(publication);
      if (!output) return;
      if (this.#clearing.delete(cell)) cell.outputs = [];
      const last = cell.outputs.at(-1);
      const joins =
        output.output_type === "stream" && last?.output_type === "stream" && last.name === output.name;
      if (joins) last.text += output.text;
      else cell.outputs.push(output);
    }
  }

  /** Leaves controls as they are now: in the outputs, and as Jupyter keeps its widgets. */
  conclude({ cells, metadata }: Notebook): void {
    for (const cell of cells) {
      if (cell.cell_type !== "code") continue;
      for (const output of cell.outputs) {
        if ("data" in output) output.data = currentBundle(output.data, this.#comms);
      }
    }
    const state = this.#comms.saved();
    if (Object.keys(state).length === 0) delete metadata.widgets;
    else metadata.widgets = { [Mime.widgetState]: { version_major: 2, version_minor: 0, state } };
  }

  #outputOf(publication: AnyPublication): CellOutput | undefined {
    if (isMessage(publication, "stream")) return { output_type: "stream", ...publication.content };
    if (isMessage(publication, "error")) {
      const { ename, evalue, traceback } = publication.content;
      return { output_type: "error", ename, evalue, traceback };
    }
    if (isMessage(publication, "execute_result")) {
      const { data, metadata, execution_count } = publication.content;
      return { output_type: "execute_result", execution_count, data, metadata };
    }
    if (!isMessage(publication, "display_data")) return undefined;
    const { data, metadata, transient } = publication.content;
    const shown: Shown = { output_type: "display_data", data, metadata };
    if (transient?.display_id) {
      const same = this.#displays.get(transient.display_id) ?? new Set();
      this.#displays.set(transient.display_id, same.add(shown));
    }
    return shown;
  }
}
