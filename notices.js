// What others wrote and we ship: found where the bundler read it or the build copied it, told in dist/THIRD-PARTY-NOTICES.txt with
// each license's text, and as a bill of materials (CycloneDX) for programs.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = path.dirname(fileURLToPath(import.meta.url));
/** @param {string[]} parts */
const at = (...parts) => path.join(root, ...parts);

/** The packages of each part of the build, which may be made alone. */
const lists = at("out/packages");

/** What npm installs beside the package where it can; nothing of it is in our files. */
const beside = ["node_modules/zeromq"];

/** @typedef {{ name: string, version?: string, license: string, home?: string, texts: string[], from?: string }} Notice */

/**
 * Returns the folder of the package that a file is in, or none for our own.
 *
 * @param {string} file from here, with `/`
 */
const packageOf = (file) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0];

/**
 * Remembers what a part of the build is made of.
 *
 * @param {string} part
 * @param {readonly import("esbuild").Metafile[]} metafiles
 * @param {readonly string[]} copied folders of packages
 */
export async function keepPackages(part, metafiles, copied = []) {
  const files = metafiles.flatMap(({ outputs }) =>
    Object.values(outputs).flatMap(({ inputs }) =>
      Object.entries(inputs).flatMap(([file, { bytesInOutput }]) => (bytesInOutput > 0 ? [file] : [])),
    ),
  );
  const inner = await Promise.all(files.filter((file) => /\.min\.js$/.test(file)).map(packagesWithin));
  const found = [...files.flatMap((file) => packageOf(file) ?? []), ...copied, ...inner.flat()];
  await mkdir(lists, { recursive: true });
  await writeFile(path.join(lists, `${part}.json`), JSON.stringify([...new Set(found)].sort(), null, 1));
}

/**
 * Returns the packages that were bundled into a file before we got it: its readable twin names them above their code.
 *
 * @param {string} file
 */
async function packagesWithin(file) {
  const text = await readFile(at(file.replace(/\.min\.js$/, ".js")), "utf8");
  const files = [...text.matchAll(/^ *\/\/ (node_modules\/\S+)/gm)].map(
    ([, name = ""]) => packageOf(name) ?? "",
  );
  return [...new Set(files)].map((folder) => `${folder}@${packageOf(file)}`);
}

/** Returns what all parts that were built are made of, by name. */
export async function bundledPackages() {
  const names = (await readdir(lists)).sort();
  const read = names.map(async (name) => JSON.parse(await readFile(path.join(lists, name), "utf8")));
  const folders = new Set((await Promise.all(read)).flat());
  const notices = await Promise.all([...folders].map(noticeOf));
  const told = new Map(notices.map((notice) => [`${notice.name}@${notice.version ?? ""}`, notice]));
  return [...told.values()].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/**
 * Throws where a package comes without the text of its license: licenses/ has those that their archives lack.
 *
 * @param {string} entry `folder`, or `folder@folder` of the package that it is bundled in
 * @returns {Promise<Notice>}
 */
export async function noticeOf(entry) {
  const [, folder = "", within] = /^(.+?\/(?:@[^/]+\/)?[^@]+)(?:@(.+))?$/.exec(entry) ?? [];
  const name = folder.slice(folder.lastIndexOf("node_modules/") + "node_modules/".length);
  const from = within?.slice("node_modules/".length);
  const kept = at("licenses", `${name.replace("/", "+")}.txt`);
  const [, keptLicense, keptText] = existsSync(kept)
    ? (/^SPDX-License-Identifier: (\S+)\n\n(.+?)\s*$/s.exec(await readFile(kept, "utf8")) ?? [])
    : [];
  if (from !== undefined && keptLicense && keptText) {
    return { name, license: keptLicense, texts: [keptText], from };
  }
  const manifest = JSON.parse(await readFile(at(folder, "package.json"), "utf8"));
  const files = (await readdir(at(folder))).filter((file) =>
    /^(licen[cs]e|copying|notice|third.?party.?notice)/i.test(file),
  );
  const own = await Promise.all(files.sort().map((file) => readFile(at(folder, file), "utf8")));
  const texts =
    own.length === 0 && keptText ? [keptText] : own.map((text) => text.replaceAll("\r", "").trim());
  if (texts.length === 0 || texts.includes("")) {
    throw new Error(
      `notices: expected the text of ${name}'s license in its package, got none; put it into ${kept}`,
    );
  }
  const home = manifest.homepage ?? manifest.repository?.url ?? manifest.repository;
  // Within another package it may be of another version than the one that lies here.
  const version = from === undefined ? manifest.version : undefined;
  return { name, version, license: manifest.license, home, texts, from };
}

/** @param {Notice} notice */
const section = ({ name, version, license, home, texts, from }) =>
  [
    "-".repeat(80),
    [name, version, `(${license})`].filter((word) => word !== undefined).join(" "),
    ...(from === undefined ? [] : [`within ${from}`]),
    ...(home === undefined ? [] : [home.replace(/^git\+|\.git$/g, "")]),
    "",
    texts.join("\n\n"),
    "",
  ].join("\n");

/** Writes dist/THIRD-PARTY-NOTICES.txt for the parts that were built. */
export async function writeNotices() {
  const shipped = await bundledPackages();
  const installed = await Promise.all(beside.map(noticeOf));
  const text = [
    "BN Lab is MIT-licensed, see LICENSE. It contains the packages below, each under its own license.",
    "",
    ...shipped.map(section),
    "=".repeat(80),
    "Not contained: npm installs these beside BN Lab where it can, and Jupyter's line uses them.",
    "",
    ...installed.map(section),
  ].join("\n");
  await mkdir(at("dist"), { recursive: true });
  await writeFile(at("dist/THIRD-PARTY-NOTICES.txt"), text);
}

/**
 * Writes npm's own bill of materials, of what is shipped alone.
 *
 * @param {string} file
 */
async function writeBillOfMaterials(file) {
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const { stdout } = await promisify(execFile)(
    npm,
    ["sbom", "--sbom-format=cyclonedx", "--package-lock-only"],
    { cwd: root, maxBuffer: 2 ** 26, shell: process.platform === "win32" },
  );
  const bill = JSON.parse(stdout);
  Object.assign(bill.metadata.component, { type: "application", name: "bnlab" }); // npm has the folder's name there
  /** @type {Map<string, object>} */
  const known = new Map(
    bill.components.map((/** @type {{ "bom-ref": string }} */ each) => [each["bom-ref"], each]),
  );
  const shipped = await bundledPackages();
  bill.components = shipped.map(({ name, version, license, from }) => {
    const found = known.get(`${name}@${version}`);
    if (found) return found;
    const purl = `pkg:npm/${name.replace("@", "%40")}`;
    const description = `within ${from}`;
    return {
      type: "library",
      name,
      "bom-ref": `${from}:${name}`,
      purl,
      description,
      licenses: [{ license: { id: license } }],
    };
  });
  const refs = new Set(bill.components.map((/** @type {{ "bom-ref": string }} */ each) => each["bom-ref"]));
  bill.dependencies = bill.dependencies
    .filter(
      (/** @type {{ ref: string }} */ { ref }) => refs.has(ref) || ref === bill.metadata.component["bom-ref"],
    )
    .map((/** @type {{ ref: string, dependsOn: string[] }} */ { ref, dependsOn }) => ({
      ref,
      dependsOn: dependsOn.filter((each) => refs.has(each)),
    }));
  await writeFile(file, `${JSON.stringify(bill, null, 2)}\n`);
}

// `npm run sbom`
if (process.argv[1] === fileURLToPath(import.meta.url)) await writeBillOfMaterials(at("bnlab.cdx.json"));
