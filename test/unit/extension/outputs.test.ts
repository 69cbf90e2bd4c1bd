// Messages in, changes out: the whole of what a cell shows, without VS Code.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { OutputModel, streamLimit, toItems } from "../../../extension/notebook/outputs";
import type { Content, Message, PublicationType } from "../../../kernel/protocol";

const message = <T extends PublicationType>(type: T, content: Content[T]): Message => ({
  channel: "iopub",
  header: { msg_id: "1", msg_type: type, session: "s", username: "u", date: "", version: "5.4" },
  parent_header: {},
  metadata: {},
  content,
});
const stdout = (text: string) => message("stream", { name: "stdout", text });
const stderr = (text: string) => message("stream", { name: "stderr", text });
const show = (text: string, display_id?: string) =>
  message("display_data", { data: { "text/plain": text }, metadata: {}, transient: { display_id } });
const update = (text: string, display_id: string) =>
  message("update_display_data", { data: { "text/plain": text }, metadata: {}, transient: { display_id } });
const clear = (wait: boolean) => message("clear_output", { wait });

/** The changes in short: `add out:a`, `alone out:a`, `extend out:b`, `replace plain:c`, `clear`. */
function brief(model: OutputModel<string>): string[] {
  const short: Record<string, string> = {
    "application/vnd.code.notebook.stdout": "out",
    "application/vnd.code.notebook.stderr": "err",
    "application/vnd.code.notebook.error": "error",
    "text/plain": "plain",
  };
  return model.drain().map((change) => {
    if (change.kind === "clear") return `clear ${change.cell}`;
    const items = change.items.map(({ mime, data }) => `${short[mime] ?? mime}:${data}`).join(" ");
    return `${change.kind === "add" && change.alone ? "alone" : change.kind} ${change.output.cell} ${items}`;
  });
}

describe("OutputModel", () => {
  it("joins consecutive text of one stream, within a drain and across drains", () => {
    const model = new OutputModel<string>();
    for (const text of ["a", "b", "c"]) model.receive("x", stdout(text));
    assert.deepEqual(brief(model), ["add x out:abc"]);
    for (const text of ["d", "e"]) model.receive("x", stdout(text));
    model.receive("x", stderr("!"));
    model.receive("x", stdout("f"));
    assert.deepEqual(brief(model), ["extend x out:de", "add x err:!", "add x out:f"]);
    assert.equal(model.changed, false);
  });

  it("keeps the order of text and displays, and the streams of two cells apart", () => {
    const model = new OutputModel<string>();
    model.receive("x", stdout("a"));
    model.receive("x", show("figure"));
    model.receive("y", stdout("other"));
    model.receive("x", stdout("b"));
    assert.deepEqual(brief(model), ["add x out:a", "add x plain:figure", "add y out:other", "add x out:b"]);
  });

  it("updates a display in place, from another cell too, and keeps only the newest state of a drain", () => {
    const model = new OutputModel<string>();
    model.receive("x", show("0", "loss"));
    model.receive("x", update("1", "loss"));
    assert.deepEqual(brief(model), ["add x plain:1"]);
    for (const text of ["2", "3", "4"]) model.receive("y", update(text, "loss"));
    model.receive("y", stdout("done"));
    assert.deepEqual(brief(model), ["replace x plain:4", "add y out:done"]);
  });

  it("updates every output that shows a display, and ignores an unknown one", () => {
    const model = new OutputModel<string>();
    model.receive("x", show("a", "id"));
    model.receive("y", show("b", "id"));
    model.drain();
    model.receive("z", update("c", "id"));
    model.receive("z", update("d", "nobody"));
    assert.deepEqual(brief(model), ["replace x plain:c", "replace y plain:c"]);
  });

  it("clears at once", () => {
    const model = new OutputModel<string>();
    model.receive("x", stdout("a"));
    model.drain();
    model.receive("x", stdout("unseen"));
    model.receive("x", clear(false));
    assert.deepEqual(brief(model), ["clear x"]);
    model.receive("x", stdout("b"));
    assert.deepEqual(brief(model), ["add x out:b"]);
  });

  it("clears with wait only when the next output is there, and then in one change", () => {
    const model = new OutputModel<string>();
    model.receive("x", stdout("a"));
    model.drain();
    model.receive("x", clear(true));
    assert.deepEqual(brief(model), []);
    model.receive("x", stdout("b"));
    model.receive("x", stdout("c"));
    assert.deepEqual(brief(model), ["alone x out:bc"]);
    model.receive("x", stdout("d"));
    assert.deepEqual(brief(model), ["extend x out:d"]);
  });

  it("forgets a cell's outputs and displays when it runs anew", () => {
    const model = new OutputModel<string>();
    model.receive("x", show("a", "id"));
    model.drain();
    model.begin("x");
    model.receive("x", update("b", "id"));
    assert.deepEqual(brief(model), ["clear x"]);
    model.begin("x");
    model.receive("x", stdout("c"));
    assert.deepEqual(brief(model), ["alone x out:c"]);
  });

  it("shows a display anew, once, when it is updated after its notebook was closed", () => {
    const model = new OutputModel<string>();
    model.receive("x", show("0", "loss"));
    model.drain();
    model.forget();
    for (const text of ["1", "2"]) model.receive("y", update(text, "loss"));
    assert.deepEqual(brief(model), ["add y plain:2"]);
    model.receive("y", update("3", "loss"));
    model.receive("y", update("4", "never shown"));
    assert.deepEqual(brief(model), ["replace y plain:3"]);
  });

  it("shows an error with the cell's own stack and saves the kernel's own words", () => {
    const model = new OutputModel<string>();
    const error = {
      ename: "TypeError",
      evalue: "boom",
      traceback: ["TypeError: boom", "  at cell 1, line 2"],
    };
    model.receive("x", message("error", error));
    const [change] = model.drain();
    assert.ok(change?.kind === "add");
    assert.deepEqual(JSON.parse(String(change.items[0]?.data)), {
      name: "TypeError",
      message: "boom",
      stack: "TypeError: boom\n  at cell 1, line 2",
    });
    assert.deepEqual(change.output.metadata, { outputType: "error", originalError: error });
  });

  it("writes what the notebook's file needs to know of an output", () => {
    const model = new OutputModel<string>();
    const metadata = { "image/png": { width: 10 } };
    const data = { "text/plain": "1" };
    model.receive("x", message("execute_result", { data, metadata, execution_count: 7 }));
    model.receive("x", message("display_data", { data, metadata }));
    model.receive("x", stdout("a"));
    assert.deepEqual(
      model.drain().map((change) => change.kind === "add" && change.output.metadata),
      [
        { outputType: "execute_result", metadata, executionCount: 7 },
        { outputType: "display_data", metadata },
        { outputType: "stream" },
      ],
    );
  });

  it("stops a flood of text and says so, once, until the cell runs again", () => {
    const model = new OutputModel<string>();
    const chunk = "x".repeat(300_000);
    for (let i = 0; i < 20; i++) model.receive("x", stdout(chunk));
    const lines = brief(model);
    assert.equal(lines.length, 2);
    assert.equal(lines[0]?.length, "add x out:".length + streamLimit);
    assert.match(lines[1] ?? "", /^add x err:.*2000000 characters; the rest is not shown/s);
    model.begin("x");
    model.receive("x", stdout("again"));
    assert.deepEqual(brief(model), ["alone x out:again"]);
  });

  it("ignores what is no output", () => {
    const model = new OutputModel<string>();
    model.receive("x", message("status", { execution_state: "busy" }));
    model.receive("x", message("execute_input", { code: "1", execution_count: 1 }));
    assert.equal(model.changed, false);
  });
});

describe("toItems", () => {
  it("turns each form of a bundle into the bytes VS Code expects, in order", () => {
    const figure = { data: [{ y: [1, 2] }], layout: {} };
    const items = toItems({
      "application/vnd.plotly.v1+json": figure,
      "image/svg+xml": "<svg/>",
      "image/png": Buffer.from([1, 2, 255]).toString("base64"),
      "application/json": "a string",
      "text/plain": "Figure",
    });
    assert.deepEqual(items, [
      { mime: "application/vnd.plotly.v1+json", data: JSON.stringify(figure) },
      { mime: "image/svg+xml", data: "<svg/>" },
      { mime: "image/png", data: Uint8Array.of(1, 2, 255) },
      { mime: "application/json", data: '"a string"' },
      { mime: "text/plain", data: "Figure" },
    ]);
  });
});
