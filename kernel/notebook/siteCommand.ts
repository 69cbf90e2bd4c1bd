// `bnlab site`: folders of notebooks as a folder of live pages that any web server can serve, under any path; runs nothing.
import { readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { type Notebook, proseOf } from "../document/notebookFile";
import { makeFolder } from "../host/makeFolder";
import { escapeHtml, languageOf } from "../words";
import { complain } from "./complaint";
import { ExitCode } from "./exitCodes";
import { liveScript, renderLivePage } from "./html/livePage";
import { engineScript } from "./html/packedEngine";
import { contentPolicy } from "./html/policy";
import { shellHtml } from "./html/shell";
import { style } from "./html/style";
import { readNotebook } from "./kernelRun";
import { FileError } from "./outputFile";
import { titleOf } from "./title";

export interface SiteCommandOptions {
  /** The folder to write to; what else is in it stays. */
  output: string;
}

interface Page {
  /** The notebook's file. */
  file: string;
  notebook: Notebook;
  title: string;
  /** The page's file name. */
  name: string;
  /** The same as a link has it. */
  href: string;
}

/** Notebooks of one folder, in the order of their names. */
interface Part {
  /** The folder's name, which is also that of the folder of pages. */
  name: string;
  lang: string;
  pages: Page[];
}

/** The folder of what all pages load. */
const assets = "assets";

const languageNames: Readonly<Record<string, string>> = { en: "English", "zh-CN": "简体中文" };

/**
 * Each folder becomes one of pages and a list of them; notebooks of the same name in several are taken as one in several languages.
 *
 * @returns the exit code.
 */
export async function siteCommand(
  folders: readonly string[],
  { output }: SiteCommandOptions,
): Promise<number> {
  try {
    const parts = await Promise.all(folders.map(readPart));
    const twice = parts.find(({ name }, i) => parts.findIndex((other) => other.name === name) !== i);
    if (twice) throw new FileError(twice.name, new Error("two folders have this name; name one differently"));
    if (parts.some(({ name }) => name === assets))
      throw new FileError(
        assets,
        new Error("what the pages share has this name; name the folder differently"),
      );
    await write(path.join(output, assets, "engine.js"), await engineScript());
    await write(path.join(output, assets, "live.js"), await liveScript());
    for (const part of parts) {
      for (const page of part.pages) {
        await write(path.join(output, part.name, page.name), await pageHtml(page, part, parts));
      }
      await write(path.join(output, part.name, "index.html"), listHtml(part));
      console.log(`${part.pages.length} live pages  ${path.join(output, part.name, "index.html")}`);
    }
  } catch (error) {
    complain("site", error instanceof FileError ? error.file : output, error);
    return ExitCode.unusable;
  }
  return ExitCode.ok;
}

async function readPart(folder: string): Promise<Part> {
  let names: string[];
  try {
    names = (await readdir(folder)).filter((name) => name.endsWith(".ipynb")).sort();
  } catch (error) {
    throw new FileError(folder, error);
  }
  if (names.length === 0)
    throw new FileError(folder, new Error("expected notebooks (.ipynb) in it, got none"));
  const pages = [];
  for (const name of names) {
    const file = path.join(folder, name);
    try {
      const notebook = await readNotebook(file);
      const page = name.replace(/ipynb$/, "html");
      const href = encodeURIComponent(page);
      pages.push({ file, notebook, title: titleOf(notebook, file), name: page, href });
    } catch (error) {
      throw new FileError(file, error);
    }
  }
  const lang = languageOf(pages.map(({ notebook }) => proseOf(notebook)).join(""));
  return { name: path.basename(path.resolve(folder)), lang, pages };
}

async function pageHtml(page: Page, { name: folder, pages }: Part, parts: readonly Part[]): Promise<string> {
  const number = pages.indexOf(page);
  const place = (other: Page | undefined) => other && { href: other.href, title: other.title };
  const translation = parts.find(
    ({ name, pages: others }) => name !== folder && others.some((other) => other.name === page.name),
  );
  const html = await renderLivePage(page.notebook, {
    title: page.title,
    folder: path.dirname(page.file),
    file: page.file,
    script: `../${assets}/live.js`,
    engine: `../${assets}/engine.js`,
    series: {
      home: "index.html",
      previous: place(pages[number - 1]),
      next: place(pages[number + 1]),
      ...(translation && {
        other: {
          href: `../${encodeURIComponent(translation.name)}/${page.href}`,
          lang: translation.lang,
          name: languageNames[translation.lang] ?? translation.lang,
        },
      }),
    },
  });
  return html.replace(/(<a [^>]*href=")([^"/:#]+)\.ipynb(?=["#])/g, (whole, before: string, name: string) => {
    const other = pages.find((each) => each.name === `${decoded(name)}.html`);
    return other ? `${before}${other.href}` : whole;
  });
}

/** A link's text as a file's name; as it stands where it is no encoding of one. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function listHtml({ name, lang, pages }: Part): string {
  const items = pages.map((page) => `<li><a href="${page.href}">${escapeHtml(page.title)}</a></li>`);
  return shellHtml({
    lang,
    title: name,
    policy: contentPolicy({ scripts: [], styles: [style] }),
    styles: [style],
    body: `<main>\n<h1>${escapeHtml(name)}</h1>\n<ol>\n${items.join("\n")}\n</ol>\n</main>`,
  });
}

async function write(file: string, content: string): Promise<void> {
  try {
    makeFolder(path.dirname(file));
    await writeFile(file, content);
  } catch (error) {
    throw new FileError(file, error);
  }
}
