// Pictures from PNG files, all kinds of them. https://www.w3.org/TR/png-3/

import { machine } from "../machine/machine";

/** A picture's samples, row by row from the top, the channels of each pixel together. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** 1 gray, 2 gray and alpha, 3 RGB, 4 RGB and alpha. */
  readonly channels: number;
  /** The largest sample there can be: 255, or 65535 of 16 bits. */
  readonly most: number;
  readonly samples: Uint16Array;
}

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** By color type: how many samples a pixel has in the file. */
const samplesOf: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
const depthsOf: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};
/** Adam7: where each pass begins, and how far apart its pixels are. */
const passes = [
  { x: 0, y: 0, dx: 8, dy: 8 },
  { x: 4, y: 0, dx: 8, dy: 8 },
  { x: 0, y: 4, dx: 4, dy: 8 },
  { x: 2, y: 0, dx: 4, dy: 4 },
  { x: 0, y: 2, dx: 2, dy: 4 },
  { x: 1, y: 0, dx: 2, dy: 2 },
  { x: 0, y: 1, dx: 1, dy: 2 },
];
const whole = [{ x: 0, y: 0, dx: 1, dy: 1 }];

interface Header {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly color: number;
  readonly interlaced: boolean;
}

/** The picture in `bytes`; errors name `file`. Throws an Error for what is no PNG, cut short or damaged. */
export function decodePng(bytes: Uint8Array, file: string): Pixels {
  const refuse = (expected: string, got: string): never => {
    throw new Error(`readImage: expected ${expected} in ${file}, got ${got}`);
  };
  if (!signature.every((byte, i) => bytes[i] === byte)) refuse("a PNG picture", kindOf(bytes));
  let header: Header | undefined;
  let palette: Uint8Array | undefined;
  let transparency: Uint8Array | undefined;
  const data: Uint8Array[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 8, name = ""; name !== "IEND"; ) {
    if (at + 12 > bytes.length) refuse("a whole file", `its end after ${bytes.length} bytes`);
    const length = view.getUint32(at);
    name = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (at + 12 + length > bytes.length) refuse("a whole file", `its end after ${bytes.length} bytes`);
    const content = bytes.subarray(at + 8, at + 8 + length);
    if (view.getUint32(at + 8 + length) !== crc32(bytes.subarray(at + 4, at + 8 + length))) {
      refuse("undamaged data", `a wrong checksum of ${name}`);
    }
    if (name === "IHDR") header = headerOf(content, refuse);
    else if (name === "PLTE") palette = content;
    else if (name === "tRNS") transparency = content;
    else if (name === "IDAT") data.push(content);
    at += 12 + length;
  }
  if (header === undefined) return refuse("a header", "none");
  if (header.color === 3 && palette === undefined) return refuse("a palette", "none");
  const raw = samplesIn(header, inflated(data, refuse), refuse);
  return colored(header, raw, palette, transparency, refuse);
}

type Refuse = (expected: string, got: string) => never;

function headerOf(content: Uint8Array, refuse: Refuse): Header {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  if (content.length !== 13) refuse("a header of 13 bytes", `${content.length}`);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [depth, color, , , interlace] = content.subarray(8) as unknown as [
    number,
    number,
    number,
    number,
    number,
  ];
  if (width === 0 || height === 0) refuse("a picture of at least one pixel", `${width}×${height}`);
  if (!depthsOf[color]?.includes(depth)) {
    refuse("a kind of color that there is", `type ${color} of ${depth} bits`);
  }
  if (interlace > 1) refuse("interlacing by none or Adam7", `method ${interlace}`);
  return { width, height, depth, color, interlaced: interlace === 1 };
}

function inflated(parts: readonly Uint8Array[], refuse: Refuse): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  try {
    return machine().inflate(all);
  } catch (error) {
    return refuse("whole zlib data", error instanceof Error ? error.message : String(error));
  }
}

/** All samples as the file has them, undone what the filters did, pass by pass. */
function samplesIn(header: Header, bytes: Uint8Array, refuse: Refuse): Uint16Array {
  const { width, height, depth, color, interlaced } = header;
  const channels = samplesOf[color]!;
  const samples = new Uint16Array(width * height * channels);
  const back = Math.max(1, (channels * depth) >> 3); // bytes from a pixel to the one before
  let at = 0;
  for (const { x, y, dx, dy } of interlaced ? passes : whole) {
    const columns = Math.ceil((width - x) / dx);
    const rows = Math.ceil((height - y) / dy);
    if (columns <= 0 || rows <= 0) continue;
    const stride = Math.ceil((columns * channels * depth) / 8);
    if (at + rows * (stride + 1) > bytes.length) refuse("data of all pixels", `${bytes.length} bytes`);
    let above = new Uint8Array(stride);
    for (let row = 0; row < rows; row++) {
      const line = bytes.slice(at + 1, at + 1 + stride);
      unfilter(bytes[at]!, line, above, back, refuse);
      at += stride + 1;
      above = line;
      const start = (y + row * dy) * width + x;
      for (let i = 0; i < columns * channels; i++) {
        const pixel = Math.floor(i / channels);
        samples[(start + pixel * dx) * channels + (i - pixel * channels)] = sampleAt(line, i, depth);
      }
    }
  }
  return samples;
}

function sampleAt(line: Uint8Array, i: number, depth: number): number {
  if (depth === 8) return line[i]!;
  if (depth === 16) return (line[2 * i]! << 8) | line[2 * i + 1]!;
  const bit = i * depth;
  return (line[bit >> 3]! >> (8 - depth - (bit & 7))) & ((1 << depth) - 1);
}

function unfilter(filter: number, line: Uint8Array, above: Uint8Array, back: number, refuse: Refuse): void {
  if (filter === 0) return;
  if (filter > 4) refuse("filters 0 … 4", `${filter}`);
  for (let i = 0; i < line.length; i++) {
    const [left, up, corner] = [line[i - back] ?? 0, above[i]!, above[i - back] ?? 0];
    const guess =
      filter === 1 ? left : filter === 2 ? up : filter === 3 ? (left + up) >> 1 : paeth(left, up, corner);
    line[i] = line[i]! + guess; // modulo 256
  }
}

/** Whichever of the three is nearest to left + up − corner. */
function paeth(left: number, up: number, corner: number): number {
  const guess = left + up - corner;
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
  return a <= b && a <= c ? left : b <= c ? up : corner;
}

/** Samples as they are meant: palettes looked up, few bits spread to eight, transparency as alpha. */
function colored(
  { width, height, depth, color }: Header,
  raw: Uint16Array,
  palette: Uint8Array | undefined,
  transparency: Uint8Array | undefined,
  refuse: Refuse,
): Pixels {
  const most = depth === 16 ? 65535 : 255;
  const pixels = width * height;
  if (color === 3) {
    const colors = palette!.length / 3;
    const channels = transparency === undefined ? 3 : 4;
    const samples = new Uint16Array(pixels * channels);
    for (let i = 0; i < pixels; i++) {
      const index = raw[i]!;
      if (index >= colors) refuse(`colors 0 … ${colors - 1} of the palette`, `${index}`);
      for (let c = 0; c < 3; c++) samples[i * channels + c] = palette![3 * index + c]!;
      if (channels === 4) samples[i * channels + 3] = transparency![index] ?? 255;
    }
    return { width, height, channels, most, samples };
  }
  const own = samplesOf[color]!;
  const spread = depth < 8 ? 255 / ((1 << depth) - 1) : 1;
  if (transparency === undefined || own === 2 || own === 4) {
    return { width, height, channels: own, most, samples: spread === 1 ? raw : raw.map((v) => v * spread) };
  }
  // One color, of two bytes a sample, is transparent.
  const key = Array.from({ length: own }, (_, c) => (transparency[2 * c]! << 8) | transparency[2 * c + 1]!);
  const channels = own + 1;
  const samples = new Uint16Array(pixels * channels);
  for (let i = 0; i < pixels; i++) {
    for (let c = 0; c < own; c++) samples[i * channels + c] = raw[i * own + c]! * spread;
    samples[i * channels + own] = key.every((value, c) => raw[i * own + c] === value) ? 0 : most;
  }
  return { width, height, channels, most, samples };
}

/** What a file is that is no PNG, as far as its first bytes tell. */
function kindOf(bytes: Uint8Array): string {
  const begins = (...start: number[]) => start.every((byte, i) => bytes[i] === byte);
  if (begins(0xff, 0xd8)) return "a JPEG; convert it to PNG";
  if (begins(0x47, 0x49, 0x46)) return "a GIF; convert it to PNG";
  if (begins(0x42, 0x4d)) return "a BMP; convert it to PNG";
  return bytes.length === 0 ? "an empty file" : "another kind of file";
}

const crcTable = Uint32Array.from({ length: 256 }, (_, n) => {
  let crc = n;
  for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  return crc;
});

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ crcTable[(crc ^ byte) & 255]!;
  return ~crc >>> 0;
}
