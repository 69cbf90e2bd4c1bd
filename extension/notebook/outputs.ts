// What a cell shows follows from the kernel's messages alone: messages in, changes to the outputs out. No vscode here.
import { bytesOfBase64 } from "../../kernel/machine/base64";
import {
  type Comm,
  Comms,
  type Content,
  isMessage,
  type Message,
  Mime,
  type MimeBundle,
} from "../../kernel/protocol";
import { controlsIn, currentBundle } from "../../kernel/ui/bundle";

export interface Item {
  mime: string;
  data: string | Uint8Array;
}

/** One output of a cell; the object itself is its identity. */
export interface Output<Cell> {
  readonly cell: Cell;
  /** What VS Code's notebook writer needs to save the output as Jupyter would. */
  readonly metadata: Record<string, unknown>;
  readonly stream?: "stdout" | "stderr";
}

export type Change<Cell> =
  /** A new output, after the others or, when `alone`, in place of them. */
  | { kind: "add"; output: Output<Cell>; items: Item[]; alone: boolean }
  /** More text at the end of a stream. */
  | { kind: "extend"; output: Output<Cell>; items: Item[] }
  /** New contents of an output that is shown already. */
  | { kind: "replace"; output: Output<Cell>; items: Item[] }
  | { kind: "clear"; cell: Cell };

type OutputChange<Cell> = Exclude<Change<Cell>, { kind: "clear" }>;

interface CellState<Cell> {
  last?: Output<Cell>;
  /** `clear_output` with `wait`: the next output takes the place of all. */
  clearNext: boolean;
  streamed: number;
}

/** Text beyond this would be kept in the window's memory and in the file, and read by nobody. */
export const streamLimit = 2_000_000;

const VSCode = {
  error: "application/vnd.code.notebook.error",
  stdout: "application/vnd.code.notebook.stdout",
  stderr: "application/vnd.code.notebook.stderr",
} as const;

/** The outputs of one notebook. Changes gather until `drain`, many messages merged into few changes. */
export class OutputModel<Cell> {
  #changes: Change<Cell>[] = [];
  readonly #cells = new Map<Cell, CellState<Cell>>();
  readonly #displays = new Map<string, Set<Output<Cell>>>();
  readonly #comms = new Comms();
  /** Outputs that show controls, and what they were made of. */
  readonly #controls = new Map<Output<Cell>, MimeBundle>();
  /** Controls that have moved since their outputs were written. */
  readonly #moved = new Set<string>();
  /** Displays whose outputs are out of reach. */
  readonly #lost = new Set<string>();

  /** A cell runs anew: its old outputs go, with the first new one or at the next drain. */
  begin(cell: Cell): void {
    this.#cells.delete(cell);
    this.#clear(cell);
  }

  /** Takes in what the kernel published for `cell`; other messages change nothing. */
  receive(cell: Cell, message: Message): void {
    if (isMessage(message, "stream")) {
      this.#stream(cell, message.content);
    } else if (isMessage(message, "display_data") || isMessage(message, "execute_result")) {
      this.#display(cell, message, toItems(message.content.data));
    } else if (isMessage(message, "update_display_data")) {
      const items = toItems(message.content.data);
      const id = message.content.transient?.display_id ?? "";
      if (this.#lost.delete(id)) this.#display(cell, message, items);
      else for (const output of this.#displays.get(id) ?? []) this.#replace(output, items);
    } else if (isMessage(message, "error")) {
      this.fail(cell, message.content);
    } else if (isMessage(message, "clear_output")) {
      if (message.content.wait) this.#state(cell).clearNext = true;
      else this.#clear(cell);
    }
  }

  /** An error that ended the cell, its own or the kernel's. */
  fail(cell: Cell, error: Content["error"]): void {
    this.#add(cell, errorItems(error), { outputType: "error", originalError: error });
  }

  /** Takes in what a control says, or is told. */
  comm(comm: Comm): void {
    this.#comms.said(comm);
    if (comm.type === "comm_msg") this.#moved.add(comm.content.comm_id);
  }

  /** Writes controls that have moved as they are now. */
  refreshControls(): void {
    for (const [output, bundle] of this.#controls) {
      if (!controlsIn(bundle, this.#comms).some((id) => this.#moved.has(id))) continue;
      this.#replace(output, toItems(currentBundle(bundle, this.#comms)));
    }
    this.#moved.clear();
  }

  /** The kernel has gone: nobody hears controls any more. @returns what they are to be told. */
  closeControls(): Comm[] {
    this.#controls.clear();
    return this.#comms.closeAll();
  }

  get changed(): boolean {
    return this.#changes.length > 0;
  }

  /** The changes since the last call, in order. */
  drain(): Change<Cell>[] {
    const changes = this.#changes;
    this.#changes = [];
    return changes;
  }

  /** All that was shown is out of reach, for its notebook was closed; a display that is updated again is shown anew. */
  forget(): void {
    for (const id of this.#displays.keys()) this.#lost.add(id);
    this.#displays.clear();
    this.#controls.clear();
    this.#cells.clear();
    this.#changes = [];
  }

  #display(
    cell: Cell,
    message: Message<"display_data" | "execute_result" | "update_display_data">,
    items: Item[],
  ): void {
    const { metadata, transient } = message.content;
    const isResult = isMessage(message, "execute_result");
    const outputType = isResult ? "execute_result" : "display_data";
    const output = this.#add(cell, items, { outputType, metadata, ...count(message) });
    if (controlsIn(message.content.data, this.#comms).length > 0)
      this.#controls.set(output, message.content.data);
    const id = transient?.display_id;
    if (id !== undefined) this.#displays.set(id, (this.#displays.get(id) ?? new Set()).add(output));
  }

  #stream(cell: Cell, { name, text }: Content["stream"]): void {
    const state = this.#state(cell);
    const room = streamLimit - state.streamed;
    state.streamed += text.length;
    if (room < 0) return;
    const cut = text.length > room;
    this.#append(cell, name, cut ? text.slice(0, room) : text);
    if (cut)
      this.#append(
        cell,
        "stderr",
        `\n… this cell has printed ${streamLimit} characters; the rest is not shown\n`,
      );
    if (cut) state.streamed = streamLimit + 1;
  }

  #append(cell: Cell, name: "stdout" | "stderr", text: string): void {
    const { last, clearNext } = this.#state(cell);
    if (last?.stream !== name || clearNext) {
      this.#add(cell, [{ mime: VSCode[name], data: text }], { outputType: "stream" }, name);
      return;
    }
    const pending = this.#pending(last);
    if (pending) pending.items = [{ mime: VSCode[name], data: `${pending.items[0]?.data}${text}` }];
    else this.#changes.push({ kind: "extend", output: last, items: [{ mime: VSCode[name], data: text }] });
  }

  #add(
    cell: Cell,
    items: Item[],
    metadata: Record<string, unknown>,
    stream?: "stdout" | "stderr",
  ): Output<Cell> {
    const state = this.#state(cell);
    if (state.clearNext) this.#clear(cell);
    const output = { cell, metadata, stream };
    // A clear that nobody has seen yet and the output after it are one change: the window does not flicker.
    const cleared = this.#changes.findIndex((change) => change.kind === "clear" && change.cell === cell);
    if (cleared >= 0) this.#changes.splice(cleared, 1);
    this.#changes.push({ kind: "add", output, items, alone: cleared >= 0 });
    state.last = output;
    return output;
  }

  #replace(output: Output<Cell>, items: Item[]): void {
    const pending = this.#pending(output);
    if (pending) pending.items = items;
    else this.#changes.push({ kind: "replace", output, items });
  }

  #clear(cell: Cell): void {
    const state = this.#state(cell);
    state.last = undefined;
    state.clearNext = false;
    for (const outputs of this.#displays.values()) {
      for (const output of outputs) if (output.cell === cell) outputs.delete(output);
    }
    for (const output of this.#controls.keys()) if (output.cell === cell) this.#controls.delete(output);
    this.#changes = this.#changes.filter((change) => cellOf(change) !== cell);
    this.#changes.push({ kind: "clear", cell });
  }

  #pending(output: Output<Cell>): OutputChange<Cell> | undefined {
    return this.#changes.find(
      (change): change is OutputChange<Cell> => change.kind !== "clear" && change.output === output,
    );
  }

  #state(cell: Cell): CellState<Cell> {
    const state = this.#cells.get(cell) ?? { clearNext: false, streamed: 0 };
    this.#cells.set(cell, state);
    return state;
  }
}

/**
 * A MIME bundle as VS Code's items: text as it is, pictures from base64, JSON as text. A control goes without the widget that it is
 * to Jupyter, for the file has no state of widgets: there its words show.
 */
export function toItems(bundle: MimeBundle): Item[] {
  const entries = Object.entries(bundle).filter(
    ([mime]) => mime !== Mime.widgetView || !(Mime.control in bundle),
  );
  return entries.map(([mime, value]) => {
    if (typeof value !== "string" || isJson(mime)) return { mime, data: JSON.stringify(value) };
    const binary = /^(image|audio|video)\//.test(mime) && mime !== "image/svg+xml";
    return { mime, data: binary ? bytesOfBase64(value) : value };
  });
}

/** The error with the cell's own stack: for our renderer, and for VS Code's, which has it when the file is opened again. */
function errorItems({ ename, evalue, traceback }: Content["error"]): Item[] {
  const data = JSON.stringify({ name: ename, message: evalue, stack: traceback.join("\n") });
  return [Mime.error, VSCode.error].map((mime) => ({ mime, data }));
}

const isJson = (mime: string) => mime === "application/json" || mime.endsWith("+json");
const cellOf = <Cell>(change: Change<Cell>) => (change.kind === "clear" ? change.cell : change.output.cell);
const count = (message: Message) =>
  isMessage(message, "execute_result") ? { executionCount: message.content.execution_count } : {};
