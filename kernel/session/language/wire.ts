// What a session and its language service say to each other: types only.
import type { LanguageAnswer, LanguageRequest } from "../../protocol";
import type { Value } from "../shapes";

export type ToLanguage =
  | { type: "ask"; id: number; request: LanguageRequest }
  /** A cell runs: from now on its names are there. */
  | { type: "ran"; text: string }
  /** It ended before it came to these. */
  | { type: "missed"; names: string[] }
  /** A cell has ended: what is known of the values that there are now. */
  | { type: "known"; values: Record<string, Value> }
  /** The runner has gone, and with it what cells declared. */
  | { type: "forget" };

export type FromLanguage = { id: number } & ({ answer: LanguageAnswer } | { error: string });
