// What cells show besides their last expression: `display`, its handles, and the hook at a cell's end.
import { type Comm, type ErrorContent, Mime, type MimeBundle, type Questions } from "../../protocol";
import { toBundle } from "./bundle";
import { type Forms, formsOf } from "./forms";
import type { Output } from "./output";
import { plainText } from "./plainText";

/** What a running session offers to the values in its cells; it stands in the global object, under `sessionSymbol`. */
export interface DisplaySession {
  publish(output: Output): void;
  /** Keeps the cell from ending before the promise has settled. */
  hold(pending: Promise<unknown>): void;
  onCellEnd(flush: () => void): void;
  onInterrupt(recover: () => void): void;
  /** Rejects where the client cannot ask its user. */
  ask(question: Questions["input_request"]): Promise<string>;
  /** What a control says to all clients. */
  comm(comm: Comm): void;
  /** Registers the one who hears what clients say to controls. */
  onComm(hear: (comm: Comm) => void): void;
  /** Has it hear now what has come, for a thread that is busy lets nothing through by itself. */
  pollComms(): void;
  /** Whether somebody can move the controls of the cell that runs, or ran last. */
  readonly isAttended: boolean;
  /** The work, to be done later: what it shows then is the cell's that is running now. */
  speaking<Args extends unknown[], Result>(work: (...args: Args) => Result): (...args: Args) => Result;
  /** An error as a cell's is shown, with the cell's lines. */
  describe(error: unknown): ErrorContent;
}

export const sessionSymbol: unique symbol = Symbol.for("bnlab.session") as never;

/** Undefined outside a notebook. */
export function displaySession(): DisplaySession | undefined {
  return (globalThis as { [sessionSymbol]?: DisplaySession })[sessionSymbol];
}

/** One output on the page, to be changed in place. */
export class DisplayHandle {
  readonly id = crypto.randomUUID();
  /** Shows another value in its place, wherever the output stands: `update(value)`, `update.html("…")`. */
  readonly update: ((value: unknown) => void) & Forms<void>;

  /** @internal `display` makes it. */
  constructor(value: unknown) {
    let last = show("display_data", value, this.id, undefined);
    const update = (next: unknown) => {
      last = show("update_display_data", next, this.id, last);
    };
    this.update = Object.assign(update, formsOf<void>(update));
  }
}

const showValue = (value: unknown) => new DisplayHandle(value);

/**
 * Shows a value below the cell: by its `Symbol.for("Jupyter.display")` method (tensors, modules and figures have one),
 * else as Node would print it; `display.html("…")` and its like show a text as what it is. Outside a notebook it prints
 * the text.
 */
export const display: ((value: unknown) => DisplayHandle) & Forms<DisplayHandle> = /* @__PURE__ */ (() =>
  Object.assign(showValue, formsOf<DisplayHandle>(showValue)))();

/** Takes away what the cell has shown so far; with `wait`, only when the next output comes, which spares a flicker. */
export function clearOutput({ wait = false }: { wait?: boolean } = {}): void {
  displaySession()?.publish({ type: "clear_output", content: { wait } });
}

/** Runs `flush` once, before the running cell is reported finished: a live figure sends its final state here. */
export function onCellEnd(flush: () => void): void {
  displaySession()?.onCellEnd(flush);
}

/** Runs `recover` after every interrupt: it stops a cell without running any `finally`, so a mode may be left on. */
export function onInterrupt(recover: () => void): void {
  displaySession()?.onInterrupt(recover);
}

/** Publishes at once where the bundle is there at once; else after the display's earlier states, and before the cell ends. */
function show(
  type: "display_data" | "update_display_data",
  value: unknown,
  id: string,
  after: Promise<void> | undefined,
): Promise<void> | undefined {
  const host = displaySession();
  const publish = (data: MimeBundle) => {
    if (host) host.publish({ type, content: { data, metadata: {}, transient: { display_id: id } } });
    else console.log(data[Mime.plain] ?? plainText(value));
  };
  const bundle = toBundle(value);
  if (!(bundle instanceof Promise) && !after) {
    publish(bundle);
    return undefined;
  }
  const shown = Promise.all([bundle, after]).then(([data]) => publish(data));
  host?.hold(shown);
  return shown;
}
