// The order in which samples come.

import { type Generator, randperm } from "../tensor";

/** 0 … count−1 at random, drawn from `generator`, or from the stream that manualSeed() starts. */
export function randomOrder(count: number, generator?: Generator): Int32Array {
  return Int32Array.from(randperm(count, { generator }).data);
}
