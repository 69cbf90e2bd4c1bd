// Bytes as text, and back.

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

/** The bytes of what of the text is base64; all else in it is passed over, as the ends of lines. */
export function bytesOfBase64(text: string): Uint8Array<ArrayBuffer> {
  const digits = text.replace(/[^A-Za-z\d+/]/g, "");
  const whole = digits.length % 4 === 1 ? digits.slice(0, -1) : digits;
  return Uint8Array.from(atob(whole), (character) => character.charCodeAt(0));
}
