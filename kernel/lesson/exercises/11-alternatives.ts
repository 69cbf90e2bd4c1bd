// The exercises of 11-alternatives.
import type { Exercises } from "./exercise";

/** Of 11-alternatives. */
export const alternatives = {} satisfies Exercises;
