// Reads back the PNG files that the charts write: eight bits, RGBA, no filter; every chunk's checksum is looked at.
import assert from "node:assert/strict";
import zlib from "node:zlib";

type Pixel = [red: number, green: number, blue: number, alpha: number];

export function readPng(uri: string): { width: number; height: number; rows: Pixel[][] } {
  const prefix = "data:image/png;base64,";
  assert.ok(uri.startsWith(prefix));
  const bytes = Buffer.from(uri.slice(prefix.length), "base64");
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    const name = bytes.toString("latin1", at + 4, at + 8);
    const data = bytes.subarray(at + 8, at + 8 + length);
    assert.equal(
      bytes.readUInt32BE(at + 8 + length),
      crc32(bytes.subarray(at + 4, at + 8 + length)),
      `${name}'s checksum`,
    );
    chunks.set(name, data);
    at += length + 12;
  }
  const header = chunks.get("IHDR")!;
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  assert.deepEqual([...header.subarray(8)], [8, 6, 0, 0, 0]);
  const raw = zlib.inflateSync(chunks.get("IDAT")!);
  const stride = width * 4 + 1;
  const rows = Array.from({ length: height }, (_, row) =>
    Array.from({ length: width }, (_, column): Pixel => {
      assert.equal(raw[row * stride], 0);
      return [...raw.subarray(row * stride + 1 + column * 4, row * stride + 5 + column * 4)] as Pixel;
    }),
  );
  return { width, height, rows };
}

/** By table, as zlib does it; the charts' own goes bit by bit. */
const table = Array.from({ length: 256 }, (_, n) => {
  let value = n;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value >>> 0;
});
const crc32 = (bytes: Uint8Array) =>
  ~bytes.reduce((crc, byte) => (crc >>> 8) ^ table[(crc ^ byte) & 255]!, ~0) >>> 0;
