// Replacements in a text, and where they moved what stands behind them on its line.

export interface Edit {
  start: number;
  end: number;
  text: string;
}

/** [line, column after the edit, characters gained]; lines and columns from 0. */
export type Shift = [number, number, number];

/** Applies edits that do not overlap; of those at one place, in the order they were made. */
export function applyEdits(text: string, edits: Edit[]): { code: string; shifts: Shift[] } {
  const ordered = edits
    .map((edit, sequence) => ({ ...edit, sequence }))
    .sort((a, b) => a.start - b.start || a.sequence - b.sequence);
  const shifts: Shift[] = [];
  let code = "";
  let from = 0;
  let line = 0;
  let lineStart = 0;
  const append = (piece: string) => {
    for (let at = piece.indexOf("\n"); at >= 0; at = piece.indexOf("\n", at + 1)) {
      line++;
      lineStart = code.length + at + 1;
    }
    code += piece;
  };
  for (const { start, end, text: inserted } of ordered) {
    append(text.slice(from, start));
    append(inserted);
    from = end;
    const gained = inserted.length - (end - start);
    if (gained !== 0) shifts.push([line, code.length - lineStart, gained]);
  }
  append(text.slice(from));
  return { code, shifts };
}
