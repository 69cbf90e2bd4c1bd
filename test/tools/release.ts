// Whether what a tag names can be released: `npm run release:check -- v0.2.0`.
import { readFileSync } from "node:fs";
import path from "node:path";
import manifest from "../../package.json" with { type: "json" };

const tag = process.argv[2];
const changelog = readFileSync(path.join(import.meta.dirname, "../../CHANGELOG.md"), "utf8");
const dated = new RegExp(`^## ${manifest.version.replaceAll(".", "\\.")} \\(\\d{4}-\\d{2}-\\d{2}\\)$`, "m");
const complaints = [
  ...(tag === `v${manifest.version}` ? [] : [`expected the tag v${manifest.version}, got ${tag}`]),
  ...(dated.test(changelog) ? [] : [`expected a part "## ${manifest.version} (YYYY-MM-DD)" in CHANGELOG.md`]),
];
for (const complaint of complaints) console.error(`release: ${complaint}`);
process.exitCode = complaints.length > 0 ? 1 : 0;
