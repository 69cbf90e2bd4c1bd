// Which cell an execution of an earlier window is of, and what is done with its outputs.
import assert from "node:assert/strict";
import { it } from "node:test";
import { cellOf, restoringOf, type StandingCell } from "../../../extension/notebook/pastCells";
import type { PastExecution } from "../../../kernel/protocol";

const standing = (index: number, source: string, id?: string, more = {}): StandingCell<number> => ({
  ...{ cell: index, index, source, id, order: undefined, outputs: 0 },
  ...more,
});
const past = (more: Partial<PastExecution>): PastExecution => ({
  ...{ id: "x", code: "a", cellIndex: 0, isOutdated: false, outputs: 1, isLive: false },
  ...{ end: { time: 1, status: "ok", order: 1, wasSeen: true } },
  ...more,
});

it("a cell is found by its id, wherever it is and whatever stands in it", () => {
  const cells = [standing(0, "a", "one"), standing(1, "edited", "two")];
  assert.equal(cellOf(past({ cellId: "two" }), cells)?.cell, 1);
  assert.equal(cellOf(past({ cellId: "gone" }), cells), undefined);
});

it("a cell without an id is found by its text, at its place where there are several", () => {
  const cells = [standing(0, "b"), standing(1, "a"), standing(2, "a"), standing(3, "c", "given later")];
  assert.equal(cellOf(past({ cellIndex: 2 }), cells)?.cell, 2);
  assert.equal(cellOf(past({ cellIndex: 0 }), cells), undefined);
  assert.equal(cellOf(past({ cellIndex: 7, code: "b" }), cells)?.cell, 0);
  assert.equal(cellOf(past({ cellIndex: 9, code: "c" }), cells)?.cell, 3);
});

it("outputs are shown that the cell has not, unless it is another cell by now", () => {
  const empty = standing(0, "a");
  const same = standing(0, "a", undefined, { order: 1, outputs: 1 });
  assert.equal(restoringOf(past({}), empty), "show");
  assert.equal(restoringOf(past({}), same), "hear");
  assert.equal(restoringOf(past({ isLive: true }), same), "show");
  assert.equal(restoringOf(past({ outputs: 2 }), same), "show");
  assert.equal(restoringOf(past({ end: { ...past({}).end!, wasSeen: false } }), same), "show");
  assert.equal(restoringOf(past({}), standing(0, "edited")), "leave");
  assert.equal(restoringOf(past({ isOutdated: true }), empty), "leave");
  assert.equal(restoringOf(past({ end: { ...past({}).end!, status: "aborted" } }), empty), "leave");
});

it("what runs or waits goes on, also where the cell has been edited", () => {
  assert.equal(restoringOf(past({ end: undefined }), standing(0, "edited")), "show");
});
