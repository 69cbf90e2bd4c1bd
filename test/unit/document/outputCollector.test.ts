// What a kernel publishes as a notebook's outputs.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { CodeCell } from "../../../kernel/document/notebookFile";
import { OutputCollector } from "../../../kernel/document/outputCollector";
import { type AnyPublication, type Content, createMessage, Mime } from "../../../kernel/protocol";

type Published =
  | "stream"
  | "error"
  | "execute_result"
  | "display_data"
  | "update_display_data"
  | "clear_output";

function start() {
  const collector = new OutputCollector();
  const cells = [0, 1].map(
    (id): CodeCell => ({
      cell_type: "code",
      id: String(id),
      source: "",
      metadata: {},
      outputs: [],
      execution_count: null,
    }),
  ) as [CodeCell, CodeCell];
  const publish = <T extends Published>(type: T, content: Content[T], cell = cells[0]) =>
    collector.collect(cell, createMessage("iopub", type, content, { session: "s" }) as AnyPublication);
  const print = (text: string, name: "stdout" | "stderr" = "stdout") => publish("stream", { name, text });
  const show = (text: string, id?: string, cell = cells[0]) =>
    publish(
      "display_data",
      { ...bundle(text), ...(id === undefined ? {} : { transient: { display_id: id } }) },
      cell,
    );
  const update = (text: string, id: string) =>
    publish(
      "update_display_data",
      { ...bundle(text, { new: true }), transient: { display_id: id } },
      cells[1],
    );
  return { cells, publish, print, show, update };
}

const bundle = (text: string, metadata = {}) => ({ data: { [Mime.plain]: text }, metadata });
const shown = (text: string, metadata = {}) => ({ output_type: "display_data", ...bundle(text, metadata) });
const printed = (text: string, name = "stdout") => ({ output_type: "stream", name, text });

describe("a cell's outputs", () => {
  it("are joined where they are one text", () => {
    const { cells, print, show } = start();
    print("a");
    print("b\n");
    print("c", "stderr");
    show("between");
    print("d", "stderr");
    assert.deepEqual(cells[0].outputs, [
      printed("ab\n"),
      printed("c", "stderr"),
      shown("between"),
      printed("d", "stderr"),
    ]);
  });

  it("hold what a result and an error say, and nothing of other messages", () => {
    const { cells, publish } = start();
    publish("execute_result", { ...bundle("7"), execution_count: 3 });
    publish("error", { ename: "E", evalue: "v", traceback: ["at"] });
    assert.deepEqual(cells[0].outputs, [
      { output_type: "execute_result", execution_count: 3, ...bundle("7") },
      { output_type: "error", ename: "E", evalue: "v", traceback: ["at"] },
    ]);
  });

  it("are updated wherever a display of that name was shown, and nowhere else", () => {
    const { cells, show, update } = start();
    show("one", "a");
    show("two", "b");
    show("nameless");
    show("one again", "a", cells[1]);
    update("new", "a");
    update("for nobody", "c");
    update("for no name", "");
    assert.deepEqual(cells[0].outputs, [shown("new", { new: true }), shown("two"), shown("nameless")]);
    assert.deepEqual(cells[1].outputs, [shown("new", { new: true })]);
  });

  it("are cleared at once, or with the next output", () => {
    const { cells, print, publish } = start();
    print("a");
    publish("clear_output", { wait: true });
    assert.deepEqual(cells[0].outputs, [printed("a")]);
    print("b");
    print("c");
    assert.deepEqual(cells[0].outputs, [printed("bc")]);
    publish("clear_output", { wait: false });
    assert.deepEqual(cells[0].outputs, []);
  });
});
