// Builds the site: `npm run site [-- FOLDER]` writes a front page and the tutorials as live pages, in two languages, into one folder
// that any web server can serve, under any path.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cp, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import { style as pageStyle } from "./kernel/notebook/html/style";
import { escapeHtml } from "./kernel/words";
import words from "./media/site/words.json" with { type: "json" };
import manifest from "./package.json" with { type: "json" };
import { tutorialsIn } from "./tutorials.js";

const root = path.dirname(fileURLToPath(import.meta.url));
const at = (...parts: string[]) => path.join(root, ...parts);
const out = path.resolve(process.argv[2] ?? at("out/site"));
/** Where a language's pages are; the front page of the first is the site's. */
const languages = ["en", "zh-cn"] as const;
type Language = (typeof languages)[number];

const hashOf = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/** The front page's own script, which has the runtime inside. */
async function frontScript() {
  const { outputFiles } = await esbuild.build({
    entryPoints: [at("extension/renderer/front/main.ts")],
    bundle: true,
    minify: true,
    format: "iife",
    platform: "browser",
    target: "es2022",
    write: false,
    logLevel: "warning",
    absWorkingDir: root,
  });
  return (outputFiles[0]?.text ?? "").replace(/<(?=\/script|!--)/gi, "\\x3c");
}

const pageOf = (notebook: string) => notebook.replace(/\.ipynb$/, ".html");

/** @param top whether it is the page that the site opens with, above the languages' folders. */
async function frontPage(language: Language, script: string, top: boolean): Promise<void> {
  const said = words[language];
  const other = languages.find((one) => one !== language)!;
  const style = `${pageStyle}${await readFile(at("media/site/front.css"), "utf8")}`;
  const pages = await tutorialsIn(language);
  const cards = pages.map(
    ({ file, title, aim }, i) =>
      `<li><a href="${top ? `${language}/` : ""}${pageOf(file)}"><b>${i} · ${escapeHtml(title)}</b><span>${escapeHtml(aim)}</span></a></li>`,
  );
  const points = said.points.map(
    ([title = "", text = ""]: readonly string[]) =>
      `<div><h2>${escapeHtml(title)}</h2><p>${escapeHtml(text)}</p></div>`,
  );
  const parts: Record<string, string> = {
    ...Object.fromEntries(
      Object.entries(said).flatMap(([key, text]) =>
        typeof text === "string" ? [[key, escapeHtml(text)]] : [],
      ),
    ),
    style,
    script,
    policy: `default-src 'none'; script-src ${hashOf(script)} 'wasm-unsafe-eval'; style-src-elem ${hashOf(style)}; img-src 'self' data:; base-uri 'none'; form-action 'none'`,
    assets: top ? "assets/" : "../assets/",
    otherPage: `${top ? "" : "../"}${other}/index.html`,
    firstPage: `${top ? `${language}/` : ""}${pageOf(pages[0]?.file ?? "")}`,
    cards: cards.join("\n"),
    points: points.join("\n"),
    repository: manifest.repository.url.replace(/^git\+|\.git$/g, ""),
    commands: "npm ci && npm start\nnpm run vscode",
  };
  const template = await readFile(at("media/site/front.html"), "utf8");
  const page = template.replace(/\{\{(\w+)\}\}/g, (_, key: string) => {
    const text = parts[key];
    if (text === undefined) throw new Error(`site: expected "${key}" in words.json for ${language}`);
    return text;
  });
  await writeFile(path.join(out, top ? "index.html" : `${language}/index.html`), page);
}

// What somebody else names may hold more than a site.
if (process.argv[2] === undefined) await rm(out, { recursive: true, force: true });
const folders = languages.map((language) => at("notebooks", language));
execFileSync(process.execPath, [at("dist/kernel/cli.js"), "site", ...folders, "--output", out], {
  stdio: "inherit",
});
await cp(at("media/icon.svg"), path.join(out, "assets/icon.svg"));
const script = await frontScript();
for (const language of languages) await frontPage(language, script, false);
await frontPage(languages[0], script, true);
