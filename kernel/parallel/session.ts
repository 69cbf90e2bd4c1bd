// The session that this process has, as far as taking values to others needs it.
import type { CellReferences } from "../session/cells/references";
import { type DisplaySession, sessionSymbol } from "../session/display/display";

interface SessionReferences {
  [sessionSymbol]?: DisplaySession & { readonly references: CellReferences };
}

export const session = () => (globalThis as SessionReferences)[sessionSymbol];
