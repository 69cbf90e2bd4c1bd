// Blocks of tensor memory: none overlap, freed neighbors serve larger ones, and what is touched stays near what is needed.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Generator } from "../../../kernel/bnlab";
import { blockBytes, blockClassOf, Heap } from "../../../kernel/tensor/heap";

const base = 2 ** 16;
const heapOf = () => new Heap(2 ** 28, base);
const large = blockClassOf(2 ** 20);

test("classes hold what they are asked for, with a quarter to spare at most, and large ones 17 lines more", () => {
  for (const bytes of [1, 64, 65, 256, 257, 1000, 65_535, 65_536, 65_537, 10 ** 6, 2 ** 30]) {
    const size = blockBytes(blockClassOf(bytes));
    assert.ok(size >= bytes && size <= 1.25 * bytes + 63 + 17 * 64, `${bytes}: ${size}`);
    assert.equal(size % 64, 0);
  }
});

test("large blocks that are freed become one range, whichever comes first, and the smallest that is enough is taken", () => {
  for (const order of [
    [0, 1, 2],
    [2, 1, 0],
    [0, 2, 1],
    [1, 0, 2],
  ]) {
    const heap = heapOf();
    const blocks = [large, large, large].map((each) => heap.allocate(each));
    const held = heap.allocate(large);
    const other = heap.allocate(large);
    heap.allocate(large);
    const { top } = heap;
    heap.free(other, large);
    for (const i of order) heap.free(blocks[i]!, large);
    assert.equal(heap.allocate(large), other, "that of its own size, before the range is cut");
    const three = blockClassOf(2.9 * 2 ** 20);
    assert.equal(heap.allocate(three), blocks[0], String(order));
    assert.equal(heap.top, top);
    assert.ok(held > 0 && heap.allocate(large) >= top, "what is held is nobody else's");
  }
});

test("small blocks leave freed large ranges whole while there is untouched memory", () => {
  const heap = heapOf();
  const [a] = [heap.allocate(large), heap.allocate(large)];
  heap.free(a!, large);
  const small = heap.allocate(blockClassOf(1000));
  assert.ok(small > a! + blockBytes(large));
  assert.equal(heap.allocate(large), a);
  heap.free(small, blockClassOf(1000));
  assert.equal(heap.allocate(blockClassOf(1000)), small, "the one that was freed last");
});

test("a full heap gives small blocks of freed large ranges, then 0, and all of it again once it is freed", () => {
  const heap = heapOf();
  heap.bound(base + 2 * blockBytes(large));
  const [a, b] = [heap.allocate(large), heap.allocate(large)];
  assert.equal(heap.allocate(large), 0);
  heap.free(a!, large);
  const small = heap.allocate(0);
  assert.equal(small, a);
  assert.equal(heap.allocate(large), 0);
  heap.free(small, 0);
  heap.free(b!, large);
  const both = blockClassOf(1.9 * 2 ** 20);
  assert.equal(heap.allocate(both), base + 64, "behind the small one, which stays as it is");
  heap.free(base + 64, both);
  heap.consolidate();
  assert.equal(heap.allocate(both), base);
});

test("no number at all is no block, and nothing is taken for it", () => {
  const heap = heapOf();
  assert.equal(heap.allocate(blockClassOf(Number.NaN)), 0);
  assert.equal(heap.allocate(large), base);
});

test("in any order of thousands of blocks none overlap, and little is touched beyond the most that was live", () => {
  const generator = new Generator(7);
  for (let round = 0; round < 5; round++) {
    const heap = heapOf();
    const live = new Map<number, number>();
    let [bytes, most] = [0, 0];
    for (let i = 0; i < 4000; i++) {
      if (live.size > 40 || (live.size > 0 && generator.integer(2) === 0)) {
        const [pointer, blockClass] = [...live][generator.integer(live.size)]!;
        heap.free(pointer, blockClass);
        live.delete(pointer);
        bytes -= blockBytes(blockClass);
        continue;
      }
      const blockClass = blockClassOf(2 ** (6 + generator.integer(15)) * (1 + generator.integer(100) / 100));
      const pointer = heap.allocate(blockClass);
      const end = pointer + blockBytes(blockClass);
      assert.ok(pointer >= base && end <= heap.top && pointer % 64 === 0);
      for (const [start, other] of live)
        assert.ok(end <= start || pointer >= start + blockBytes(other), `${pointer} lies in ${start}`);
      live.set(pointer, blockClass);
      bytes += blockBytes(blockClass);
      most = Math.max(most, bytes);
    }
    assert.ok(heap.top - base < 2 * most, `${heap.top - base} bytes touched for ${most}`);
  }
});
