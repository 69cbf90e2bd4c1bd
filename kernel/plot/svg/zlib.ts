// zlib's format without zlib. Imports nothing.

/** zlib's format without compressing, for where there is no zlib. https://www.rfc-editor.org/rfc/rfc1950 */
export function storedZlib(bytes: Uint8Array): Uint8Array {
  const block = 0xffff;
  const blocks = Math.max(1, Math.ceil(bytes.length / block));
  const result = new Uint8Array(bytes.length + blocks * 5 + 6);
  result.set([0x78, 0x01]);
  let to = 2;
  let a = 1;
  let b = 0;
  for (let at = 0; at < blocks; at++) {
    const part = bytes.subarray(at * block, (at + 1) * block);
    const { length } = part;
    result.set(
      [at === blocks - 1 ? 1 : 0, length & 255, length >> 8, ~length & 255, (~length >> 8) & 255],
      to,
    );
    result.set(part, to + 5);
    to += length + 5;
    for (const byte of part) {
      a = (a + byte) % 65521;
      b = (b + a) % 65521;
    }
  }
  new DataView(result.buffer).setUint32(to, b * 65536 + a);
  return result;
}
