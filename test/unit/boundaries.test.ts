// The import boundaries of ARCHITECTURE.md, proven by breaking each: the lint must complain at every forbidden import.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";

const root = path.join(import.meta.dirname, "..", "..");

/** File, what it imports, whether that is allowed. */
const cases: [file: string, specifier: string, allowed: boolean][] = [
  ["kernel/tensor/ops/a.ts", "../tensor", true],
  ["kernel/tensor/ops/b.ts", "../../nn", false],
  ["kernel/tensor/ops/c.ts", "node:fs", false],
  ["kernel/tensor/d.ts", "../plot/figure", false],
  ["kernel/nn/a.ts", "../tensor", true],
  ["kernel/nn/b.ts", "../plot/figure", false],
  ["kernel/optim/a.ts", "../tensor", true],
  ["kernel/optim/b.ts", "../nn/module", false],
  ["kernel/data/a.ts", "../nn", false],
  ["kernel/probe/a.ts", "../session/display", false],
  ["kernel/safetensors/a.ts", "../tensor", true],
  ["kernel/safetensors/b.ts", "../nn", false],
  ["kernel/probe/b.ts", "../nn", true],
  ["kernel/experiment/a.ts", "../tensor", true],
  ["kernel/experiment/b.ts", "../plot/figure", false],
  ["kernel/experiment/c.ts", "../session/progress", false],
  ["kernel/lesson/a.ts", "../data", true],
  ["kernel/lesson/b.ts", "../protocol", true],
  ["kernel/lesson/c.ts", "../session/display", false],
  ["kernel/lesson/d.ts", "../plot/figure", false],
  ["kernel/lesson/e.ts", "node:fs", false],
  ["kernel/jupyter/a.ts", "../protocol", true],
  ["kernel/jupyter/b.ts", "../tensor", false],
  ["kernel/plot/a.ts", "./figure", true],
  ["kernel/plot/b.ts", "../tensor", false],
  ["kernel/plot/c.ts", "../session/display", false],
  ["kernel/protocol/a.ts", "./mime", true],
  ["kernel/protocol/b.ts", "../session/session", false],
  ["kernel/session/a.ts", "../protocol", true],
  ["kernel/session/b.ts", "../tensor", false],
  ["kernel/session/c.ts", "../cell/bnlab", false],
  ["kernel/notebook/a.ts", "../protocol", true],
  ["kernel/notebook/b.ts", "../plot/figure", false],
  ["kernel/kernel2.ts", "vscode", false],
  ["extension/notebook/a.ts", "../../kernel/protocol", true],
  ["extension/notebook/b.ts", "../../kernel/session/session", false],
  ["extension/notebook/c.ts", "../../kernel/cell/bnlab", false],
  ["extension/renderer/a.ts", "plotly.js", true],
  ["extension/renderer/b.ts", "vscode", false],
  ["extension/renderer/c.ts", "node:fs", false],
];

describe("import boundaries", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "bnlab-boundaries-"));
  const complaints = new Map<string, string[]>();

  before(() => {
    const write = (file: string, text: string) => {
      mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
      writeFileSync(path.join(folder, file), text);
    };
    const config = JSON.parse(readFileSync(path.join(root, "biome.json"), "utf8"));
    write("biome.json", JSON.stringify({ ...config, $schema: undefined, vcs: { enabled: false } }));
    for (const [file, specifier] of cases) write(file, `import "${specifier}";\n`);
    write("kernel/plot/round.ts", 'import { b } from "./about";\nexport const a = () => b();\n');
    write("kernel/plot/about.ts", 'import { a } from "./round";\nexport const b = () => a();\n');

    const biome = path.join(root, "node_modules/@biomejs/biome/bin/biome");
    const args = [biome, "lint", "--reporter=github", "--max-diagnostics=none", folder];
    const { stdout } = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
    for (const line of stdout.split("\n")) {
      const found = /title=([^,]+),file=([^,]+),/.exec(line);
      if (!found) continue;
      const file = path.relative(folder, path.resolve(folder, found[2]!)).replaceAll(path.sep, "/");
      complaints.set(file, [...(complaints.get(file) ?? []), found[1]!]);
    }
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const [file, specifier, allowed] of cases) {
    it(`${file} ${allowed ? "may" : "may not"} import ${specifier}`, () => {
      const refused = complaints.get(file)?.includes("lint/style/noRestrictedImports") ?? false;
      assert.equal(refused, !allowed);
    });
  }

  it("two files may not import each other", () => {
    assert.ok(complaints.get("kernel/plot/round.ts")?.includes("lint/suspicious/noImportCycles"));
  });
});
