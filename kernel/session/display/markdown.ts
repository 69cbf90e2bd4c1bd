// Tables in Markdown: their cells are shown in the reader's language as those of other tables are, prose as it was written.
import { isLocalized, localized } from "../../words";

export function localizedMarkdown(source: string): string {
  return isLocalized() ? source.split("\n").map(localizedLine).join("\n") : source;
}

function localizedLine(line: string): string {
  if (line.startsWith("|")) {
    return line
      .split(/(?<!\\)\|/)
      .map(localized)
      .join("|");
  }
  // A bold line is what stands over a table or chart.
  const [, title] = /^\*\*([^*]+)\*\*$/.exec(line) ?? [];
  return title === undefined ? line : `**${localized(title)}**`;
}
