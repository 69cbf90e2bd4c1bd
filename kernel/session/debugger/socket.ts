// The server's side of a web socket (RFC 6455) for one client on this machine: texts both ways. It calls nobody.
import { createHash } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";

const salt = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const Frame = { more: 0, text: 1, close: 8, ping: 9, pong: 10 } as const;

export interface Line {
  send(text: string): void;
  close(): void;
}

export interface Listener {
  port: number;
  close(): void;
}

/** @param connected is called for the first who asks for that path; it returns who hears the texts, and of the end. */
export async function listen(
  path: string,
  connected: (line: Line) => { hear(text: string): void; closed(): void },
): Promise<Listener> {
  const server = createServer((_, response) => response.writeHead(404).end());
  server.on("upgrade", ({ url, headers }, stream, head) => {
    const socket = stream as Socket;
    const key = headers["sec-websocket-key"];
    if (url !== path || key === undefined || headers.origin !== undefined) {
      socket.destroy(); // a web page has an origin, and no business here
      return;
    }
    server.close();
    const accept = createHash("sha1").update(`${key}${salt}`).digest("base64");
    const lines = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade"];
    socket.write([...lines, `Sec-WebSocket-Accept: ${accept}`, "", ""].join("\r\n"));
    socket.setNoDelay(true);
    const close = () => socket.end(frame(Frame.close, Buffer.alloc(0)));
    const { hear, closed } = connected({
      send: (text) => void socket.write(frame(Frame.text, Buffer.from(text))),
      close,
    });
    let rest = head;
    let message: Buffer[] = [];
    const read = (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk]);
      for (let next = frameIn(rest); next; next = frameIn(rest)) {
        rest = rest.subarray(next.size);
        const { opcode, isLast, data } = next;
        if (opcode === Frame.close) close();
        else if (opcode === Frame.ping) socket.write(frame(Frame.pong, data));
        else if (opcode === Frame.text || opcode === Frame.more) {
          message.push(data);
          if (!isLast) continue;
          const text = Buffer.concat(message).toString();
          message = [];
          hear(text);
        }
      }
    };
    socket.on("data", read);
    socket.on("error", () => socket.destroy());
    socket.on("close", closed);
    read(Buffer.alloc(0));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(0, "127.0.0.1", resolve);
  });
  return { port: (server.address() as AddressInfo).port, close: () => void server.close() };
}

function frame(opcode: number, data: Buffer): Buffer {
  const { length } = data;
  const head = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
  head[0] = 0x80 | opcode;
  if (length < 126) head[1] = length;
  else if (length < 65_536) {
    head[1] = 126;
    head.writeUInt16BE(length, 2);
  } else {
    head[1] = 127;
    head.writeBigUInt64BE(BigInt(length), 2);
  }
  return Buffer.concat([head, data]);
}

/** The first frame, unmasked; none while some of it has still to come. */
function frameIn(bytes: Buffer): { opcode: number; isLast: boolean; data: Buffer; size: number } | undefined {
  if (bytes.length < 2) return undefined;
  const short = bytes[1]! & 0x7f;
  const at = short < 126 ? 2 : short === 126 ? 4 : 10;
  if (bytes.length < at) return undefined;
  const length =
    short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  const isMasked = (bytes[1]! & 0x80) !== 0;
  const start = at + (isMasked ? 4 : 0);
  if (bytes.length < start + length) return undefined;
  const data = Buffer.from(bytes.subarray(start, start + length));
  if (isMasked) for (let i = 0; i < length; i++) data[i]! ^= bytes[at + (i & 3)]!;
  return { opcode: bytes[0]! & 0x0f, isLast: (bytes[0]! & 0x80) !== 0, data, size: start + length };
}
