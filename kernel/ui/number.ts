// A number to type.
import { requireKnown } from "../arguments";
import type { ControlKind } from "../protocol";
import { Control, type ControlOptions, controlOptions } from "./control";
import { requireFinite } from "./numbers";

export interface NumberOptions extends ControlOptions {
  /** What stands there at first; default 0, or the bound that is nearest to it. */
  value?: number;
  /** The least that it takes; default any. */
  min?: number;
  /** The most that it takes; default any. */
  max?: number;
  /** What the arrow keys add; default 1 where the value and the bounds are whole numbers. It takes numbers between as well. */
  step?: number;
}

const options: readonly (keyof NumberOptions)[] = ["value", "min", "max", "step", ...controlOptions];

interface Bounds {
  min: number | null;
  max: number | null;
  step: number | null;
}

/** A field for a number; `ui.number` makes it. */
export class NumberField extends Control<number> {
  readonly #bounds: Bounds;

  /** @internal */
  constructor(bounds: Bounds, value: number, rest: ControlOptions) {
    super("number", value, rest);
    this.#bounds = bounds;
  }

  protected override kind(value: number): ControlKind {
    return { kind: "number", value, ...this.#bounds };
  }

  protected override check(operation: string, value: unknown): number {
    return checked(operation, "the value", value, this.#bounds);
  }
}

/**
 * A field to type a number into; it takes effect with Enter, or when the field is left.
 *
 * @example
 * const seed = ui.number({ value: 1, min: 0, label: "seed" });
 * @throws RangeError for a value beyond its bounds, bounds the wrong way round, a step that is not above 0.
 */
export function number(settings: NumberOptions = {}): NumberField {
  requireKnown("number", arguments, 1, options);
  const { min = null, max = null, label, name, disabled } = settings;
  for (const [bound, given] of Object.entries({ min, max }))
    if (given !== null) requireFinite("number", bound, given);
  if (min !== null && max !== null && !(min < max)) {
    throw new RangeError(`number: expected min below max, got min ${min} and max ${max}`);
  }
  const value = settings.value ?? Math.min(max ?? Number.MAX_VALUE, Math.max(min ?? -Number.MAX_VALUE, 0));
  const isWhole = [value, min ?? 0, max ?? 0].every(Number.isInteger);
  const step = settings.step ?? (isWhole ? 1 : null);
  if (step !== null) requireFinite("number", "step", step);
  if (step !== null && step <= 0) throw new RangeError(`number: expected step to be above 0, got ${step}`);
  const bounds = { min, max, step };
  return new NumberField(bounds, checked("number", "value", value, bounds), { label, name, disabled });
}

function checked(operation: string, name: string, value: unknown, { min, max }: Bounds): number {
  requireFinite(operation, name, value);
  if (min !== null && value < min)
    throw new RangeError(`${operation}: expected ${name} ≥ ${min}, got ${value}`);
  if (max !== null && value > max)
    throw new RangeError(`${operation}: expected ${name} ≤ ${max}, got ${value}`);
  return value;
}
