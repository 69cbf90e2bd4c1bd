// A notebook as a Markdown file, and its pictures in a folder beside it.
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { formatMarkdown } from "../document/markdownText";
import type { Notebook } from "../document/notebookFile";
import { FileError } from "./outputFile";

interface MarkdownExport {
  text: string;
  /** Paths and what is to be there. */
  pictures: [file: string, bytes: Buffer][];
}

export function markdownExport(notebook: Notebook, file: string, code?: boolean): MarkdownExport {
  const folder = `${path.basename(file).replace(/\.\w+$/, "")}_files`;
  const pictures: MarkdownExport["pictures"] = [];
  const text = formatMarkdown(notebook, {
    ...(code === undefined ? {} : { code }),
    picture(base64) {
      const name = `picture-${pictures.length + 1}.png`;
      pictures.push([path.join(path.dirname(file), folder, name), Buffer.from(base64, "base64")]);
      return `${encodeURIComponent(folder)}/${name}`;
    },
  });
  return { text, pictures };
}

/** @throws FileError */
export async function writePictures({ pictures }: MarkdownExport): Promise<void> {
  for (const [file, bytes] of pictures) {
    try {
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, bytes);
    } catch (error) {
      throw new FileError(file, error);
    }
  }
}
