// Exercises' solutions and likely mistakes as cells: readers write their like in an editor that knows types.
import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import ts from "typescript";
import * as bnlab from "../../kernel/bnlab";
import { exercises } from "../../kernel/lesson/exercises";
import { entry, programOf } from "./program";

test("solutions and mistakes of exercises have the type of the answer", () => {
  const names = Object.keys(bnlab).filter((name) => name !== "Tensor");
  const lines = Object.entries(exercises).flatMap(([id, { solution, mistakes }]) =>
    [solution, ...mistakes].map((answer) => `lesson.exercise("${id}", ${answer});`),
  );
  const text = `import { ${names.join(", ")}, type Tensor } from "./bnlab";\n${lines.join("\n")}`;
  const file = path.join(path.dirname(entry), "answers.ts");
  const program = programOf(file, text);
  const found = ts
    .getPreEmitDiagnostics(program, program.getSourceFile(file))
    .map(({ messageText, start = 0 }) => {
      const line = text.slice(0, start).split("\n").length - 2;
      return `${lines[line]}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
    });
  assert.deepEqual(found, []);
});
