// On or off.
import { requireFlag, requireKnown } from "../arguments";
import type { ControlKind } from "../protocol";
import { Control, type ControlOptions, controlOptions } from "./control";

export interface CheckboxOptions extends ControlOptions {
  /** Whether it is on at first; default false. */
  value?: boolean;
}

const options: readonly (keyof CheckboxOptions)[] = ["value", ...controlOptions];

/** A checkbox; `ui.checkbox` makes it. */
export class Checkbox extends Control<boolean> {
  protected override kind(value: boolean): ControlKind {
    return { kind: "checkbox", value };
  }

  protected override check(operation: string, value: unknown): boolean {
    requireFlag(operation, "the value", value);
    return value;
  }
}

/**
 * A box that is on or off.
 *
 * @example const batchNorm = ui.checkbox({ label: "batch norm", value: true });
 */
export function checkbox(settings: CheckboxOptions = {}): Checkbox {
  requireKnown("checkbox", arguments, 1, options);
  const { value = false, label, name, disabled } = settings;
  requireFlag("checkbox", "value", value);
  return new Checkbox("checkbox", value, { label, name, disabled });
}
