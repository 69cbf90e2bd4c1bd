// Any value as a MIME bundle: by its own Jupyter.display method, else as Node prints it.
import { inspect } from "node:util";
import { displaySymbol, Mime, type MimeBundle } from "../protocol";

/** As a text of a notebook: no colours, and no thousands of elements. */
export function plainText(value: unknown): string {
  return inspect(value, {
    colors: false,
    depth: 4,
    maxArrayLength: 100,
    maxStringLength: 10_000,
    numericSeparator: false,
  });
}

/** The bundle, at once where the value can say at once. */
export function toBundle(value: unknown): MimeBundle | Promise<MimeBundle> {
  const show = displayMethod(value);
  if (!show) return { [Mime.plain]: plainText(value) };
  const bundle = show.call(value);
  if (!(bundle instanceof Promise)) return checked(bundle, value);
  return bundle.then((resolved) => checked(resolved, value));
}

function displayMethod(value: unknown): ((this: unknown) => unknown) | undefined {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return undefined;
  const method = (value as Record<PropertyKey, unknown>)[displaySymbol];
  return typeof method === "function" ? (method as (this: unknown) => unknown) : undefined;
}

function checked(bundle: unknown, value: unknown): MimeBundle {
  if (typeof bundle !== "object" || bundle === null || Array.isArray(bundle)) {
    throw new TypeError(
      `display: expected the Jupyter.display method of ${value?.constructor?.name ?? "the value"} to return a MIME bundle, ` +
        `{ "text/plain": … }, got ${plainText(bundle)}`,
    );
  }
  return Object.keys(bundle).length > 0 ? (bundle as MimeBundle) : { [Mime.plain]: plainText(value) };
}
