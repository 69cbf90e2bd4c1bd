// Notebook files that are none, or not quite: each is refused in one line, or understood; the file stays as it was.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { describe, it } from "node:test";
import { assertOneLine, Place } from "./commandLine";

const code = (source: unknown, more: object = {}) => ({
  cell_type: "code",
  metadata: {},
  outputs: [],
  source,
  ...more,
});
const notebook = (cells: unknown, more: object = {}) =>
  JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5, ...more });
const nested = (levels: number) => "[".repeat(levels) + "]".repeat(levels);

/** Name, the file's content, and what is said of it. */
const refused: [name: string, content: string | Uint8Array, message: RegExp][] = [
  ["nothing", "", /it is not JSON/],
  ["zeros", new Uint8Array(512), /it is not JSON/],
  [
    "a picture",
    new Uint8Array([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0xff, 0xfe]),
    /it is not UTF-8; save it as UTF-8/,
  ],
  ["cut off", notebook([code("1")]).slice(0, -9), /it is not JSON/],
  ["lines in what JSON complains of", '{"cells":\n\u001b[31m\r\nx\n}', /it is not JSON/],
  ["Latin-1", Buffer.from(notebook([code("'é'")]), "latin1"), /it is not UTF-8; save it as UTF-8/],
  ["half a UTF-16 unit", new Uint8Array([0xff, 0xfe, 0x7b]), /it is not whole UTF-16LE; save it as UTF-8/],
  ["a conflict of git's", `<<<<<<< ours\n${notebook([])}`, /it is not JSON/],
  ["a list", "[]", /expected a notebook, a JSON object/],
  ["null", "null", /expected a notebook, a JSON object/],
  ["a deep list", nested(200_000), /it is not JSON|expected a notebook/],
  ["no format", '{"cells":[]}', /got no nbformat/],
  ["format as text", notebook([], { nbformat: "4" }), /got nbformat "4"$/m],
  [
    "an older format",
    '{"nbformat":3,"worksheets":[]}',
    /got nbformat 3; `jupyter nbconvert --to notebook --nbformat 4` converts it/,
  ],
  [
    "a newer format",
    notebook([], { nbformat: 5 }),
    /got nbformat 5, which is newer than this BN Lab; save it as nbformat 4/,
  ],
  ["a format of a thousand digits", notebook([], { nbformat: "9".repeat(1000) }), /got nbformat "9{59}…"$/m],
  ["no cells", '{"nbformat":4,"metadata":{}}', /expected a list of cells, got none/],
  ["cells as object", notebook({ 0: code("1") }), /expected a list of cells, got an object/],
  ["a cell that is a number", notebook([code("1"), 7]), /cell 2: expected an object, got 7/],
  [
    "a cell of an unknown kind",
    notebook([{ cell_type: "__proto__" }]),
    /cell 1: expected cell_type code, markdown or raw, got "__proto__"/,
  ],
  [
    "a source that is a number",
    notebook([code(5)]),
    /cell 1: source: expected a text or a list of lines, got 5/,
  ],
  [
    "a source of numbers",
    notebook([code(["a", 5])]),
    /cell 1: source: expected a text or a list of lines, got a list/,
  ],
  ["metadata as list", notebook([code("1")], { metadata: [1] }), /metadata: expected an object, got a list/],
  [
    "a cell's metadata as text",
    notebook([code("1", { metadata: "x" })]),
    /cell 1: metadata: expected an object, got "x"/,
  ],
  [
    "another language",
    notebook([code("1")], { metadata: { kernelspec: { language: "julia\nx" } } }),
    /its cells are julia x; BN Lab/,
  ],
  ["no cell", notebook([]), /there is nothing to run in it: it has no code/],
  [
    "text alone",
    notebook([{ cell_type: "markdown", metadata: {}, source: "# Title" }, code(" \n")]),
    /nothing to run in it: it has no code/,
  ],
  [
    "Python in its cells",
    notebook([code("1", { metadata: { vscode: { languageId: "python" } } })]),
    /no code cell is in TypeScript/,
  ],
  [
    "metadata too deep to be written",
    notebook([code("1")]).replace('"metadata":{}', `"metadata":{"x":${nested(50_000)}}`),
    /it is nested too deeply|it is not JSON/,
  ],
];

describe("a notebook file that cannot be used", { concurrency: 4 }, () => {
  for (const [name, content, message] of refused) {
    it(`is refused: ${name}`, async () => {
      const place = new Place();
      const file = place.at("n.ipynb");
      writeFileSync(file, content);
      const before = readFileSync(file);
      const ended = await place.bnlab(["run", "n.ipynb", "-o", "n.ipynb"]).ended;
      assertOneLine(ended);
      assert.match(ended.stderr, message);
      assert.deepEqual([ended.code, ended.stdout], [2, ""]);
      assert.deepEqual(readFileSync(file), before);
      place.assertTidy();
    });
  }

  const isWindows = process.platform === "win32";
  it("is refused: a pipe, a device, a folder, a link in a circle, a name that is none", {
    skip: isWindows,
  }, async () => {
    const place = new Place();
    execFileSync("mkfifo", [place.at("pipe")]);
    mkdirSync(place.at("folder"));
    symlinkSync(place.at("circle"), place.at("circle"));
    writeFileSync(place.at("file"), "");
    const expected: [file: string, message: RegExp][] = [
      ["pipe", /: it is a pipe, expected a file$/m],
      ["/dev/zero", /: it is a device, expected a file$/m],
      ["folder", /: it is a folder, expected a file$/m],
      ["circle", /: its symbolic links lead back to themselves$/m],
      ["file/n.ipynb", /: a part of its path is a file, not a folder$/m],
      ["n".repeat(300), /: its name is too long$/m],
      ["two\nlines\u001b[2J", /^bnlab \w+: two lines: there is no such file$/m],
    ];
    for (const command of ["run", "check", "export"]) {
      const more = command === "export" ? ["--html", "page.html"] : [];
      await Promise.all(
        expected.map(async ([file, message]) => {
          const ended = await place.bnlab([command, file, ...more]).ended;
          assertOneLine(ended);
          assert.match(ended.stderr, message);
          assert.equal(ended.code, 2, file);
        }),
      );
    }
    place.assertTidy();
  });
});

describe("a notebook file that is not as it should be, but can be understood", { concurrency: 4 }, () => {
  const utf16 = Buffer.from(`\ufeff${notebook([code("'né'")])}`, "utf16le");
  const understood: [name: string, content: string | Uint8Array, result: string][] = [
    ["a byte order mark", `\ufeff${notebook([code("'né'")])}`, "'né'"],
    ["UTF-16, low byte first", utf16, "'né'"],
    ["UTF-16, high byte first, without a mark", Buffer.from(utf16.subarray(2)).swap16(), "'né'"],
    [
      "outputs, counts and ids of any kind",
      notebook(
        [
          code("6 * 7", {
            id: "a b",
            execution_count: "1",
            outputs: [null, 5, { output_type: "error" }, { output_type: "stream", text: 5 }],
          }),
          code("1", { id: "twice", outputs: { a: 1 } }),
          code("1", { id: "twice", outputs: [{ output_type: "display_data", data: "text" }] }),
        ],
        { nbformat_minor: 1e9 + 0.5 },
      ),
      "42",
    ],
  ];
  for (const [name, content, result] of understood) {
    it(`is run: ${name}`, async () => {
      const place = new Place();
      writeFileSync(place.at("n.ipynb"), content);
      const ended = await place.bnlab(["run", "n.ipynb", "-o", "n.ipynb"]).ended;
      assert.deepEqual([ended.code, ended.stderr], [0, ""]);
      const written = JSON.parse(readFileSync(place.at("n.ipynb"), "utf8"));
      assert.deepEqual(written.cells[0].outputs[0].data, { "text/plain": [result] });
      const ids: string[] = written.cells.map((cell: { id: string }) => cell.id);
      assert.equal(new Set(ids).size, ids.length);
      for (const id of ids) assert.match(id, /^[\w-]{1,64}$/);
      assert.equal(written.nbformat_minor, 5);
      place.assertTidy();
    });
  }
});
