// Files that a command writes: tried first, replaced whole, with their links, modes and names.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  closeSync,
  copyFileSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
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
    for (const text of ["text", "text 2", "", "t"]) {
      await file.write(text);
      assert.equal(readFileSync(at("a", "b", "n.ipynb"), "utf8"), text);
    }
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
    for (const mode of [0o640, 0o751]) {
      chmodSync(at("n.ipynb"), mode);
      await (await OutputFile.probe(at("n.ipynb"), "")).write("text");
      assert.equal(statSync(at("n.ipynb")).mode & 0o7777, mode);
    }
    await (await OutputFile.probe(at("new.ipynb"), "")).write("text");
    writeFileSync(at("other"), "");
    assert.equal(statSync(at("new.ipynb")).mode, statSync(at("other")).mode);
  });

  it("keeps its owner", { skip: process.getuid?.() !== 0 && "root alone gives files away" }, async () => {
    const at = place();
    writeFileSync(at("n.ipynb"), "before");
    chownSync(at("n.ipynb"), 65_534, 65_533);
    await (await OutputFile.probe(at("n.ipynb"), "")).write("text");
    const { uid, gid } = statSync(at("n.ipynb"));
    assert.deepEqual([uid, gid], [65_534, 65_533]);
  });

  it("is replaced whole: who has opened the old one reads that to its end", onPosix, async () => {
    const at = place();
    writeFileSync(at("n.ipynb"), "before");
    const reader = openSync(at("n.ipynb"), "r");
    try {
      await (await OutputFile.probe(at("n.ipynb"), "")).write("text");
      assert.equal(readFileSync(reader, "utf8"), "before");
    } finally {
      closeSync(reader);
    }
  });

  it("may stand behind as many links as Linux follows, and no more", onPosix, async () => {
    const at = place();
    for (let i = 0; i <= 40; i++) symlinkSync(i === 0 ? "n.ipynb" : `link${i}`, at(`link${i + 1}`));
    await (await OutputFile.probe(at("link40"), "")).write("text");
    assert.equal(readFileSync(at("n.ipynb"), "utf8"), "text");
    await assert.rejects(OutputFile.probe(at("link41"), ""), {
      message: "its symbolic links lead back to themselves",
    });
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

  const onLinux = { skip: process.platform !== "linux" };
  it("is refused where its folder takes no new file", onLinux, async () => {
    await assert.rejects(OutputFile.probe("/proc/n.ipynb", ""), FileError);
  });

  it(
    "that has a second name and cannot be written into is refused before anything is done",
    onLinux,
    async () => {
      const at = place();
      copyFileSync("/bin/sleep", at("sleep"));
      chmodSync(at("sleep"), 0o755);
      linkSync(at("sleep"), at("other name"));
      const program = spawn(at("sleep"), ["600"]);
      try {
        await once(program, "spawn");
        await assert.rejects(OutputFile.probe(at("sleep"), ""), { message: "it is a program that runs" });
      } finally {
        program.kill("SIGKILL");
        await once(program, "close");
      }
    },
  );

  it("is closed again, whatever it is", onLinux, async () => {
    const at = place();
    writeFileSync(at("n.ipynb"), "");
    linkSync(at("n.ipynb"), at("other name"));
    const open = () => readdirSync("/proc/self/fd").length;
    const before = open();
    for (const name of ["/dev/null", at("n.ipynb"), at("new.ipynb")])
      await (await OutputFile.probe(name, "")).write("text");
    assert.equal(open(), before);
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
    writeFileSync(at("real", "c"), "");
    for (const [one, other] of [
      ["real/a", "real/b"],
      ["real/b", "real/a"],
      ["real/a", "real/c"],
      ["real/b", "real/d"],
    ] as const) {
      assert.equal(await same(one, other), false, `${one} ${other}`);
    }
    assert.equal(await (await OutputFile.probe(at("hard"), "")).isSameAs(at("folder/a")), true);
  });

  it("whose place is gone when it is written is not written there, but elsewhere", async () => {
    const at = place();
    const file = await OutputFile.probe(at("gone", "n.ipynb"), "");
    rmSync(at("gone"), { recursive: true });
    writeFileSync(at("gone"), "");
    await assert.rejects(file.write("text"), FileError);
    const elsewhere = await inFolders(at(), () => file.writeElsewhere("text"));
    assert.match(path.basename(elsewhere!), /^n\.[0-9a-f]{8}\.ipynb$/);
    assert.equal(readFileSync(elsewhere!, "utf8"), "text");
    if (process.platform !== "win32")
      assert.equal(statSync(elsewhere!).mode & 0o777, 0o600, "for its owner alone");
    rmSync(elsewhere!);
    assert.ok(!existsSync(at("gone", "n.ipynb")));
  });

  it("is saved elsewhere under a name that every system takes, in the first folder that takes it, if any", async (t) => {
    const at = place();
    const file = await OutputFile.probe(at(`${"n".repeat(200)}.ipynb`), "");
    t.mock.method(process, "cwd", () => at("none"));
    t.mock.method(os, "homedir", () => at("home"));
    const saved = () => inFolders(at("none"), () => file.writeElsewhere("text"));
    assert.equal(await saved(), undefined);
    mkdirSync(at("home"));
    const name = path.relative(at("home"), (await saved())!);
    assert.match(name, /^n{100}\.[0-9a-f]{8}\.ipynb$/);
    assert.deepEqual(readdirSync(at("home")), [name]);
  });
});

/** Does something where files for a while are put into another folder. */
async function inFolders<T>(folder: string, act: () => Promise<T>): Promise<T> {
  const before = process.env.TMPDIR;
  process.env.TMPDIR = folder;
  try {
    return await act();
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  }
}
