// The same seed gives the same bits: in another process, and however often garbage is collected meanwhile.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import path from "node:path";
import test from "node:test";
import { manualSeed, randn } from "../../kernel/tensor";

function run(...flags: string[]): string {
  const program = path.join(import.meta.dirname, "seededRun.ts");
  return execFileSync(process.execPath, [...flags, "--import", "tsx", program], { encoding: "utf8" });
}

test("drawing, shuffling, dropping out and training give the same bits in every process", () => {
  const once = run();
  assert.match(once, /^[0-9a-f]{64}$/);
  assert.equal(run(), once);
  assert.equal(run("--max-semi-space-size=1", "--no-opt"), once, "other code, other collections");
});

test("one seed gives one stream, another seed another, and a stream goes on", () => {
  const draw = (seed: number) => {
    manualSeed(seed);
    return randn([64]);
  };
  const first = draw(1);
  const next = randn([64]);
  assert.ok(draw(1).equal(first));
  assert.ok(randn([64]).equal(next));
  assert.ok(!draw(2).equal(first));
  assert.ok(!first.equal(next));
});
