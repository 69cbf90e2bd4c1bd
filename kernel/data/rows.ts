// Data sets as rows to look at: features and labels by name.
import type { Tensor } from "../tensor";
import { numbersOf } from "../tensor/doors/numbers";

/** What a view of tables has of a data set, until the next operation. */
export interface Rows {
  columns: readonly string[];
  length: number;
  cell(row: number, column: number): unknown;
}

/** Under this name an object hands them out. */
export const rows: unique symbol = Symbol.for("bnlab.table") as never;

/** Features [N, columns] and what each label means where it counts into classes. */
export function rowsOf(
  columns: readonly string[],
  features: Tensor | undefined,
  labels: Tensor,
  classes: readonly string[],
): Rows {
  const width = columns.length;
  const [label, feature] = numbersOf(labels, ...(features ? [features] : []));
  const cell = (row: number, column: number) =>
    column < width ? feature?.[row * width + column] : (classes[label[row]!] ?? label[row]);
  return { columns: [...columns, "label"], length: labels.shape[0]!, cell };
}
