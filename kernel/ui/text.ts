// A line of text.
import { describe, requireKnown } from "../arguments";
import type { ControlKind } from "../protocol";
import { Control, type ControlOptions, controlOptions } from "./control";

export interface TextOptions extends ControlOptions {
  /** What stands there at first; default nothing. */
  value?: string;
  /** What an empty field shows, in gray. */
  placeholder?: string;
}

const options: readonly (keyof TextOptions)[] = ["value", "placeholder", ...controlOptions];
const mostCharacters = 10_000;

/** A field for a text; `ui.text` makes it. */
export class TextField extends Control<string> {
  readonly #placeholder: string;

  /** @internal */
  constructor(placeholder: string, value: string, rest: ControlOptions) {
    super("text", value, rest);
    this.#placeholder = placeholder;
  }

  protected override kind(value: string): ControlKind {
    return { kind: "text", value, placeholder: this.#placeholder };
  }

  protected override check(operation: string, value: unknown): string {
    return checked(operation, "the value", value);
  }
}

/**
 * A field to type a line of text into; it takes effect with Enter, or when the field is left.
 *
 * @example const title = ui.text({ label: "title", placeholder: "Untitled" });
 */
export function text(settings: TextOptions = {}): TextField {
  requireKnown("text", arguments, 1, options);
  const { label, name, disabled } = settings;
  const value = checked("text", "value", settings.value ?? "");
  const placeholder = checked("text", "placeholder", settings.placeholder ?? "");
  return new TextField(placeholder, value, { label, name, disabled });
}

function checked(operation: string, name: string, value: unknown): string {
  if (typeof value !== "string") {
    throw new TypeError(`${operation}: expected ${name} to be a text, got ${describe(value)}`);
  }
  if (value.length <= mostCharacters) return value;
  throw new RangeError(
    `${operation}: expected ${name} of at most ${mostCharacters} characters, got ${value.length}`,
  );
}
