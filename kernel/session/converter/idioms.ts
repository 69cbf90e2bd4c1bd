// What is right in other notebooks and wrong here: magics, shell lines, package addresses; each with what stands for it.

export interface Idiom {
  /** From 1. */
  line: number;
  hint: string;
}

/** Magic → what stands for it. */
const magics: Record<string, string> = {
  html: "display.html(`…`) shows markup",
  HTML: "display.html(`…`) shows markup",
  markdown: "display.markdown(`…`) shows Markdown",
  latex: "display.markdown(`$$…$$`) shows formulas",
  svg: "display.html(`<svg>…</svg>`) shows a picture",
  javascript: "a cell is JavaScript already: leave the line out",
  js: "a cell is JavaScript already: leave the line out",
  matplotlib: "charts show by themselves: leave the line out",
  time: 'console.time("t") and console.timeEnd("t") measure',
  timeit: 'console.time("t") and console.timeEnd("t") measure',
  cd: "process.chdir(folder) changes the folder",
  pwd: "process.cwd() is the folder",
  env: "process.env holds the variables",
  set_env: "process.env holds the variables",
  run: 'import "./file.ts" runs a file',
  load: 'import "./file.ts" runs a file',
  writefile: 'fs.writeFileSync(name, text) of "node:fs" writes a file',
  who: "the Variables view shows them",
  whos: "the Variables view shows them",
  reset: "restarting the kernel forgets all variables",
};

const install = (packages: string) =>
  `packages are installed in a terminal, in the notebook's folder: npm install ${packages}`;

function shell(command: string): string {
  const installed = /^(?:npm (?:i|install|add)|yarn add|pnpm add|pip3? install)\s+(.+)$/.exec(command);
  if (installed) return install(installed[1]!);
  return `execSync(${JSON.stringify(command)}, { stdio: "inherit" }) of "node:child_process" runs a command`;
}

/** The first line that is another kernel's; to be asked of a cell that cannot be as it stands. */
export function idiomIn(source: string): Idiom | undefined {
  for (const [i, text] of source.split("\n").entries()) {
    const hint = hintFor(text);
    if (hint) return { line: i + 1, hint };
  }
  return undefined;
}

function hintFor(text: string): string | undefined {
  const magic = /^(%%?)(\w+)(?:\s+(.*))?$/.exec(text.trimEnd());
  if (magic) {
    const [, sign, name, rest = ""] = magic;
    if (/^(bash|sh|script|system|sx)$/.test(name!))
      return `${sign}${name} is IPython's: ${shell(rest || "…")}`;
    if (/^(npm|pip|conda|yarn|pnpm)$/.test(name!))
      return `${sign}${name} is IPython's: ${shell(`${name} ${rest}`)}`;
    return `${sign}${name} is IPython's: ${magics[name!] ?? "cells here are TypeScript alone"}`;
  }
  const command = /^!+\s*([a-zA-Z./~].*)$/.exec(text.trimEnd());
  if (command) return `!… is IPython's: ${shell(command[1]!)}`;
  const directive = /^#(r|!)\s*"?(?:npm:|nuget:)?([^"]*)"?$/.exec(text.trimEnd());
  if (directive) return `#${directive[1]} is another kernel's: cells here are TypeScript alone`;
  return undefined;
}

/** What stands for an import that names a package as Deno, JSR or a browser does. */
export function importHint(specifier: string): string | undefined {
  const [scheme, rest] = [/^(npm|jsr|https?):/.exec(specifier)?.[1], specifier.replace(/^\w+:\/*/, "")];
  if (!scheme) return undefined;
  if (scheme === "npm") return `Deno's name; here: npm install ${rest}, and import "${withoutVersion(rest)}"`;
  if (scheme === "jsr") {
    return `a package of JSR; here: npx jsr add ${rest}, and import "${withoutVersion(rest)}"`;
  }
  const served =
    /^(?:esm\.sh|cdn\.skypack\.dev|esm\.run|cdn\.jsdelivr\.net\/npm|unpkg\.com|deno\.land\/x)\/(.+)$/.exec(
      rest,
    );
  const name = served && withoutVersion(served[1]!);
  return name
    ? `an address; Node imports files and packages: npm install ${name}, and import "${name}"`
    : "an address; Node imports files and packages: save it beside the notebook, and import that file";
}

/** `@scope/name@1.2/deep` → `@scope/name/deep`. */
function withoutVersion(name: string): string {
  return name.replace(/^((?:@[^/]+\/)?[^/@]+)@[^/]*/, "$1").replace(/[?#].*$/, "");
}
