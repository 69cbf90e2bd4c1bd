// Packs what `npm run build` has put into dist/, as it is, by VS Code's own packer: `npm run package [-- FILE] [--store]`.
// --store makes what marketplaces take: the pictures of the extension's page are the repository's, else the page has them inside; and a
// version with an odd middle number is for VS Code's pre-release channel.
import { existsSync } from "node:fs";
import { cp, mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createVSIX } from "@vscode/vsce";

const root = path.dirname(fileURLToPath(import.meta.url));
/** @param {string[]} parts */
const at = (...parts) => path.join(root, ...parts);
const manifest = JSON.parse(await readFile(at("package.json"), "utf8"));
const { values: asked, positionals } = parseArgs({
  options: { store: { type: "boolean", default: false } },
  allowPositionals: true,
});
const target = path.resolve(positionals[0] ?? at(`${manifest.name}-${manifest.version}.vsix`));
/** Several may pack at once. */
const stage = at("out", `vsix-${process.pid}`);

const quietCells = "node_modules/bnlab-quiet-cells";
const built = [
  "dist/extension.cjs",
  "dist/webExtension.cjs",
  "dist/kernel/cli.js",
  "dist/renderer/standalone.js",
  `${quietCells}/index.js`,
];
const missing = built.find((file) => !existsSync(at(file)));
if (missing !== undefined) {
  console.error(`package: expected a build, got no ${missing}; npm run build makes it`);
  process.exit(1);
}

/** All that goes in: files, and folders with what of them. @type {Record<string, RegExp>} */
const parts = {
  dist: /^(?!lib\/|web\/bnlab\.js)/, // the libraries are npm's
  l10n: /\.json$/,
  media: /^(icon\.png|.*\.svg|walkthrough\/.*)$/,
  notebooks: /\.(ipynb|png|svg|csv)$/,
  [quietCells]: /./,
  "package.nls.json": /./,
  "package.nls.zh-cn.json": /./,
  "CHANGELOG.md": /./,
  LICENSE: /./,
};

/**
 * Copies what of a folder, or of a file, goes in.
 *
 * @param {string} part
 * @param {RegExp} chosen
 */
async function stagePart(part, chosen) {
  await cp(at(part), path.join(stage, part), {
    recursive: true,
    filter: async (file) => {
      const name = path.relative(at(part), file).replaceAll(path.sep, "/");
      return (await stat(file)).isDirectory() ? name !== "gallery" : name === "" || chosen.test(name);
    },
  });
}

/** What VS Code reads of it: nothing about how it is built, in the words of package.nls.json. */
function shippedManifest() {
  const { devDependencies, optionalDependencies, overrides, scripts, allowScripts, ...kept } = manifest;
  const { bin, exports, files, types, sideEffects, ...shipped } = kept;
  const dependencies = { "bnlab-quiet-cells": "1.0.0" }; // whose folder vsce then takes along
  // npm's package has none of it: a bundler would take this for the library in a browser.
  const browser = "./dist/webExtension.cjs";
  return { ...shipped, browser, description: "%description%", dependencies };
}

/**
 * Where a page is shown, the files beside it are not: its pictures go inside, its links lead to the repository.
 *
 * @param {string} markdown
 */
async function withPictures(markdown) {
  const home = manifest.repository.url.replace(/^git\+|\.git$/g, "");
  let text = markdown.replaceAll(/(?<=\]\()(?=[\w./-]+\.md\))/g, `${home}/blob/HEAD/`);
  for (const [, name = ""] of markdown.matchAll(/\((media\/[^)]+\.png)\)/g)) {
    text = text.replace(`(${name})`, `(data:image/png;base64,${await readFile(at(name), "base64")})`);
  }
  return text;
}

try {
  await mkdir(stage, { recursive: true });
  await Promise.all(Object.entries(parts).map(([part, chosen]) => stagePart(part, chosen)));
  await writeFile(path.join(stage, "package.json"), JSON.stringify(shippedManifest(), null, 2));
  const page = await readFile(at("media/marketplace.md"), "utf8");
  await writeFile(path.join(stage, "README.md"), asked.store ? page : await withPictures(page));
  await writeFile(path.join(stage, ".vscodeignore"), ""); // nothing more to leave out
  await mkdir(path.dirname(target), { recursive: true });
  await createVSIX({
    cwd: stage,
    packagePath: target,
    preRelease: asked.store && manifest.version.split(".")[1] % 2 === 1,
    rewriteRelativeLinks: asked.store,
    allowUnusedFilesPattern: true,
  });
  const count = (await readdir(stage, { recursive: true, withFileTypes: true })).filter((each) =>
    each.isFile(),
  );
  console.log(`${target}: ${count.length} files, ${((await stat(target)).size / 2 ** 20).toFixed(1)} MB`);
} finally {
  await rm(stage, { recursive: true, force: true });
}
