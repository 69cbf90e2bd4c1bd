// The exercises of 10-small-batch.
import type { Exercises } from "./exercise";

/** Of 10-small-batch. */
export const smallBatch = {} satisfies Exercises;
