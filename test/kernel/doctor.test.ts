// `bnlab doctor` in a process of its own: what it finds, and what the environment asks of it.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";

function doctor(environment: Record<string, string> = {}) {
  const env = { ...process.env, ...environment };
  const { status, stdout, stderr } = spawnSync(process.execPath, ["dist/kernel/cli.js", "doctor"], {
    env,
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

test("says which kernels this machine runs, and measures them", () => {
  const { status, stdout } = doctor({ BNLAB_THREADS: "2" });
  assert.equal(status, 0);
  assert.match(stdout, new RegExp(`^bnlab +\\d.* on Node ${process.version} `, "m"));
  assert.match(stdout, /^kernels +WebAssembly, (128|256)-bit vectors/m);
  assert.match(stdout, /^threads +2, as BNLAB_THREADS=2 says$/m);
  assert.match(stdout, /^peak +[\d.]+ GFLOP\/s a thread, measured$/m);
  assert.match(stdout, /^product 256×256×256 +[\d.]+ GFLOP\/s, \d+ % of 2 × peak$/m);
  assert.match(stdout, /^copy of 32 MiB +[\d.]+ GB\/s$/m);
});

test("BNLAB_SIMD=off is plain TypeScript", () => {
  const { status, stdout } = doctor({ BNLAB_SIMD: "off" });
  assert.equal(status, 0);
  assert.match(stdout, /^kernels +plain TypeScript: .*, as BNLAB_SIMD=off says$/m);
  assert.match(stdout, /^product 60×100×784 +[\d.]+ GFLOP\/s$/m);
});

test("a wrong setting is one line, and exit code 2", () => {
  const { status, stderr } = doctor({ BNLAB_THREADS: "many" });
  assert.equal(status, 2);
  assert.match(stderr, /^bnlab doctor: BNLAB_THREADS: expected .* got "many"\n$/);
});
