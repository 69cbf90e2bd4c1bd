// The exercises of 02-why-normalize.
import type { Exercises } from "./exercise";

/** Of 02-why-normalize. */
export const whyNormalize = {} satisfies Exercises;
