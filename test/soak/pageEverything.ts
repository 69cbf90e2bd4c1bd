// Loaded before a test file: every allocation, and every block that comes back, moves all that the pager may, and what was
// freed is overwritten. An operation that reads by an old pointer computes NaN; one that writes by it is found here.

import { Engine } from "../../kernel/tensor/engine";
import { blockBytes, Heap } from "../../kernel/tensor/heap";

const { allocate, bring, storageFor } = Engine.prototype;
Engine.prototype.allocate = function (...wanted) {
  this.allocations++;
  this.collect({ all: true });
  return allocate.apply(this, wanted);
};
Engine.prototype.storageFor = function (...wanted) {
  this.allocations++;
  this.collect({ all: true });
  return storageFor.apply(this, wanted);
};
Engine.prototype.bring = function (storage) {
  this.collect({ all: true });
  return bring.call(this, storage);
};
Engine.prototype.setCollectorHost = () => {};

/** Blocks that were freed and not yet handed out again: pointer → bytes. */
const poisoned = new WeakMap<Heap, Map<number, number>>();

const { free, allocate: handOut, consolidate } = Heap.prototype;
Heap.prototype.free = function (pointer, blockClass) {
  const bytes = blockBytes(blockClass);
  new Float32Array(this.memory.buffer, pointer, bytes / 4).fill(Number.NaN);
  const blocks = poisoned.get(this) ?? new Map<number, number>();
  poisoned.set(this, blocks.set(pointer, bytes));
  free.call(this, pointer, blockClass);
};
Heap.prototype.allocate = function (blockClass) {
  const pointer = handOut.call(this, blockClass);
  const bytes = poisoned.get(this)?.get(pointer);
  poisoned.get(this)?.delete(pointer);
  if (bytes === undefined || new Float32Array(this.memory.buffer, pointer, bytes / 4).every(Number.isNaN))
    return pointer;
  process.stderr.write("pageEverything: an operation wrote to a block that was freed before\n");
  process.exit(1);
};
Heap.prototype.consolidate = function () {
  poisoned.delete(this);
  consolidate.call(this);
};
