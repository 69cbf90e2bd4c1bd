// Numbers of tensors as people read them. Runs in a web page.

/** Four digits are enough to see what it is; `digits` more for who looks closely. */
export function short(value: number | string, digits = 4): string {
  if (typeof value === "string" || Number.isInteger(value)) return String(value);
  if (Math.abs(value) < 1e-4) return value.toExponential(digits - 2);
  return String(Number(value.toPrecision(digits)));
}

/** `25.6 KB` */
export function bytesText(bytes: number): string {
  const units = ["B", "KB", "MB", "GB"];
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  return `${short(bytes / 1024 ** power, 3)} ${units[power]}`;
}
