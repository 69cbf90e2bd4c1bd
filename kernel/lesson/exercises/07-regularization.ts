// The exercises of 07-regularization.
import type { Exercises } from "./exercise";

/** Of 07-regularization. */
export const regularization = {} satisfies Exercises;
