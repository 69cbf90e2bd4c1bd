// Frames of a debugger's web socket, byte by byte as a pipe may deliver them: none is taken before it is whole, none is lost.
import assert from "node:assert/strict";
import net from "node:net";
import { it } from "node:test";
import { type Line, listen } from "../../../kernel/session/debugger/socket";

const handshake = [
  "GET /secret HTTP/1.1",
  "Host: here",
  "Upgrade: websocket",
  "Connection: Upgrade",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
];

/** A client's frame: masked, unless `mask` is empty; the length as long as asked, in bytes. */
function frame(first: number, data: Buffer, { mask = [1, 2, 3, 250], lengthBytes = 0 } = {}): Buffer {
  const marked = mask.length > 0 ? 0x80 : 0;
  const length =
    lengthBytes === 8
      ? [marked | 127, 0, 0, 0, 0, 0, 0, data.length >> 8, data.length & 0xff]
      : lengthBytes === 2
        ? [marked | 126, data.length >> 8, data.length & 0xff]
        : [marked | data.length];
  const masked = data.map((byte, i) => (mask.length > 0 ? byte ^ mask[i % 4]! : byte));
  return Buffer.from([first, ...length, ...mask, ...masked]);
}
const text = (words: string, more = {}) => frame(0x81, Buffer.from(words), more);

/** A server, and a client that has sent its request with some bytes behind it. */
async function opened(behind: Uint8Array = Buffer.alloc(0)) {
  const heard: string[] = [];
  let wake = () => {};
  let line: Line | undefined;
  let closed = 0;
  const listener = await listen("/secret", (each) => {
    line = each;
    return {
      hear(words) {
        heard.push(words);
        wake();
      },
      closed: () => closed++,
    };
  });
  const client = net.connect(listener.port, "127.0.0.1");
  let got = Buffer.alloc(0);
  client.on("data", (chunk) => {
    got = Buffer.concat([got, chunk]);
    wake();
  });
  client.once("close", () => wake());
  client.write(Buffer.concat([Buffer.from(`${handshake.join("\r\n")}\r\n\r\n`), behind]));
  const until = async (isSo: () => boolean) => {
    while (!isSo())
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
  };
  await until(() => got.includes("\r\n\r\n"));
  const head = got.subarray(0, got.indexOf("\r\n\r\n")).toString();
  /** What came after the answer's head. */
  const body = () => got.subarray(got.indexOf("\r\n\r\n") + 4);
  return { client, heard, until, head, body, line: () => line!, closed: () => closed };
}

it("a client that proves it is one is answered as RFC 6455 says", async () => {
  const { head, client } = await opened();
  assert.deepEqual(head.split("\r\n"), [
    "HTTP/1.1 101 Switching Protocols",
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
  ]);
  client.destroy();
});

it("what came with the request is heard, and what comes in single bytes, once it is whole", async () => {
  const { client, heard, until } = await opened(Buffer.concat([text("with"), text("it").subarray(0, 3)]));
  await until(() => heard.length === 1);
  client.setNoDelay(true);
  const rest = [text("it").subarray(3), text("é".repeat(10)), text(""), text("long", { lengthBytes: 2 })];
  rest.push(text("longer", { lengthBytes: 8 }), text("bare", { mask: [] }));
  for (const byte of Buffer.concat(rest)) {
    await new Promise<void>((resolve) => {
      client.write(Uint8Array.of(byte), () => resolve());
    });
  }
  await until(() => heard.length === 7);
  assert.deepEqual(heard, ["with", "it", "é".repeat(10), "", "long", "longer", "bare"]);
  client.destroy();
});

it("a text in pieces is one, whatever is asked between them; kinds that nobody knows are passed over", async () => {
  const { client, heard, until, body } = await opened();
  const half = Buffer.from("é");
  client.write(frame(0x01, half.subarray(0, 1)));
  client.write(frame(0x89, Buffer.from("ping")));
  client.write(frame(0x00, half.subarray(1)));
  client.write(frame(0x8a, Buffer.from("pong")));
  client.write(frame(0x80, Buffer.from("!")));
  client.write(text("next"));
  await until(() => heard.length === 2 && body().length >= 6);
  assert.deepEqual(heard, ["é!", "next"]);
  assert.deepEqual([...body()], [0x8a, 4, ...Buffer.from("ping")]);
  client.destroy();
});

it("what is sent has its length in one, three or nine bytes, and the end is said", async () => {
  const { client, line, until, body, closed } = await opened();
  const lengths = new Map([
    [125, [0x81, 125]],
    [126, [0x81, 126, 0, 126]],
    [65_535, [0x81, 126, 255, 255]],
    [65_536, [0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]],
  ]);
  let from = 0;
  for (const [length, head] of lengths) {
    line().send("a".repeat(length));
    const end = from + head.length + length;
    await until(() => body().length >= end);
    assert.deepEqual([...body().subarray(from, from + head.length)], head);
    assert.equal(
      body()
        .subarray(from + head.length, end)
        .toString(),
      "a".repeat(length),
    );
    from = end;
  }
  assert.equal(closed(), 0);
  client.write(frame(0x88, Buffer.alloc(0)));
  await until(() => body().length >= from + 2);
  assert.deepEqual([...body().subarray(from)], [0x88, 0]);
  client.destroy();
});
