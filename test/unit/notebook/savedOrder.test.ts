// What a notebook's saved counts tell of the order in which its cells ran.
import assert from "node:assert/strict";
import { test } from "node:test";
import { impossibleIn } from "../../../kernel/notebook/savedOrder";

/** Cells that make one name each, and read others; saved with these counts. */
const saved = (counts: (number | null)[], cells: [makes: string, ...reads: string[]][]) =>
  impossibleIn(
    cells.map(([makes, ...reads], i) => ({
      number: i + 1,
      count: counts[i]!,
      flow: { makes: [makes], reads, changes: [makes] },
    })),
  );

test("an order in which each cell finds what it reads is possible, whatever the counts", () => {
  assert.deepEqual(saved([1, 2, 3], [["a"], ["b", "a"], ["c", "a", "b"]]), []);
  assert.deepEqual(saved([4, 7, 9], [["a"], ["b", "a"], ["c", "a", "b"]]), []);
  assert.deepEqual(saved([1, 3, 2], [["a"], ["b", "a"], ["c", "a"]]), []);
  assert.deepEqual(saved([1, null, 2], [["a"], ["b", "a"], ["c", "a"]]), []);
  assert.deepEqual(saved([1, 2, 3, 4], [["x"], ["b", "x"], ["x", "x"], ["c", "x"]]), []);
});

test("a cell that ran before what it reads was made, or without it, is told", () => {
  assert.deepEqual(saved([3, 2], [["a"], ["b", "a"]]), [
    "cell 2 ran as [2] and reads `a`, but cell 1, which makes it, ran later, as [3]",
  ]);
  assert.deepEqual(saved([null, 2], [["a"], ["b", "a"]]), [
    "cell 2 ran as [2] and reads `a`, but cell 1, which makes it, had not run",
  ]);
});

test("a cell that ran again after one below it had changed what it reads is told", () => {
  assert.deepEqual(saved([1, 4, 3], [["x"], ["b", "x"], ["x", "x"]]), [
    "cell 2 ran as [4] and reads `x` as cell 3 had made it, [3], not cell 1",
  ]);
});

test("who had made a name is the last cell above that makes it, and of those that ran before the latest", () => {
  assert.deepEqual(saved([3, 1, 2], [["a"], ["a"], ["b", "a"]]), []);
  assert.deepEqual(saved([1, 9, 4, 3], [["x"], ["b", "x"], ["x"], ["x"]]), [
    "cell 2 ran as [9] and reads `x` as cell 3 had made it, [4], not cell 1",
  ]);
  assert.deepEqual(saved([1, 2, 9], [["x"], ["b", "x"], ["x"]]), [], "it ran later");
  assert.deepEqual(saved([1, 2, null], [["x"], ["b", "x"], ["x"]]), [], "it did not run");
});

test("nothing is said of names that cells below make, or that no cell does, and of cells that came to no end", () => {
  assert.deepEqual(saved([2, 1], [["b", "x"], ["x"]]), []);
  assert.deepEqual(saved([2], [["b", "x"]]), []);
  const reads = { makes: ["b"], reads: ["a"], changes: ["b"] };
  assert.deepEqual(
    impossibleIn([
      { number: 1, count: 5, flow: undefined },
      { number: 2, count: 2, flow: reads },
    ]),
    [],
  );
});
