// The order in which samples come.

import { type Generator, randperm } from "../tensor";
import { numbersOf } from "../tensor/doors/numbers";

/** 0 … count−1 at random, drawn from `generator`, or from the stream that manualSeed() starts. */
export function randomOrder(count: number, generator?: Generator): Int32Array {
  return new Int32Array(numbersOf(randperm(count, { generator }))[0]);
}
