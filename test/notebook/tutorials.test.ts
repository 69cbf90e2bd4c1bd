// The tutorials through `bnlab run`: no error, no warning, what they claim is in their numbers, and every number reproduces.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, describe, it } from "node:test";
import { promisify } from "node:util";
import { Mime } from "../../kernel/protocol";

const root = path.join(import.meta.dirname, "../..");
const folder = mkdtempSync(path.join(os.tmpdir(), "bnlab-tutorials-"));
after(() => rmSync(folder, { recursive: true, force: true }));

interface Output {
  output_type: string;
  name?: string;
  data?: Record<string, unknown>;
}

/** Runs a tutorial and returns its outputs, cell after cell, as they are saved. */
async function run(language: string, name: string): Promise<Output[]> {
  const written = path.join(folder, `${language}-${name}`);
  const notebook = path.join(root, "notebooks", language, name);
  const cli = path.join(root, "dist/kernel/cli.js");
  await promisify(execFile)(process.execPath, [cli, "run", notebook, "--output", written]);
  const { cells } = JSON.parse(readFileSync(written, "utf8")) as { cells: { outputs?: Output[] }[] };
  return cells.flatMap(({ outputs = [] }) => outputs);
}

/** The last figure of that title, as Plotly's traces by name. */
function traces(outputs: Output[], title: RegExp): Record<string, number[]> {
  const figures = outputs.map(({ data }) => data?.[Mime.plotly] as PlotlyFigure | undefined);
  const figure = figures.findLast((each) => title.test(each?.layout.title?.text ?? ""));
  assert.ok(figure, `a figure titled ${title}`);
  return Object.fromEntries(figure.data.map(({ name, y }) => [name, y]));
}
interface PlotlyFigure {
  data: { name: string; y: number[] }[];
  layout: { title?: { text: string } };
}

describe("tutorials", { timeout: 600_000 }, () => {
  const runs = new Map<string, Output[]>();

  for (const language of ["en", "zh-cn"]) {
    for (const name of readdirSync(path.join(root, "notebooks", language))) {
      it(`${language}/${name} runs without an error or a warning`, async () => {
        const outputs = await run(language, name);
        runs.set(`${language}/${name}`, outputs);
        assert.deepEqual(
          outputs.filter((output) => output.output_type === "error" || output.name === "stderr"),
          [],
        );
      });
    }
  }

  it("the same code gives the same numbers in another process, to the last digit", () => {
    for (const [key, outputs] of runs) {
      if (key.startsWith("en/")) assert.deepEqual(outputs, runs.get(key.replace("en/", "zh-cn/")));
    }
  });

  it("00-start: without BN the loss rests at ln 10 and falls late; with BN it falls from the start", () => {
    const outputs = runs.get("en/00-start.ipynb")!;
    const accuracy = traces(outputs, /^Test accuracy$/);
    const [without, withBN] = [accuracy["without BN"]!, accuracy["with BN"]!];
    assert.ok(without[0]! < 20, `without BN, first epoch: ${without[0]} %`);
    assert.ok(withBN[0]! > 50, `with BN, first epoch: ${withBN[0]} %`);
    const stepsTo90 = (curve: number[]) => curve.findIndex((percent) => percent >= 90);
    assert.ok(stepsTo90(withBN) >= 0 && stepsTo90(withBN) * 3 < stepsTo90(without));
    const losses = traces(outputs, /^Training loss$/);
    const plateau = losses["without BN"]!.slice(100, 300);
    assert.ok(plateau.every((loss) => Math.abs(loss - Math.log(10)) < 0.2));
  });
});
