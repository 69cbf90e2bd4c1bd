// Timers of cells: whose outputs theirs are, and which of them an interrupt calls off.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { promisify } from "node:util";
import { CellTimers } from "../../../kernel/session/cells/cellTimers";

const engine = { setTimeout, setInterval, setImmediate };
after(() => Object.assign(globalThis, engine));

const said: number[] = [];
const speaker = {
  cell: 1,
  speakFor(cell: number) {
    said.push(cell);
    this.cell = cell;
  },
};
const timers = new CellTimers({
  setTimeout: engine.setTimeout,
  clearTimeout,
  afterTurn: engine.setImmediate,
});
timers.install(speaker);
const turn = () => new Promise<void>((resolve) => engine.setTimeout(resolve, 20));

test("what was set before the first cell nobody calls off", async () => {
  let rings = 0;
  setTimeout(() => rings++, 0);
  timers.cancel();
  await turn();
  assert.equal(rings, 1);
});

test("what a timer does is of the cell that set it, and then of the latest again", async () => {
  speaker.cell = 1;
  said.length = 0;
  const during: number[] = [];
  setTimeout((...words: string[]) => during.push(speaker.cell, ...words.map(Number)), 0, "7", "8");
  speaker.cell = 2;
  setImmediate(() => during.push(speaker.cell));
  await turn();
  assert.deepEqual(during.sort(), [1, 2, 7, 8]);
  assert.deepEqual(said, [1, 2], "nobody is told where the cell is the latest");
  assert.equal(speaker.cell, 2);
});

test("cancel() calls off what the running cell has set, and nothing else", async () => {
  const rung: string[] = [];
  setTimeout(() => rung.push("before"), 5);
  timers.begin();
  setTimeout(() => rung.push("timeout"), 5);
  setImmediate(() => rung.push("immediate"));
  const interval = setInterval(() => rung.push("interval"), 1);
  timers.cancel();
  setTimeout(() => rung.push("later"), 5);
  timers.end();
  setTimeout(() => rung.push("after"), 5);
  timers.cancel();
  await turn();
  clearInterval(interval);
  assert.deepEqual(rung.sort(), ["after", "before", "later"]);
});

test("an interval is called off after it has rung, too; a new cell's cancel() leaves those of the last one", async () => {
  let rings = 0;
  timers.begin();
  const interval = setInterval(() => rings++, 1);
  await turn();
  assert.ok(rings > 0);
  timers.cancel();
  const before = rings;
  await turn();
  assert.equal(rings, before);
  timers.begin();
  const lives = setInterval(() => rings++, 1);
  timers.begin();
  timers.cancel();
  await turn();
  clearInterval(interval);
  clearInterval(lives);
  assert.ok(rings > before);
});

test("they are the engine's own otherwise: promisify, what is no function, what callbacks return", async () => {
  assert.equal(await promisify(setTimeout)(1, "value"), "value");
  assert.throws(() => setTimeout("text" as never, 0), { code: "ERR_INVALID_ARG_TYPE" });
  assert.equal(setTimeout.name, engine.setTimeout.name);
});
