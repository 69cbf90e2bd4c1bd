// The exercises of 06-saturating.
import type { Exercises } from "./exercise";

/** Of 06-saturating. */
export const saturating = {} satisfies Exercises;
