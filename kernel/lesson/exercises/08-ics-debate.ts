// The exercises of 08-ics-debate.
import type { Exercises } from "./exercise";

/** Of 08-ics-debate. */
export const debate = {} satisfies Exercises;
