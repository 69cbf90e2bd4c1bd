// What is done otherwise on Windows and macOS, as far as one machine can tell: places, and the list of processes.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import os from "node:os";
import path from "node:path";
import { afterEach, test } from "node:test";
import { cacheFolder } from "../../../kernel/host/cacheFolder";
import { nodeCodeHost } from "../../../kernel/session/node/codeHost";
import { childrenOfProcess, endTrees } from "../../../kernel/session/runner/processTree";

const { platform } = process;
const environment = { ...process.env };
const pretend = (value: NodeJS.Platform) => Object.defineProperty(process, "platform", { value });
afterEach(() => {
  pretend(platform);
  process.env = { ...environment };
});

test("what is kept between starts lies where each system keeps such things", () => {
  delete process.env.XDG_CACHE_HOME;
  process.env.LOCALAPPDATA = "C:\\Users\\a b\\AppData\\Local";
  pretend("win32");
  assert.equal(cacheFolder(), path.join("C:\\Users\\a b\\AppData\\Local", "bnlab"));
  pretend("darwin");
  assert.equal(cacheFolder(), path.join(os.homedir(), "Library/Caches/bnlab"));
  pretend("linux");
  assert.equal(cacheFolder(), path.join(os.homedir(), ".cache/bnlab"));
});

test("a folder of Windows reaches TypeScript with its own slashes", () => {
  assert.equal(nodeCodeHost("C:\\Users\\a b\\笔记").folder, "C:/Users/a b/笔记");
});

test("children are found and ended without Linux's /proc, by ps", {
  skip: platform === "win32",
}, async () => {
  pretend("darwin");
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
  await new Promise((resolve) => child.once("spawn", resolve));
  assert.ok(childrenOfProcess().includes(child.pid!));
  const ended = new Promise((resolve) => child.once("exit", (_, signal) => resolve(signal)));
  endTrees([child.pid!]);
  assert.equal(await ended, "SIGTERM");
});
