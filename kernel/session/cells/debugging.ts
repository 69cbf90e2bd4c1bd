// What a debugger has of the notebook's variables: boxes are the kernel's own business, so it is shown their values, by name.
import type { Variable } from "../../protocol";
import { countText, shortNumber } from "../../words";
import { numbersOf } from "../display/numbers";
import { attempt } from "../display/plainText";
import type { Boxes } from "./boxes";
import { describeVariable } from "./variables";

/** Tensors up to this size are described with their statistics, which takes a look at every element. */
const mostElements = 4_000_000;
/** Elements that are listed. */
const mostValues = 10_000;

export class Debugging {
  readonly #boxes: Boxes;
  readonly #isImport: (name: string) => boolean;

  constructor(boxes: Boxes, isImport: (name: string) => boolean) {
    this.#boxes = boxes;
    this.#isImport = isImport;
  }

  /**
   * An object for `with` that has those of the named variables which no variable of the code around it hides.
   *
   * @param hiding name → what the name means where the expression stands.
   */
  scope(hiding: Record<string, () => unknown>): object {
    const scope = Object.create(null) as object;
    for (const [name, read] of Object.entries(hiding)) {
      if (!this.#boxes.has(name) || isHidden(name, read)) continue;
      const box = this.#boxes.open(name);
      Object.defineProperty(scope, name, {
        get: () => box[name],
        set: (value: unknown) => {
          box[name] = value;
        },
      });
    }
    return scope;
  }

  /** Gives the object the values that the variables have by now; what was imported is nobody's variable. */
  list(object: Record<string, unknown> = Object.create(null)): object {
    for (const name of this.#boxes.names()) {
      if (!this.#isImport(name)) object[name] = this.#boxes.value(name);
    }
    return object;
  }

  set(name: string, value: unknown): void {
    this.#boxes.open(name)[name] = value;
  }

  /** One line for a tensor or a module of layers. */
  describe(value: unknown): string | undefined {
    return attempt(
      () => {
        const numbers = numbersOf(value);
        if (numbers && ArrayBuffer.isView(value)) return undefined; // an engine's own says enough
        const statistics = numbers !== undefined && sizeOf(numbers.shape) <= mostElements;
        const variable = describeVariable("", value, { statistics });
        if (variable.kind === "module") return `${variable.type} · ${variable.preview}`;
        return variable.kind === "tensor" ? lineOf(variable) : undefined;
      },
      () => undefined,
    );
  }

  /** What a tensor is opened to; anything else is as it is. */
  properties(value: unknown): unknown {
    return attempt(
      () => {
        const numbers = numbersOf(value);
        if (!numbers || ArrayBuffer.isView(value)) return value;
        const { shape, dtype } = numbers;
        const isSmall = sizeOf(shape) <= mostElements;
        const { statistics } = describeVariable("", value, { statistics: isSmall });
        const { requiresGrad, grad } = value as { requiresGrad?: boolean; grad?: unknown };
        const values = Array.from({ length: Math.min(sizeOf(shape), mostValues) }, () => 0);
        const elements = numbers.read();
        for (let i = 0; i < values.length; i++) values[i] = elements[i]!;
        return { shape, dtype, requiresGrad, grad, ...statistics, values: nested(values, shape) };
      },
      () => value,
    );
  }
}

/** `Tensor [60, 10] float32 · mean 0.012 · std 0.98 · min -3.1 · max 2.8 · [0.17, …]` */
function lineOf({ type, shape = [], dtype, statistics, preview }: Variable): string {
  const parts = [`${type} [${shape.join(", ")}] ${dtype}`];
  if (statistics && shape.length > 0) {
    const { mean, std, min, max, nan, infinite } = statistics;
    for (const [name, value] of Object.entries({ mean, std, min, max }))
      if (value !== null) parts.push(`${name} ${shortNumber(value)}`);
    if (nan > 0) parts.push(`${countText(nan)} NaN`);
    if (infinite > 0) parts.push(`${countText(infinite)} infinite`);
  }
  return [...parts, preview].join(" · ");
}

/** Whether a name means something nearer than the notebook's variable; the global of that name is farther. */
function isHidden(name: string, read: () => unknown): boolean {
  try {
    const value = read();
    return !(name in globalThis && Reflect.get(globalThis, name) === value);
  } catch (error) {
    // What is there but has no value yet hides as well.
    return !(error instanceof ReferenceError && error.message === `${name} is not defined`);
  }
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((size, length) => size * length, 1);
}

/** The elements as rows of rows; the last ones may be missing. */
function nested(values: readonly number[], shape: readonly number[]): unknown {
  if (shape.length === 0) return values[0];
  const inner = shape.slice(1);
  if (inner.length === 0) return values;
  const step = sizeOf(inner);
  if (step === 0) return [];
  return Array.from({ length: Math.min(shape[0]!, Math.ceil(values.length / step)) }, (_, i) =>
    nested(values.slice(i * step, (i + 1) * step), inner),
  );
}
