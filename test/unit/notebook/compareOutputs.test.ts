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

  it("tells four differences of an output, in lines that fit", () => {
    const lines = (letter: string, count: number) => Array.from({ length: count }, (_, i) => `${letter}${i}`);
    const [four] = compare([out(lines("a", 4).join("\n"))], [out(lines("b", 4).join("\n"))]);
    assert.deepEqual(four, { what: "stdout", saved: lines("a", 4), now: lines("b", 4) });
    const [five] = compare([out(lines("a", 5).join("\n"))], [out(lines("b", 5).join("\n"))]);
    assert.deepEqual([five!.what, five!.saved], ["stdout and 1 lines more", lines("a", 4)]);
    const figure = (letter: string, count: number) => shown({ [Mime.json]: lines(letter, count) });
    const what = (count: number) => compare([figure("a", count)], [figure("b", count)])[0]!.what;
    assert.equal(what(4), `display_data ${Mime.json}`);
    assert.equal(what(5), `display_data ${Mime.json}, 5 places`);
    assert.equal(compare([figure("a", 5)], [figure("b", 5)])[0]!.now.length, 4);
    assert.deepEqual(compare([out("x".repeat(160))], [out(`y${"x".repeat(160)}`)])[0]!, {
      what: "stdout",
      saved: ["x".repeat(160)],
      now: [`y${"x".repeat(158)}…`],
    });
  });

  it("takes a number for itself where it stands for itself, and colors for none", () => {
    assert.ok(isSame([out("a -0.50 .5e1 1.")], [out("a -5e-1 5.000 1.0")]));
    assert.ok(!isSame([out("1.0 2.0")], [out("1.0 3.0")]));
    assert.ok(!isSame([out("v1.5")], [out("v1.6")]));
    assert.ok(!isSame([out("1.5px")], [out("1.6px")]));
    assert.ok(!isSame([out("1")], [out("2.0")]));
    assert.ok(isSame([out("1")], [out("1.0004")]));
    assert.ok(isSame([out("-0.5000")], [out("-0.5001")]));
    assert.ok(isSame([out("1000.0")], [out("1000.5")]));
    assert.ok(isSame([out("\x1b[1mx\x1b[0m\n\n")], [out("x")]));
    assert.ok(!isSame([out("a\nb")], [out("a")]));
    const near = (saved: string, now: string, absolute: number) =>
      compareOutputs([out(saved)], [out(now)], { relative: 0, absolute }).length === 0;
    assert.ok(near("0.0", "0.25", 0.25));
    assert.ok(!near("0.0", "0.25", 0.125));
    assert.ok(!near("-0.5", "0.5", 0.25));
  });

  it("compares JSON by what stands where", () => {
    const json = (value: Json) => shown({ [Mime.json]: value });
    for (const value of [null, true, "a 1.5", [1.5], { a: { b: [0.5, null] } }] as Json[]) {
      assert.ok(isSame([json(value)], [json(structuredClone(value))]));
    }
    assert.ok(isSame([json({ a: "loss 0.5" })], [json({ a: "loss 0.5001" })]));
    assert.ok(isSame([json({ a: 1, b: 2 })], [json({ b: 2, a: 1 })]));
    for (const [a, b] of [
      [[1], { 0: 1 }],
      [null, {}],
      [1, "1"],
      ["a", "b"],
      [{ a: 1 }, { b: 1 }],
      [[], [null]],
      [true, false],
    ] as [Json, Json][]) {
      assert.ok(!isSame([json(a)], [json(b)]), JSON.stringify([a, b]));
    }
  });

  it("looks at a tensor's numbers alone, and at texts before pictures", () => {
    const tensor = (picture: string) =>
      shown({ [Mime.tensor]: { picture }, [Mime.png]: picture, [Mime.plain]: "Tensor [1.5]" });
    assert.ok(isSame([tensor("AQID")], [tensor("AQIE")]));
    const both = (text: string, picture: string) =>
      shown({ [Mime.png]: picture, "text/x": text, [Mime.plain]: text });
    assert.equal(compare([both("a", "AQID")], [both("b", "AQIE")])[0]!.what, `display_data ${Mime.plain}`);
    assert.equal(compare([both("a", "AQID")], [both("a", "AQIE")])[0]!.what, `display_data ${Mime.png}`);
    const html = (text: string) => shown({ [Mime.png]: text, [Mime.html]: text });
    assert.equal(compare([html("x")], [html("y")])[0]!.what, `display_data ${Mime.html}`);
    assert.deepEqual(compare([shown({ [Mime.png]: "AQID" })], [shown({ [Mime.png]: "AQIDAQ" })])[0], {
      what: `display_data ${Mime.png}`,
      saved: ["4 characters"],
      now: ["6 others"],
    });
  });

  it("looks at the text of controls, whose ids are those of a run, where both are controls", () => {
    const control = (id: string, text: string) => shown({ [Mime.control]: { id }, [Mime.plain]: text });
    assert.ok(isSame([control("a", "slider: 1")], [control("b", "slider: 1")]));
    assert.ok(!isSame([control("a", "slider: 1")], [control("a", "slider: 2")]));
    const [other] = compare([control("a", "slider: 1")], [shown({ [Mime.plain]: "slider: 1" })]);
    assert.deepEqual(other, { what: "display_data", saved: [Mime.control], now: [`no ${Mime.control}`] });
  });

  it("tells the lines of texts of any kind, with numbers that may be near, and the first of what is no text", () => {
    const html = (text: string) => shown({ [Mime.html]: text });
    assert.deepEqual(compare([html("a\nb")], [html("a\nc")]), [
      { what: `display_data ${Mime.html}, line 2`, saved: ["b"], now: ["c"] },
    ]);
    const svg = (x: string) => shown({ [Mime.svg]: `<svg x="${x}"/>` });
    assert.ok(isSame([svg("0.5000")], [svg("0.5001")]));
    assert.ok(!isSame([svg("0.5")], [svg("0.6")]));
    const result: CellOutput = {
      ...{ output_type: "execute_result", data: { [Mime.plain]: "a\nb" }, metadata: {}, execution_count: 1 },
    };
    assert.deepEqual(compare([shown({ [Mime.plain]: "a\nb" })], [result]), [
      { what: "output", saved: ["display_data: a"], now: ["execute_result: a"] },
    ]);
    assert.deepEqual(compare([failed("no", 3)], [shown({ [Mime.html]: "x", [Mime.png]: "y" })]), [
      { what: "output", saved: ["Error: no"], now: [`display_data: ${Mime.html}, ${Mime.png}`] },
    ]);
    assert.deepEqual(compare([result], [])[0]!.now, ["nothing"]);
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
