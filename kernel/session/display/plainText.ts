// Any value as a text, whatever it is: its getters and traps may throw, it may be deep, huge or cyclic; no text here is without bound.
import { type InspectOptions, machine } from "../../machine/machine";
import { countText } from "../../words";

/** What one value may take on a page. */
const textCharacters = 100_000;

/** No colors, and no thousands of elements. */
const asInNotebook: InspectOptions = {
  colors: false,
  depth: 4,
  maxArrayLength: 100,
  maxStringLength: 10_000,
  numericSeparator: false,
};

/** As Node would print it. */
export function plainText(value: unknown, options: InspectOptions = {}, limit = textCharacters): string {
  const asked = { ...asInNotebook, ...options };
  return shortened(
    attempt(
      () => machine().inspect(value, asked),
      (reason) =>
        attempt(
          () =>
            `${machine().inspect(value, { ...asked, customInspect: false })} (to describe itself it threw ${reason})`,
          (why) => `[${kindOf(value)} that cannot be shown: it threw ${why}]`,
        ),
    ),
    limit,
  );
}

/** What `read` gives, or where it throws what `failed` makes of the reason. */
export function attempt<T>(read: () => T, failed: (reason: string) => T): T {
  try {
    return read();
  } catch (thrown) {
    return failed(reasonOf(thrown));
  }
}

/** The beginning of a text, and how much is left out. */
export function shortened(text: string, limit: number): string {
  if (text.length <= limit) return text;
  return `${text.slice(0, limit)}… ${countText(text.length - limit)} more characters`;
}

/** Whether it is an error that has its own name, message and stack: a proxy is not, whatever it stands for. */
export function isError(value: unknown): value is Error {
  if (machine().isNativeError(value)) return true;
  if (machine().isProxy(value)) return false;
  return attempt(
    () => value instanceof Error,
    () => false,
  );
}

const reasonCharacters = 300;

/** What was thrown, in a line. */
function reasonOf(thrown: unknown): string {
  try {
    const text = isError(thrown)
      ? `${thrown.name}: ${thrown.message}`
      : machine().inspect(thrown, { depth: 0 });
    return shortened(text.replace(/\s+/g, " "), reasonCharacters);
  } catch {
    return "what cannot be shown either";
  }
}

function kindOf(value: unknown): string {
  if (machine().isProxy(value)) return "Proxy";
  if (machine().isNativeError(value)) return "Error";
  return typeof value;
}
