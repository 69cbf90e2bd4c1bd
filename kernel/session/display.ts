// What cells show besides their last expression: `display`, its handles, and the hook at a cell's end.
import { type Json, Mime, type MimeBundle, type Questions } from "../protocol";
import { plainText, toBundle } from "./bundle";
import type { Output } from "./runner/wire";

/** What a running session offers to the values in its cells; it stands in the global object, under `sessionSymbol`. */
export interface DisplaySession {
  publish(output: Output): void;
  /** Keeps the cell from ending before the promise has settled. */
  hold(pending: Promise<unknown>): void;
  onCellEnd(flush: () => void): void;
  onInterrupt(recover: () => void): void;
  /** Rejects where the client cannot ask its user. */
  ask(question: Questions["input_request"]): Promise<string>;
}

export const sessionSymbol: unique symbol = Symbol.for("bnlab.session") as never;

function session(): DisplaySession | undefined {
  return (globalThis as { [sessionSymbol]?: DisplaySession })[sessionSymbol];
}

/** One output on the page, to be changed in place. */
export interface DisplayHandle {
  readonly id: string;
  /** Shows another value in its place, wherever the output stands. */
  update(value: unknown): void;
}

/**
 * Shows a value below the cell: by its `Symbol.for("Jupyter.display")` method (tensors, modules and figures have one),
 * else as Node would print it. Outside a notebook it prints the text.
 */
export function display(value: unknown): DisplayHandle {
  const id = crypto.randomUUID();
  let last = show("display_data", value, id, undefined);
  return {
    id,
    update(next) {
      last = show("update_display_data", next, id, last);
    },
  };
}

display.html = (html: string) => display(raw({ [Mime.html]: html, [Mime.plain]: html }));
display.markdown = (text: string) => display(raw({ [Mime.markdown]: text, [Mime.plain]: text }));
display.latex = (text: string) => display(raw({ [Mime.latex]: text, [Mime.plain]: text }));
display.svg = (svg: string) => display(raw({ [Mime.svg]: svg, [Mime.plain]: "[SVG image]" }));
display.png = (bytes: Uint8Array) => display(raw({ [Mime.png]: base64(bytes), [Mime.plain]: "[PNG image]" }));
display.jpeg = (bytes: Uint8Array) =>
  display(raw({ "image/jpeg": base64(bytes), [Mime.plain]: "[JPEG image]" }));
display.json = (value: Json) => display(raw({ [Mime.json]: value, [Mime.plain]: plainText(value) }));
display.text = (text: string) => display(raw({ [Mime.plain]: text }));
/** A whole bundle: MIME type → data. */
display.raw = (bundle: MimeBundle) => display(raw(bundle));

/** Takes away what the cell has shown so far; with `wait`, only when the next output comes, which spares a flicker. */
export function clearOutput({ wait = false }: { wait?: boolean } = {}): void {
  session()?.publish({ type: "clear_output", content: { wait } });
}

/** Runs `flush` once, before the running cell is reported finished: a live figure sends its final state here. */
export function onCellEnd(flush: () => void): void {
  session()?.onCellEnd(flush);
}

/** Runs `recover` after every interrupt: it stops a cell without running any `finally`, so a mode may be left on. */
export function onInterrupt(recover: () => void): void {
  session()?.onInterrupt(recover);
}

function raw(bundle: MimeBundle): object {
  return { [Symbol.for("Jupyter.display")]: () => bundle };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}

/** Publishes at once where the bundle is there at once; else after the display's earlier states, and before the cell ends. */
function show(
  type: "display_data" | "update_display_data",
  value: unknown,
  id: string,
  after: Promise<void> | undefined,
): Promise<void> | undefined {
  const host = session();
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
