// The tutorials as lists have them, read out of the notebooks: what each is called, what one will see, how long it takes.
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.dirname(fileURLToPath(import.meta.url));

/** @typedef {{ file: string, title: string, aim: string, minutes: number, cells: string[] }} Tutorial */

/** What somebody reads in a minute: words of English, characters of Chinese; lines of code. */
const pace = { words: 200, characters: 350, lines: 20 };

/**
 * Returns the tutorials of a language in their order; `cells` are the ids of those with code.
 *
 * @param {"en" | "zh-cn"} language
 * @returns {Promise<Tutorial[]>}
 */
export async function tutorialsIn(language) {
  const folder = path.join(root, "notebooks", language);
  const names = (await readdir(folder)).filter((name) => name.endsWith(".ipynb")).sort();
  const words = JSON.parse(await readFile(path.join(root, "media/site/words.json"), "utf8"));
  const notebooks = await Promise.all(
    names.map(async (name) => JSON.parse(await readFile(path.join(folder, name), "utf8"))),
  );
  /** @type {Cell[][]} */
  const cells = notebooks.map((notebook) => notebook.cells.map(cellOf));
  const table = proseOf(cells[0] ?? []);
  return names.map((file, i) => {
    const own = cells[i] ?? [];
    const prose = proseOf(own);
    // The first one's table says it of the others.
    const aim = new RegExp(`^\\| \\[[^|]*\\]\\(${file}\\) \\|[^|]*\\| ([^|]*) \\|`, "m").exec(table)?.[1];
    return {
      file,
      title: /^# (.*)/m.exec(prose)?.[1] ?? file,
      aim: aim ?? words[language].firstSeen,
      minutes: minutesOf(own, language),
      cells: own.filter(({ isCode }) => isCode).map(({ id }) => id),
    };
  });
}

/** @typedef {{ id: string, text: string, isCode: boolean, isFolded: boolean }} Cell */

/**
 * @param {{ id: string, cell_type: string, source: string | string[], metadata: { jupyter?: { source_hidden?: boolean } } }} cell
 * @returns {Cell}
 */
const cellOf = ({ id, cell_type, source, metadata }) => ({
  id,
  text: [source].flat().join(""),
  isCode: cell_type === "code",
  isFolded: metadata.jupyter?.source_hidden === true,
});

/** @param {readonly Cell[]} cells */
const proseOf = (cells) => cells.flatMap(({ text, isCode }) => (isCode ? [] : [text])).join("\n");

/**
 * Returns how long reading takes, and a minute for the run.
 *
 * @param {readonly Cell[]} cells
 * @param {"en" | "zh-cn"} language
 */
function minutesOf(cells, language) {
  const prose = proseOf(cells);
  const reading =
    language === "en"
      ? prose.split(/\s+/).length / pace.words
      : (prose.match(/\p{Script=Han}/gu) ?? []).length / pace.characters;
  const code = cells.filter(({ isCode, isFolded }) => isCode && !isFolded);
  const lines = code.reduce((sum, { text }) => sum + text.split("\n").length, 0);
  return Math.round(reading + lines / pace.lines + 1);
}
