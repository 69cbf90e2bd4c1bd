// Tables of records, and which values show themselves as one.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { thisMachine } from "../../../kernel/host/machine";
import { setMachine } from "../../../kernel/machine/machine";
import { Mime, type MimeBundle } from "../../../kernel/protocol";
import { toBundle } from "../../../kernel/session/display/bundle";
import { tableOf } from "../../../kernel/session/display/table";

setMachine(thisMachine);

describe("tables", () => {
  it("stand in HTML and in text, numbers to the right", () => {
    const bundle = tableOf([
      { layer: "fc1", weights: 78400, loss: 0.123456789 },
      { layer: "<bn>", weights: 200, loss: null },
    ]);
    assert.equal(
      bundle[Mime.plain],
      ["layer  weights      loss", "fc1      78400  0.123457", "<bn>       200      null"].join("\n"),
    );
    assert.match(String(bundle[Mime.html]), /<td style="text-align: left">&lt;bn&gt;<\/td>/);
    assert.match(String(bundle[Mime.html]), /<td style="text-align: right">78400<\/td>/);
  });

  it("are made of rows, of columns, of some columns, and of the first rows", () => {
    const text = (...args: Parameters<typeof tableOf>) => tableOf(...args)[Mime.plain];
    assert.equal(text([["a", 1]]), "0  1\na  1");
    assert.equal(text({ x: new Float32Array([0.1, 2]), y: ["p"] }), "  x  y\n0.1  p\n  2");
    assert.equal(text([{ a: 1, b: 2 }], { columns: ["b"] }), "b\n2");
    assert.equal(text(new Set([{ a: 1 }, { a: 2 }, { a: 3 }]), { limit: 1 }), "a\n1\n… 2 more rows");
    assert.match(String(tableOf([{ a: 1 }, { a: 2 }], { limit: 1 })[Mime.html]), /<p>1 more row<\/p>/);
  });

  it("are how a list of plain records shows itself, and nothing else does", () => {
    const hasTable = (value: unknown) => Mime.html in (toBundle(value) as object);
    assert.ok(hasTable([{ a: 1 }, { a: "x", b: new Date(0) }]));
    class Point {
      x = 1;
    }
    for (const value of [
      [],
      [1],
      [{}],
      [[1]],
      [{ a: { b: 1 } }],
      [new Point()],
      { a: 1 },
      [{ a: 1 }, null],
    ]) {
      assert.ok(!hasTable(value), JSON.stringify(value));
    }
    assert.deepEqual((toBundle([{ a: 1 }]) as Record<string, unknown>)[Mime.plain], "[ { a: 1 } ]");
  });
});

describe("a cell of a table", () => {
  const cell = (value: unknown) =>
    String(tableOf([{ a: value }])[Mime.plain])
      .split("\n")
      .slice(1)
      .join("\n")
      .trim();

  it("has at most two hundred characters, numbers of six digits, dates as such, objects in one line", () => {
    assert.equal(cell("x".repeat(200)), "x".repeat(200));
    assert.equal(cell("x".repeat(201)), `${"x".repeat(200)}…`);
    assert.deepEqual(
      [cell(1234567.8), cell(0.000001234), cell(0.123456789)],
      ["1234568", "0.000001234", "0.123457"],
    );
    assert.equal(cell(new Date(0)), "1970-01-01T00:00:00.000Z");
    assert.equal(cell(new Date(Number.NaN)), "Invalid Date");
    assert.equal(
      cell({ a: { b: { c: 1 } }, long: "y".repeat(80) }),
      `{ a: { b: [Object] }, long: '${"y".repeat(80)}' }`,
    );
    assert.deepEqual([cell(undefined), cell(null), cell(false), cell(10n)], ["", "null", "false", "10"]);
  });

  it("is of at most twenty columns and fifty rows where the table is a value's own form", () => {
    const record = (columns: number) =>
      Object.fromEntries(Array.from({ length: columns }, (_, i) => [`c${i}`, i]));
    const html = (value: unknown) => (toBundle(value) as Record<string, string | undefined>)[Mime.html];
    assert.match(html([record(20)])!, /c19/);
    assert.equal(html([record(21)]), undefined);
    assert.doesNotMatch(html(Array.from({ length: 50 }, () => record(1)))!, /more row/);
    assert.match(html(Array.from({ length: 51 }, () => record(1)))!, /<p>1 more row<\/p>/);
    assert.match(
      html(
        new Map<string, unknown>([
          ["a", { x: 1 }],
          ["b", { x: 2 }],
        ]),
      )!,
      /<th[^>]*><\/th><th[^>]*>x<\/th>/,
    );
    assert.match(html(new Map([["a", 1]]))!, /<th[^>]*>value<\/th>/);
    assert.equal(html(new Map([["a", [1]]])), undefined);
    assert.ok(html([Object.assign(Object.create(null), { a: 1 })]));
    assert.equal(html([{ a: () => 1 }]), undefined);
    assert.equal(html([{ a: Symbol("s") }]), undefined);
  });
});

describe("bytes", () => {
  it("are known by the first of their picture's format, all of them", () => {
    for (const [mime, start] of [
      [Mime.png, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
      ["image/jpeg", [0xff, 0xd8, 0xff]],
      ["image/gif", [0x47, 0x49, 0x46, 0x38]],
    ] as const) {
      assert.ok(mime in toBundle(Uint8Array.from(start)), mime);
      for (const i of start.keys()) {
        const other = Uint8Array.from(start, (byte, at) => (at === i ? byte ^ 1 : byte));
        assert.ok(!(mime in toBundle(other)), `${mime}, byte ${i}`);
      }
      assert.ok(!(mime in toBundle(Uint8Array.from(start.slice(0, -1)))));
      assert.ok(!(mime in toBundle([...start])), "a list is none");
    }
  });

  it("that begin as a picture's file are shown as that picture", () => {
    const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1]);
    const bundle = toBundle(png) as Record<string, unknown>;
    assert.deepEqual(Object.keys(bundle), [Mime.png, Mime.plain]);
    assert.equal(bundle[Mime.png], Buffer.from(png).toString("base64"));
    assert.deepEqual(Object.keys(toBundle(new Uint8Array([1, 2]))), [Mime.plain]);
  });

  it("show a Map whose values are plain, by its keys", () => {
    const html = (map: Map<unknown, unknown>) => String((toBundle(map) as MimeBundle)[Mime.html] ?? "none");
    assert.match(html(new Map([["sgd", 0.5]])), /<th style="text-align: right">value<\/th>[\s\S]*>sgd<\/td>/);
    assert.match(html(new Map([[1, { loss: 2, name: "<a>" }]])), />loss<\/th>[\s\S]*>&lt;a&gt;<\/td>/);
    assert.equal(html(new Map([["deep", [1]]])), "none");
    assert.equal(html(new Map([[{}, 1]])), "none");
  });
});
