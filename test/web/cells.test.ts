// The kernel in a page that was opened from a file: what cells show, how they fail, how they are stopped, in each browser.
import assert from "node:assert/strict";
import { createReadStream, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { parseNotebook } from "../../kernel/document/notebookFile";
import { startKernel, type TestKernel } from "../kernel/startKernel";
import { absent, type BrowserName } from "../live/browsers";
import { installNode } from "../vscode/install";
import { type LabPage, openLab } from "./lab";

/** It has what browsers have: fused multiply-add, and a V8 as new as theirs. */
const nodeVersion = "24.21.0";

const notebook = path.join(import.meta.dirname, "../../notebooks/en/00-start.ipynb");
const tutorial = parseNotebook(readFileSync(notebook, "utf8"))
  .cells.filter(({ cell_type }) => cell_type === "code")
  .map(({ source }) => source.replace("EPOCHS = 24", "EPOCHS = 2"));

/** Three hundred steps, whose last loss has every bit of all the others in it. */
const training = `
  import { manualSeed, nn, optim, randint, randn } from "bnlab";
  manualSeed(7);
  const net = new nn.Sequential(
    new nn.Linear(20, 32), new nn.BatchNorm1d(32), new nn.ReLU(),
    new nn.Linear(32, 32), new nn.BatchNorm1d(32), new nn.Sigmoid(), new nn.Linear(32, 4),
  );
  const [x, y] = [randn([64, 20]), randint(0, 4, [64])];
  const optimizer = new optim.SGD(net.parameters(), { lr: 0.1, momentum: 0.9 });
  let last = 0;
  for (let step = 0; step < 300; step++) {
    const loss = nn.functional.crossEntropy(net.forward(x), y);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    last = loss.item();
  }
  last`;

/** Values in all shapes; a browser's class names and order of properties are Node's. */
const values = [
  "[1, -0, NaN, 1e21, 10n, 'a\\'b', undefined, null, true, Symbol('s')]",
  "({ a: 1, 'b-c': [1, [2, [3, [4, [5, [6]]]]]], get d() { return 1; }, e() {}, f: class A {}, g: () => 1 })",
  "new Map<unknown, unknown>([['a', new Set([1, { b: 2 }])], [{}, new Map()]])",
  "Array.from({ length: 130 }, (_, i) => i)",
  "new Float32Array([1.5, 2.25, -0])",
  "new Date(0)",
  "/a+/gi",
  "'x'.repeat(20)",
  "class B { x = 1; static y = 2 }; new B()",
  "Object.create(null, { z: { value: 1, enumerable: true } })",
  "Promise.resolve().constructor",
  "[['a', 'b'], { rows: [{ loss: 0.123456789, layer: 'fc1' }, { loss: 2, layer: 'fc2' }] }]",
  "const loop: Record<string, unknown> = { name: 'loop' }; loop.self = loop; loop",
  "new Array(3)",
  "[,1,,2]",
  "Object.assign(() => {}, { a: 1 })",
  "({ long: 'a very long text that goes on and on', another: 'and one more that does not fit a line', third: [1, 2, 3] })",
];

const uncounted = (line: string) => line.replace(/Cell \d+/g, "Cell");

let node: TestKernel;
before(async () => {
  node = startKernel({
    node: await installNode(nodeVersion, console.log),
    env: { BNLAB_SIMD: "plain", BNLAB_THREADS: "1" },
  });
});
after(() => node.stop());

for (const browser of ["chrome", "firefox"] satisfies BrowserName[]) {
  describe(`cells in ${browser}`, { skip: absent(browser) }, () => {
    let page: LabPage;
    before(async () => {
      page = await openLab(browser);
    });
    after(() => page.close());

    it("show what Node shows, in a tutorial from its first cell to its last", async () => {
      for (const source of tutorial) {
        const [here, there] = [await page.run(source), await node.run(source)];
        assert.equal(here.reply.status, "ok", here.reply.traceback?.join("\n"));
        assert.equal(here.text("stdout"), there.text("stdout"));
        assert.equal(here.text("stderr"), there.text("stderr"));
        assert.equal(here.result, there.result);
      }
    });

    it("train to the bits of Node", async () => {
      const [here, there] = [await page.run(training), await node.run(training)];
      assert.match(here.result ?? "", /^0\.\d{10}/);
      assert.equal(here.result, there.result);
    });

    it("show values as Node prints them", async () => {
      for (const value of values)
        assert.equal((await page.run(value)).result, (await node.run(value)).result, value);
      const printed =
        'console.log("%s is %d", "a", 1.5, { b: [1] }); console.table([{ a: 1, b: "x" }, { a: 2 }]);\nconsole.error("no")';
      const [here, there] = [await page.run(printed), await node.run(printed)];
      assert.equal(here.text("stdout"), there.text("stdout"));
      assert.equal(here.text("stderr"), there.text("stderr"));
    });

    it("keep their variables, and may declare them anew", async () => {
      await page.run("const kept = 1; function twice() { return 2 * kept; }");
      assert.equal((await page.run("twice()")).result, "2");
      await page.run('const kept = "a"');
      assert.equal((await page.run("kept")).result, "'a'");
      const [variable] = await page.call(async (lab) => {
        const { content } = await lab.client.request("variables_request", { names: ["kept"] });
        return content.status === "ok" ? content.variables : [];
      }, null);
      assert.deepEqual([variable?.name, variable?.preview], ["kept", "'a'"]);
    });

    it("fail with the cell, the line and the reader's own frames", async () => {
      const declared =
        "function fails(x: number[]) {\n  return x.map((each) => { throw new RangeError(String(each)); });\n}";
      const failing = "const before = 1;\n\nfails([5])";
      await page.run(declared);
      const { reply } = await page.run(failing);
      assert.deepEqual([reply.ename, reply.evalue], ["RangeError", "5"]);
      const lines = reply.traceback!.map(uncounted);
      assert.ok(lines.includes("    at fails (Cell, line 2, column 12)"), lines.join("\n"));
      assert.ok(
        lines.some((line) => line.startsWith("    at Cell, line 3, ")),
        lines.join("\n"),
      );
      assert.equal((await page.run("before")).result, "1");
      assert.equal((await page.run("const = 1")).reply.ename, "SyntaxError");
      if (browser !== "chrome") return;
      await node.run(declared);
      const there = (await node.run(failing)).reply as typeof reply;
      assert.deepEqual(lines, there.traceback!.map(uncounted)); // the same engine
    });

    it("warn of types, and run all the same", async () => {
      const { result, text } = await page.run('const counted: number = "a"; counted');
      assert.equal(result, "'a'");
      assert.match(text("stderr"), /^Cell \d+, line 1: warning TS2322: /);
    });

    it("are completed and explained as they are written", async () => {
      await page.run('import { nn } from "bnlab"; const layer = new nn.Linear(3, 2);');
      const { matches, explained } = await page.call(async (lab) => {
        const code = "layer.inF";
        const completed = await lab.client.request("complete_request", { code, cursor_pos: code.length });
        const inspected = await lab.client.request("inspect_request", {
          code: "layer",
          cursor_pos: 2,
          detail_level: 0,
        });
        return {
          matches: completed.content.status === "ok" ? completed.content.matches : [],
          explained: JSON.stringify(inspected.content),
        };
      }, null);
      assert.deepEqual(matches, ["inFeatures"]);
      assert.match(explained, /const layer: nn\.Linear/);
    });

    it("show, replace and clear what they have shown, and ask", async () => {
      await page.call((lab) => void lab.answers.push("Ada"), null);
      const { heard } = await page.run(`
        import { display, clearOutput, input } from "bnlab";
        const shown = display.markdown("# a");
        shown.update.html("<b>c</b>");
        clearOutput();
        display.table([{ name: await input("Who? ") }]);`);
      const types = heard.map(({ type }) => type).filter((type) => type !== "execute_input");
      assert.deepEqual(types, [
        "display_data",
        "update_display_data",
        "clear_output",
        "input_request",
        "display_data",
      ]);
      assert.match(JSON.stringify(heard.at(-1)), /Ada/);
    });

    it("say in words what a page has not", async () => {
      for (const source of [
        'import { readFileSync } from "node:fs"; readFileSync',
        'import lodash from "lodash"; lodash',
        'import { x } from "./x"; x',
        'await import("node:os")',
        'import { data } from "bnlab"; data.csv("a.csv", { label: "x" })',
      ]) {
        const { reply } = await page.run(source);
        assert.match(reply.evalue ?? "", /VS Code/, source);
        assert.match(reply.evalue ?? "", /bnlab run/, source);
      }
    });

    it("are stopped where they let go, and keep every variable", async () => {
      for (const endless of [
        "let turns = 0;\nconsole.log('on');\nfor (;;) turns++",
        "let turns = 1;\nconsole.log('on');\nwhile (true) { turns += 1; await null; }",
        "let turns = 1;\nconsole.log('on');\nawait new Promise(() => {})",
        "let turns = 1;\nconst walk = async () => { do turns++; while (turns > 0); };\nconsole.log('on');\nawait walk()",
      ]) {
        assert.equal((await page.stop(endless)).reply.ename, "Interrupted", endless);
        assert.equal((await page.run("typeof turns")).result, "'number'");
      }
    });

    it("see all that a call does which they do not await, and see loops let messages through in one that they do", async () => {
      await page.run(`
        let walked = 0;
        async function walk(milliseconds: number, look = () => {}) {
          for (const end = performance.now() + milliseconds; performance.now() < end; ) walked++;
          look();
        }`);
      const dropped = `
        const looks = [1, 2].map((nth) => {
          let found: number | undefined;
          walk(100, () => (found = nth));
          return found;
        });
        looks.join()`;
      assert.equal((await page.run(dropped)).result, "'1,2'");
      const awaited = `
        let ticks = 0;
        const ticking = setInterval(() => ticks++, 1);
        await walk(300);
        clearInterval(ticking);
        ticks > 2`;
      assert.equal((await page.run(awaited)).result, "true");
      assert.equal((await page.stop("console.log('on'); await walk(1e9)")).reply.ename, "Interrupted");
      assert.equal((await page.run("walked > 0")).result, "true");
    });

    it("are ended with their worker where they do not, which is told", async () => {
      await page.run(
        'const gone = 1; const never = () => /(a+)+$/.test("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab");',
      );
      const { reply } = await page.stop("console.log('on'); never()");
      assert.equal(reply.ename, "KernelDied");
      assert.match(reply.evalue ?? "", /did not let go within 2 s.*variables are gone/);
      assert.equal((await page.run("typeof gone")).result, "'undefined'");
    });

    it("that end their worker are told of at the interrupt, and a fresh one takes the next", async () => {
      const { reply } = await page.stop("console.log('on'); self.close(); await new Promise(() => {});");
      assert.equal(reply.ename, "KernelDied");
      assert.equal((await page.run("1 + 1")).result, "2");
    });

    it("that want more memory than there is fail in words, and others run after them", async () => {
      for (const large of ["new ArrayBuffer(2 ** 52)", 'import { zeros } from "bnlab"; zeros([2 ** 31])']) {
        const { reply } = await page.run(large);
        assert.match(`${reply.ename}: ${reply.evalue}`, /memory|allocat|length/i, large);
      }
      assert.equal((await page.run("1 + 1")).result, "2");
    });
  });
}

describe("cells in a page that is served, and isolated", () => {
  let page: LabPage;
  let server: Server;
  before(async () => {
    page = await openLab("chrome", async (folder) => {
      server = createServer((_, response) => {
        response.setHeader("content-type", "text/html");
        response.setHeader("cross-origin-opener-policy", "same-origin");
        response.setHeader("cross-origin-embedder-policy", "require-corp");
        createReadStream(path.join(folder, "page.html")).pipe(response);
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    });
  });
  after(async () => {
    await page.close();
    server.close();
  });

  it("share their work among threads, with the bits of one", async () => {
    assert.equal((await page.run("crossOriginIsolated")).result, "true");
    const product = `
      import { manualSeed as seeded, randn as drawn } from "bnlab";
      seeded(1);
      const [left, right] = [drawn([600, 700]), drawn([700, 500])];
      let sum = 0;
      for (let i = 0; i < 20; i++) sum += left.matmul(right).relu().sum().item();
      sum`;
    const [here, there] = [await page.run(product), await node.run(product)];
    assert.match(here.result ?? "", /^\d+/);
    assert.equal(here.result, there.result);
    assert.equal((await page.run(training)).result, (await node.run(training)).result);
  });

  it("are stopped inside functions too, and keep every variable", async () => {
    await page.run("let turned = 0; function hangs() { for (;;) turned++; }");
    assert.equal((await page.stop("console.log('on'); hangs()")).reply.ename, "Interrupted");
    assert.equal((await page.run("turned > 0")).result, "true");
  });
});
