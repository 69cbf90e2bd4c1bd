// When two runs of a cell show the same.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { CellOutput } from "../../../kernel/document/notebookFile";
import { compareOutputs } from "../../../kernel/notebook/compareOutputs";
import { type Json, Mime, type MimeBundle } from "../../../kernel/protocol";

const tolerance = { relative: 1e-3, absolute: 0 };
const out = (text: string, name = "stdout"): CellOutput => ({ output_type: "stream", name, text });
const shown = (data: MimeBundle): CellOutput => ({ output_type: "display_data", data, metadata: {} });
const failed = (evalue: string, line: number): CellOutput => {
  return { output_type: "error", ename: "Error", evalue, traceback: [`at Cell ${line}`] };
};
const compare = (saved: CellOutput[], now: CellOutput[]) => compareOutputs(saved, now, tolerance);
const isSame = (saved: CellOutput[], now: CellOutput[]) => compare(saved, now).length === 0;

describe("compareOutputs", () => {
  it("takes texts for the same when only numbers differ, and those little", () => {
    assert.ok(isSame([out("loss 0.5000, step 3\n")], [out("loss 0.5001, step 3\n")]));
    assert.ok(!isSame([out("loss 0.500")], [out("loss 0.502")]));
    assert.ok(!isSame([out("loss 1e3")], [out("loss 1.2e3")]));
    assert.ok(!isSame([out("step 30000")], [out("step 30001")]), "whole numbers are counts");
    assert.ok(!isSame([out("layer3")], [out("layer4")]));
    assert.ok(!isSame([out("loss 0.5 down")], [out("loss 0.5 up")]));
    assert.ok(isSame([out("a\n"), out("b\n")], [out("a\nb\n")]), "however the text was cut");
    assert.ok(!isSame([out("a")], [out("a", "stderr")]));
  });

  it("shows the lines that differ, few of them", () => {
    const [difference] = compare([out("same\nx 1\ny")], [out("same\nx 2\ny\nz")]);
    assert.deepEqual(difference, {
      what: "stdout, line 2",
      saved: ["x 1", "(no such line)"],
      now: ["x 2", "z"],
    });
    const many = (letter: string) => Array.from({ length: 9 }, (_, i) => `${letter}${i}`).join("\n");
    assert.equal(compare([out(many("a"))], [out(many("b"))])[0]!.what, "stdout and 5 lines more");
  });

  it("compares figures place by place", () => {
    const figure = (y: Json[]) =>
      shown({ [Mime.plotly]: { data: [{ y }], layout: {} }, [Mime.plain]: "chart" });
    assert.ok(isSame([figure([1, 2])], [figure([1.0001, 2])]));
    const [difference] = compare([figure([1, 2])], [figure([1, 3, 4])]);
    assert.equal(difference!.what, `display_data ${Mime.plotly}`);
    assert.deepEqual(difference!.saved, ["data[0].y[1]: 2", "data[0].y[2]: nothing"]);
    assert.deepEqual(difference!.now, ["data[0].y[1]: 3", "data[0].y[2]: 4"]);
  });

  it("compares pictures byte for byte, errors by what they say, and counts outputs", () => {
    assert.ok(isSame([shown({ [Mime.png]: "AQID\n" })], [shown({ [Mime.png]: "AQID" })]));
    assert.ok(!isSame([shown({ [Mime.png]: "AQID" })], [shown({ [Mime.png]: "AQIE" })]));
    assert.ok(isSame([failed("no", 3)], [failed("no", 4)]));
    assert.deepEqual(compare([failed("no", 3)], [failed("yes", 3)])[0]!.now, ["Error: yes"]);
    assert.deepEqual(compare([], [shown({ [Mime.plain]: "new" })])[0], {
      what: "output",
      saved: ["nothing"],
      now: ["display_data: new"],
    });
    assert.deepEqual(compare([shown({ [Mime.plain]: "x" })], [shown({ [Mime.html]: "x" })])[0]!.now, [
      "no text/plain",
    ]);
  });

  it("leaves progress bars out", () => {
    const bar = (done: number) => shown({ [Mime.plain]: `${done}`, [Mime.progress]: [] });
    assert.ok(isSame([bar(1)], [bar(2)]));
    assert.ok(isSame([bar(1)], []));
  });
});
