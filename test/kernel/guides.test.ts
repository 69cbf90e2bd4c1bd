// The code of the README and of the guides runs, from top to bottom, and is the same in both languages.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { startKernel } from "./startKernel";

const docs = path.join(import.meta.dirname, "../../docs");
const guides = readdirSync(docs).filter((name) => name.endsWith(".md"));
const readme = "../README.md";
const cellsOf = (file: string) =>
  [...readFileSync(path.join(docs, file), "utf8").matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(
    ([, language = "", code = ""]) => ({ language, code: code.trim() }),
  );
const kernels: ReturnType<typeof startKernel>[] = [];
after(() => Promise.all(kernels.map((kernel) => kernel.stop())));

test("every guide is there in Chinese, with the same code", () => {
  assert.deepEqual(readdirSync(path.join(docs, "zh-cn")).sort(), guides.sort());
  for (const guide of guides) assert.deepEqual(cellsOf(`zh-cn/${guide}`), cellsOf(guide), guide);
  const isTypescript = ({ language }: { language: string }) => language === "ts"; // commands have remarks
  assert.deepEqual(cellsOf("../README.zh-CN.md").filter(isTypescript), cellsOf(readme).filter(isTypescript));
});

for (const guide of [readme, ...guides]) {
  const cells = cellsOf(guide).filter(({ language }) => language === "ts");
  if (cells.length === 0) continue;
  test(`${path.basename(guide)} runs`, async () => {
    const kernel = startKernel();
    kernels.push(kernel);
    for (const { code } of cells) {
      const { reply, error, result, text } = await kernel.run(code);
      assert.equal(reply.status, "ok", `${code}\n${error}`);
      assert.equal(text("stderr"), "", code); // types are right as well
      if (guide === "writing-a-layer.md" && code.startsWith("autograd.gradcheck"))
        assert.equal(result, "true");
      if (code.includes("again.forward(x).equal")) assert.equal(result, "true");
    }
  });
}
