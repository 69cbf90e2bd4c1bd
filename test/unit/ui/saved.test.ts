// Controls in files: the last value in an output's forms and in Jupyter's own state of widgets; what comes into a page is checked.
import assert from "node:assert/strict";
import { it } from "node:test";
import { asPanel } from "../../../extension/renderer/controls";
import { type CodeCell, type Notebook, parseNotebook } from "../../../kernel/document/notebookFile";
import { OutputCollector } from "../../../kernel/document/outputCollector";
import {
  type AnyPublication,
  type Comm,
  createMessage,
  Mime,
  type MimeBundle,
} from "../../../kernel/protocol";
import { toBundle } from "../../../kernel/session/display/bundle";
import { slider } from "../../../kernel/ui";
import { setControlHost } from "../../../kernel/ui/host";

const published = (type: "comm_open" | "comm_msg" | "display_data", content: never) =>
  createMessage("iopub", type, content, { session: "s" }) as AnyPublication;

it("a run leaves controls as they are in the end", () => {
  const cell = { cell_type: "code", id: "a", source: "", metadata: {}, execution_count: 1, outputs: [] };
  const notebook: Notebook = parseNotebook(
    JSON.stringify({ cells: [cell], metadata: {}, nbformat: 4, nbformat_minor: 5 }),
  );
  const [code] = notebook.cells as CodeCell[];
  const collector = new OutputCollector();
  const say = ({ type, content }: Comm) =>
    collector.collect(code!, published(type as "comm_open", content as never));
  setControlHost({ isAttended: true, say, poll() {}, speaking: (work) => work });
  const rate = slider(0, 1, { label: "rate", value: 0.5 });
  const data = toBundle(rate) as MimeBundle;
  collector.collect(code!, published("display_data", { data, metadata: {} } as never));
  rate.value = 0.25;
  collector.conclude(notebook);
  const shown = (code!.outputs[0] as { data: MimeBundle }).data;
  assert.equal(shown[Mime.plain], "rate: 0.25 (0 to 1)");
  assert.match(String(shown[Mime.html]), /<b>0\.25<\/b>/);
  assert.equal(asPanel(shown[Mime.control]).controls[0]?.kind, "slider");
  const { widgets } = notebook.metadata as { widgets: Record<string, { state: Record<string, never> }> };
  const saved = widgets[Mime.widgetState]!.state[rate.id] as unknown as {
    model_name: string;
    state: { value: number };
  };
  assert.deepEqual([saved.model_name, saved.state.value], ["FloatSliderModel", 0.25]);
  assert.equal(Object.keys(widgets[Mime.widgetState]!.state).length, 3, "with layout and style");
  new OutputCollector().conclude(notebook);
  assert.equal(notebook.metadata.widgets, undefined, "of a run without controls none is left");
});

it("a page takes in controls field by field, or says in a sentence that they are none", () => {
  const anything = [
    null,
    0,
    "x",
    [],
    {},
    { controls: 1 },
    { controls: [] },
    { controls: [null] },
    { controls: [{ kind: "x" }] },
  ];
  for (const value of anything)
    assert.throws(() => asPanel(value), /^TypeError: This output is not controls: /);
  for (const odd of [{ min: 2 }, { step: 0 }, { scale: "log" }, { max: "1" }]) {
    const track = { kind: "slider", id: "a", value: 0, min: 0, max: 1, step: 0.1, ...odd };
    assert.throws(() => asPanel({ controls: [track] }), /one of them is of no known kind/);
  }
  const [far] = asPanel({
    controls: [{ kind: "slider", id: "a", value: 9, min: 0, max: 1, step: 0.1 }],
  }).controls;
  assert.equal(far?.kind === "slider" && far.value, 1);
  const long = asPanel({
    controls: [{ kind: "select", id: "a", options: new Array(5000).fill("x".repeat(999)) }],
  });
  assert.ok(JSON.stringify(long).length < 250_000);
});
