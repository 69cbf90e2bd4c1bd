// The manifest and the code name the same things.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { it } from "node:test";
import * as ids from "../../../extension/ids";
import { Mime } from "../../../kernel/protocol";
import manifest from "../../../package.json" with { type: "json" };

const root = path.resolve(import.meta.dirname, "../../..");

it("every command is in the manifest, and no other", () => {
  const declared = manifest.contributes.commands.map(({ command }) => command);
  assert.deepEqual(declared.sort(), Object.values(ids.Command).sort());
});

it("every setting is in the manifest, and no other", () => {
  const declared = Object.keys(manifest.contributes.configuration.properties);
  assert.deepEqual(
    declared,
    Object.values(ids.Setting).map((name) => `${ids.settingSection}.${name}`),
  );
});

it("the page of the extension tells of every setting, and of no other; what it shows and links to is there", () => {
  const page = readFileSync(path.join(root, "media/marketplace.md"), "utf8");
  const told = [...page.matchAll(/^\| `(bnlab\.[\w.]+)` \|/gm)].map(([, name]) => name);
  assert.deepEqual(told.sort(), Object.keys(manifest.contributes.configuration.properties).sort());
  const files = [...page.matchAll(/\]\(([^)]+)\)/g)].map(([, file = ""]) => file);
  assert.ok(files.length > 4);
  for (const file of files) assert.ok(existsSync(path.join(root, file)), file);
});

it("the restart button shows for our kernel only", () => {
  assert.equal(`${manifest.publisher}.${manifest.name}`, ids.extensionId);
  const restart = manifest.contributes.menus["notebook/toolbar"].find(
    ({ command }) => command === ids.Command.restartKernel,
  );
  const kernel = `notebookKernel == '${ids.extensionId}/${ids.controllerId}'`;
  assert.equal(restart?.when, `${kernel} || !notebookKernel && ${ids.runsHere}`);
});

it("the walkthrough is the one that a command opens; its steps end by contexts and commands that there are", () => {
  const [walkthrough] = manifest.contributes.walkthroughs;
  assert.equal(walkthrough?.id, ids.walkthroughId);
  const known = new Set<string>([...Object.values(ids.Command), ...Object.values(ids.Milestone)]);
  for (const { completionEvents } of walkthrough.steps) {
    for (const event of completionEvents)
      assert.ok(known.has(event.replace(/^on(Command|Context):/, "")), event);
  }
});

it("the renderer takes the charts' MIME type", () => {
  const [renderer] = manifest.contributes.notebookRenderer;
  assert.equal(renderer?.id, ids.chartRenderer);
  assert.deepEqual(renderer.mimeTypes, [Mime.plotly]);
});

it("the renderer of our own outputs takes tensors, progress, controls and errors", () => {
  const [, renderer] = manifest.contributes.notebookRenderer;
  assert.equal(renderer?.id, ids.outputsRenderer);
  assert.deepEqual(renderer?.mimeTypes, [Mime.tensor, Mime.progress, Mime.control, Mime.error]);
});

it("every view is in the manifest, with its picture", () => {
  const views = manifest.contributes.views.bnlab;
  assert.deepEqual(
    views.map(({ id }) => id),
    [ids.variablesView, ids.trainingView, ids.tutorialsView],
  );
  assert.equal(manifest.contributes.viewsContainers.activitybar[0]?.id, "bnlab");
  for (const { icon } of views) assert.ok(existsSync(path.join(root, icon)));
});

it("the icon is there", () => {
  assert.ok(existsSync(path.join(root, manifest.icon)));
});

it("a command is refused where the folder is not trusted, never where VS Code has not said so yet", () => {
  // The key is there some seconds after the window: until then `isWorkspaceTrusted` alone swallows clicks.
  const enablements = manifest.contributes.commands.flatMap(({ enablement }) => enablement ?? []);
  const ofTrust = enablements.filter((when) => when.includes("isWorkspaceTrusted"));
  assert.ok(ofTrust.length > 4);
  for (const when of ofTrust) assert.ok(when.endsWith("!(isWorkspaceTrusted =~ /false/)"), when);
});

// As its server's ExtensionValidator has it; VS Code's marketplace asks for less.
it("Open VSX takes the manifest: a license, names, addresses, and texts of the length that it keeps", () => {
  assert.equal(manifest.license, "MIT");
  assert.ok(existsSync(path.join(root, "LICENSE")));
  for (const name of [manifest.publisher, manifest.name]) assert.match(name, /^[\w\-+$~]{1,255}$/);
  assert.match(manifest.version, /^[\p{L}\p{Nd}$+\-,.:;_]+$/u);
  const { theme, color } = manifest.galleryBanner;
  assert.ok(["dark", "light"].includes(theme) && color.length <= 16);
  for (const address of [manifest.homepage, manifest.repository.url, manifest.bugs.url, manifest.qna]) {
    assert.ok(new URL(address.replace(/^git\+/, "")).host !== "" && address.length <= 255, address);
  }
  const shown = [manifest.displayName, ...manifest.categories, ...manifest.keywords, manifest.license];
  for (const text of shown) assert.ok(text.length <= 255, text);
  const descriptions = ["", ".zh-cn"].map((tongue) => {
    const words = readFileSync(path.join(root, `package.nls${tongue}.json`), "utf8");
    return (JSON.parse(words) as { description: string }).description;
  });
  for (const text of descriptions) assert.ok(text !== "" && text.length <= 2048, text);
  for (const text of [...shown, ...descriptions]) assert.doesNotMatch(text, /[\p{C}\p{Zl}\p{Zp}]/u);
});
