// Files that cannot be written, known before a cell has run or only when all have: nothing is lost, the source is untouched.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { describe, it } from "node:test";
import { assertOneLine, type Ended, Place } from "./commandLine";

const isRoot = process.getuid?.() === 0;
/** Root may write anywhere: then the runs are nobody's. */
const nobody = isRoot ? 65_534 : undefined;
const skip = process.platform === "win32" && "modes and devices are POSIX's";

function ownedByNobody(...files: string[]): void {
  if (nobody !== undefined) for (const file of files) chownSync(file, nobody, nobody);
}

/** It has run when it has made this file. */
const marks = `import { writeFileSync } from "node:fs";\nwriteFileSync("spare/ran", "");`;

describe("a file that cannot be written is told before a cell runs", { concurrency: 4, skip }, () => {
  const cases: [name: string, args: string[], message: RegExp][] = [
    [
      "the default output in a read-only folder",
      ["locked/n.ipynb"],
      /^bnlab run: locked\/n\.executed\.ipynb: permission denied$/m,
    ],
    [
      "an output in a read-only folder",
      ["n.ipynb", "-o", "locked/o.ipynb"],
      /locked\/o\.ipynb: permission denied/,
    ],
    [
      "an output under a read-only folder",
      ["n.ipynb", "-o", "locked/a/o.ipynb"],
      /locked\/a\/o\.ipynb: permission denied/,
    ],
    ["a read-only output", ["n.ipynb", "-o", "readonly.ipynb"], /readonly\.ipynb: permission denied/],
    [
      "a folder in the output's place",
      ["n.ipynb", "-o", "folder"],
      /folder: it is a folder, expected a file/,
    ],
    [
      "a folder in the page's place",
      ["n.ipynb", "-o", "o.ipynb", "--html", "folder"],
      /folder: it is a folder/,
    ],
    [
      "a page in a read-only folder",
      ["n.ipynb", "-o", "o.ipynb", "--html", "locked/o.html"],
      /permission denied/,
    ],
    ["a full device as output", ["n.ipynb", "-o", "/dev/full"], /\/dev\/full: no space is left on its disk/],
    ["a full device as page", ["n.ipynb", "-o", "o.ipynb", "--html", "/dev/full"], /no space is left/],
    [
      "a file in the folder's place",
      ["n.ipynb", "-o", "readonly.ipynb/o.ipynb"],
      /a part of its path is a file/,
    ],
    ["a name that is too long", ["n.ipynb", "-o", `${"n".repeat(300)}.ipynb`], /its name is too long/],
    [
      "one file for both",
      ["n.ipynb", "-o", "o.x", "--html", "./o.x"],
      /the notebook is written there; name another/,
    ],
    [
      "one file for both, behind a link",
      ["n.ipynb", "-o", "o.x", "--html", "link"],
      /the notebook is written there; name another/,
    ],
    [
      "the source as page",
      ["n.ipynb", "-o", "o.ipynb", "--html", "n.ipynb"],
      /it is the notebook itself; name another/,
    ],
    [
      "the source as page, behind a link",
      ["n.ipynb", "-o", "o.ipynb", "--html", "hard"],
      /it is the notebook itself/,
    ],
  ];
  for (const [name, args, message] of cases) {
    it(name, async () => {
      const place = new Place();
      place.write("n.ipynb", [marks]);
      linkSync(place.at("n.ipynb"), place.at("hard"));
      mkdirSync(place.at("folder"));
      mkdirSync(place.at("locked"));
      place.write("locked/n.ipynb", [marks]);
      place.write("readonly.ipynb", ["'another notebook'"]);
      symlinkSync("o.x", place.at("link"));
      ownedByNobody(
        ...["n.ipynb", "locked", "locked/n.ipynb", "readonly.ipynb"].map((file) => place.at(file)),
      );
      chmodSync(place.at("locked"), 0o555);
      chmodSync(place.at("readonly.ipynb"), 0o444);
      const files = () => readdirSync(place.folder, { recursive: true, encoding: "utf8" }).sort();
      const [before, texts] = [
        files(),
        ["n.ipynb", "readonly.ipynb"].map((file) => readFileSync(place.at(file))),
      ];
      const ended = await place.bnlab(["run", ...args], { uid: nobody }).ended;
      assertOneLine(ended);
      assert.match(ended.stderr, message);
      assert.deepEqual([ended.code, ended.stdout], [2, ""]);
      assert.deepEqual(files(), before);
      assert.deepEqual(
        ["n.ipynb", "readonly.ipynb"].map((file) => readFileSync(place.at(file))),
        texts,
      );
    });
  }

  it("of export too", async () => {
    const place = new Place();
    place.write("n.ipynb", ["1"]);
    mkdirSync(place.at("folder"));
    const before = readFileSync(place.at("n.ipynb"));
    for (const [html, message] of [
      ["folder", /^bnlab export: folder: it is a folder, expected a file\n$/],
      ["n.ipynb", /^bnlab export: n\.ipynb: it is the notebook itself; name another file for the page\n$/],
      ["/dev/full", /^bnlab export: \/dev\/full: no space is left on its disk\n$/],
    ] as const) {
      const ended = await place.bnlab(["export", "n.ipynb", "--html", html]).ended;
      assert.match(ended.stderr, message);
      assert.equal(ended.code, 2);
    }
    assert.deepEqual(readFileSync(place.at("n.ipynb")), before);
    place.assertTidy();
  });
});

/** Where it was saved when its own place did not take it. */
function savedElsewhere({ stderr }: Ended, name: string): string {
  const found = new RegExp(`^bnlab run: ${name}: [^\\n;]+; saved as (.+)$`, "m").exec(stderr);
  assert.ok(found, stderr);
  return found[1]!;
}

describe("a file that can be written no more when the cells have run", { concurrency: 3, skip }, () => {
  it("is saved elsewhere: its folder was made read-only", async () => {
    const place = new Place();
    mkdirSync(place.at("folder"));
    ownedByNobody(place.at("folder"));
    place.write("n.ipynb", [`import { chmodSync } from "node:fs";\nchmodSync("folder", 0o555);\n'kept'`]);
    const args = ["run", "n.ipynb", "-o", "folder/o.ipynb", "--html", "folder/o.html"];
    const ended = await place.bnlab(args, { uid: nobody }).ended;
    assert.equal(ended.code, 2);
    assert.match(
      ended.stderr,
      /^(bnlab run: folder\/o\.(ipynb|html): permission denied; saved as [^\n]+\n){2}$/,
    );
    const { cells } = JSON.parse(readFileSync(savedElsewhere(ended, "folder/o.ipynb"), "utf8"));
    assert.deepEqual(cells[0].outputs[0].data, { "text/plain": ["'kept'"] });
    assert.match(readFileSync(savedElsewhere(ended, "folder/o.html"), "utf8"), /&#x27;kept&#x27;<\/pre>/);
    assert.deepEqual(readdirSync(place.at("folder")), []);
  });

  it("is saved elsewhere: a folder stands in its place; the page is written all the same", async () => {
    const place = new Place();
    place.write("n.ipynb", [`import { mkdirSync } from "node:fs";\nmkdirSync("o.ipynb");\n'kept'`]);
    const ended = await place.bnlab(["run", "n.ipynb", "-o", "o.ipynb", "--html", "o.html"]).ended;
    assert.equal(ended.code, 2);
    assert.match(readFileSync(savedElsewhere(ended, "o\\.ipynb"), "utf8"), /'kept'/);
    assert.match(readFileSync(place.at("o.html"), "utf8"), /&#x27;kept&#x27;<\/pre>/);
    place.assertTidy();
  });

  it("is written in place where the folder takes no new file but the file may be written", async () => {
    const place = new Place();
    mkdirSync(place.at("folder"));
    place.write("folder/n.ipynb", ["'kept'"]);
    ownedByNobody(place.at("folder"), place.at("folder/n.ipynb"));
    chmodSync(place.at("folder"), 0o555);
    const ended = await place.bnlab(["run", "folder/n.ipynb", "-o", "folder/n.ipynb"], { uid: nobody }).ended;
    assert.deepEqual([ended.code, ended.stderr], [0, ""]);
    assert.deepEqual(place.counts("folder/n.ipynb"), [1]);
  });
});

/** A disk of so many kilobytes, or why there is none. */
function mountDisk(folder: string, kilobytes: number): string | undefined {
  mkdirSync(folder, { recursive: true });
  const { status, stderr, error } = spawnSync(
    "mount",
    ["-t", "tmpfs", "-o", `size=${kilobytes}k`, "tmpfs", folder],
    {
      encoding: "utf8",
    },
  );
  return status === 0 ? undefined : stderr || String(error);
}

const mountable = () => {
  const place = new Place();
  const trouble = mountDisk(place.at("disk"), 64);
  if (trouble === undefined) execFileSync("umount", [place.at("disk")]);
  else console.error(`NOT TESTED, a full disk: no tmpfs can be mounted here (root can): ${trouble}`);
  return trouble === undefined;
};
const noDisk = skip || (mountable() ? false : "no tmpfs can be mounted here: a full disk is NOT TESTED");

describe("a disk that is full", { concurrency: 2, skip: noDisk }, () => {
  const onDisk = async (kilobytes: number, test: (place: Place) => Promise<void>) => {
    const place = new Place();
    assert.equal(mountDisk(place.at("disk"), kilobytes), undefined);
    try {
      await test(place);
    } finally {
      execFileSync("umount", [place.at("disk")]);
    }
  };
  const prints = "console.log('kept'.padEnd(200_000, '.'));";

  it("is told before a cell runs", () =>
    onDisk(64, async (place) => {
      place.write("disk/n.ipynb", [marks]);
      assert.throws(() => writeFileSync(place.at("disk/filling"), new Uint8Array(1e6)), { code: "ENOSPC" });
      const before = readFileSync(place.at("disk/n.ipynb"));
      const ended = await place.bnlab(["run", "disk/n.ipynb", "-o", "disk/n.ipynb"]).ended;
      assert.equal(ended.stderr, "bnlab run: disk/n.ipynb: no space is left on its disk\n");
      assert.deepEqual([ended.code, ended.stdout], [2, ""]);
      assert.deepEqual(readFileSync(place.at("disk/n.ipynb")), before);
      assert.deepEqual(readdirSync(place.at("disk")).sort(), ["filling", "n.ipynb"]);
      assert.ok(!existsSync(place.at("spare/ran")));
    }));

  for (const kind of ["that has one name", "that has two names"]) {
    it(`by the run leaves the source ${kind} untouched; what ran is saved elsewhere`, () =>
      onDisk(64, async (place) => {
        place.write("disk/n.ipynb", [prints]);
        if (kind.includes("two")) linkSync(place.at("disk/n.ipynb"), place.at("disk/other.ipynb"));
        const [before, files] = [readFileSync(place.at("disk/n.ipynb")), readdirSync(place.at("disk"))];
        const ended = await place.bnlab(["run", "disk/n.ipynb", "-o", "disk/n.ipynb"]).ended;
        assertOneLine(ended);
        assert.equal(ended.code, 2);
        const saved = savedElsewhere(ended, "disk/n\\.ipynb");
        assert.match(
          JSON.parse(readFileSync(saved, "utf8")).cells[0].outputs[0].text[0],
          /^kept\.{199996}\n$/,
        );
        assert.equal(statSync(saved).mode & 0o777, 0o600);
        assert.deepEqual(readFileSync(place.at("disk/n.ipynb")), before);
        assert.deepEqual(readdirSync(place.at("disk")), files);
      }));
  }

  it("by the page costs the page its place, not the notebook", () =>
    onDisk(256, async (place) => {
      const chart = `display.raw({ "application/vnd.plotly.v1+json": { data: [{ y: [1, 2] }], layout: {} }, "text/plain": "a chart" });`;
      place.write("n.ipynb", [chart]);
      const ended = await place.bnlab(["run", "n.ipynb", "-o", "disk/o.ipynb", "--html", "disk/o.html"])
        .ended;
      assert.equal(ended.code, 2);
      assert.match(readFileSync(savedElsewhere(ended, "disk/o\\.html"), "utf8"), /<\/html>\n$/);
      assert.deepEqual(readdirSync(place.at("disk")), ["o.ipynb"]);
      assert.deepEqual(place.counts("disk/o.ipynb"), [1]);
    }));

  it("everywhere is told, in one line", () =>
    onDisk(64, async (place) => {
      place.write("disk/n.ipynb", [prints]);
      const before = readFileSync(place.at("disk/n.ipynb"));
      const spare = { TMPDIR: place.at("disk"), HOME: place.at("disk") };
      const { ended } = place.bnlab(["run", "n.ipynb", "-o", "n.ipynb"], {
        env: spare,
        cwd: place.at("disk"),
      });
      const { code, stderr } = await ended;
      assert.equal(
        stderr,
        "bnlab run: n.ipynb: no space is left on its disk; nor does any other folder take it\n",
      );
      assert.equal(code, 2);
      assert.deepEqual(readFileSync(place.at("disk/n.ipynb")), before);
      assert.deepEqual(readdirSync(place.at("disk")), ["n.ipynb"]);
    }));

  it("is not the only hindrance: a file that is a mount of its own is written in place", () =>
    onDisk(64, async (place) => {
      place.write("disk/n.ipynb", ["'kept'"]);
      writeFileSync(place.at("mounted.ipynb"), "");
      execFileSync("mount", ["--bind", place.at("disk/n.ipynb"), place.at("mounted.ipynb")]);
      try {
        const ended = await place.bnlab(["run", "mounted.ipynb", "-o", "mounted.ipynb"]).ended;
        assert.deepEqual([ended.code, ended.stderr], [0, ""]);
        assert.deepEqual(place.counts("disk/n.ipynb"), [1]);
        place.assertTidy();
      } finally {
        execFileSync("umount", [place.at("mounted.ipynb")]);
      }
    }));
});
