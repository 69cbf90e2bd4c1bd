// What a kernel publishes, made by hand for tests.
import { line } from "../../../kernel/plot";
import { type AnyPublication, createMessage, type MimeBundle } from "../../../kernel/protocol";

type Kind = "display_data" | "update_display_data" | "error" | "status";

/** @param content a bundle for a display, the whole content of everything else */
export function published(kind: Kind, content: object, id = "one"): AnyPublication {
  const isDisplay = kind === "display_data" || kind === "update_display_data";
  const whole = isDisplay ? { data: content, metadata: {}, transient: { display_id: id } } : content;
  return createMessage("iopub", kind, whole as never, { session: "test" }) as AnyPublication;
}

/** The bundle of a chart of lines. */
export function plotBundle(title: string, lines: Record<string, number[]>): MimeBundle {
  return line(lines, { title }).toBundle() as unknown as MimeBundle;
}
