// The map of the scratch area: regions that are in use together may not meet.

import assert from "node:assert/strict";
import { test } from "node:test";
import { checkRegions, constantsRegion, scratchBytes } from "../../../../kernel/tensor/wasm/emit/scratch";

const check = (...regions: [start: number, bytes: number][]) =>
  checkRegions(scratchBytes, constantsRegion, {
    product: Object.fromEntries(regions.map(([start, bytes], i) => [`r${i}`, { start, bytes }])),
  });

test("regions side by side, up to the last byte, are accepted", () => {
  const after = constantsRegion.start + constantsRegion.bytes;
  check([0, 16], [16, constantsRegion.start - 16], [after, scratchBytes - after]);
});

test("regions that overlap, that leave the area or that lie on the constants are refused by name", () => {
  assert.throws(() => check([0, 32], [16, 32]), /product's r0 overlaps its r1/);
  assert.throws(() => check([constantsRegion.start - 16, 32]), /product's r0 overlaps its constants/);
  assert.throws(() => check([scratchBytes - 16, 32]), /product's r0 is 524272…524304/);
  assert.throws(() => check([8, 16]), /expected whole vectors/);
});

test("different uses may share a place", () => {
  const region = { start: 0, bytes: 64 };
  checkRegions(scratchBytes, constantsRegion, { one: { region }, other: { region } });
});
