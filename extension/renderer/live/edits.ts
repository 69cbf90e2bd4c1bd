// A reader's changes to the code, kept by the browser for this notebook with this content alone.
import { isFields } from "../payload";

/** Cell's id → its code. */
export type Edits = Map<string, string>;

const prefix = "bnlab-live:";

export class KeptEdits {
  readonly #key: string;
  readonly #onTrouble: (why: string) => void;
  #isTold = false;

  /** @param onTrouble told once why the browser keeps nothing. */
  constructor(identity: string, onTrouble: (why: string) => void) {
    this.#key = `${prefix}${identity}`;
    this.#onTrouble = onTrouble;
  }

  read(): Edits {
    try {
      const kept: unknown = JSON.parse(localStorage.getItem(this.#key) ?? "{}");
      const entries = isFields(kept) ? Object.entries(kept) : [];
      return new Map(entries.filter((entry): entry is [string, string] => typeof entry[1] === "string"));
    } catch {
      return new Map(); // told when something is to be kept
    }
  }

  keep(edits: Edits): void {
    try {
      if (edits.size === 0) localStorage.removeItem(this.#key);
      else localStorage.setItem(this.#key, JSON.stringify(Object.fromEntries(edits)));
    } catch (error) {
      if (!this.#isTold) this.#onTrouble(error instanceof Error ? error.message : String(error));
      this.#isTold = true;
    }
  }
}
