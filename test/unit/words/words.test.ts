// Numbers, times and tables in words.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import {
  alignedLines,
  bytesText,
  clockText,
  escapeHtml,
  htmlTable,
  percent,
  plural,
  proseNumber,
  rateText,
  shortNumber,
  textTable,
} from "../../../kernel/words";

test("a short number has four digits, or all of its integer part", () => {
  const shown: [value: number, text: string][] = [
    [12345.678, "12346"],
    [-12345.678, "-12346"],
    [9999.5, "10000"],
    [1234.5678, "1235"],
    [123.4567, "123.5"],
    [0.123456, "0.1235"],
    [0.1, "0.1"],
    [0.00012345, "0.0001234"],
    [0.000012345, "1.234e-5"],
    [0.00001, "1e-5"],
    [123456789, "123456789"],
    [0, "0"],
    [Number.NaN, "NaN"],
    [Number.NEGATIVE_INFINITY, "-Infinity"],
  ];
  for (const [value, text] of shown) assert.equal(shortNumber(value), text);
  assert.equal(shortNumber(12345.678, 2), "12346");
  assert.equal(shortNumber(0.000123456, 6, 1e-6), "0.000123456");
});

test("a short number is within its last digit, and within a half from its integer part on", () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e15, max: 1e15 }), (value) => {
      const size = Math.abs(value);
      const off = Math.abs(Number(shortNumber(value)) - value);
      assert.ok(off <= (size >= 1000 ? 0.5 : 0.5001e-3 * size), `${value} is shown as ${shortNumber(value)}`);
    }),
  );
});

test("in prose a minus is one, and what is no number has a sign", () => {
  assert.deepEqual(
    [-1.5, Number.NaN, Infinity, -Infinity, -1.5e-7].map((each) => proseNumber(each)),
    ["−1.5", "–", "∞", "−∞", "−1.5e−7"],
  );
});

test("sizes, rates, times, shares, counts", () => {
  assert.deepEqual([0, 1023, 26214, 5 << 20, 2 ** 40].map(bytesText), [
    "0 B",
    "1023 B",
    "25.6 KB",
    "5 MB",
    "1024 GB",
  ]);
  assert.deepEqual(
    [rateText(0, 1), rateText(123, 10), rateText(12345, 1), rateText(1, 4)],
    ["", "12.3/s", "12345/s", "4 s each"],
  );
  assert.deepEqual([0, 65, 3700].map(clockText), ["0:00", "1:05", "1:01:40"]);
  assert.deepEqual([percent(0.123), percent(0.1234, 1)], ["12 %", "12.3 %"]);
  assert.deepEqual([plural(1, "row"), plural(12345, "row")], ["1 row", "12,345 rows"]);
});

test("text and tables as HTML show what they hold", () => {
  assert.equal(escapeHtml(`<a href="x">&</a>`), "&lt;a href=&quot;x&quot;&gt;&amp;&lt;/a&gt;");
  assert.match(htmlTable(["<"], [["&"]], [">"]), /&lt;.*&amp;.*&gt;/);
  assert.equal(
    textTable(["a", "b", "c"], [["xy", "z", "12"]], ["", "", "3"]),
    "a   b   c\n─────────\nxy  z  12\n─────────\n        3",
  );
  assert.deepEqual(
    alignedLines([], () => true),
    [],
  );
});
