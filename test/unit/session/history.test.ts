// What a session's history answers.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Requests } from "../../../kernel/protocol";
import { History } from "../../../kernel/session/history";

const history = new History();
for (const [i, input] of ["const a = 1", "a + 1", "a * 2", "a + 1"].entries()) history.add(i + 1, input);
history.result("2");

const find = (request: Partial<Requests["history_request"]>) =>
  history.find({ output: false, raw: true, hist_access_type: "tail", ...request });

describe("History", () => {
  it("gives its tail, with outputs where asked", () => {
    assert.deepEqual(find({ n: 2 }), [
      [1, 3, "a * 2"],
      [1, 4, "a + 1"],
    ]);
    assert.deepEqual(find({ n: 2, output: true }), [
      [1, 3, ["a * 2", null]],
      [1, 4, ["a + 1", "2"]],
    ]);
    assert.equal(find({ n: null }).length, 4);
  });

  it("gives ranges, of this session only", () => {
    const range = { hist_access_type: "range", start: 2, stop: 4 } as const;
    assert.deepEqual(
      find(range).map(([, line]) => line),
      [2, 3],
    );
    assert.equal(find({ ...range, session: 1, stop: null }).length, 3);
    assert.deepEqual(find({ ...range, session: -1 }), []);
  });

  it("finds inputs by pattern, the latest of equal ones where asked", () => {
    const search = { hist_access_type: "search", pattern: "a ? *" } as const;
    assert.deepEqual(
      find(search).map(([, line]) => line),
      [2, 3, 4],
    );
    assert.deepEqual(
      find({ ...search, pattern: "a + 1", unique: true }).map(([, , input]) => input),
      ["a + 1"],
    );
    assert.deepEqual(find({ ...search, n: 1 }), [[1, 4, "a + 1"]]);
    assert.deepEqual(find({ ...search, pattern: "(.*)" }), []);
  });
});
