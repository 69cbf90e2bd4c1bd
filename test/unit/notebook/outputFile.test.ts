// Files that a command writes: tried first, replaced whole, with their links, modes and names.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, describe, it } from "node:test";
import { FileError, OutputFile } from "../../../kernel/notebook/outputFile";

const root = mkdtempSync(path.join(os.tmpdir(), "bnlab-output-"));
after(() => rmSync(root, { recursive: true, force: true }));
let count = 0;
/** Paths in a folder of its own. */
function place(): (...parts: string[]) => string {
  const folder = path.join(root, String(++count));
  mkdirSync(folder);
  return (...parts) => path.join(folder, ...parts);
}
const onPosix = { skip: process.platform === "win32" };

describe("an output file", () => {
  it("is made, with the folders it lies in; trying it leaves nothing behind", async () => {
    const at = place();
    const file = await OutputFile.probe(at("a", "b", "n.ipynb"), "trial");
    assert.deepEqual(readdirSync(at("a", "b")), []);
    await file.write("text");
    await file.write("text 2");
    assert.equal(readFileSync(at("a", "b", "n.ipynb"), "utf8"), "text 2");
    assert.deepEqual(readdirSync(at("a", "b")), ["n.ipynb"]);
  });

  it("is untouched by the trial", async () => {
    const at = place();
    writeFileSync(at("n.ipynb"), "before");
    await OutputFile.probe(at("n.ipynb"), "trial");
    assert.equal(readFileSync(at("n.ipynb"), "utf8"), "before");
    assert.deepEqual(readdirSync(at()), ["n.ipynb"]);
  });

  it("keeps its mode; a new one has the one that new files have", onPosix, async () => {
    const at = place();
    writeFileSync(at("n.ipynb"), "before");
    chmodSync(at("n.ipynb"), 0o640);
    await (await OutputFile.probe(at("n.ipynb"), "")).write("text");
    assert.equal(statSync(at("n.ipynb")).mode & 0o7777, 0o640);
    await (await OutputFile.probe(at("new.ipynb"), "")).write("text");
    writeFileSync(at("other"), "");
    assert.equal(statSync(at("new.ipynb")).mode, statSync(at("other")).mode);
  });

  it(
    "behind symbolic links is replaced where it lies, also one that is still to be made",
    onPosix,
    async () => {
      const at = place();
      mkdirSync(at("real"));
      writeFileSync(at("real", "n.ipynb"), "before");
      symlinkSync("real/n.ipynb", at("link"));
      symlinkSync("link", at("link to link"));
      symlinkSync("missing folder/new.ipynb", at("real", "dangling"));
      symlinkSync("real", at("folder"));
      await (await OutputFile.probe(at("link to link"), "")).write("text");
      await (await OutputFile.probe(at("folder", "dangling"), "")).write("new");
      for (const name of ["link", "link to link"]) assert.ok(lstatSync(at(name)).isSymbolicLink());
      assert.equal(readFileSync(at("real", "n.ipynb"), "utf8"), "text");
      assert.ok(lstatSync(at("real", "dangling")).isSymbolicLink());
      assert.equal(readFileSync(at("real", "missing folder", "new.ipynb"), "utf8"), "new");
    },
  );

  it("that has a second name has it afterwards, shorter or longer", async () => {
    const at = place();
    writeFileSync(at("n.ipynb"), "before");
    linkSync(at("n.ipynb"), at("other name"));
    const file = await OutputFile.probe(at("n.ipynb"), "");
    for (const text of ["longer than before", "short"]) {
      await file.write(text);
      assert.deepEqual(
        [at("n.ipynb"), at("other name")].map((name) => readFileSync(name, "utf8")),
        [text, text],
      );
    }
    assert.equal(statSync(at("n.ipynb")).nlink, 2);
  });

  it("may have as long a name as the system takes", async () => {
    const at = place();
    const name = `${"n".repeat(249)}.ipynb`;
    await (await OutputFile.probe(at(name), "")).write("text");
    assert.deepEqual(readdirSync(at()), [name]);
  });

  it("is refused, in words, where it cannot be", onPosix, async () => {
    const at = place();
    mkdirSync(at("folder"));
    writeFileSync(at("file"), "");
    execFileSync("mkfifo", [at("pipe")]);
    symlinkSync("circle", at("circle"));
    const refused: [name: string, message: string][] = [
      [at("folder"), "it is a folder, expected a file"],
      [`${at("new")}/`, "it is a folder, expected a file"],
      [at("pipe"), "it is a pipe, expected a file"],
      [at("file", "n.ipynb"), "a part of its path is a file, not a folder"],
      [at("circle"), "its symbolic links lead back to themselves"],
      [at("n".repeat(300)), "its name is too long"],
    ];
    if (process.platform === "linux") refused.push(["/dev/full", "no space is left on its disk"]);
    for (const [name, message] of refused) {
      await assert.rejects(OutputFile.probe(name, "x"), { name: "FileError", file: name, message });
    }
    assert.deepEqual(readdirSync(at()).sort(), ["circle", "file", "folder", "pipe"]);
  });

  it("may be the device that takes everything", onPosix, async () => {
    await (await OutputFile.probe("/dev/null", "x")).write("text");
    assert.ok(lstatSync("/dev/null").isCharacterDevice());
  });

  it("is the same as another by whatever name", onPosix, async () => {
    const at = place();
    mkdirSync(at("real"));
    symlinkSync("real", at("folder"));
    writeFileSync(at("real", "a"), "");
    linkSync(at("real", "a"), at("hard"));
    symlinkSync("real/new", at("dangling"));
    const same = async (one: string, other: string) =>
      (await OutputFile.probe(at(one), "")).isSameAs(await OutputFile.probe(at(other), ""));
    for (const [one, other] of [
      ["real/a", "folder/a"],
      ["real/a", "hard"],
      ["dangling", "folder/new"],
      ["x", "./x"],
    ] as const) {
      assert.equal(await same(one, other), true, `${one} ${other}`);
    }
    assert.equal(await same("real/a", "real/b"), false);
    assert.equal(await (await OutputFile.probe(at("hard"), "")).isSameAs(at("folder/a")), true);
  });

  it("whose place is gone when it is written is not written there, but elsewhere", async () => {
    const at = place();
    const file = await OutputFile.probe(at("gone", "n.ipynb"), "");
    rmSync(at("gone"), { recursive: true });
    writeFileSync(at("gone"), "");
    await assert.rejects(file.write("text"), FileError);
    const before = process.env.TMPDIR;
    process.env.TMPDIR = at();
    const elsewhere = await file.writeElsewhere("text");
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
    assert.match(path.basename(elsewhere!), /^n\.[0-9a-f]{8}\.ipynb$/);
    assert.equal(readFileSync(elsewhere!, "utf8"), "text");
    rmSync(elsewhere!);
    assert.ok(!existsSync(at("gone", "n.ipynb")));
  });
});
