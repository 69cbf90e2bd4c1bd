// Bytes from base64 and back, wherever there is JavaScript.

/** What of the text is base64; all else in it is passed over, as lines are broken in it. */
export function bytesOfBase64(text: string): Uint8Array<ArrayBuffer> {
  const digits = text.replace(/[^A-Za-z\d+/]/g, "");
  const whole = digits.length % 4 === 1 ? digits.slice(0, -1) : digits;
  return Uint8Array.from(atob(whole), (character) => character.charCodeAt(0));
}

/** An engine takes so many arguments in one call. */
const together = 0x8000;

export function base64Of(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += together)
    text += String.fromCharCode(...bytes.subarray(at, at + together));
  return btoa(text);
}
