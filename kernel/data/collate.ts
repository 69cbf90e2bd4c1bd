// Samples into a batch: what a loader does for a data set that knows single samples only.

import { type NestedInput, type NumberArray, stack, Tensor, tensor } from "../tensor";
import { requireKnown, show } from "../tensor/arguments";

/** What one field of a sample becomes in a batch. */
type CollatedField<Field> = Field extends string
  ? string[]
  : Field extends Tensor | NumberArray | NestedInput
    ? Tensor
    : never;

/** The batch that samples of this type become: a tuple or array field by field, an object key by key. */
export type Collated<Sample> = unknown extends Sample
  ? Sample
  : Sample extends Tensor | NumberArray
    ? Tensor
    : Sample extends object
      ? { -readonly [Key in keyof Sample]: CollatedField<Sample[Key]> }
      : CollatedField<Sample>;

/**
 * Samples → one batch, as torch.utils.data.default_collate. A sample is an array of fields, an object of named fields,
 * or a single field; the batch has the same form, each field with a new first dimension that counts the samples:
 * tensors, typed arrays and nested arrays of numbers are stacked ([…] → [N, …]), booleans give [N] bool, strings stay an
 * array of strings. Numbers give [N] int32 if all of them are whole, as labels are, else float32; where that must not
 * depend on the batch, let the samples hold a tensor or a Float32Array.
 * Throws a TypeError or RangeError that names sample and field where they do not fit together.
 */
export function collate<Sample>(samples: readonly Sample[]): Collated<Sample> {
  requireKnown("collate", arguments, 1);
  const first: unknown = samples[0];
  if (first === undefined) throw new RangeError("collate: expected at least one sample, got none");
  if (!isRecord(first)) return collateField(samples, "") as Collated<Sample>;
  const keys = Object.keys(first);
  for (const [i, sample] of samples.entries()) {
    const own = isRecord(sample) && Array.isArray(sample) === Array.isArray(first) ? Object.keys(sample) : [];
    if (own.length !== keys.length || !keys.every((key) => Object.hasOwn(sample as object, key))) {
      throw new TypeError(
        `collate: expected every sample to have the fields ${keys.join(", ")} of the first, got ${describe(sample)} as sample ${i}`,
      );
    }
  }
  const fields = keys.map((key) => [
    key,
    collateField(
      samples.map((sample) => (sample as Record<string, unknown>)[key]),
      Array.isArray(first) ? `field ${key} of ` : `field "${key}" of `,
    ),
  ]);
  return (
    Array.isArray(first) ? fields.map(([, batch]) => batch) : Object.fromEntries(fields)
  ) as Collated<Sample>;
}

function collateField(values: readonly unknown[], where: string): Tensor | readonly string[] {
  if (values.every((value) => typeof value === "string")) return values;
  if (values.every((value) => typeof value === "number")) {
    return tensor(values, { dtype: values.every((value) => (value | 0) === value) ? "int32" : "float32" });
  }
  const tensors = values.map((value, i) => {
    if (value instanceof Tensor) return value;
    if (!isNested(value)) {
      throw new TypeError(
        `collate: expected ${where}sample ${i} to be a tensor, a number, a boolean, a string or an array of numbers, ` +
          `got ${describe(value)}; pass { collateFn } to make batches of other things`,
      );
    }
    return tensor(value);
  });
  const shape = show(tensors[0]!.shape);
  const odd = tensors.findIndex((each) => show(each.shape) !== shape);
  if (odd >= 0) {
    throw new RangeError(
      `collate: expected ${where}every sample in one shape, ${shape} as in the first, ` +
        `got ${show(tensors[odd]!.shape)} in sample ${odd} of the batch; pad them alike, or pass { collateFn }`,
    );
  }
  return stack(tensors);
}

/** Whether the value holds fields: an array or an object, but no tensor and no typed array. */
function isRecord(value: unknown): value is object {
  return (
    typeof value === "object" &&
    value !== null &&
    !(value instanceof Tensor) &&
    !ArrayBuffer.isView(value) &&
    !(value instanceof Promise)
  );
}

function isNested(value: unknown): value is NestedInput | NumberArray {
  return (
    typeof value === "number" ||
    typeof value === "boolean" ||
    Array.isArray(value) ||
    (ArrayBuffer.isView(value) && !(value instanceof DataView))
  );
}

function describe(value: unknown): string {
  if (value instanceof Promise) return "a promise (get() must be synchronous)";
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === "object" && value !== null)
    return `an object of fields ${Object.keys(value).join(", ") || "none"}`;
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}
