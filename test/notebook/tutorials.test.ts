// The tutorials as they are shipped: `bnlab check`, both out of the packed extension, finds them to show what they have saved, without an
// error or a warning; and what the first one claims is in its numbers. Likewise the examples, of the repository.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { type CellOutput, parseNotebook } from "../../kernel/document/notebookFile";
import { Mime } from "../../kernel/protocol";
import { startKernel } from "../kernel/startKernel";
import { installNode } from "../vscode/install";
import { packedVsix, unpackVsix } from "../vscode/vsix";
import { asPages, claimsOf, faultOf, languages, savedVerdicts, tutorials } from "./tutorial";

const scratch = mkdtempSync(path.join(os.tmpdir(), "bnlab-tutorials-"));
after(() => rmSync(scratch, { recursive: true, force: true }));

const examples = path.join(import.meta.dirname, "../../examples");
/** Runs of experiments in processes of their own show what live pages show, which make them one after the other. */
const env = { ...process.env, BNLAB_THREADS: "1", BNLAB_PARALLEL: "2" };

/** The one whose numbers are saved: newer ones have fused multiply-add, and other last digits grow in a training. */
const savedWith = "20.20.2";
const isThat = process.versions.node.startsWith("20.");
const skip = !isThat && process.platform !== "linux" && "needs Node 20, which the numbers were saved with";

/**
 * What runs here: each that does not run whole as an English page (`test/live/tutorials.test.ts`), and the first and the last in both
 * languages; that both have saved the same numbers is a unit test.
 */
const checked = new Set([
  ...tutorials()
    .filter((name) => !asPages.en.includes(name))
    .map((name) => `en/${name}`),
  ...languages.flatMap((language) => [`${language}/00-start.ipynb`, `${language}/12-verdict.ipynb`]),
]);

interface PlotlyFigure {
  data: { name: string; y: number[] }[];
  layout: { title?: { text: string } };
}

/** The last figure of that title, as Plotly's traces by name. */
function traces(outputs: readonly CellOutput[], title: RegExp): Record<string, number[]> {
  const figures = outputs.map(
    (output) => ("data" in output ? output.data[Mime.plotly] : undefined) as PlotlyFigure | undefined,
  );
  const figure = figures.findLast((each) => title.test(each?.layout.title?.text ?? ""));
  assert.ok(figure, `a figure titled ${title}`);
  return Object.fromEntries(figure.data.map(({ name, y }) => [name, y]));
}

describe("tutorials in the packed extension", { timeout: 3_600_000, skip }, () => {
  let extension = "";
  let node = process.execPath;
  before(async () => {
    if (!isThat) node = await installNode(savedWith, console.log);
    extension = await unpackVsix(packedVsix(), scratch);
  });
  const fileOf = (language: string, name: string) => path.join(extension, "notebooks", language, name);
  const outputsOf = (language: string, name: string) =>
    parseNotebook(readFileSync(fileOf(language, name), "utf8")).cells.flatMap((cell) =>
      cell.cell_type === "code" ? cell.outputs : [],
    );

  async function check(file: string): Promise<void> {
    const cli = path.join(extension, "dist/kernel/cli.js");
    const child = spawn(node, [cli, "check", file, "--timeout", "900"], {
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (said += chunk));
    const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
    assert.equal(code, 0, said);
    assert.doesNotMatch(said, /warning/); // of a saved order that is none
  }

  describe("each", { concurrency: 2 }, () => {
    for (const name of readdirSync(examples).filter((name) => name.endsWith(".ipynb"))) {
      it(`examples/${name} shows what it has saved`, () => check(path.join(examples, name)));
    }
    for (const name of tutorials()) {
      for (const language of languages) {
        const place = `${language}/${name}`;
        it(
          checked.has(place) ? `${place} shows what it has saved` : `${place} has its verdicts, and no error`,
          async () => {
            if (checked.has(place)) await check(fileOf(language, name));
            assert.deepEqual(outputsOf(language, name).flatMap(faultOf), []);
            const judged = savedVerdicts(language, name).map(({ claim, verdict }) => [
              claim,
              verdict !== "incomplete",
            ]);
            assert.deepEqual(
              judged.toSorted(([a], [b]) => Number(a) - Number(b)),
              claimsOf(name).map((claim) => [claim, true]),
            );
          },
        );
      }
    }
  });

  it("00-start: without BN the loss rests at ln 10 and falls late; with BN it falls from the start", () => {
    const shown = outputsOf("en", "00-start.ipynb");
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

  it("00-start: the cell that trains begins anew whenever it runs, with another learning rate too", async () => {
    const notebook = parseNotebook(readFileSync(fileOf("en", "00-start.ipynb"), "utf8"));
    const code = notebook.cells.flatMap((cell) => (cell.cell_type === "code" ? [cell.source] : []));
    const training = code.findIndex((source) => source.includes("lossChart.append"));
    const short = code[training]!.replace("const EPOCHS = 24", "const EPOCHS = 1");
    assert.notEqual(short, code[training]);
    const build = path.join(extension, "dist");
    const kernel = startKernel({ build });
    const firstLosses = async (source: string) => {
      const ran = await kernel.run(source);
      assert.equal(ran.error, "");
      const { result } = await kernel.run(
        "JSON.stringify(Object.values(nets).map((net) => noGrad(() => net.forward(test.images).sum().item())))",
      );
      return result;
    };
    try {
      for (const source of code.slice(0, training)) assert.equal((await kernel.run(source)).error, "");
      const once = await firstLosses(short);
      const other = await firstLosses(short.replace("lr: 2 ", "lr: 0.5 "));
      const again = await firstLosses(short);
      assert.equal(again, once);
      assert.notEqual(other, once);
    } finally {
      await kernel.stop();
    }
  });
});
