// Tutorials as live pages: all cells run, show what the notebook has saved, keep the rules for accessibility and stay within memory.
// English in Chromium, Chinese in Firefox, side by side: some tutorials, all in both where the environment asks for it.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, describe, it } from "node:test";
import { inflateSync } from "node:zlib";
import {
  type CellOutput,
  formatNotebook,
  hidesSource,
  parseNotebook,
} from "../../kernel/document/notebookFile";
import { recordsOf } from "../../kernel/lesson/scorecard";
import { bytesOfBase64 } from "../../kernel/machine/base64";
import { compareOutputs } from "../../kernel/notebook/compareOutputs";
import { TestVariable } from "../environment";
import {
  asPages,
  changedVerdicts,
  folderOf,
  type Language,
  savedVerdicts,
  tutorials,
} from "../notebook/tutorial";
import { brokenRules } from "../tools/axe";
import { absent, type BrowserName, launch, longestWait } from "./browsers";
import { codeCells, exportLive, OpenPage } from "./openPage";

const scratch = mkdtempSync(path.join(os.tmpdir(), "bnlab-live-tutorials-"));
after(() => rmSync(scratch, { recursive: true, force: true }));

/** The most that tensors of a tutorial may take, in megabytes of the memory that is theirs. */
const mostMegabytes = 300;
/** A test waits longer than for any step of it, and so says where it stood. */
const longest = longestWait + 60_000;

/**
 * The saved numbers are of an engine without fused multiply-add, and other last digits grow in a training: the page's engine is made
 * one, as Safari's is, by refusing the instruction (0xfd 0x85 0x02) in what every script of a worker begins with.
 */
function withoutFusing(): void {
  const refusing = `{
    const { validate } = WebAssembly;
    WebAssembly.validate = (bytes) =>
      validate(bytes) && !bytes.some((byte, at) => byte === 0xfd && bytes[at + 1] === 0x85 && bytes[at + 2] === 0x02);
  }`;
  const Own = Blob;
  globalThis.Blob = class extends Own {
    constructor(parts: BlobPart[] = [], options?: BlobPropertyBag) {
      super(options?.type === "text/javascript" ? [refusing, ...parts] : parts, options);
    }
  };
}

const askMemory = 'import { memoryUsage } from "bnlab"; Math.round(memoryUsage().heapBytes / 1e6)';

const tolerance = { relative: 1e-6, absolute: 1e-9 };

/** With the pixels of pictures in their place: a browser's compression is another. */
function unpacked(outputs: CellOutput[]): CellOutput[] {
  const text = JSON.stringify(outputs).replace(/data:image\/png;base64,([\w+/=]+)/g, (_, png: string) => {
    const data = Buffer.from(bytesOfBase64(png));
    const parts: Buffer[] = [];
    for (let at = 8; at < data.length; at += data.readUInt32BE(at) + 12) {
      if (data.toString("latin1", at + 4, at + 8) === "IDAT")
        parts.push(data.subarray(at + 8, at + 8 + data.readUInt32BE(at)));
    }
    return `pixels ${inflateSync(Buffer.concat(parts)).toString("base64")}`;
  });
  return JSON.parse(text) as CellOutput[];
}

const rows: [BrowserName, Language][] = [
  ["chrome", "en"],
  ["firefox", "zh-cn"],
];

const all = process.env[TestVariable.allPages] !== undefined;

describe("tutorials as live pages", { concurrency: rows.length, timeout: 2 * 3_600_000 }, () => {
  for (const [name, language] of rows) {
    const opened = all ? tutorials() : asPages[language];
    // One page at a time: a browser draws the page in front, and the others seldom or never.
    describe(`${language} in ${name}`, { skip: absent(name), concurrency: 1 }, () => {
      const downloads = path.join(scratch, name);
      for (const [at, tutorial] of opened.entries()) {
        it(tutorial, { timeout: longest }, async (test) => {
          // As a reader has it: one that has run nothing yet.
          const browser = await launch(name, downloads);
          test.after(() => browser.close());
          const file = path.join(folderOf(language), tutorial);
          const page = await OpenPage.open(
            browser,
            await exportLive(file, path.join(downloads, `${tutorial}.html`)),
            downloads,
            withoutFusing,
          );
          const saved = codeCells(parseNotebook(readFileSync(file, "utf8")));
          await page.press("runAll");
          for (const cell of saved.keys())
            assert.equal(
              await page.ended(cell + 1, longestWait - 60_000),
              "done",
              await page.shown(cell + 1),
            );
          const notebook = await page.download(tutorial);
          const differences = codeCells(notebook).flatMap((cell, index) =>
            compareOutputs(unpacked(saved[index]!.outputs), unpacked(cell.outputs), tolerance).map(
              (found) => ({
                cell: index + 1,
                ...found,
              }),
            ),
          );
          assert.deepEqual(differences, []);
          const verdicts = recordsOf(formatNotebook(notebook));
          assert.deepEqual(changedVerdicts(savedVerdicts(language, tutorial), verdicts), []);
          const isDark = name === "chrome" && at % 2 === 1; // Firefox's driver cannot ask for it
          if (isDark) await page.page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: "dark" }]);
          assert.deepEqual(await brokenRules(page.page), [], isDark ? "dark" : "light");
          const open = saved.findLastIndex((cell) => !hidesSource(cell)) + 1;
          await page.type(open, askMemory);
          assert.equal(await page.run(open), "done");
          const megabytes = Number(await page.shown(open));
          test.diagnostic(`${language} in ${name}, ${tutorial}: at most ${megabytes} MB of tensors`);
          assert.ok(megabytes > 0 && megabytes < mostMegabytes, `${megabytes} MB`);
          assert.deepEqual([page.requests, page.complaints], [[], []]);
        });
      }
    });
  }
});
