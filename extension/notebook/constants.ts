// What of two runs' code differs: constants by name, else the lines. No vscode here.

const literal = String.raw`[+-]?(?:\d[\d_]*\.?\d*(?:e[+-]?\d+)?|\.\d+)|true|false|"[^"\n]{0,40}"|'[^'\n]{0,40}'`;
const patterns = [
  new RegExp(
    String.raw`\b(?:const|let|var)\s+([\p{L}_$][\p{L}\d_$]*)(?:\s*:[^=\n]+)?\s*=\s*(${literal})\s*(?=[;,\n]|$)`,
    "giu",
  ),
  new RegExp(String.raw`([\p{L}_$][\p{L}\d_$]*)\s*:\s*(${literal})\s*(?=[,}\n])`, "giu"),
  new RegExp(String.raw`^\s*([\p{L}_$][\p{L}\d_$]*)\s*=\s*(${literal})\s*(?=[;\n]|$)`, "gimu"),
  /\b(manualSeed)\s*\(\s*(\d+)\s*\)/g,
];

/** The constants that a piece of code names: `lr` → `0.1`; of one that stands there with several values all of them. */
export function constantsOf(code: string): Map<string, string> {
  const bare = code.replace(/\/\*[\s\S]*?\*\/|(?<![:"'\w])\/\/.*$/gm, "");
  const found = new Map<string, Set<string>>();
  for (const pattern of patterns) {
    for (const [, name = "", value = ""] of bare.matchAll(pattern)) {
      const values = found.get(name) ?? new Set();
      found.set(name, values.add(value.replace(/^(["'])(.*)\1$/, "$2")));
    }
  }
  return new Map([...found].map(([name, values]) => [name, [...values].join(", ")]));
}

/** Says of each run's code what it has that not all others have: `lr 0.5`; where no constant differs, its own lines. */
export function differences(codes: readonly string[]): string[] {
  if (new Set(codes).size < 2) return codes.map(() => "");
  const all = codes.map(constantsOf);
  const names = [...new Set(all.flatMap((each) => [...each.keys()]))];
  const differing = names.filter((name) => new Set(all.map((each) => each.get(name))).size > 1);
  const lines = codes.map((code) => new Set(code.split("\n").map((line) => line.trim())));
  return all.map((constants, run) => {
    const told = differing.flatMap((name) => (constants.has(name) ? [`${name} ${constants.get(name)}`] : []));
    if (differing.length > 0) return told.join(", ");
    const own = [...lines[run]!].filter((line) => line !== "" && lines.some((other) => !other.has(line)));
    return own.slice(0, 3).join(" ⏎ ");
  });
}
