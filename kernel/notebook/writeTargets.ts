// The files of a run that has ended, each where it was asked for, or at least somewhere.
import { complain } from "./complaint";
import type { FileError } from "./outputFile";
import type { Target } from "./pageTargets";
import type { RunLines } from "./runLines";

/** Says where they are. @param onTrouble told of each that does not stand where it was asked for. */
export async function writeTargets(
  targets: readonly Target[],
  lines: RunLines,
  onTrouble: (trouble: string) => void,
): Promise<void> {
  let notebook: string | undefined;
  const lacking = (name: string, trouble: string) => {
    complain("run", name, trouble);
    onTrouble(`${name}: ${trouble}`);
  };
  lines.line("");
  for (const { label, file, format } of targets) {
    try {
      const text = await format();
      const trouble = await file.write(text).catch((error: FileError) => error.message);
      const place = trouble ? await file.writeElsewhere(text) : file.name;
      if (trouble)
        lacking(
          file.name,
          `${trouble}; ${place ? `saved as ${place}` : "nor does any other folder take it"}`,
        );
      if (place) lines.line(`${label.padEnd(9)} ${place}`);
      if (label === "Notebook") notebook = place;
    } catch (error) {
      lacking(file.name, (error as Error).message);
    }
  }
  if (notebook) {
    lines.line(`\nIn VS Code, with the BN Lab extension:  code ${quoted(notebook)}`);
    lines.line(`From a clone of BN Lab:                 npm run vscode -- ${quoted(notebook)}`);
  }
}

function quoted(file: string): string {
  return /[^\w./\\:-]/.test(file) ? JSON.stringify(file) : file;
}
