// Messages as signed frames: only what the key has signed, and only once.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { describe, it } from "node:test";
import { SignedMessages } from "../../../kernel/jupyter/signedMessages";
import { createMessage } from "../../../kernel/protocol";

const key = "a-key";
const make = () => createMessage("shell", "kernel_info_request", {}, { session: "client" });
const buffers = (frames: (Buffer | string)[]) => frames.map((frame) => Buffer.from(frame));

describe("SignedMessages", () => {
  it("packs four parts behind the delimiter and their HMAC in hexadecimal", () => {
    const message = make();
    const [identity, delimiter, signature, ...parts] = buffers(
      new SignedMessages("sha256", key).pack(message, ["id"]),
    );
    assert.deepEqual([String(identity), String(delimiter)], ["id", "<IDS|MSG>"]);
    assert.deepEqual(
      parts.map((part) => JSON.parse(String(part))),
      [message.header, {}, {}, {}],
    );
    const expected = createHmac("sha256", key).update(Buffer.concat(parts)).digest("hex");
    assert.equal(String(signature), expected);
  });

  it("reads back what it packed, with whom to answer; extra frames are a client's buffers", () => {
    const message = make();
    const frames = buffers(new SignedMessages("sha256", key).pack(message, ["a", "b"]));
    const { message: read, identities } = new SignedMessages("sha256", key).unpack(
      [...frames, Buffer.from([1, 2])],
      "shell",
    );
    assert.deepEqual(read, message);
    assert.deepEqual(identities.map(String), ["a", "b"]);
  });

  it("refuses another key, a changed part, no signature, and no hexadecimal", () => {
    const signed = new SignedMessages("sha256", key);
    const frames = buffers(new SignedMessages("sha256", "another").pack(make(), []));
    assert.throws(() => signed.unpack(frames, "shell"), /its signature is not of this connection's key/);
    const changed = buffers(signed.pack(make(), []));
    changed[5] = Buffer.from('{"code":"process.exit()"}');
    assert.throws(() => signed.unpack(changed, "shell"), /its signature is not/);
    for (const signature of ["", "zz", "00"]) {
      const unsigned = buffers(signed.pack(make(), []));
      unsigned[1] = Buffer.from(signature);
      assert.throws(() => signed.unpack(unsigned, "shell"), /its signature is not/, signature);
    }
  });

  it("refuses a signature that it has seen, and what is no message", () => {
    const signed = new SignedMessages("sha256", key);
    const frames = buffers(signed.pack(make(), []));
    signed.unpack(frames, "shell");
    assert.throws(() => signed.unpack(frames, "shell"), /it is a replay/);
    assert.throws(() => signed.unpack([Buffer.from("hello")], "shell"), /expected a delimiter/);
    const parts = ["[1]", "{}", "{}", "{}"].map((part) => Buffer.from(part));
    const signature = createHmac("sha256", key).update(Buffer.concat(parts)).digest("hex");
    const odd = [Buffer.from("<IDS|MSG>"), Buffer.from(signature), ...parts];
    assert.throws(() => signed.unpack(odd, "shell"), /expected a header with msg_id and msg_type/);
  });
});
