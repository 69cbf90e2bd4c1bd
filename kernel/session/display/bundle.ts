// Any value as a MIME bundle: by its own Jupyter.display method, else as Node prints it; pictures and tables besides.
import { base64 } from "../../machine/base64";
import { machine } from "../../machine/machine";
import { displaySymbol, Mime, type MimeBundle } from "../../protocol";
import { attempt, plainText } from "./plainText";
import { plainTableHtml } from "./table";
import { tensorForms } from "./tensorForms";

/** The bundle, at once where the value can say at once. */
export function toBundle(value: unknown): MimeBundle | Promise<MimeBundle> {
  const show = displayMethod(value);
  if (!show) return plainBundle(value);
  const bundle = Reflect.apply(show, value, []);
  if (!machine().isPromise(bundle)) {
    const found = checked(bundle, value);
    return { ...richForms(() => tensorForms(value, found[Mime.plain])), ...found };
  }
  return (async () => checked(await bundle, value))();
}

function plainBundle(value: unknown): MimeBundle {
  const text = { [Mime.plain]: plainText(value) };
  const rich = richForms(() => {
    const mime = value instanceof Uint8Array && pictureType(value);
    if (mime) return { [mime]: base64(value) };
    const html = plainTableHtml(value);
    return html ? { [Mime.html]: html } : tensorForms(value, text[Mime.plain]);
  });
  return { ...rich, ...text };
}

/** Forms besides the text: a value whose getters or traps throw has none. */
function richForms(make: () => MimeBundle): MimeBundle {
  return attempt(make, () => ({}));
}

/** What the bytes of a picture's file begin with. */
const pictureStarts: [mime: string, start: number[]][] = [
  [Mime.png, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  ["image/jpeg", [0xff, 0xd8, 0xff]],
  ["image/gif", [0x47, 0x49, 0x46, 0x38]],
];

function pictureType(bytes: Uint8Array): string | undefined {
  return pictureStarts.find(([, start]) => start.every((byte, i) => bytes[i] === byte))?.[0];
}

function displayMethod(value: unknown): ((this: unknown) => unknown) | undefined {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return undefined;
  const method = attempt(
    () => (value as Record<PropertyKey, unknown>)[displaySymbol],
    () => undefined,
  );
  return typeof method === "function" ? (method as (this: unknown) => unknown) : undefined;
}

function checked(bundle: unknown, value: unknown): MimeBundle {
  if (typeof bundle !== "object" || bundle === null || Array.isArray(bundle)) {
    throw new TypeError(
      `display: expected the Jupyter.display method to return a MIME bundle, { "text/plain": … }, ` +
        `got ${plainText(bundle, {}, 200)} from ${plainText(value, { depth: 0 }, 200)}`,
    );
  }
  return Object.keys(bundle).length > 0 ? (bundle as MimeBundle) : { [Mime.plain]: plainText(value) };
}
