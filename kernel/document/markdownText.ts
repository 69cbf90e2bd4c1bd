// A notebook as Markdown, as GitHub and editors read it: texts as they are, code and what it shows in fences, pictures as files beside it.

import { Mime } from "../protocol";
import { asText, type CellOutput, hidesSource, isOfKernel, type Notebook } from "./notebookFile";

export interface MarkdownOptions {
  /** Whether code is in it. Default true; what Jupyter hides is left out either way. */
  code?: boolean;
  /** Keeps a picture and returns where it is for the page. */
  picture(base64: string): string;
}

const escapes = new RegExp(`${String.fromCharCode(27)}\\[[0-9;?]*[ -/]*[@-~]`, "g");

export function formatMarkdown(notebook: Notebook, { code = true, picture }: MarkdownOptions): string {
  const parts = notebook.cells.flatMap((cell): string[] => {
    if (cell.cell_type !== "code")
      return [cell.cell_type === "markdown" ? cell.source.trim() : fenced("", cell.source)];
    const language = isOfKernel(cell) ? "ts" : "";
    const source =
      code && !hidesSource(cell) && cell.source.trim() !== "" ? [fenced(language, cell.source)] : [];
    return [...source, ...cell.outputs.map((output) => shown(output, picture))];
  });
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

function shown(output: CellOutput, picture: MarkdownOptions["picture"]): string {
  if (output.output_type === "stream") return fenced("text", output.text);
  if (output.output_type === "error")
    return fenced("text", output.traceback.join("\n") || `${output.ename}: ${output.evalue}`);
  const { data } = output;
  const plain = asText(data[Mime.plain]);
  const markdown = asText(data[Mime.markdown]) || asText(data[Mime.latex]);
  if (markdown) return markdown.trim();
  const png = asText(data[Mime.png]);
  if (png) {
    const alt = (plain || "")
      .split("\n")[0]!
      .replace(/[[\]\\`]/g, " ")
      .trim();
    return `![${alt}](${picture(png.replace(/\s/g, ""))})`;
  }
  return plain ? fenced("text", plain) : "";
}

/** Longer than any fence in the text. */
function fenced(language: string, text: string): string {
  const bare = text.replace(escapes, "").replace(/\s+$/, "");
  if (bare === "") return "";
  const longest = Math.max(2, ...[...bare.matchAll(/^ {0,3}(`{3,})/gm)].map(([, ticks]) => ticks!.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${bare}\n${fence}`;
}
