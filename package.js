// Packs what `npm run build` has put into dist/, as it is, into one VSIX without anything native: `npm run package [-- FILE]`.
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import JSZip from "jszip";

const root = path.dirname(fileURLToPath(import.meta.url));
/** @param {string[]} parts */
const at = (...parts) => path.join(root, ...parts);
/** @param {string} name */
const json = async (name) => JSON.parse(await readFile(at(name), "utf8"));

const manifest = await json("package.json");
const words = await json("package.nls.json");
/**
 * The manifest's own text, where it is a key of package.nls.json.
 *
 * @param {string} text
 */
const said = (text) => text.replace(/^%(.+)%$/, (_, key) => words[key]);

/** All that goes in, as patterns of paths from here. */
const parts = [
  /^dist\//,
  /^l10n\//,
  /^media\/(icon\.png|.*\.svg|walkthrough\/.*)$/,
  /^notebooks\/.*\.(ipynb|png|svg|csv)$/,
  /^package\.nls(\.[\w-]+)?\.json$/,
  /^(CHANGELOG\.md|LICENSE)$/,
  /^node_modules\/bnlab-quiet-cells\//,
];
const out = [/^media\/gallery\//];
const tops = ["dist", "l10n", "media", "notebooks", "node_modules/bnlab-quiet-cells"];

const built = [
  "dist/extension.cjs",
  "dist/kernel/cli.js",
  "dist/renderer/plotly.js",
  "node_modules/bnlab-quiet-cells/index.js",
];
const missing = built.find((file) => !existsSync(at(file)));
if (missing !== undefined) {
  console.error(`package: expected a build, got no ${missing}; npm run build makes it`);
  process.exit(1);
}

/** @param {string} folder */
async function filesIn(folder) {
  const entries = await readdir(at(folder), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)).replaceAll("\\", "/"));
}

const found = [...(await readdir(root)), ...(await Promise.all(tops.map(filesIn))).flat()];
const chosen = found.filter(
  (file) => parts.some((part) => part.test(file)) && !out.some((part) => part.test(file)),
);

/**
 * Where a page is shown, the files beside it are not: its pictures go inside.
 *
 * @param {string} markdown
 */
async function withPictures(markdown) {
  let text = markdown;
  for (const [, name = ""] of markdown.matchAll(/\((media\/[^)]+\.png)\)/g)) {
    text = text.replace(`(${name})`, `(data:image/png;base64,${await readFile(at(name), "base64")})`);
  }
  return text;
}

/** What VS Code reads of it: nothing about how it is built. */
function shippedManifest() {
  const {
    devDependencies,
    optionalDependencies,
    overrides,
    scripts,
    allowScripts,
    bin,
    private: _,
    ...shipped
  } = manifest;
  return shipped;
}

/** @param {string} text */
const escapeXml = (text) => text.replace(/[<>&"]/g, (character) => `&#${character.charCodeAt(0)};`);
const assets = [
  ["Microsoft.VisualStudio.Code.Manifest", "package.json"],
  ["Microsoft.VisualStudio.Services.Content.Details", "README.md"],
  ["Microsoft.VisualStudio.Services.Content.Changelog", "CHANGELOG.md"],
  ["Microsoft.VisualStudio.Services.Content.License", "LICENSE"],
  ["Microsoft.VisualStudio.Services.Icons.Default", manifest.icon],
];
// https://github.com/microsoft/vscode-vsce writes the same.
const vsixManifest = `<?xml version="1.0" encoding="utf-8"?>
<PackageManifest Version="2.0.0" xmlns="http://schemas.microsoft.com/developer/vsx-schema/2011">
  <Metadata>
    <Identity Language="en-US" Id="${manifest.name}" Version="${manifest.version}" Publisher="${manifest.publisher}"/>
    <DisplayName>${escapeXml(said(manifest.displayName))}</DisplayName>
    <Description xml:space="preserve">${escapeXml(said(manifest.description))}</Description>
    <Tags>${escapeXml(manifest.keywords.join(","))}</Tags>
    <Categories>${escapeXml(manifest.categories.join(","))}</Categories>
    <GalleryFlags>Public</GalleryFlags>
    <Properties>
      <Property Id="Microsoft.VisualStudio.Code.Engine" Value="${escapeXml(manifest.engines.vscode)}"/>
      <Property Id="Microsoft.VisualStudio.Code.ExtensionKind" Value="${manifest.extensionKind.join(",")}"/>
      <Property Id="Microsoft.VisualStudio.Code.ExecutesCode" Value="true"/>
    </Properties>
    <License>extension/LICENSE</License>
    <Icon>extension/${manifest.icon}</Icon>
  </Metadata>
  <Installation><InstallationTarget Id="Microsoft.VisualStudio.Code"/></Installation>
  <Dependencies/>
  <Assets>
${assets.map(([type, file]) => `    <Asset Type="${type}" Path="extension/${file}" Addressable="true"/>`).join("\n")}
  </Assets>
</PackageManifest>
`;

const types = {
  cjs: "application/javascript",
  css: "text/css",
  csv: "text/csv",
  ipynb: "application/json",
  js: "application/javascript",
  json: "application/json",
  md: "text/markdown",
  png: "image/png",
  svg: "image/svg+xml",
  ts: "text/plain",
  txt: "text/plain",
  vsixmanifest: "text/xml",
};
const contentTypes = `<?xml version="1.0" encoding="utf-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
${Object.entries(types)
  .map(([extension, type]) => `  <Default Extension=".${extension}" ContentType="${type}"/>`)
  .join("\n")}
</Types>
`;

const zip = new JSZip();
zip.file("extension.vsixmanifest", vsixManifest);
zip.file("[Content_Types].xml", contentTypes);
zip.file("extension/package.json", `${JSON.stringify(shippedManifest(), null, 2)}\n`);
zip.file("extension/README.md", await withPictures(await readFile(at("media/marketplace.md"), "utf8")));
for (const file of chosen) zip.file(`extension/${file}`, readFile(at(file)));
const target = path.resolve(process.argv[2] ?? at(`${manifest.name}-${manifest.version}.vsix`));
await mkdir(path.dirname(target), { recursive: true });
const bytes = await zip.generateAsync({
  type: "nodebuffer",
  compression: "DEFLATE",
  compressionOptions: { level: 9 },
});
await writeFile(target, bytes);
console.log(`${target}: ${chosen.length} files, ${(bytes.length / 2 ** 20).toFixed(1)} MB`);
