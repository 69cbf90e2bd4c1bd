// A picture's file from its pixels. https://www.w3.org/TR/png-3/

import { base64 } from "../../machine/base64";
import { machine } from "../../machine/machine";
import { storedZlib } from "./zlib";

/** `data:image/png;base64,…` of pixels in rows from the top: red, green, blue and alpha, a byte each. */
export function pngUri(width: number, height: number, rgba: Uint8Array): string {
  const rows = new Uint8Array(height * (width * 4 + 1)); // each begins with its filter: 0, none
  for (let row = 0; row < height; row++) {
    rows.set(rgba.subarray(row * width * 4, (row + 1) * width * 4), row * (width * 4 + 1) + 1);
  }
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, 6], 8); // eight bits, RGBA
  const parts = [
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk("IHDR", header),
    chunk("IDAT", (machine().deflate ?? storedZlib)(rows)),
    chunk("IEND", new Uint8Array(0)),
  ];
  return `data:image/png;base64,${base64(...parts)}`;
}

function chunk(name: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(data.length + 12);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  for (let at = 0; at < 4; at++) bytes[4 + at] = name.charCodeAt(at);
  bytes.set(data, 8);
  view.setUint32(data.length + 8, crc32(bytes.subarray(4, data.length + 8)));
  return bytes;
}

function crc32(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
