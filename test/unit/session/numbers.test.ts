// A tensor's numbers, looked at: statistics, histogram, boxes, and the forms made of them.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { thisMachine } from "../../../kernel/host/machine";
import { setMachine } from "../../../kernel/machine/machine";
import { Mime, numbersSymbol, type TensorSummary } from "../../../kernel/protocol";
import {
  bytesOf,
  histogramOf,
  numbersOf,
  statisticsOf,
  tensorReply,
} from "../../../kernel/session/display/numbers";
import { tensorForms } from "../../../kernel/session/display/tensorForms";

setMachine(thisMachine);

/** What shows its numbers as a tensor does. */
const tensor = (shape: number[], values: ArrayLike<number>, dtype = "float32") => ({
  shape,
  dtype,
  [numbersSymbol]: () => values,
});
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

describe("statistics", () => {
  it("are of the finite elements, and count the others", () => {
    assert.deepEqual(statisticsOf([3, Number.NaN, -1, Infinity, 1, -Infinity, Infinity]), {
      min: -1,
      max: 3,
      mean: 1,
      std: 2,
      nan: 1,
      infinite: 3,
    });
    const none = { min: null, max: null, mean: null, std: null };
    assert.deepEqual(statisticsOf([]), { ...none, nan: 0, infinite: 0 });
    assert.deepEqual(statisticsOf([Number.NaN, Infinity]), { ...none, nan: 1, infinite: 1 });
    assert.deepEqual(statisticsOf([5]), { min: 5, max: 5, mean: 5, std: null, nan: 0, infinite: 0 });
    assert.equal(statisticsOf([1e9, 1e9 + 2]).std, Math.SQRT2);
  });

  it("have a histogram, whose last bin has the greatest too", () => {
    const counts = (values: number[], bins: number) => histogramOf(values, statisticsOf(values), bins);
    assert.deepEqual(counts([0, 1, 2, 3, 4, Number.NaN], 2), { from: 0, to: 4, counts: [2, 3] });
    assert.deepEqual(counts([-2, -1, 2], 4), { from: -2, to: 2, counts: [1, 1, 0, 1] });
    assert.deepEqual(counts([7, 7], 3), { from: 7, to: 7, counts: [2, 0, 0] });
    assert.equal(counts([Infinity], 3), undefined);
  });

  it("know what an element takes", () => {
    for (const [dtype, bytes] of [
      ["float32", 12],
      ["float64", 24],
      ["uint8", 3],
      ["bool", 12],
    ] as const)
      assert.equal(bytesOf({ shape: [3], dtype, read: () => [] }, [1, 2, 3]), bytes, dtype);
  });
});

describe("numbers", () => {
  it("are in tensors and typed arrays, and in nothing else", () => {
    assert.deepEqual(numbersOf(new Int16Array(3))?.shape, [3]);
    assert.equal(numbersOf(new Uint8ClampedArray(1))?.dtype, "uint8");
    assert.equal(numbersOf(Buffer.from("a"))?.dtype, "uint8");
    assert.equal(numbersOf(tensor([2, 2], [1, 2, 3, 4], "int32"))?.dtype, "int32");
    for (const value of [
      null,
      undefined,
      1,
      "a",
      [1],
      {},
      new DataView(new ArrayBuffer(1)),
      new BigInt64Array(1),
    ])
      assert.equal(numbersOf(value), undefined);
  });

  it("are answered as a box, with steps", () => {
    const numbers = numbersOf(tensor([3, 4], upTo(12)))!;
    assert.deepEqual(tensorReply(numbers, { name: "t" }), {
      shape: [3, 4],
      dtype: "float32",
      start: [0, 0],
      size: [3, 4],
      step: [1, 1],
      values: upTo(12),
    });
    const box = tensorReply(numbers, { name: "t", start: [1, 1], size: [2, 3], step: [1, 2] });
    assert.deepEqual(
      [box.values, box.size, box.step],
      [
        [5, 7, 9, 11],
        [2, 3],
        [1, 2],
      ],
    );
    assert.deepEqual(tensorReply(numbers, { name: "t", start: [2] }).values, [8, 9, 10, 11]);
    assert.deepEqual(tensorReply(numbers, { name: "t", start: [3] }).values, []);
    assert.deepEqual(tensorReply(numbers, { name: "t", step: [0, 3] }).values, [0, 3, 4, 7, 8, 11]);
  });

  it("are refused outside the tensor, and in more than a message takes", () => {
    const numbers = numbersOf(tensor([3, 4], upTo(12)))!;
    for (const about of [
      { start: [-1] },
      { size: [-1] },
      { start: [1], size: [3] },
      { start: [0, 4], size: [1, 1] },
    ])
      assert.throws(
        () => tensorReply(numbers, { name: "t", ...about }),
        /expected a box within \[3, 4\], got/,
      );
    const large = numbersOf(new Uint8Array(70_000))!;
    assert.throws(
      () => tensorReply(large, { name: "t" }),
      /expected at most 65536 elements, got \[70000\] from \[0\]/,
    );
    assert.equal(tensorReply(large, { name: "t", size: [65_536] }).values.length, 65_536);
    assert.throws(() => tensorReply(large, { name: "t", size: [65_537] }), RangeError);
  });

  it("come as JSON, with a histogram of all of them where one is asked for", () => {
    const numbers = numbersOf(new Float64Array([1, Number.NaN, Infinity, -Infinity, 3]))!;
    const reply = tensorReply(numbers, { name: "t", size: [4], bins: 2 });
    assert.deepEqual(reply.values, [1, "NaN", "Infinity", "-Infinity"]);
    assert.deepEqual(reply.histogram, { from: 1, to: 3, counts: [1, 1] });
    assert.equal(reply.statistics?.infinite, 2);
  });
});

describe("a tensor's forms", () => {
  const summaryOf = (value: object, text = "text") =>
    tensorForms(value, text)[Mime.tensor] as TensorSummary | undefined;
  const levelsOf = (value: object) =>
    summaryOf(value)!.tiles.levels.map((each) => [...Buffer.from(each, "base64")]);

  it("are there from 32 elements on", () => {
    assert.deepEqual(tensorForms(new Float32Array(31), "text"), {});
    assert.deepEqual(Object.keys(tensorForms(new Float32Array(32), "text")), [Mime.tensor, Mime.html]);
    assert.deepEqual(tensorForms([1], "text"), {});
  });

  it("say what it is, how large, and of its text sixteen lines", () => {
    const lines = (count: number) => upTo(count).join("\n");
    const value = tensor([4, 8], upTo(32));
    assert.equal(summaryOf(value, lines(16))!.text, lines(16));
    assert.equal(summaryOf(value, lines(18))!.text, `${lines(16)}\n… 2 more lines`);
    const { type, shape, dtype, bytes, histogram } = summaryOf(value)!;
    assert.deepEqual([type, shape, dtype, bytes], ["Object", [4, 8], "float32", 128]);
    assert.equal(histogram!.counts.length, 48);
  });

  it("have pictures in 254 levels, 0 where nothing finite is", () => {
    const values = upTo(32).map((i) => (i === 1 ? Number.NaN : i === 2 ? 31 / 254 : i));
    const [levels] = levelsOf(tensor([4, 8], values));
    assert.deepEqual([levels!.length, levels![0], levels![1], levels![2], levels![31]], [32, 1, 0, 2, 255]);
    assert.deepEqual(new Set(levelsOf(new Float32Array(32))[0]), new Set([128]));
  });

  it("have a picture of 64 pixels a side, or eight of 32; a row may be as wide as that", () => {
    const sizes = (shape: number[]) => {
      const { rows, columns, levels } = summaryOf(
        tensor(shape, new Float32Array(shape.reduce((a, b) => a * b))),
      )!.tiles;
      return [rows, columns, levels.length];
    };
    assert.deepEqual(sizes([64, 64]), [64, 64, 1]);
    assert.deepEqual(sizes([65, 64]), [33, 64, 1]);
    assert.deepEqual(sizes([1, 64, 65]), [64, 33, 1]);
    assert.deepEqual(sizes([2, 32, 33]), [32, 17, 2]);
    assert.deepEqual(sizes([3, 3, 4, 4]), [4, 4, 8]);
    assert.deepEqual(sizes([4096]), [1, 4096, 1]);
    assert.deepEqual(sizes([4097]), [1, 2049, 1]);
  });

  it("have their facts as HTML for who draws no tensors", () => {
    const html = (values: number[]) => String(tensorForms(tensor([values.length], values), "<t>")[Mime.html]);
    const some = html([...upTo(30), Number.NaN, Infinity]);
    assert.match(some, /<b>Object \[32\]<\/b> · float32 · 128 B/);
    assert.match(
      some,
      /<th>min<\/th><th>mean<\/th><th>max<\/th><th>std<\/th><th>NaN<\/th><th>infinite<\/th><th>histogram/,
    );
    assert.match(some, /<td>0<\/td><td>14\.5<\/td><td>29<\/td>/);
    assert.match(some, /<pre>&lt;t&gt;<\/pre>/);
    const whole = html(upTo(48));
    assert.doesNotMatch(whole, /NaN|infinite/);
    assert.match(whole, /<td>█{24}<\/td>/);
    const spread = html([...Array.from({ length: 48 }, () => 0), 47]);
    assert.match(spread, /<td>█\u2007{22}▁<\/td>/);
  });
});
