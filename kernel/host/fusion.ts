// Whether layers in a row are computed together in Node.

/** `BNLAB_FUSION`: "off" computes every layer by itself, to see whether fusion is at fault. The numbers are the same. */
export function nodeFusion(asked = process.env.BNLAB_FUSION): boolean {
  if (asked === undefined || asked === "" || asked === "on") return true;
  if (asked === "off") return false;
  throw new RangeError(`BNLAB_FUSION: expected "on" or "off", got "${asked}"`);
}
