// A TypeScript file that cells import or require, compiled as its project says.
import { createRequire } from "node:module";
import path from "node:path";
import type ts from "typescript";
import { projectOf } from "../node/project";

/** Loaded when the first such file is: it takes a while. And by `require`, for Node's hooks wait for each other. */
export const typescript = () =>
  createRequire(import.meta.url)("./typescript/lib/typescript.js") as typeof import("typescript");

export function isTypeScript(name: string): boolean {
  return /\.[cm]?tsx?$/.test(name);
}

export function compiled(fileName: string, text: string, form: "module" | "commonjs"): string {
  const ts = typescript();
  const { options } = projectOf(ts, path.dirname(fileName));
  const { outputText, diagnostics } = ts.transpileModule(text, {
    fileName,
    reportDiagnostics: true,
    compilerOptions: {
      jsx: ts.JsxEmit.React,
      ...options,
      module: form === "module" ? ts.ModuleKind.Preserve : ts.ModuleKind.CommonJS,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      esModuleInterop: true,
      target: ts.ScriptTarget.ES2022,
      inlineSourceMap: true,
      inlineSources: true,
      paths: {}, // where imports lead is found out when the file runs
      baseUrl: undefined,
    },
  });
  const mistake = diagnostics?.find(({ file }) => file !== undefined);
  if (mistake) {
    const { line, character } = ts.getLineAndCharacterOfPosition(mistake.file!, mistake.start!);
    const words = ts.flattenDiagnosticMessageText(mistake.messageText, "\n");
    throw new SyntaxError(`${words} (${fileName}:${line + 1}:${character + 1})`);
  }
  return outputText;
}

/** Whether the file is a CommonJS module: by its name, or by `export =`. */
export function isCommonJs(fileName: string, text: string): boolean {
  return (
    /\.cts$/.test(fileName) ||
    (/\bexport\s*=/.test(text) && parsed(fileName, text).statements.some(isExportEquals))
  );
}

function isExportEquals(statement: ts.Statement): boolean {
  return typescript().isExportAssignment(statement) && statement.isExportEquals === true;
}

/** A module as which the CommonJS module shows itself: whole, and those of its names that can be seen in the text. */
export function wrapped(fileName: string, text: string): string {
  const ts = typescript();
  const names = new Set<string>();
  for (const statement of parsed(fileName, text).statements) {
    if (ts.isExportAssignment(statement) && ts.isObjectLiteralExpression(statement.expression)) {
      for (const { name } of statement.expression.properties)
        if (name && ts.isIdentifier(name)) names.add(name.text);
    } else if (ts.canHaveModifiers(statement) && statement.modifiers?.some(isExport)) {
      const declared = ts.isVariableStatement(statement)
        ? statement.declarationList.declarations
        : [statement];
      for (const { name } of declared as { name?: ts.Node }[])
        if (name && ts.isIdentifier(name)) names.add(name.text);
    }
  }
  names.delete("default");
  const file = JSON.stringify(fileName);
  return [
    'import { createRequire } from "node:module";',
    `const require_ = createRequire(${file});`,
    `delete require_.cache[${file}];`, // it is imported anew only when it has changed
    `const whole_ = require_(${file});`,
    "export default whole_;",
    ...[...names].map((name, i) => `const name_${i} = whole_.${name}; export { name_${i} as ${name} };`),
  ].join("\n");
}

function isExport({ kind }: ts.ModifierLike): boolean {
  return kind === typescript().SyntaxKind.ExportKeyword;
}

/** `import x = require("y")` calls a function that ES modules lack: hoisted from the end, so that no line moves. */
export function withRequire(fileName: string, text: string, code: string): string {
  const isRequiring =
    /\bimport\b[^;]*=\s*require\b/.test(text) && !/\b(?:const|let|var|function)\s+require\b/.test(text);
  if (!isRequiring) return code;
  const [before, map = ""] = code.split(/^(?=\/\/# sourceMappingURL=)/m);
  const require = `function require(id) { return createRequire__(${JSON.stringify(fileName)})(id); }`;
  return `${before}\nimport { createRequire as createRequire__ } from "node:module"; ${require}\n${map}`;
}

function parsed(fileName: string, text: string): ts.SourceFile {
  const ts = typescript();
  return ts.createSourceFile(fileName, text, ts.ScriptTarget.ESNext, true);
}
