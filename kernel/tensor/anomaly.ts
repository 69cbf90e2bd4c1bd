// Looking for the operation whose gradient became NaN.

import { describe, requireFunction, requireKnown } from "./arguments";
import { engine, requireSynchronous, type Synchronous } from "./runtime";

/**
 * Runs fn, a synchronous function, and has every backward() in it look at each gradient: an Error names the operation that
 * gave the first NaN, and where it was called. Slow; for looking into a run that has gone wrong. Walks with createGraph are
 * not looked at. As torch.autograd.detect_anomaly.
 */
export function detectAnomaly<T>(fn: () => Synchronous<T>): T {
  requireKnown("detectAnomaly", arguments, 1);
  requireFunction("detectAnomaly", fn);
  const before = engine.detectsAnomaly;
  engine.detectsAnomaly = true;
  try {
    return requireSynchronous("detectAnomaly", fn());
  } finally {
    engine.detectsAnomaly = before;
  }
}

/** Whether every backward() from now on looks for NaN, see detectAnomaly(); the end of a cell leaves it as it is. As torch.autograd.set_detect_anomaly. */
export function setDetectAnomaly(mode: boolean): void {
  requireKnown("setDetectAnomaly", arguments, 1);
  if (typeof mode !== "boolean") {
    throw new TypeError(`setDetectAnomaly: expected true or false, got ${describe(mode)}`);
  }
  engine.detectsAnomaly = mode;
}
