// What comes from outside a page, read field by field: of the right type, and of a size that a page can show.

export type Fields = Readonly<Record<string, unknown>>;

export const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The fields of an object; none of anything else. */
export const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {});

/** A list's first entries; none of anything else. */
export const listOf = (value: unknown, most: number): unknown[] =>
  Array.isArray(value) ? value.slice(0, most) : [];

/** A finite number, or what stands for it. */
export const numberOf = <Else>(value: unknown, otherwise: Else): number | Else =>
  typeof value === "number" && Number.isFinite(value) ? value : otherwise;

/** A size or a place: a whole number, not negative. */
export const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0;

/** A text that fits its place; a number as one; nothing of anything else. */
export function textOf(value: unknown, most = 500): string {
  if (typeof value === "number") return String(value);
  if (typeof value !== "string") return "";
  return value.length > most ? `${value.slice(0, most)}…` : value;
}
