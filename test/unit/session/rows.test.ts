// Values as tables, and some of their rows: what is one, sorted, filtered, bounded.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { data, tensor } from "../../../kernel/bnlab";
import { mostColumns, mostRows, type RowsRequest } from "../../../kernel/protocol";
import { RowLook } from "../../../kernel/session/cells/rows";
import { rowCount, tableOf } from "../../../kernel/session/cells/tables";

const look = (value: unknown, request: Partial<RowsRequest> = {}) =>
  new RowLook().reply(value, { name: "v", ...request });
const people = [
  { name: "Ann", age: 30, born: new Date(0) },
  { name: "bob", age: Number.NaN, note: "a, b" },
  { name: "Cid", age: 9, born: undefined },
  { name: "Dee 10", age: 100 },
  { name: "Dee 9", age: 100 },
];

describe("a value as a table", () => {
  it("says which columns are numbers: gaps count for none, a text among them for all", () => {
    const rows = [
      { a: 1, b: 1, c: null, d: 3n },
      { a: null, b: "x", c: undefined, d: Number.NaN },
    ];
    assert.deepEqual(look(rows).columns, [
      { name: "a", numeric: true },
      { name: "b", numeric: false },
      { name: "c", numeric: false },
      { name: "d", numeric: true },
    ]);
  });

  it("has records' members, lists' places, Maps' keys, columns of one length, data sets' features and labels", () => {
    const columns = (value: unknown) => tableOf(value)?.columns;
    assert.deepEqual(columns(people), ["name", "age", "born", "note"]);
    assert.deepEqual(columns([[1, 2], [3]]), ["0", "1"]);
    assert.deepEqual(columns([1, "a"]), ["value"]);
    assert.deepEqual(look([{ a: 1 }, 7]).rows, [
      [1, null],
      [null, 7],
    ]);
    assert.deepEqual(look(new Map<unknown, unknown>([["k", { a: 1 }]])).rows, [["k", 1]]);
    assert.deepEqual(
      look(new Map([[1, 2]])).columns.map(({ name }) => name),
      ["key", "value"],
    );
    assert.deepEqual(look({ x: [1, 2], y: new Float32Array([3, 4]) }).rows, [
      [1, 3],
      [2, 4],
    ]);
    const iris = data.csv({ text: "a,b,kind\n1,2,x\n3,4,y" }, { label: "kind" });
    assert.deepEqual(
      [columns(iris), look(iris).rows],
      [
        ["a", "b", "label"],
        [
          [1, 2, "x"],
          [3, 4, "y"],
        ],
      ],
    );
    assert.deepEqual(look(new data.Subset(iris, [1])).rows, [[3, 4, "y"]]);
    assert.deepEqual(
      look(data.digits({ count: 2, seed: 1 })).columns.map(({ name }) => name),
      ["label"],
    );
    assert.deepEqual(
      look(
        tensor([
          [1, 2],
          [3, 4],
        ]),
      ).rows,
      [
        [1, 2],
        [3, 4],
      ],
    );
    assert.deepEqual(look(tensor([1, 0]).gt(0)).rows, [[true], [false]]);
  });

  it("is none without rows, or of other things", () => {
    const none = [null, 1, "text", [], new Map(), {}, { a: 1 }, { x: [1], y: [1, 2] }, tensor(1), () => 1];
    for (const value of none) assert.equal(rowCount(value), undefined);
    assert.throws(
      () => look(5),
      new TypeError(
        "rows_request: expected a list, a Map, a data set, or an object of columns of one length, got v: 5",
      ),
    );
  });

  it("reads no getter, and calls nothing of a value that throws", () => {
    const trap = {
      get a(): number {
        throw new Error("read");
      },
      b: 1,
      toString() {
        throw new Error("called");
      },
    };
    assert.deepEqual(look([trap]).rows[0]?.slice(0, 2), [null, 1]);
    assert.equal(look([{ trap }], { filter: "x" }).total, 1);
    assert.equal(rowCount(Object.defineProperty({}, "x", { get: () => [1], enumerable: true })), undefined);
  });
});

describe("rows", () => {
  const names = (request: Partial<RowsRequest>) => look(people, request).rows.map(([name]) => name);

  it("are sorted by numbers and by texts with numbers in them, what is empty last either way", () => {
    assert.deepEqual(names({ sort: 1 }), ["Cid", "Ann", "Dee 10", "Dee 9", "bob"]);
    assert.deepEqual(names({ sort: 1, descending: true }), ["Dee 10", "Dee 9", "Ann", "Cid", "bob"]);
    assert.deepEqual(names({ sort: 0 }), ["Ann", "bob", "Cid", "Dee 9", "Dee 10"]);
    assert.deepEqual(look(people, { sort: 1 }).numbers, [2, 0, 3, 4, 1]);
    assert.deepEqual(
      names({ sort: 99 }),
      people.map(({ name }) => name),
    );
  });

  it("are filtered by a text in any cell, and by comparisons of columns", () => {
    assert.deepEqual(names({ filter: "DEE" }), ["Dee 10", "Dee 9"]);
    assert.deepEqual(names({ filter: "age > 20 && name != ann" }), ["bob", "Dee 10", "Dee 9"].slice(1));
    assert.deepEqual(names({ filter: "age >= 100" }), ["Dee 10", "Dee 9"]);
    assert.deepEqual(names({ filter: "Age === 9" }), ["Cid"]);
    assert.deepEqual(names({ filter: 'name = "bob"' }), ["bob"]);
    assert.deepEqual(names({ filter: "a, b" }), ["bob"]);
    assert.deepEqual(names({ filter: "born = " }), ["bob", "Cid", "Dee 10", "Dee 9"]);
    assert.deepEqual(look(people, { filter: "nobody > 1" }).matched, 0);
  });

  it("come in parts, the bounded characters of a cell and of a reply", () => {
    const many = Array.from({ length: 5_000 }, (_, i) => ({ i, text: "x".repeat(300) }));
    const part = look(many, { start: 4_990, count: 100 });
    assert.deepEqual([part.rows.length, part.start, part.total, part.numbers[0]], [10, 4_990, 5_000, 4_990]);
    assert.equal(part.rows[0]?.[1], `${"x".repeat(200)}…`);
    assert.equal(look(many, { count: 1, whole: true }).rows[0]?.[1], "x".repeat(300));
    assert.equal(look(many).rows.length, mostRows);
    const large = Array.from({ length: 500 }, () => ["y".repeat(30_000)]);
    assert.equal(look(large, { whole: true }).rows.length, Math.ceil(4_000_000 / 30_000));
    const wide = look([Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`c${i}`, i]))]);
    assert.deepEqual([wide.columns.length, wide.width], [mostColumns, 500]);
    assert.deepEqual(look(many, { start: -5, count: -1 }).rows, []);
  });

  it("are sorted once while no cell runs", () => {
    const list = [{ n: 2 }, { n: 1 }];
    const kept = new RowLook();
    const first = () => kept.reply(list, { name: "v", sort: 0 }).rows[0];
    assert.deepEqual(first(), [1]);
    list[0]!.n = 0;
    assert.deepEqual(first(), [1]);
    kept.forget();
    assert.deepEqual(first(), [0]);
  });
});
