// A number between two ends, to be dragged.
import { describe, requireKnown, requireRange, show } from "../arguments";
import type { ControlKind, Json } from "../protocol";
import { Control, type ControlOptions, controlOptions } from "./control";
import { requireFinite } from "./numbers";
import { positionOf } from "./widgets";

export interface SliderOptions extends ControlOptions {
  /** Where it stands at first; by default in the middle, on a log scale the geometric one. */
  value?: number;
  /**
   * From one value to the next; on a log scale the factor. By default 1 where both ends and the value are whole numbers and more
   * than 1 apart, else a hundredth of the way.
   */
  step?: number;
  /** "log" gives each power of ten the same way, as learning rates want it; default "linear". */
  scale?: "linear" | "log";
}

const options: readonly (keyof SliderOptions)[] = ["value", "step", "scale", ...controlOptions];
const parts = 100;

interface Track {
  min: number;
  max: number;
  step: number;
  scale: "linear" | "log";
}

/** A slider; `ui.slider` makes it. */
export class Slider extends Control<number> {
  readonly #track: Track;

  /** @internal */
  constructor(track: Track, value: number, rest: ControlOptions) {
    super("slider", value, rest);
    this.#track = track;
  }

  protected override kind(value: number): ControlKind {
    return { kind: "slider", value, ...this.#track };
  }

  protected override check(operation: string, value: unknown): number {
    return checked(operation, "the value", value, this.#track);
  }

  protected override written(value: number): Record<string, Json> {
    return positionOf({ value, ...this.#track });
  }

  /** What a client has rounded on its way over a scale is no other value. */
  protected override read(data: Record<string, Json>, now: number): unknown[] {
    const { max, min } = this.#track;
    return super
      .read(data, now)
      .filter((value) => !(Math.abs((value as number) - now) <= 1e-12 * Math.max(Math.abs(now), max - min)));
  }
}

/**
 * A slider from `min` to `max`.
 *
 * @example
 * const rate = ui.slider(0.001, 1, { value: 0.1, scale: "log", label: "learning rate" });
 * display(rate);
 * for (const [x, y] of loader) { optimizer.lr = rate.value; train(x, y); }
 * @throws RangeError unless min < max, on a log scale both above 0, the value between them and the step no longer than the way.
 */
export function slider(min: number, max: number, settings: SliderOptions = {}): Slider {
  requireKnown("slider", arguments, 3, options);
  requireFinite("slider", "min", min);
  requireFinite("slider", "max", max);
  requireRange("slider", "[min, max]", [min, max]);
  const { scale = "linear", label, name, disabled } = settings;
  if (scale !== "linear" && scale !== "log") {
    throw new TypeError(`slider: expected scale "linear" or "log", got ${describe(scale)}`);
  }
  const isLog = scale === "log";
  if (isLog && min <= 0) {
    throw new RangeError(`slider: expected a log scale to begin above 0, got ${show([min, max])}`);
  }
  const isWhole = !isLog && max - min > 1 && [min, max, settings.value ?? min].every(Number.isInteger);
  const { step = isLog ? (max / min) ** (1 / parts) : isWhole ? 1 : tidy((max - min) / parts) } = settings;
  requireStep(step, { min, max, isLog });
  const track = { min, max, step, scale };
  const value = settings.value ?? middle(track, isWhole);
  return new Slider(track, checked("slider", "value", value, track), { label, name, disabled });
}

function middle({ min, max, scale }: Track, isWhole: boolean): number {
  if (isWhole) return Math.round((min + max) / 2);
  const between = scale === "log" ? Math.sqrt(min) * Math.sqrt(max) : min + (max - min) / 2;
  return Math.min(max, Math.max(min, tidy(between)));
}

/** Without the digits that a division leaves behind. */
const tidy = (value: number) => Number(value.toPrecision(12));

function requireStep(step: number, { min, max, isLog }: { min: number; max: number; isLog: boolean }): void {
  requireFinite("slider", "step", step);
  const [least, most] = isLog ? [1, max / min] : [0, max - min];
  if (step > least && step <= most * (1 + 1e-9)) return;
  const expected = isLog
    ? `step to be a factor above 1 and at most max / min, ${tidy(most)}`
    : `step to be above 0 and at most max − min, ${tidy(most)}`;
  throw new RangeError(`slider: expected ${expected}, got ${step}`);
}

function checked(operation: string, name: string, value: unknown, { min, max }: Track): number {
  requireFinite(operation, name, value);
  if (value >= min && value <= max) return value;
  throw new RangeError(`${operation}: expected ${name} from ${min} to ${max}, got ${value}`);
}
