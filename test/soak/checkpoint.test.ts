// A file of very many tensors is written and read in time that grows as they do.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { load, save } from "../../kernel/checkpoint";
import { thisMachine } from "../../kernel/host/machine";
import { setMachine } from "../../kernel/machine/machine";
import { tensor } from "../../kernel/tensor";

setMachine(thisMachine);
const folder = mkdtempSync(path.join(tmpdir(), "bnlab-checkpoint-"));
after(() => rmSync(folder, { recursive: true }));

test("200,000 tensors and a long history", () => {
  const tensors = Object.fromEntries(Array.from({ length: 200_000 }, (_, i) => [`t${i}`, tensor(i)]));
  const value = { tensors, history: Array.from({ length: 200_000 }, (_, i) => i / 3) };
  const file = path.join(folder, "value.safetensors");
  save(file, value);
  const back = load<typeof value>(file);
  assert.equal(back.tensors.t199999!.item(), 199_999);
  assert.deepEqual(back.history, value.history);
});
