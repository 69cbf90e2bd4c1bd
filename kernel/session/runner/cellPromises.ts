// Which cell a promise is of, so that what goes on after an `await` is its own cell's, and so is a failure nobody awaits.
// AsyncLocalStorage would say so too, but before Node 24 it keeps a stack that an interrupt's termination corrupts.
import { promiseHooks } from "node:v8";
import type { Speaker } from "../cells/cellTimers";

/** Called for every promise there is: no cell's doing may be in its way. */
const { defineProperty } = Reflect;

const owner = Symbol("cell");
type Owned = Promise<unknown> & { [owner]?: number };

export const cellOf = (promise: Promise<unknown>): number | undefined => (promise as Owned)[owner];

/** @param latest the cell that runs, or ran last. */
export function followPromises(speaker: Speaker, latest: () => number): void {
  promiseHooks.createHook({
    init(promise) {
      // Not enumerable: a promise that is shown shows no mark of ours.
      defineProperty(promise, owner, { value: speaker.cell });
    },
    before(promise) {
      const cell = cellOf(promise);
      if (cell !== undefined && cell !== speaker.cell) speaker.speakFor(cell);
    },
    after() {
      if (speaker.cell !== latest()) speaker.speakFor(latest());
    },
  });
}
