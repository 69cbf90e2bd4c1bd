// A notebook's cell as an assistant reads it: by its number, from 1, with what it shows.
import { type Cell, hidesSource } from "../document/notebookFile";
import { type Content, contentsOf } from "./outputText";

export function cellContents(cell: Cell, number: number): Content[] {
  const heading = `cell ${number} (${cell.cell_type}${hidesSource(cell) ? ", folded" : ""})`;
  const source: Content = { type: "text", text: `${heading}\n${cell.source}` };
  return cell.cell_type === "code" && cell.outputs.length > 0
    ? [source, ...contentsOf(`cell ${number} shows`, cell.outputs)]
    : [source];
}
