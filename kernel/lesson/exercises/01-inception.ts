// The exercises of 01-inception.
import type { Exercises } from "./exercise";

/** Of 01-inception. */
export const inception = {} satisfies Exercises;
