// Workers from texts. They are classic ones: module workers run neither from `file://` nor in an extension host.
import type { Source } from "./wire";

/** Starts a worker whose code is this text; its name is what developer tools call it. */
export function workerOf(source: Source, name: string): Worker {
  return new Worker(urlOf(source), { name });
}

/** An address for the text, kept as long as the page is: a worker reads it some time after it was made. */
function urlOf(source: Source): string {
  return URL.createObjectURL(
    typeof source === "string" ? new Blob([source], { type: "text/javascript" }) : source,
  );
}
