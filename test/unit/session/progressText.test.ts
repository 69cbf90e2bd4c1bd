// A progress bar in words.
import assert from "node:assert/strict";
import { it } from "node:test";
import type { ProgressBar } from "../../../kernel/protocol";
import { progressText } from "../../../kernel/session/display/progressText";

const bar = (fields: Partial<ProgressBar>): ProgressBar => ({
  label: "",
  done: 0,
  total: null,
  seconds: 0,
  ended: false,
  note: "",
  ...fields,
});

it("a bar tells its share, its rate and the time left; when it has ended, the time taken", () => {
  const epoch = { label: "epoch 1", done: 45, total: 100, seconds: 9 };
  assert.equal(
    progressText(bar({ ...epoch, note: "loss 0.3" })),
    "epoch 1  45% |█████████           | 45/100 · 5/s · 0:11 left · loss 0.3",
  );
  assert.equal(
    progressText(bar({ ...epoch, done: 100, seconds: 3725, ended: true })),
    "epoch 1 100% |████████████████████| 100/100 · 37.3 s each · 1:02:05",
  );
});

it("a bar without a total counts; before the first step it promises nothing", () => {
  assert.equal(progressText(bar({ done: 1234, seconds: 2 })), "1234 · 617/s · 0:02");
  assert.equal(progressText(bar({ total: 8, label: "load" })), "load   0% |                    | 0/8");
  assert.equal(progressText(bar({ total: 0, ended: true })), "0/0 · 0:00");
});

it("a bar that gets more than it was told stays full", () => {
  assert.match(
    progressText(bar({ done: 9, total: 4, seconds: 1 })),
    /^100% \|█{20}\| 9\/4 · 9\/s · 0:00 left$/,
  );
});
