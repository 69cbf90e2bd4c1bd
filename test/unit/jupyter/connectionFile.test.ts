// The connection file: what is read of it, and what is refused.
import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, describe, it } from "node:test";
import { addressOf, parseConnection, readConnectionFile } from "../../../kernel/jupyter/connectionFile";

const ports = { shell_port: 1, control_port: 2, iopub_port: 3, stdin_port: 4, hb_port: 5 };
const fields = { transport: "tcp", ip: "127.0.0.1", key: "k", signature_scheme: "hmac-sha256", ...ports };
const folder = mkdtempSync(path.join(os.tmpdir(), "bnlab-connection-"));
after(() => rmSync(folder, { recursive: true, force: true }));

describe("the connection file", () => {
  it("gives addresses over TCP and over sockets of the file system", () => {
    const tcp = parseConnection(JSON.stringify(fields));
    assert.equal(tcp.hash, "sha256");
    assert.equal(addressOf(tcp, "iopub"), "tcp://127.0.0.1:3");
    const ipc = parseConnection(JSON.stringify({ ...fields, transport: "ipc", ip: "/tmp/k" }));
    assert.equal(addressOf(ipc, "hb"), "ipc:///tmp/k-5");
  });

  it("is refused without a key, a port, or a known scheme or transport", () => {
    const wrong: [change: object, message: RegExp][] = [
      [{ key: "" }, /expected a key, got none/],
      [{ shell_port: "9" }, /expected shell_port to be a port's number, got "9"/],
      [{ hb_port: 0 }, /expected hb_port/],
      [{ hb_port: 70_000 }, /expected hb_port to be a port's number, got 70000/],
      [{ hb_port: -1 }, /expected hb_port/],
      [{ hb_port: 1.5 }, /expected hb_port/],
      [{ hb_port: 1 }, /expected five ports that differ, got 1, 2, 3, 4, 1/],
      [{ signature_scheme: "hmac-nope" }, /expected signature_scheme hmac-sha256, got "hmac-nope"/],
      [{ signature_scheme: "hmac-__proto__" }, /expected signature_scheme/],
      [{ ip: "" }, /expected ip to be an address, got ""/],
      [{ ip: 7 }, /expected ip to be an address, got 7/],
      [{ signature_scheme: "none" }, /expected signature_scheme hmac-sha256, got "none"/],
      [{ transport: "udp" }, /expected transport tcp or ipc, got "udp"/],
    ];
    for (const [change, message] of wrong) {
      assert.throws(() => parseConnection(JSON.stringify({ ...fields, ...change })), message);
    }
    assert.throws(() => parseConnection("3"), /expected a JSON object/);
    assert.throws(() => parseConnection("{"), /it is not JSON/);
    for (const scheme of ["hmac-sha512", "hmac-md5"]) {
      assert.equal(
        parseConnection(JSON.stringify({ ...fields, signature_scheme: scheme })).hash,
        scheme.slice(5),
      );
    }
  });

  it("that is not there, or no file, is named", async () => {
    const missing = path.join(folder, "missing.json");
    await assert.rejects(
      readConnectionFile(missing, () => {}),
      {
        message: `connection file ${missing}: there is no such file`,
      },
    );
    await assert.rejects(
      readConnectionFile(folder, () => {}),
      /it is a folder, expected a file$/,
    );
  });

  it("that lets other machines reach the kernel is warned of", async () => {
    const warningsFor = async (ip: string, transport = "tcp") => {
      const file = path.join(folder, "address.json");
      writeFileSync(file, JSON.stringify({ ...fields, ip, transport }), { mode: 0o600 });
      const warnings: string[] = [];
      await readConnectionFile(file, (text) => warnings.push(text));
      return warnings.join();
    };
    for (const ip of ["0.0.0.0", "*", "::", "192.168.1.7", "eth0", "127.evil.example"]) {
      assert.match(await warningsFor(ip), /which other machines may reach/, ip);
    }
    for (const ip of ["127.0.0.1", "127.1.2.3", "::1", "localhost"])
      assert.equal(await warningsFor(ip), "", ip);
    assert.equal(await warningsFor("/tmp/kernel", "ipc"), "");
    assert.equal(addressOf(parseConnection(JSON.stringify({ ...fields, ip: "::1" })), "hb"), "tcp://[::1]:5");
  });

  it("that others can read is warned of", { skip: process.platform === "win32" }, async () => {
    const file = path.join(folder, "kernel.json");
    writeFileSync(file, JSON.stringify(fields), { mode: 0o600 });
    const warnings: string[] = [];
    await readConnectionFile(file, (text) => warnings.push(text));
    assert.equal(warnings.length, 0);
    for (const mode of [0o644, 0o640, 0o604, 0o660, 0o610, 0o601]) {
      warnings.length = 0;
      chmodSync(file, mode);
      await readConnectionFile(file, (text) => warnings.push(text));
      const told = `has mode ${mode.toString(8)}: whoever can read its key can run code as you; expected 600`;
      assert.ok(
        warnings.join().includes(told),
        `mode ${mode.toString(8)}: ${warnings.join() || "no warning"}`,
      );
    }
  });
});
