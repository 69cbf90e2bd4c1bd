// The tutorials through `bnlab run`: no error, no warning, what they claim is in their numbers, and every number reproduces.
import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, describe, it } from "node:test";
import type { CellOutput } from "../../kernel/notebook/notebookFile";
import { Mime } from "../../kernel/protocol";
import { changedVerdicts, execute, folderOf, type Language, savedVerdicts, tutorials } from "./tutorial";

const folder = mkdtempSync(path.join(os.tmpdir(), "bnlab-tutorials-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** The last figure of that title, as Plotly's traces by name. */
function traces(outputs: readonly CellOutput[], title: RegExp): Record<string, number[]> {
  const figures = outputs.map(
    (output) => ("data" in output ? output.data[Mime.plotly] : undefined) as PlotlyFigure | undefined,
  );
  const figure = figures.findLast((each) => title.test(each?.layout.title?.text ?? ""));
  assert.ok(figure, `a figure titled ${title}`);
  return Object.fromEntries(figure.data.map(({ name, y }) => [name, y]));
}
interface PlotlyFigure {
  data: { name: string; y: number[] }[];
  layout: { title?: { text: string } };
}

/** `npm run notebooks` runs all in both languages; here each runs once, and the first one in both. */
const runs: [Language, string][] = [
  ["en", "00-start.ipynb"],
  ["zh-cn", "00-start.ipynb"],
  ...tutorials()
    .slice(1)
    .map((name) => ["en", name] satisfies [Language, string]),
];

describe("tutorials", { timeout: 1_200_000 }, () => {
  const outputs = new Map<string, readonly CellOutput[]>();

  describe("each", { concurrency: 2 }, () => {
    for (const [language, name] of runs) {
      it(`${language}/${name} runs without an error or a warning, and comes to the verdicts that are saved`, async () => {
        mkdirSync(path.join(folder, language), { recursive: true });
        const file = path.join(folder, language, name);
        copyFileSync(path.join(folderOf(language), name), file);
        const {
          faults,
          verdicts,
          outputs: shown,
        } = await execute(file, { env: { BNLAB_THREADS: "1" }, timeout: 600 });
        assert.deepEqual(faults, []);
        assert.deepEqual(changedVerdicts(savedVerdicts(language, name), verdicts), []);
        outputs.set(`${language}/${name}`, shown);
      });
    }
  });

  it("the same code gives the same numbers in another process, to the last digit", () => {
    assert.deepEqual(outputs.get("en/00-start.ipynb"), outputs.get("zh-cn/00-start.ipynb"));
  });

  it("00-start: without BN the loss rests at ln 10 and falls late; with BN it falls from the start", () => {
    const shown = outputs.get("en/00-start.ipynb")!;
    const accuracy = traces(shown, /^Test accuracy$/);
    const [without, withBN] = [accuracy["without BN"]!, accuracy["with BN"]!];
    assert.ok(without[0]! < 20, `without BN, first epoch: ${without[0]} %`);
    assert.ok(withBN[0]! > 50, `with BN, first epoch: ${withBN[0]} %`);
    const stepsTo90 = (curve: number[]) => curve.findIndex((percent) => percent >= 90);
    assert.ok(stepsTo90(withBN) >= 0 && stepsTo90(withBN) * 3 < stepsTo90(without));
    const losses = traces(shown, /^Training loss$/);
    const plateau = losses["without BN"]!.slice(100, 300);
    assert.ok(plateau.every((loss) => Math.abs(loss - Math.log(10)) < 0.2));
  });
});
