// What `npm publish` would send, installed into empty projects: the command, the library in Node, under TypeScript and in a page.
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import type { Browser } from "playwright-core";
import manifest from "../../package.json" with { type: "json" };
import { launchBrowser } from "../vscode/browser";
import { installNode, installVite, newerNodes } from "../vscode/install";

const root = path.join(import.meta.dirname, "../..");
const execute = promisify(execFile);
// With what a path may have in it.
const folder = mkdtempSync(path.join(os.tmpdir(), "bnlab 包 "));
const installed = path.join(folder, "node_modules/bnlab");
const tarball = path.join(folder, `bnlab-${manifest.version}.tgz`);
const windows = process.platform === "win32";
const npm = (args: string[], cwd: string) =>
  execute(windows ? "npm.cmd" : "npm", ["--loglevel=error", ...args], { cwd, shell: windows });
const run = async (node: string, ...args: string[]) => (await execute(node, args, { cwd: folder })).stdout;
const write = (name: string, text: string) => writeFileSync(path.join(folder, name), text);

const training = `
import { manualSeed, nn, optim, tensor } from "bnlab";
manualSeed(0);
const x = tensor([[0, 0], [0, 1], [1, 0], [1, 1]]);
const y = tensor([[0], [1], [1], [2]]);
const model = new nn.Linear(2, 1);
const optimizer = new optim.SGD(model.parameters(), { lr: 0.5 });
let loss = 0;
for (let step = 0; step < 200; step++) {
  const error = nn.functional.mseLoss(model.forward(x), y);
  optimizer.zeroGrad();
  error.backward();
  optimizer.step();
  loss = error.item();
}
const learned = Array.from(model.weight.data, (w) => w.toFixed(2)).join(" ") + (loss < 1e-4 ? " fits" : " " + loss);
`;
const learned = "1.00 1.00 fits";

before(async () => {
  write("package.json", JSON.stringify({ private: true, type: "module" }));
  await npm(["pack", "--ignore-scripts", "--pack-destination", folder], root);
  // Nothing is asked of a registry: all it needs is in it, but for Jupyter's line.
  await npm(["install", "--offline", "--omit=optional", "--no-audit", "--no-fund", tarball], folder);
  write("train.js", `${training}console.log(learned);`);
});
after(() => rmSync(folder, { recursive: true, force: true }));

describe("the package", () => {
  it("brings nothing along and runs nothing when it is installed", () => {
    const { scripts, dependencies } = manifest as typeof manifest & { dependencies?: object };
    assert.equal(dependencies, undefined);
    assert.deepEqual(
      Object.keys(scripts).filter((name) => /^(pre|post)?install$|^prepare$/.test(name)),
      [],
    );
    assert.deepEqual(
      readdirSync(path.join(folder, "node_modules")).filter((name) => !name.startsWith(".")),
      ["bnlab"],
    );
  });

  for (const version of ["20", ...newerNodes]) {
    it(`is a command and a library in Node ${version}`, {
      skip: version !== "20" && process.platform !== "linux",
    }, async () => {
      const node = version === "20" ? process.execPath : await installNode(version, console.log);
      assert.equal(await run(node, "train.js"), `${learned}\n`);
      const { bin } = JSON.parse(
        readFileSync(path.join(installed, "package.json"), "utf8"),
      ) as typeof manifest;
      const command = path.join(installed, bin.bnlab);
      assert.equal(await run(node, command, "--version"), `${manifest.version}\n`);
    });
  }

  it("runs a notebook, writes its pages, live ones too, and prints licenses by its name", async () => {
    const cell = {
      cell_type: "code",
      execution_count: null,
      metadata: {},
      outputs: [],
      source: `${training}learned`,
    };
    const kernelspec = { name: "bnlab", display_name: "TypeScript (BN Lab)", language: "typescript" };
    write(
      "n b.ipynb",
      JSON.stringify({ cells: [cell], metadata: { kernelspec }, nbformat: 4, nbformat_minor: 4 }),
    );
    await npm(
      [
        "exec",
        "--offline",
        "--",
        "bnlab",
        "run",
        windows ? '"n b.ipynb"' : "n b.ipynb",
        "-o",
        "done.ipynb",
        "--html",
        "page.html",
        "--live",
        "live.html",
      ],
      folder,
    );
    assert.match(readFileSync(path.join(folder, "done.ipynb"), "utf8"), new RegExp(learned));
    for (const page of ["page.html", "live.html"])
      assert.match(readFileSync(path.join(folder, page), "utf8"), new RegExp(learned));
    assert.match(
      (await npm(["exec", "--offline", "--", "bnlab", "--licenses"], folder)).stdout,
      /Plotly Technologies/,
    );
  });

  it("is typed, in Node's resolution and in a bundler's", async () => {
    write(
      "train.ts",
      `${training}const text: string = learned;\n// @ts-expect-error\nnew nn.Linear("2", 1);\nexport { text };`,
    );
    const tsc = path.join(root, "node_modules/typescript/bin/tsc");
    for (const [module, resolution] of [
      ["nodenext", "nodenext"],
      ["esnext", "bundler"],
    ] as const) {
      const options = ["--noEmit", "--strict", "--target", "es2022", "--lib", "es2023,esnext.disposable,dom"];
      await run(
        process.execPath,
        tsc,
        ...options,
        "--module",
        module,
        "--moduleResolution",
        resolution,
        "train.ts",
      );
    }
  });

  describe("in a page", () => {
    let browser: Browser;
    before(async () => {
      browser = await launchBrowser(console.log);
    });
    after(() => browser?.close());

    /** What a page's title becomes. */
    async function titleOf(open: { url: string } | { html: string }): Promise<string> {
      const page = await browser.newPage();
      const errors: string[] = [];
      page.on("pageerror", (error) => errors.push(String(error)));
      await ("url" in open ? page.goto(open.url) : page.setContent(open.html));
      await page.waitForFunction(() => document.title !== "").catch((error) => errors.push(String(error)));
      assert.deepEqual(errors, []);
      const title = await page.title();
      await page.close();
      return title;
    }

    it("runs by esbuild, which leaves out rooms that are not named", async () => {
      write("page.js", `${training}document.title = learned;`);
      write("tensor.js", `import { tensor } from "bnlab"; document.title = tensor([1]).item();`);
      const bundled = async (name: string) => {
        const options = { bundle: true, minify: true, write: false, format: "esm" } as const;
        const { outputFiles } = await build({
          ...options,
          absWorkingDir: folder,
          entryPoints: [`./${name}`],
        });
        return outputFiles[0]!.contents;
      };
      const script = await bundled("page.js");
      const all = await bundled("node_modules/bnlab/dist/lib/bnlab/index.js");
      const sizes = [all, script, await bundled("tensor.js")].map((bytes) => gzipSync(bytes).length);
      console.log(
        `gzip: all, tensor + nn + optim, tensor: ${sizes.map((size) => `${Math.round(size / 1000)} KB`).join(", ")}`,
      );
      assert.ok(sizes[1]! < 0.75 * sizes[0]! && sizes[2]! < 0.5 * sizes[0]!);
      const html = `<title></title><script type="module">${Buffer.from(script).toString()}</script>`;
      assert.equal(await titleOf({ html }), learned);
    });

    it("runs by Vite, as it is developed and as it is built, where all that is not named is left out", async () => {
      const node =
        process.platform === "linux" ? await installNode(newerNodes[1], console.log) : process.execPath;
      const vite = await installVite(console.log);
      mkdirSync(path.join(folder, "site"));
      write("site/index.html", '<title></title><script type="module" src="/main.ts"></script>');
      const layers = "new nn.Linear(2, 3), new nn.BatchNorm1d(3), new nn.Sigmoid()";
      write(
        "site/main.ts",
        `${training}document.title = learned + " " + new nn.Sequential(${layers}).forward(x).shape.join("×");`,
      );
      await run(node, vite, "build", "site", "--logLevel", "warn");
      const assets = path.join(folder, "site/dist/assets");
      const scripts = readdirSync(assets).map(
        (name) => gzipSync(readFileSync(path.join(assets, name))).length,
      );
      assert.equal(scripts.length, 1);
      console.log(`gzip: tensor + nn + optim, by Vite: ${Math.round(scripts[0]! / 1000)} KB`);
      assert.ok(scripts[0]! <= 90_000); // docs/library.md says 84
      for (const command of ["dev", "preview"]) {
        const server = spawn(node, [vite, command, "site", "--host", "127.0.0.1", "--port", "0"], {
          cwd: folder,
          env: { ...process.env, NO_COLOR: "1" },
        });
        try {
          const url = await new Promise<string>((resolve, reject) => {
            let said = "";
            const read = (chunk: Buffer) => {
              said += chunk;
              const [found] = /http:\/\/127\.0\.0\.1:\d+\//.exec(said) ?? [];
              if (found) resolve(found);
            };
            server.stdout.on("data", read);
            server.stderr.on("data", read);
            server.once("close", () => reject(new Error(`vite ${command} ended\n${said}`)));
          });
          assert.equal(await titleOf({ url }), `${learned} 4×3`, command);
        } finally {
          server.kill();
        }
      }
    });
  });

  it("is as bundlers and TypeScript want packages", async () => {
    const bin = (name: string) => path.join(root, "node_modules", name);
    assert.match(await run(process.execPath, bin("publint/src/cli.js"), "--strict", installed), /All good!/);
    const attw = bin("@arethetypeswrong/cli/dist/index.js"); // ends with 1 where there is a problem
    await run(process.execPath, attw, "--profile", "esm-only", "--quiet", tarball);
  });
});
