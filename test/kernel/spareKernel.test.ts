// A kernel that starts before its notebook is open: taken by the notebook that it was started for, and by no other.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, afterEach, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { KernelLaunch, KernelProcess } from "../../extension/node/kernelProcess";
import { SpareKernel } from "../../extension/node/spareKernel";
import { KernelClient } from "../../kernel/protocol";
import { dist } from "./startKernel";

const cwd = mkdtempSync(path.join(os.tmpdir(), "bnlab-spare-"));
after(() => rmSync(cwd, { recursive: true, force: true }));

/** What has been told of processes. */
const told: string[] = [];
const started = () => told.filter((line) => /^process \d+ started/.test(line)).length;
const launch = (notebook: string): KernelLaunch => ({
  ...{ entry: path.join(dist, "kernel/main.js"), execPath: process.execPath, namedNode: "", cwd },
  ...{ env: { ...process.env, BNLAB_NOTEBOOK: path.join(cwd, notebook) }, keeping: undefined },
  log: (line) => void told.push(line),
});
const spare = new SpareKernel();
const taken: KernelProcess[] = [];
const start = (notebook: string) => {
  const kernel = spare.start(launch(notebook));
  taken.push(kernel);
  return kernel;
};

afterEach(async () => {
  spare.dispose();
  for (const kernel of taken) kernel.close();
  await Promise.all(taken.splice(0).map(({ ended }) => ended));
  told.length = 0;
});

test("the notebook that was expected has the process that was there, and runs in it", async () => {
  spare.prepare(launch("a.ipynb"));
  spare.prepare(launch("a.ipynb")); // expected still
  const kernel = start("a.ipynb");
  assert.equal(started(), 1);
  const reply = await new KernelClient(kernel).request("execute_request", { code: "import.meta.filename" });
  assert.equal(reply.content.status, "ok");
  start("a.ipynb"); // it is taken once
  assert.equal(started(), 2);
});

test("another notebook has a process of its own, and the one that waited ends", async () => {
  spare.prepare(launch("a.ipynb"));
  start("b.ipynb");
  assert.equal(started(), 2);
  const [first] = /\d+/.exec(told[0]!)!;
  while (!told.some((line) => line.startsWith(`process ${first} ended`))) await sleep(20);
});

test("one that has died meanwhile is not taken", async () => {
  spare.prepare(launch("a.ipynb"));
  process.kill(Number(/\d+/.exec(told[0]!)), "SIGKILL");
  while (!told.some((line) => line.includes("ended (SIGKILL)"))) await sleep(20);
  start("a.ipynb");
  assert.equal(started(), 2);
});
