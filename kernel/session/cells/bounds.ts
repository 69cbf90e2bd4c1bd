// What leaves for the page is JSON, and not more than a page holds: a form that is neither is left out, which the text says.
import { type Json, Mime, type MimeBundle } from "../../protocol";
import { countText } from "../../words";
import { attempt } from "../display/plainText";

/** One output, and all that one cell shows, have at most so many. */
export const outputCharacters = 64 << 20;

/** A bundle as JSON. */
export function bundleJson(bundle: MimeBundle): string {
  const forms = new Map<string, string>();
  const left: string[] = [];
  let room = outputCharacters;
  for (const [mime, data] of Object.entries(bundle)) {
    const form = jsonOf(data, room);
    if ("lack" in form) left.push(`${mime}: ${form.lack}`);
    else {
      room -= form.json.length;
      forms.set(mime, form.json);
    }
  }
  if (left.length > 0) {
    const before = forms.has(Mime.plain) ? `${bundle[Mime.plain]}\n` : "";
    forms.set(Mime.plain, JSON.stringify(`${before}[left out: ${left.join("; ")}]`));
  }
  return `{${[...forms].map(([mime, json]) => `${JSON.stringify(mime)}:${json}`).join(",")}}`;
}

function jsonOf(data: Json | undefined, room: number): { json: string } | { lack: string } {
  return attempt<{ json: string } | { lack: string }>(
    () => {
      const tooLong = (length: number) => ({
        lack: `${countText(length)} characters, an output may have ${countText(outputCharacters)}`,
      });
      if (typeof data === "string" && data.length > room) return tooLong(data.length);
      const json = JSON.stringify(data) as string | undefined;
      if (json === undefined) return { lack: `expected JSON, got ${typeof data}` };
      return json.length > room ? tooLong(json.length) : { json };
    },
    (reason) => ({ lack: `it is no JSON: ${reason}` }),
  );
}
