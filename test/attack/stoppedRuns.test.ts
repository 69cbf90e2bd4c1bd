// Every way in which `bnlab run` is stopped, at every moment: the source is untouched, what ran is saved, the exit code tells.
import assert from "node:assert/strict";
import { existsSync, readFileSync, watch, writeFileSync } from "node:fs";
import { describe, it } from "node:test";
import { type Ended, Place, type Started } from "./commandLine";

const skip = process.platform === "win32" && "Windows has no such signals";
const codes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
type Signal = keyof typeof codes;
const signals = Object.keys(codes) as Signal[];

const started = (
  place: Place,
  sources: string[],
  options: { text?: string; args?: string[] } = {},
): Started => {
  place.write("n.ipynb", sources, options.text);
  return place.bnlab(["run", "n.ipynb", "-o", "n.ipynb", ...(options.args ?? [])]);
};

/** The process may be stopped before it hears signals: then the signal itself ends it, which a shell shows alike. */
function assertStopped({ code, signal, stderr }: Ended, name: Signal): void {
  if (code === null) assert.equal(signal, name);
  else assert.equal(code, codes[name]);
  assert.doesNotMatch(stderr, /^ {4}at /m, "no stack trace");
}

describe("a run that is stopped", { concurrency: 3, skip }, () => {
  for (const name of signals) {
    const untouched = async (moment: (run: Started) => Promise<void>, args: string[] = []) => {
      const place = new Place();
      const run = started(place, ["while (true);", "2"], { args });
      const before = readFileSync(place.at("n.ipynb"), "utf8");
      await moment(run);
      run.process.kill(name);
      const ended = await run.ended;
      assertStopped(ended, name);
      place.assertTidy();
      return { place, before, ended };
    };

    it(`by ${name} at once: nothing has run, nothing is written`, async () => {
      const { place, before } = await untouched(async () => {});
      assert.equal(readFileSync(place.at("n.ipynb"), "utf8"), before);
    });

    it(`by ${name} before the kernel is forked: nothing is written`, async () => {
      // The warning is said just before the files are tried and the kernel is forked, which may be quicker than the signal.
      const { place, before, ended } = await untouched(
        (run) => run.printed(/no cell is tagged/),
        ["-p", "a=1"],
      );
      assert.match(ended.stderr, new RegExp(`: stopped by ${name === "SIGINT" ? "Ctrl\\+C" : name}`));
      if (/no cell has run/.test(ended.stderr))
        assert.equal(readFileSync(place.at("n.ipynb"), "utf8"), before);
    });

    it(`by ${name} while the kernel starts: the first cell is stopped`, async () => {
      const { place } = await untouched((run) => run.printed(/^\[1\/2\]/m));
      assert.deepEqual(place.read("n.ipynb").cells[1]!.outputs, []);
    });

    for (const [kind, rest] of [
      ["computes", "while (true);"],
      ["waits", "await new Promise(() => { setInterval(() => {}, 1000); });"],
    ] as const) {
      it(`by ${name} in a cell that ${kind}: what it printed is saved, and that it was interrupted`, async () => {
        const place = new Place();
        const run = started(place, ["1 + 1", `console.log("inside");\n${rest}`, "3"]);
        await run.printed(/^ +inside$/m);
        run.process.kill(name);
        assertStopped(await run.ended, name);
        const { cells } = place.read("n.ipynb");
        assert.deepEqual(cells[0]!.outputs[0]!.data, { "text/plain": ["2"] });
        assert.deepEqual(
          cells[1]!.outputs.map((output) => output.text ?? output.ename),
          [["inside\n"], "Interrupted"],
        );
        assert.deepEqual(place.counts("n.ipynb"), [1, 2, null]);
        place.assertTidy();
      });
    }

    it(`by ${name} between cells: those after it do not run`, async () => {
      const place = new Place();
      const quick = Array.from({ length: 400 }, (_, i) => `for (let turn = 0; turn < 1e6; turn++); ${i}`);
      const run = started(place, quick);
      await run.printed(/^\[ *3\/400\]/m);
      run.process.kill(name);
      assertStopped(await run.ended, name);
      const counts = place.counts("n.ipynb");
      const ran = counts.filter((count) => count !== null).length;
      assert.ok(ran >= 2 && ran < 400, `${ran} of 400 cells ran`);
      assert.deepEqual(
        counts,
        counts.map((_, i) => (i < ran ? i + 1 : null)),
        "the first ones",
      );
      place.assertTidy();
    });

    it(`by ${name} as the last cell ends: all of it is saved`, async () => {
      const place = new Place();
      // The cell knows whose kernel it runs in, and stops it by its very last words.
      const kill = `import { readFileSync, existsSync } from "node:fs";\nwhile (!existsSync("pid"));\nconsole.log("ran");\nprocess.kill(Number(readFileSync("pid", "utf8")), "${name}");`;
      const run = started(place, ["1", kill]);
      writeFileSync(place.at("pid.new"), String(run.process.pid));
      await import("node:fs/promises").then(({ rename }) => rename(place.at("pid.new"), place.at("pid")));
      assertStopped(await run.ended, name);
      assert.deepEqual(place.read("n.ipynb").cells[1]!.outputs[0]!.text, ["ran\n"]);
      assert.deepEqual(place.counts("n.ipynb"), [1, 2]);
      place.assertTidy();
    });
  }

  for (const name of ["SIGINT", "SIGTERM", "SIGHUP", "SIGKILL"] as const) {
    it(`by ${name} while it writes: the file is whole, the old one or the new one`, async () => {
      const place = new Place();
      const run = started(place, ["console.log('ran')"], { text: "long ".repeat(4_000_000) });
      const before = readFileSync(place.at("n.ipynb"), "utf8");
      const watcher = watch(place.folder);
      // The first such file is the trial, the second is written when all has run.
      let seen = 0;
      const names = new Set<string>();
      watcher.on("change", (_, file) => {
        if (!String(file).endsWith(".tmp") || names.has(String(file))) return;
        names.add(String(file));
        if (++seen === 2) run.process.kill(name);
      });
      const ended = await run.ended;
      watcher.close();
      assert.equal(seen, 2);
      const text = readFileSync(place.at("n.ipynb"), "utf8");
      if (text !== before) assert.deepEqual(place.read("n.ipynb").cells[0]!.outputs[0]!.text, ["ran\n"]);
      if (name === "SIGKILL") return;
      if (ended.code !== 0) assertStopped(ended, name); // else it had written and was gone
      assert.notEqual(text, before);
      place.assertTidy();
    });
  }

  for (const [what, second] of [
    ["SIGTERM", undefined],
    ["SIGHUP", undefined],
    ["SIGINT", "SIGINT"],
  ] as const) {
    it(`by ${what}${second ? " twice" : ""} in one long native call: it is not waited for, and what ran is saved`, async () => {
      const place = new Place();
      const long = `import { execSync } from "node:child_process";\nconsole.log("inside");\nexecSync("sleep 60; true");`;
      const run = started(place, ["'kept'", long, "3"]);
      await run.printed(/^ +inside$/m);
      run.process.kill(what);
      if (second) {
        // A second one within an instant is npx's copy of the first: it is sent until it is heard as another.
        const again = setInterval(() => run.process.kill(second), 100);
        await run.ended;
        clearInterval(again);
      }
      assertStopped(await run.ended, what);
      const { cells } = place.read("n.ipynb");
      assert.deepEqual(cells[0]!.outputs[0]!.data, { "text/plain": ["'kept'"] });
      assert.deepEqual(cells[1]!.outputs[0]!.text, ["inside\n"]);
      assert.equal(
        cells[1]!.outputs.at(-1)!.output_type,
        "error",
        "it does not look as if it had ended well",
      );
      assert.deepEqual(cells[2]!.outputs, []);
      place.assertTidy();
    });
  }
});

describe("a kernel that goes", { concurrency: 3, skip }, () => {
  const deaths: [name: string, cell: string, error: RegExp, code: number][] = [
    [
      "its supervisor is killed",
      "process.kill(process.ppid, 'SIGKILL'); await new Promise(() => {});",
      /KernelGone/,
      1,
    ],
    [
      "its supervisor is terminated",
      "process.kill(process.ppid, 'SIGTERM'); await new Promise(() => {});",
      /KernelGone/,
      1,
    ],
    ["the process of its cells exits", "process.exit(0);", /KernelDied/, 1],
    [
      "the process of its cells is killed",
      "process.kill(process.pid, 'SIGKILL'); await new Promise(() => {});",
      /KernelDied/,
      1,
    ],
    [
      "the process of its cells crashes",
      "process.kill(process.pid, 'SIGSEGV'); await new Promise(() => {});",
      /KernelDied/,
      1,
    ],
  ];
  for (const [name, cell, error, code] of deaths) {
    it(`${name}: what ran is saved, and the cell it went in says so`, async () => {
      const place = new Place();
      const ended = await started(place, ["'kept'", `console.log("inside");\n${cell}`, "3"]).ended;
      assert.equal(ended.code, code);
      const { cells } = place.read("n.ipynb");
      assert.deepEqual(cells[0]!.outputs[0]!.data, { "text/plain": ["'kept'"] });
      assert.match(String(cells[1]!.outputs.at(-1)!.ename), error);
      assert.deepEqual(cells[2]!.outputs, []);
      place.assertTidy();
    });
  }

  it("that cannot start is told in one line, and nothing is written", async () => {
    const place = new Place();
    place.write("n.ipynb", ["1"]);
    const before = readFileSync(place.at("n.ipynb"), "utf8");
    for (const [folder, message] of [
      ["missing", /^bnlab run: missing: there is no such folder\n$/],
      ["n.ipynb", /^bnlab run: n\.ipynb: it is no folder; cells start from one\n$/],
      ["n.ipynb/x", /^bnlab run: n\.ipynb\/x: a part of its path is a file, not a folder\n$/],
    ] as const) {
      const ended = await place.bnlab(["run", "n.ipynb", "-o", "n.ipynb", "--folder", folder]).ended;
      assert.match(ended.stderr, message);
      assert.equal(ended.code, 2);
    }
    assert.equal(readFileSync(place.at("n.ipynb"), "utf8"), before);
    assert.ok(!existsSync(place.at("missing")));
  });
});
