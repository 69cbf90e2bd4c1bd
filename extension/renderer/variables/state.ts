// What the extension says about variables, checked before it is shown, and the order and choice that a reader has asked for.
import { fieldsOf, listOf, numberOf, textOf } from "../payload";
import type { VariableRow } from "./messages";

/** Rows that a page takes. */
const mostRows = 5_000;

export type SortKey = "name" | "type" | "shape" | "size" | "value";
export interface Sorting {
  by: SortKey;
  descending: boolean;
}

export const asRows = (value: unknown): VariableRow[] => listOf(value, mostRows).map(asRow);

function asRow(value: unknown): VariableRow {
  const row = fieldsOf(value);
  return {
    name: textOf(row.name),
    ...(typeof row.owner === "string" ? { owner: row.owner } : {}),
    type: textOf(row.type),
    shape: textOf(row.shape),
    elements: numberOf(row.elements, 0),
    size: textOf(row.size),
    bytes: numberOf(row.bytes, 0),
    value: textOf(row.value, 1_200),
    isCode: row.isCode === true,
    viewer: row.viewer === "tensor" || row.viewer === "table" ? row.viewer : "",
    expands: row.expands === true,
  };
}

const collator = new Intl.Collator(undefined, { numeric: true });

/** Code last; else in the order asked for, or as they came to be. */
export function sorted(rows: readonly VariableRow[], sorting: Sorting | undefined): VariableRow[] {
  const compare = (a: VariableRow, b: VariableRow): number => {
    if (!sorting) return 0;
    if (sorting.by === "shape") return a.elements - b.elements || collator.compare(a.shape, b.shape);
    if (sorting.by === "size") return a.bytes - b.bytes;
    return collator.compare(a[sorting.by], b[sorting.by]);
  };
  const turn = sorting?.descending ? -1 : 1;
  return rows.toSorted((a, b) => Number(a.isCode) - Number(b.isCode) || compare(a, b) * turn);
}

/** All words of the filter stand in the row, in one column or another. */
export function passes({ name, type, shape, value }: VariableRow, filter: string): boolean {
  const text = `${name}\n${type}\n${shape}\n${value}`.toLowerCase();
  return filter
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
