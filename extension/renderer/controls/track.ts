// Where a slider's value is on its way: even steps, or on a log scale even factors.
import type { ControlState } from "../../../kernel/protocol/index";

/** Digits of a value on a log scale; more than anybody could hit. */
const logDigits = 4;

type Slider = ControlState & { kind: "slider" };

export class Track {
  readonly #slider: Pick<Slider, "min" | "max" | "step" | "scale">;
  /** Steps from one end of a log scale to the other. */
  readonly #steps: number;

  constructor(slider: Pick<Slider, "min" | "max" | "step" | "scale">) {
    this.#slider = slider;
    const { min, max, step } = slider;
    this.#steps = Math.max(1, Math.round(Math.log(max / min) / Math.log(step)));
  }

  /** What the browser's slider is told. */
  get attributes(): { min: string; max: string; step: string } {
    const { min, max, step, scale } = this.#slider;
    const [first, last, each] = scale === "log" ? [0, this.#steps, 1] : [min, max, step];
    return { min: String(first), max: String(last), step: String(each) };
  }

  placeOf(value: number): number {
    const { min, max, scale } = this.#slider;
    if (scale === "linear") return value;
    return Math.round((Math.log(value / min) / Math.log(max / min)) * this.#steps);
  }

  valueAt(place: number): number {
    const { min, max, scale } = this.#slider;
    if (scale === "linear") return place;
    const value = min * (max / min) ** (place / this.#steps);
    return Math.min(max, Math.max(min, Number(value.toPrecision(logDigits))));
  }
}
