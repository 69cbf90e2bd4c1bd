// What is asked of the numbers of controls.
import { describe } from "../arguments";

export function requireFinite(operation: string, name: string, value: unknown): asserts value is number {
  if (typeof value !== "number") {
    throw new TypeError(`${operation}: expected ${name} to be a number, got ${describe(value)}`);
  }
  if (!Number.isFinite(value)) {
    throw new RangeError(`${operation}: expected ${name} to be a finite number, got ${value}`);
  }
}
