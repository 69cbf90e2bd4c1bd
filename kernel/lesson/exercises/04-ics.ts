// The exercises of 04-ics.
import type { Exercises } from "./exercise";

/** Of 04-ics. */
export const covariateShift = {} satisfies Exercises;
