// The exercises of 05-speed-lr-init.
import type { Exercises } from "./exercise";

/** Of 05-speed-lr-init. */
export const speed = {} satisfies Exercises;
