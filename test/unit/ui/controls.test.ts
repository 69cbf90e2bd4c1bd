// Controls without a session: what they take and refuse, how they read in words, and what they are to Jupyter.
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { type Comm, type ControlPanel, type Json, Mime, type MimeBundle } from "../../../kernel/protocol";
import { toBundle } from "../../../kernel/session/display/bundle";
import { button, type Control, checkbox, number, select, slider, text } from "../../../kernel/ui";
import { hear, setControlHost } from "../../../kernel/ui/host";
import { inLanguage } from "../../../kernel/words";

const said: Comm[] = [];
let isAttended = true;
setControlHost({
  get isAttended() {
    return isAttended;
  },
  say: (comm) => said.push(structuredClone(comm)),
  poll() {},
  speaking: (work) => work,
});

beforeEach(() => {
  said.length = 0;
  isAttended = true;
});

const shown = (control: object) => toBundle(control) as MimeBundle;
const words = (control: object) => shown(control)[Mime.plain];
const panel = (control: object) => shown(control)[Mime.control] as ControlPanel;
const move = (control: object, state: Record<string, Json>) =>
  hear({
    type: "comm_msg",
    content: { comm_id: panel(control).id, data: { method: "update", state, buffer_paths: [] } },
  });
const click = (control: object) =>
  hear({
    type: "comm_msg",
    content: { comm_id: panel(control).id, data: { method: "custom", content: { event: "click" } } },
  });
/** What has been said to clients since all was opened, as states. */
const told = () => said.filter(({ type }) => type === "comm_msg").map(({ content }) => content.data.state);
const turn = () => new Promise((resolve) => setTimeout(resolve, 5));

describe("a slider", () => {
  it("stands in the middle, on whole numbers where its ends are, else in a hundred steps", () => {
    const { step, value } = panel(slider(0, 1)).controls[0] as { step: number; value: number };
    assert.deepEqual([step, value], [0.01, 0.5]);
    const whole = panel(slider(1, 10)).controls[0] as { step: number; value: number };
    assert.deepEqual([whole.step, whole.value], [1, 6]);
    const between = panel(slider(0, 10, { value: 0.5 })).controls[0] as { step: number };
    assert.equal(between.step, 0.1);
    assert.equal(slider(0.001, 1, { scale: "log" }).value, 0.0316227766017);
  });

  it("refuses what makes no track, in words", () => {
    const refused: [() => unknown, RegExp][] = [
      [() => slider(1, 1), /slider: expected \[min, max\] to be ascending, got \[1, 1\]/],
      [() => slider(0, Number.NaN), /slider: expected max to be a finite number, got NaN/],
      [() => slider("0" as never, 1), /slider: expected min to be a number, got string 0/],
      [() => slider(0, 1, { scale: "log" }), /slider: expected a log scale to begin above 0, got \[0, 1\]/],
      [() => slider(0, 1, { scale: "cubic" as never }), /expected scale "linear" or "log", got string cubic/],
      [() => slider(0, 1, { value: 2 }), /slider: expected value from 0 to 1, got 2/],
      [
        () => slider(0, 1, { step: 0 }),
        /slider: expected step to be above 0 and at most max − min, 1, got 0/,
      ],
      [
        () => slider(1, 100, { step: 1, scale: "log" }),
        /step to be a factor above 1 and at most max \/ min, 100/,
      ],
      [() => slider(0, 1, { lable: "a" } as never), /did you mean label\?/],
      [() => slider(0, 1, { label: 5 as never }), /slider: expected label to be a text, got 5/],
      [() => slider(0, 1, { label: "x".repeat(201) }), /expected label of at most 200 characters, got 201/],
      [() => slider(0, 1, { disabled: 1 as never }), /slider: expected disabled to be true or false, got 1/],
    ];
    for (const [call, pattern] of refused) assert.throws(call, pattern);
  });
});

describe("other controls", () => {
  it("refuse what cannot be their value", () => {
    const refused: [() => unknown, RegExp][] = [
      [() => select([]), /select: expected a value to choose, got none/],
      [() => select(["a", "a"]), /select: expected each name once, got "a" twice/],
      [() => select([{}]), /got an object; name other values: \{ name: value \}/],
      [
        () => select("ab" as never),
        /select: expected a list of values or an object \{ name: value \}, got string ab/,
      ],
      [() => select(["a", "b"], { value: "c" }), /select: expected one of the values a, b, got string c/],
      [
        () => select(Array.from({ length: 1001 }, (_, i) => i)),
        /select: expected at most 1000 values, got 1001/,
      ],
      [() => checkbox({ value: 1 as never }), /checkbox: expected value to be true or false, got 1/],
      [() => number({ min: 2, max: 1 }), /number: expected min below max, got min 2 and max 1/],
      [() => number({ value: -1, min: 0 }), /number: expected value ≥ 0, got -1/],
      [() => number({ step: 0 }), /number: expected step to be above 0, got 0/],
      [() => text({ value: 3 as never }), /text: expected value to be a text, got 3/],
      [() => button(""), /button: expected a label, got an empty one/],
      [
        () => button("Go", { label: "x" } as never),
        /button: expected only the options name, disabled, got label/,
      ],
    ];
    for (const [call, pattern] of refused) assert.throws(call, pattern);
    const rate = slider(0, 1);
    assert.throws(() => {
      rate.value = 7;
    }, /value: expected the value from 0 to 1, got 7/);
    assert.throws(() => {
      rate.disabled = 0 as never;
    }, /disabled: expected the value to be true or false, got 0/);
    assert.equal(rate.value, 0.5);
  });

  it("start where nothing is said, at a bound, at the first choice", () => {
    assert.deepEqual(
      [number({ min: 3 }).value, number({ max: -2 }).value, number().value, text().value, checkbox().value],
      [3, -2, 0, "", false],
    );
    assert.equal(select({ none: undefined, some: 1 }).value, undefined);
    assert.equal(select([1, 2, 3], { value: 2 }).value, 2);
  });

  it("say in words what they hold", () => {
    assert.equal(
      words(slider(0.01, 1, { value: 0.3, label: "learning rate" })),
      "learning rate: 0.3 (0.01 to 1)",
    );
    assert.equal(words(select(["SGD", "Adam"], { name: "optimizer" })), "optimizer: SGD (choices: Adam)");
    assert.equal(words(checkbox({ label: "batch norm", value: true })), "batch norm: on");
    assert.equal(words(number({ value: 7, min: 1 })), "7 (at least 1)");
    assert.equal(words(text({ label: "title", value: "A <b>" })), "title: “A <b>”");
    assert.match(String(shown(text({ value: "A <b>" }))[Mime.html]), /“A &lt;b&gt;”/);
    assert.equal(words(button("Stop")), "[Stop]");
    inLanguage("zh-CN", () => {
      assert.equal(words(slider(0.01, 1, { value: 0.3, label: "学习率" })), "学习率: 0.3 (0.01 至 1)");
      assert.equal(words(checkbox({ label: "批归一化", value: true })), "批归一化: 开");
      assert.equal(words(number({ value: 7, max: 9 })), "7 (至多 9)");
    });
  });
});

describe("a control in a client's hands", () => {
  const kinds: [Control<unknown>, Record<string, Json>, unknown][] = [
    [slider(0, 1), { value: 0.25 }, 0.25],
    [select({ a: "A", none: undefined }), { index: 1 }, undefined],
    [checkbox(), { value: true }, true],
    [number(), { value: -3.5 }, -3.5],
    [text(), { value: "漢" }, "漢"],
  ];
  for (const [control, state, value] of kinds) {
    it(`${control.constructor.name} takes what its page sends`, () => {
      move(control, state);
      assert.equal(control.value, value);
      assert.deepEqual(told(), []);
    });
  }

  it("a button counts its clicks, and nothing else that is sent", () => {
    const go = button("Go");
    click(go);
    click(go);
    hear({
      type: "comm_msg",
      content: { comm_id: panel(go).id, data: { method: "custom", content: { event: "hover" } } },
    });
    move(go, { value: 7 });
    assert.equal(go.value, 2);
  });

  it("tells a page that sent what cannot be how it stands, and so while it is disabled", () => {
    const rate = slider(0, 1, { value: 0.5 });
    for (const value of [2, "0.1", null, Number.NaN]) move(rate, { value: value as Json });
    assert.deepEqual(told(), new Array(4).fill({ step: 0.01, value: 0.5, disabled: false }));
    const choice = select(["a", "b"]);
    move(choice, { index: 9 });
    assert.deepEqual(told().at(-1), { index: 0, disabled: false });
    rate.disabled = true;
    move(rate, { value: 0.1 });
    assert.deepEqual(told().slice(-2), [{ disabled: true }, { step: 0.01, value: 0.5, disabled: true }]);
    assert.equal(rate.value, 0.5);
  });

  it("is moved by code without waking those who wait for a reader", async () => {
    const rate = slider(0, 1);
    shown(rate);
    const next = rate.changed();
    rate.value = 0.1;
    rate.value = 0.1;
    assert.deepEqual(told(), [{ step: 0.01, value: 0.1 }]);
    move(rate, { value: 0.2 });
    assert.equal(await next, 0.2);
  });

  it("stands on a step of Jupyter's slider, and takes what that has rounded for no move", () => {
    const rate = slider(0.001, 1, { value: 0.1, scale: "log" });
    const count = slider(1, 9, { value: 4, step: 2 });
    for (const each of [rate, count]) shown(each);
    const steps = said.flatMap(({ content }) => (content.data.state as Record<string, number>).step ?? []);
    const way = (from: number, to: number) => (Math.log10(to) - Math.log10(from)) / steps[0]!;
    assert.ok(Math.abs(way(0.001, 0.1) - Math.round(way(0.001, 0.1))) < 1e-9, `${way(0.001, 0.1)} steps`);
    assert.equal(steps[1], 1);
    const moves: number[] = [];
    rate.onChange((value) => moves.push(value));
    move(rate, { value: 10 ** (-3 + Math.round(way(0.001, 0.1)) * steps[0]!) + 1e-17 });
    assert.equal(rate.value, 0.1);
    rate.value = 0.05;
    const told = said.at(-1)!.content.data.state as { step: number; value: number };
    const now = (Math.log10(0.05) - Math.log10(0.001)) / told.step;
    assert.ok(Math.abs(now - Math.round(now)) < 1e-9, `${now} steps`);
    assert.deepEqual(moves, []);
  });

  it("`for await` gives the newest value, never an old one, and loses not the last", async () => {
    const rate = slider(0, 100);
    shown(rate);
    const seen: number[] = [];
    const reading = (async () => {
      for await (const value of rate) {
        seen.push(value);
        await turn();
        if (value === 9) break;
      }
    })();
    await turn();
    for (const value of [1, 2, 3]) move(rate, { value });
    await turn();
    await turn();
    move(rate, { value: 9 });
    await reading;
    assert.deepEqual(seen, [3, 9]);
  });

  it("calls back with the newest value, one call at a time, until another callback takes the place", async () => {
    const rate = slider(0, 100);
    const seen: number[] = [];
    let running = 0;
    rate.onChange(async (value) => {
      assert.equal(running++, 0);
      seen.push(value);
      await turn();
      running--;
    });
    for (const value of [1, 2, 3]) move(rate, { value });
    await turn();
    for (const value of [4, 5]) move(rate, { value });
    while (seen.length < 2) await turn();
    await turn();
    rate.onChange(() => seen.push(-1));
    move(rate, { value: 6 });
    await turn();
    assert.deepEqual(seen, [3, 5, -1]);
  });

  it("that nobody shows or can move says so, or gives its value", async () => {
    await assert.rejects(slider(0, 1, { label: "rate" }).changed(), /changed: "rate" is not shown/);
    isAttended = false;
    const go = button("Next");
    assert.equal(await go.changed(), 0);
    for await (const _ of go) assert.fail("nobody pressed it");
    await assert.rejects(async () => {
      for (;;) await go.changed();
    }, /changed: nobody can move "Next" here, and it was asked 1000 times; write `for await/);
  });
});

describe("as Jupyter's widgets", () => {
  afterEach(() => {
    said.length = 0;
  });
  const openings: [object, string, object][] = [
    [slider(0, 1), "FloatSliderModel", { min: 0, max: 1, step: 0.01, value: 0.5, readout_format: ".2f" }],
    [slider(1, 9), "IntSliderModel", { min: 1, max: 9, step: 1, value: 5, readout_format: "d" }],
    [
      slider(0.01, 100, { scale: "log", step: 10 }),
      "FloatLogSliderModel",
      { base: 10, min: -2, max: 2, step: 1, value: 1 },
    ],
    [select(["a", "b"], { value: "b" }), "DropdownModel", { _options_labels: ["a", "b"], index: 1 }],
    [checkbox(), "CheckboxModel", { value: false, indent: false }],
    [number(), "FloatTextModel", { value: 0, step: 1 }],
    [number({ min: 1 }), "BoundedFloatTextModel", { value: 1, min: 1, max: Number.MAX_VALUE }],
    [text({ label: "t" }), "TextModel", { value: "", description: "t", continuous_update: false }],
    [button("Go"), "ButtonModel", { description: "Go" }],
  ];
  for (const [control, model, fields] of openings) {
    it(`${model}, with its layout and style`, () => {
      const { id } = panel(control);
      shown(control);
      const opened = said.map(({ type, content }) => [type, content.comm_id]);
      assert.deepEqual(
        opened,
        [`${id}-layout`, `${id}-style`, id].map((each) => ["comm_open", each]),
        "once",
      );
      const { state } = said[2]!.content.data as { state: Record<string, Json> };
      assert.equal(state._model_name, model);
      assert.equal(state._model_module, "@jupyter-widgets/controls");
      assert.equal(state._view_name, model.replace(/^Bounded|Model$/g, "").concat("View"));
      assert.equal(state.layout, `IPY_MODEL_${id}-layout`);
      assert.equal(state.style, `IPY_MODEL_${id}-style`);
      for (const [name, value] of Object.entries(fields)) assert.deepEqual(state[name], value, name);
    });
  }
});
