// What a cell may print: no character is lost without being counted.
import assert from "node:assert/strict";
import { it } from "node:test";
import { PrintBudget } from "../../../kernel/session/cells/printBudget";

it("the beginning is shown, the end kept, and what lies between counted to the character", () => {
  const budget = new PrintBudget();
  const lines = Array.from({ length: 200_000 }, (_, i) => `line ${i}\n`);
  const shown = lines.map((text) => budget.take({ name: "stdout", text })).join("");
  const [note, tail] = budget.rest();
  const left = /… ([\d,]+) characters left out/.exec(note!.text)![1]!.replaceAll(",", "");
  const all = lines.join("");
  assert.equal(shown.length, 2 ** 20);
  assert.ok(all.startsWith(shown) && all.endsWith(tail!.text) && tail!.text.startsWith("line "));
  assert.equal(shown.length + Number(left) + tail!.text.length, all.length);
  assert.deepEqual(budget.rest(), [], "said once");
});

it("what fits is shown as it is, and a new cell begins anew", () => {
  const budget = new PrintBudget();
  assert.equal(budget.take({ name: "stdout", text: "a" }), "a");
  assert.deepEqual(budget.rest(), []);
  budget.take({ name: "stdout", text: "x".repeat(2 ** 20) });
  assert.equal(budget.take({ name: "stderr", text: "b" }), "");
  budget.reset();
  assert.equal(budget.take({ name: "stdout", text: "c" }), "c");
  assert.deepEqual(budget.rest(), []);
});

it("of a long end whole lines are kept, of a short one all of it", () => {
  const head = { name: "stdout", text: "x".repeat(2 ** 20) } as const;
  const budget = new PrintBudget();
  budget.take(head);
  const lines = Array.from({ length: 1000 }, (_, i) => `line ${i + 1000}\n`).join(""); // 10,000 characters
  budget.take({ name: "stdout", text: lines });
  const [, long] = budget.rest();
  assert.equal(long!.text, lines.slice(-8_190), "8,192 would begin within a line");
  budget.reset();
  budget.take(head);
  budget.take({ name: "stderr", text: "ab\ncd" });
  assert.deepEqual(budget.rest()[1], { name: "stderr", text: "ab\ncd" });
});
