// Outputs as an assistant reads them: in words, with the pictures that it can see.
import { asText, type CellOutput } from "../document/notebookFile";
import { Mime } from "../protocol";

export type Content = { type: "text"; text: string } | { type: "image"; data: string; mimeType: string };

/** More than an assistant reads of one cell, in characters. */
const most = 12_000;
/** And of all that one answer says. */
const mostAtOnce = 100_000;
const mostPictures = 4;
/** A picture of more than that is named, not shown, in characters of base64. */
const mostPicture = 1_000_000;

/** A cell's; of what is too long the end, where an error stands and what a loop printed last. */
export function contentsOf(heading: string, outputs: readonly CellOutput[]): Content[] {
  const texts = outputs.map((output) => textOf(output).replace(ansi, "").trimEnd());
  const text = shortened(texts.filter((each) => each !== "").join("\n"));
  const pictures = outputs.flatMap((output) => ("data" in output ? asText(output.data[Mime.png]) || [] : []));
  return [
    { type: "text", text: text === "" ? heading : `${heading}\n${text}` },
    ...pictures
      .filter(({ length }) => length <= mostPicture)
      .slice(0, mostPictures)
      .map((data) => ({ type: "image" as const, data: data.replace(/\s/g, ""), mimeType: Mime.png })),
  ];
}

/** Colors and the like, which terminals take as commands. */
const escapeCharacter = String.fromCharCode(27);
const ansi = new RegExp(`${escapeCharacter}\\[[0-9;?]*[ -/]*[@-~]`, "g");

function textOf(output: CellOutput): string {
  if (output.output_type === "stream") return output.text;
  if (output.output_type === "error")
    return output.traceback.join("\n") || `${output.ename}: ${output.evalue}`;
  const { data } = output;
  return asText(data[Mime.plain]) || asText(data[Mime.markdown]) || `(${Object.keys(data).join(", ")})`;
}

function shortened(text: string): string {
  if (text.length <= most) return text;
  return `… ${text.length - most} characters before this\n${text.slice(-most)}`;
}

/** As much of the contents as is read at once, and `more` where that is not all. */
export function limited(contents: readonly Content[], more: string): Content[] {
  const kept: Content[] = [];
  let left = mostAtOnce;
  for (const each of contents) {
    if (each.type === "text" && each.text.length > left)
      return [...kept, { type: "text", text: `${each.text.slice(0, left)}\n… ${more}` }];
    left -= each.type === "text" ? each.text.length : 0;
    kept.push(each);
  }
  return kept;
}

export const jsonContents = (value: object): Content[] =>
  limited(
    [{ type: "text", text: JSON.stringify(value, null, 1) }],
    "it is cut: ask for less, by names or a smaller box",
  );
