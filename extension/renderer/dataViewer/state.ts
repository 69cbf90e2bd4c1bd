// What the kernel says about a table, checked before it is shown: a cell may have changed what stands behind it.
import type { RowsReply, TableCell, TableColumn } from "../../../kernel/protocol/rows";
import { fieldsOf, isCount, isFields, listOf, numberOf, textOf } from "../payload";
import type { TableInfo } from "./messages";

/** As `kernel/protocol/rows` has it. */
const most = { rows: 1_000, columns: 200, characters: 40_000 };

/** Undefined if it is no table. */
export function asTable(value: unknown): TableInfo | undefined {
  if (!isFields(value)) return undefined;
  return { name: textOf(value.name), type: textOf(value.type) };
}

/** Undefined if they are no rows. */
export function asRows(value: unknown): RowsReply | undefined {
  const { columns, width, total, matched, start, rows, numbers } = fieldsOf(value);
  if (!isCount(total) || !isCount(matched) || !isCount(start) || !Array.isArray(columns)) return undefined;
  const shown = listOf(columns, most.columns).map(asColumn);
  return {
    columns: shown,
    width: numberOf(width, shown.length),
    ...{ total, matched, start },
    rows: listOf(rows, most.rows).map((row) => {
      const cells = listOf(row, shown.length).map(asCell);
      return shown.map((_, at) => cells[at] ?? null);
    }),
    numbers: listOf(numbers, most.rows).map((number) => numberOf(number, 0)),
  };
}

function asColumn(value: unknown): TableColumn {
  const { name, numeric } = fieldsOf(value);
  return { name: textOf(name), numeric: numeric === true };
}

function asCell(value: unknown): TableCell {
  if (typeof value === "boolean" || (typeof value === "number" && Number.isFinite(value))) return value;
  return typeof value === "string" ? textOf(value, most.characters) : null;
}
