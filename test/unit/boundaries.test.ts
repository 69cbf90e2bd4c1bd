// The tables of rooms in ARCHITECTURE.md, held against every import of kernel/ and extension/.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import ts from "typescript";
import { treeOf } from "./trees";

const root = path.join(import.meta.dirname, "..", "..");

interface Room {
  /** `kernel/nn`; of a room of one file its path. */
  readonly name: string;
  readonly folders: readonly string[];
  /** Rooms, files, packages, "Node". */
  readonly imports: ReadonlySet<string>;
  /** The same, for imports that the compiler erases. */
  readonly types: ReadonlySet<string>;
}

interface Import {
  readonly from: string;
  /** A file of ours, a package, or "Node". */
  readonly to: string;
  readonly type: boolean;
}

const page = readFileSync(path.join(root, "ARCHITECTURE.md"), "utf8");
const rooms = ["kernel", "extension"].flatMap((side) => roomsOf(side));
const files = ["kernel", "extension"].flatMap((side) =>
  readdirSync(path.join(root, side), { recursive: true, encoding: "utf8" })
    .map((file) => `${side}/${file.replaceAll(path.sep, "/")}`)
    .filter((file) => /\.c?ts$/.test(file)),
);
const imports = files.flatMap((file) => importsOf(file, readFileSync(path.join(root, file), "utf8")));

describe("rooms", () => {
  it("have a row each, and each row a room", () => {
    assert.deepEqual(
      files.filter((file) => roomOf(file) === undefined),
      [],
      "these files stand in a room without a row in ARCHITECTURE.md",
    );
    const empty = rooms
      .flatMap(({ folders }) => folders)
      .filter((each) => !existsSync(path.join(root, each)));
    assert.deepEqual(empty, [], "these rows of ARCHITECTURE.md have no room");
    assert.ok(rooms.length > 40, "the tables were read");
  });

  it("import what their rows name", () => {
    assert.deepEqual(imports.flatMap(complaint), []);
  });

  it("are each checked in one world, and only Node's has Node", () => {
    const covering = (name: string) =>
      ["anywhere", "page", "web", "extension", "webExtension", "node"].filter((world) =>
        worldCovers(world, name),
      );
    for (const { name, imports: own } of rooms) {
      const worlds = covering(name);
      assert.equal(
        worlds.length,
        1,
        `${name} is checked in one of worlds/*.json, got ${worlds.join(", ") || "none"}`,
      );
      if (own.has("Node")) assert.deepEqual(worlds, ["node"], name);
      if (own.has("vscode")) assert.match(worlds[0]!, /^(extension|webExtension|node)$/, name);
    }
    for (const world of ["anywhere", "page", "web"])
      assert.deepEqual(worldOf(world).compilerOptions.types, []);
    for (const world of ["extension", "webExtension"])
      assert.deepEqual(worldOf(world).compilerOptions.types, ["vscode"]);
    for (const world of ["anywhere", "web", "extension", "webExtension"])
      assert.ok(!worldOf(world).compilerOptions.lib.includes("DOM"));
  });

  it("refuse what their rows do not name", () => {
    const wrong: [file: string, text: string][] = [
      ["kernel/tensor/ops/a.ts", 'import "../../nn";'],
      ["kernel/tensor/ops/a.ts", 'import fs from "node:fs";'],
      ["kernel/tensor/a.ts", 'export { line } from "../plot";'],
      ["kernel/nn/a.ts", 'import { x } from "../tensor/storage";'],
      ["kernel/optim/a.ts", 'const data = await import("../data");'],
      ["kernel/optim/a.ts", 'type Samples = import("../data").Dataset;'],
      ["kernel/plot/a.ts", 'import type { Tensor } from "../tensor";'],
      ["kernel/host/a.ts", 'import { machine } from "../machine/machine";'],
      ["kernel/protocol/a.ts", 'import "node:fs";'],
      ["kernel/session/a.ts", 'import "../tensor";'],
      ["kernel/words/a.ts", 'import "../protocol/mime";'],
      ["kernel/kernel.ts", 'import "vscode";'],
      ["extension/notebook/a.ts", 'import "../../kernel/session/session";'],
      ["extension/notebook/a.ts", 'import "node:fs";'],
      ["extension/commands/a.ts", 'import "../node/kernelCli";'],
      ["extension/web/a.ts", 'import "node:fs";'],
      ["extension/renderer/a.ts", 'import "node:fs";'],
      ["extension/renderer/outputs/a.ts", 'import "../../views/webPage";'],
      ["extension/renderer/outputs/a.ts", 'import "../../../kernel/protocol";'],
      ["kernel/nn/a.ts", 'import "../../test/unit/fixtures";'],
    ];
    for (const [file, text] of wrong) {
      assert.equal(importsOf(file, text).flatMap(complaint).length, 1, `${file} may not: ${text}`);
    }
  });

  it("never need each other", () => {
    const needs = new Map<string, Set<string>>();
    for (const { from, to, type } of imports) {
      const [own, other] = [roomOf(from)?.name, roomOf(to)?.name];
      if (type || !own || !other || own === other) continue;
      needs.set(own, (needs.get(own) ?? new Set()).add(other));
    }
    assert.deepEqual(circleIn(needs), []);
  });
});

it("no two files need each other, over however many others", () => {
  const needs = new Map<string, Set<string>>();
  for (const { from, to, type } of imports) {
    if (!type) needs.set(from, (needs.get(from) ?? new Set()).add(to));
  }
  assert.deepEqual(circleIn(needs), []);
  const round = new Map([
    ["a", new Set(["b"])],
    ["b", new Set(["c"])],
    ["c", new Set(["b"])],
  ]);
  assert.deepEqual(circleIn(round), ["b", "c", "b"]);
});

interface World {
  readonly compilerOptions: { readonly types: string[]; readonly lib: string[] };
  readonly include: string[];
}

function worldOf(name: string): World {
  return JSON.parse(readFileSync(path.join(root, "worlds", `${name}.json`), "utf8"));
}

function worldCovers(world: string, room: string): boolean {
  const including = worldOf(world).include.map((each) => each.replace(/^\.\.\//, ""));
  const folder = room.endsWith(".ts") ? path.posix.dirname(room) : room;
  return including.some((each) =>
    each.endsWith("/*.ts")
      ? folder === path.posix.dirname(each)
      : room === each || room.startsWith(`${each}/`),
  );
}

/** The rows under the heading "### side/". */
function roomsOf(side: string): Room[] {
  const start = page.indexOf(`### ${side}/`);
  assert.ok(start >= 0, `ARCHITECTURE.md has a table of the rooms of ${side}/`);
  const section = page.slice(start, page.indexOf("\n##", start + 4));
  const rows = section.split("\n").filter((line) => line.startsWith("| `"));
  return rows.map((row) => {
    const [, own, imported] = row.split("|").map((cell) => cell.trim());
    const [first, ...parts] = namesIn(own!.replace(" with ", " ")).map((name) => name.replaceAll("`", ""));
    const [values, types] = imported!
      .split("*types*")
      .map((list) => namesIn(list).map((name) => full(side, name)));
    const name = `${side}/${first}`;
    return {
      name,
      folders: [name, ...parts.map((part) => `${name}/${part}`)],
      imports: new Set(values),
      types: new Set([...values!, ...(types ?? [])]),
    };
  });
}

function namesIn(cell: string): string[] {
  return cell.split(/\s+/).filter((word) => word !== "");
}

/** Names in backquotes are rooms or files of ours, others are packages. */
function full(side: string, name: string): string {
  const own = /^`(.*)`$/.exec(name)?.[1];
  return own === undefined ? name : own.startsWith("kernel/") ? own : `${side}/${own}`;
}

function roomOf(file: string): Room | undefined {
  return (
    rooms.find(({ name }) => name === file) ??
    rooms.find(({ folders }) => folders.includes(path.posix.dirname(file)))
  );
}

/** What is wrong with an import; nothing where its room may have it. */
function complaint({ from, to, type }: Import): string[] {
  const own = roomOf(from)!;
  const other = roomOf(to);
  if (own === other) return [];
  const allowed = type ? own.types : own.imports;
  const door =
    other && existsSync(path.join(root, other.name, "index.ts")) ? `${other.name}/index.ts` : undefined;
  const byRoom = other !== undefined && allowed.has(other.name) && (door ?? to) === to;
  if (byRoom || allowed.has(to) || allowed.has(to.replace(/\.ts$/, ""))) return [];
  return [`${from}: the row of ${own.name} in ARCHITECTURE.md does not name ${type ? "types of " : ""}${to}`];
}

/** Every import, export … from, import() and require() of a file that reaches beyond its folder's styles. */
function importsOf(file: string, text: string): Import[] {
  const found: Import[] = [];
  const add = (specifier: ts.Node | undefined, type: boolean) => {
    if (specifier === undefined || !ts.isStringLiteralLike(specifier)) return;
    const to = targetOf(file, specifier.text);
    if (!to.endsWith(".css")) found.push({ from: file, to, type });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      const clause = node.importClause;
      const names =
        clause?.namedBindings && ts.isNamedImports(clause.namedBindings) ? clause.namedBindings.elements : [];
      const eachType =
        clause?.name === undefined && names.length > 0 && names.every(({ isTypeOnly }) => isTypeOnly);
      add(node.moduleSpecifier, clause?.phaseModifier === ts.SyntaxKind.TypeKeyword || eachType);
    } else if (ts.isExportDeclaration(node)) {
      const names =
        node.exportClause && ts.isNamedExports(node.exportClause) ? node.exportClause.elements : [];
      add(
        node.moduleSpecifier,
        node.isTypeOnly || (names.length > 0 && names.every(({ isTypeOnly }) => isTypeOnly)),
      );
    } else if (ts.isImportTypeNode(node)) {
      add(ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined, true);
    } else if (ts.isCallExpression(node)) {
      const called = node.expression;
      const loads =
        called.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(called) && called.text === "require");
      if (loads) add(node.arguments[0], false);
    }
    ts.forEachChild(node, visit);
  };
  visit(treeOf(file, text));
  return found;
}

function targetOf(file: string, specifier: string): string {
  if (specifier.startsWith("node:")) return "Node";
  if (!specifier.startsWith(".")) return specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
  const at = path.posix.join(path.posix.dirname(file), specifier);
  const found = [at, `${at}.ts`, `${at}/index.ts`].find(
    (each) => /\.\w+$/.test(each) && existsSync(path.join(root, each)),
  );
  return found ?? at;
}

/** The names along one circle, its first at both ends; none where there is no circle. */
function circleIn(needs: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const done = new Set<string>();
  const way: string[] = [];
  const walk = (name: string): string[] => {
    const met = way.indexOf(name);
    if (met >= 0) return [...way.slice(met), name];
    if (done.has(name)) return [];
    way.push(name);
    for (const next of needs.get(name) ?? []) {
      const circle = walk(next);
      if (circle.length > 0) return circle;
    }
    way.pop();
    done.add(name);
    return [];
  };
  for (const name of needs.keys()) {
    const circle = walk(name);
    if (circle.length > 0) return circle;
  }
  return [];
}
