// What is known of values without running a cell. What is not known is undefined, and says nothing.

/** A size, where it is known. */
export type Size = number | undefined;

export interface Shape {
  /** The last sizes, outermost first. */
  readonly sizes: readonly Size[];
  /** There may be more before them. */
  readonly isOpen?: boolean;
}

/** A layer of bnlab's, under its class's name, with what it was made of. */
export interface Layer {
  readonly layer: string;
  readonly fields: Readonly<Record<string, Value>>;
  /** Those in a row that it consists of. */
  readonly layers?: readonly Value[];
}

export type Value =
  | number
  | string
  | boolean
  | null
  | undefined
  | readonly Value[]
  | { readonly tensor: Shape }
  | { readonly options: Readonly<Record<string, Value>> }
  | Layer;

/** What cannot be, in the words of the error that would come. */
export class ShapeMistake extends Error {}

/** A tensor of which nothing is known but that it is one. */
export const anyShape: Shape = { sizes: [], isOpen: true };

export function tensorIn(value: Value): Shape | undefined {
  return typeof value === "object" && value !== null && "tensor" in value ? value.tensor : undefined;
}

export function layerIn(value: Value): Layer | undefined {
  return typeof value === "object" && value !== null && "layer" in value ? value : undefined;
}

export function numberIn(value: Value): number | undefined {
  return typeof value === "number" ? value : undefined;
}

/** Undefined for what is no list; its members may be unknown. */
export function listIn(value: Value): readonly Value[] | undefined {
  return Array.isArray(value) ? value : undefined;
}

/** A tensor's value; undefined where nothing is known of it. */
export function tensorOf(shape: Shape | undefined): Value {
  return shape && { tensor: shape };
}

/** Whether two sizes cannot be one. */
export function differ(a: Size, b: Size): boolean {
  return a !== undefined && b !== undefined && a !== b;
}

/** From the end: −1 is the last. */
export function sizeAt({ sizes }: Shape, dim: number): Size {
  return sizes.at(dim);
}

/** Unknown unless all are known. */
export function productOf(sizes: readonly Size[]): Size {
  let product = 1;
  for (const size of sizes) {
    if (size === undefined) return undefined;
    product *= size;
  }
  return product;
}

/** `[60, ?, 28]`, `[…, 784]` */
export function shown({ sizes, isOpen }: Shape): string {
  return `[${[...(isOpen ? ["…"] : []), ...sizes.map((size) => size ?? "?")].join(", ")}]`;
}
