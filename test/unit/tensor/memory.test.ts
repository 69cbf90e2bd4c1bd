// What tidy() frees and hands on, and what becomes of a collection that an interrupt cut short.

import assert from "node:assert/strict";
import test from "node:test";
import { collectorHost } from "../../../kernel/host/collector";
import { memoryUsage, ones, type Tensor, tidy } from "../../../kernel/tensor";
import { Collector } from "../../../kernel/tensor/collector";
import { Heap } from "../../../kernel/tensor/heap";
import { Storage } from "../../../kernel/tensor/storage";

test("what an inner tidy() returns is the outer one's to free, or to hand on", () => {
  const { liveStorages } = memoryUsage();
  tidy(() => {
    const inner = tidy(() => [ones([1000]), ones([1000])]);
    assert.equal(inner[1]!.sum().item(), 1000);
  });
  assert.equal(
    memoryUsage().liveStorages,
    liveStorages,
    "the outer tidy() frees what the inner one returned",
  );
  const kept: Tensor = tidy(() => tidy(() => ones([1000])));
  assert.equal(memoryUsage().liveStorages, liveStorages + 1);
  assert.equal(kept.sum().item(), 1000);
});

test("a collection that an interrupt cut short frees every block once, whoever frees it", () => {
  const freed: number[] = [];
  const heap = new Heap(2 ** 24, 0);
  heap.free = (pointer) => freed.push(pointer);
  const collector = new Collector(heap);
  collector.setHost(collectorHost());
  const { engine } = ones([1]).storage;
  const make = (pointer: number) => {
    const storage = new Storage(engine, pointer, 16, 0);
    collector.add(storage);
    return storage;
  };
  const removed = [make(64)];
  const held = make(128);
  make(192); // garbage at once
  // The interrupt comes while the second one is being turned.
  const address = Object.getOwnPropertyDescriptor(held, "address")!;
  Object.defineProperty(held, "address", {
    configurable: true,
    get: () => {
      throw new Error("interrupt");
    },
  });
  assert.throws(() => collector.weaken(), /interrupt/);
  Object.defineProperty(held, "address", address);

  collector.weaken();
  collector.remove(removed[0]!);
  removed.length = 0; // garbage from here on, and freed already
  collector.sweep();
  assert.deepEqual(freed, [64, 192]);
  assert.equal(collector.liveStorages, 1);
  collector.remove(held);
  collector.sweep();
  assert.deepEqual(freed, [64, 192, 128]);
});
