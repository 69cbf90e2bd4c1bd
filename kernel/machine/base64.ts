// Bytes as text.

/** So many characters one call may have as arguments, on every engine. */
const atOnce = 8192;

/** The bytes of all parts, one after another, in base64. */
export function base64(...parts: readonly Uint8Array[]): string {
  let binary = "";
  for (const part of parts) {
    for (let at = 0; at < part.length; at += atOnce)
      binary += String.fromCharCode(...part.subarray(at, at + atOnce));
  }
  return btoa(binary);
}
