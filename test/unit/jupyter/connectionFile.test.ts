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
      [{ signature_scheme: "none" }, /expected signature_scheme hmac-sha256, got "none"/],
      [{ transport: "udp" }, /expected transport tcp or ipc, got "udp"/],
    ];
    for (const [change, message] of wrong) {
      assert.throws(() => parseConnection(JSON.stringify({ ...fields, ...change })), message);
    }
    assert.throws(() => parseConnection("3"), /expected a JSON object/);
  });

  it("that others can read is warned of", { skip: process.platform === "win32" }, async () => {
    const file = path.join(folder, "kernel.json");
    writeFileSync(file, JSON.stringify(fields), { mode: 0o600 });
    const warnings: string[] = [];
    await readConnectionFile(file, (text) => warnings.push(text));
    assert.equal(warnings.length, 0);
    chmodSync(file, 0o644);
    await readConnectionFile(file, (text) => warnings.push(text));
    assert.match(warnings.join(), /has mode 644: whoever can read its key can run code as you; expected 600/);
  });
});
