// What a session asks of whoever converts its cells, and what comes back.
import type { Checks } from "../../protocol";
import type { CellProgram } from "./wire";

export interface CodeMessage {
  /** From 1, as editors count. */
  line: number;
  column: number;
  /** `TS2322`; none for what the kernel says itself. */
  code?: string;
  text: string;
  /** The file, when it is not the cell. */
  file?: string;
}

/** `Declared`: what the cell declares, for `accept`. */
export type Converted<Declared = unknown> =
  | {
      ok: true;
      cell: Pick<CellProgram, "code" | "imports" | "declares" | "assigns" | "map" | "shifts"> & {
        /** Names of earlier cells that it mentions, in its functions too. */
        reads: string[];
      };
      showsResult: boolean;
      warnings: CodeMessage[];
      declarations: Declared;
    }
  /** `name`: the errors' own, where they are no mistakes of syntax. */
  | { ok: false; name?: string; errors: CodeMessage[] };

export type Completeness = { status: "complete" | "invalid" } | { status: "incomplete"; indent: string };

export interface CellConverter<Declared = unknown> {
  /** Converts a cell; its declarations count only once they are handed to `accept`. */
  convert(text: string, checks?: Checks): Converted<Declared>;
  accept(declarations: Declared): void;
  /** Takes back what the last cell was to declare and never came to: those names are what they were before it. */
  retract(names: readonly string[]): void;
  /** Forgets what cells declared: the runner that held their values has gone. */
  reset(): void;
  /** Whether a console should run the text or wait for more of it; an empty line at its end says that there is no more. */
  isComplete(source: string): Completeness;
}
