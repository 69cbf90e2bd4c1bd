// Tables for spreadsheets: RFC 4180.

export type CsvCell = string | number | boolean | null | undefined;

/** A row, without its end: `\r\n` stands between two. */
export const csvLine = (cells: readonly CsvCell[]): string => cells.map(csvCell).join(",");

function csvCell(value: CsvCell): string {
  const text = String(value ?? "");
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
