// The project around a notebook: what the nearest tsconfig.json, and what it extends, say that holds for cells as well.
import { existsSync, statSync } from "node:fs";
import path from "node:path";
import type ts from "typescript";
import type { Project } from "../converter/codeHost";

/** Where the output goes, in which form, and what it runs on are the kernel's to say. */
const heeded = [
  ...["strict", "noImplicitAny", "noImplicitThis", "strictBindCallApply", "strictBuiltinIteratorReturn"],
  ...[
    "strictFunctionTypes",
    "strictNullChecks",
    "strictPropertyInitialization",
    "useUnknownInCatchVariables",
  ],
  ...[
    "allowUnreachableCode",
    "exactOptionalPropertyTypes",
    "noFallthroughCasesInSwitch",
    "noImplicitOverride",
  ],
  ...["noImplicitReturns", "noPropertyAccessFromIndexSignature", "noUncheckedIndexedAccess"],
  ...["emitDecoratorMetadata", "experimentalDecorators", "useDefineForClassFields"],
  ...["jsx", "jsxFactory", "jsxFragmentFactory", "jsxImportSource"],
  ...["baseUrl", "paths", "pathsBasePath", "rootDirs"],
];

const none: Project = { options: {} };

/** What was read, with the times of the files that it was read from. */
const known = new Map<string, { project: Project; files: string[]; times: string }>();

/** @param typescript handed over, for whoever asks may load it late. */
export function projectOf(typescript: typeof ts, folder: string): Project {
  const file = configOf(folder);
  if (!file) return none;
  const before = known.get(file);
  if (before && before.times === timesOf(before.files)) return before.project;
  const source = typescript.readJsonConfigFile(file, typescript.sys.readFile);
  const { options, errors } = typescript.parseJsonSourceFileConfigFileContent(
    source,
    { ...typescript.sys, readDirectory: () => [] }, // which files the project has is of no interest
    path.dirname(file),
    undefined,
    file,
  );
  const files = [file, ...(source.extendedSourceFiles ?? [])];
  const project = {
    options: Object.fromEntries(Object.entries(options).filter(([name]) => heeded.includes(name))),
    mistake: mistakeIn(typescript, source, errors, folder),
  };
  known.set(file, { project, files, times: timesOf(files) });
  return project;
}

export function hasConfig(folder: string): boolean {
  return configOf(folder) !== undefined;
}

function configOf(folder: string): string | undefined {
  for (let at = path.resolve(folder); ; at = path.dirname(at)) {
    const file = path.join(at, "tsconfig.json");
    if (existsSync(file)) return file.replaceAll("\\", "/");
    if (at === path.dirname(at)) return undefined;
  }
}

function timesOf(files: string[]): string {
  return files.map((file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs).join();
}

/** No input files. */
const noInputs = 18003;

function mistakeIn(
  typescript: typeof ts,
  source: ts.TsConfigSourceFile,
  errors: readonly ts.Diagnostic[],
  folder: string,
): string | undefined {
  const { parseDiagnostics } = source as unknown as { parseDiagnostics: ts.DiagnosticWithLocation[] };
  const mistake = [...parseDiagnostics, ...errors].find(({ code }) => code !== noInputs);
  if (!mistake) return undefined;
  const { file = source, start, messageText } = mistake;
  const text = typescript.flattenDiagnosticMessageText(messageText, " ");
  const line = start === undefined ? "" : `, line ${file.getLineAndCharacterOfPosition(start).line + 1}`;
  return `${path.relative(folder, file.fileName)}${line}: ${text}`;
}
