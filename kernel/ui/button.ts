// Something to press.
import { describe, isRecord, requireInteger, requireKnown } from "../arguments";
import type { ControlKind, Json } from "../protocol";
import { Control, type ControlOptions } from "./control";

export interface ButtonOptions extends Pick<ControlOptions, "name" | "disabled"> {}

const options: readonly (keyof ButtonOptions)[] = ["name", "disabled"];

/** A button, whose value is how often it was pressed; `ui.button` makes it. */
export class Button extends Control<number> {
  protected override kind(): ControlKind {
    return { kind: "button" };
  }

  protected override check(operation: string, value: unknown): number {
    const count = value as number;
    requireInteger(operation, "the value", count, 0);
    return count;
  }

  /** Clients know no count. */
  protected override written(): Record<string, Json> {
    return {};
  }

  protected override read({ method, content }: Record<string, Json>, now: number): unknown[] {
    return method === "custom" && isRecord(content) && content.event === "click" ? [now + 1] : [];
  }
}

/**
 * A button. Its value counts how often it was pressed: `stop.value > 0` in a loop, `await next.changed()` between two steps,
 * `reset.onChange(() => …)` at any time.
 *
 * @example
 * const stop = ui.button("Stop here");
 * display(stop);
 * for (let step = 0; stop.value === 0 && step < 10_000; step++) train();
 */
export function button(label: string, settings: ButtonOptions = {}): Button {
  requireKnown("button", arguments, 2, options);
  if (typeof label !== "string" || label === "") {
    throw new TypeError(`button: expected a label, got ${label === "" ? "an empty one" : describe(label)}`);
  }
  const { name, disabled } = settings;
  return new Button("button", 0, { label, name, disabled });
}
