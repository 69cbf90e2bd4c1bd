// What a cell shows, in the words of Jupyter's messages.
import type { Publications } from "../../protocol";

type OutputType =
  | "stream"
  | "display_data"
  | "update_display_data"
  | "execute_result"
  | "clear_output"
  | "error";

/** One thing to show; an execute_result gets its count from the kernel. */
export type Output = {
  [T in OutputType]: { type: T; content: Omit<Publications[T], "execution_count"> };
}[OutputType];
