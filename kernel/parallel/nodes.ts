// How values go from one process to another: a list of nodes that mention each other by number, and can be cloned as they are.

/** A value without an identity is itself; any other is the number of its node, in a list. */
export type Ref = undefined | null | boolean | number | string | bigint | readonly [number];

/** A property: its name or symbol, its value or its accessors, and which of writable, enumerable, configurable it is. */
export type PropertyNode =
  | readonly [key: Ref, flags: number, value: Ref]
  | readonly [key: Ref, flags: number, get: Ref, set: Ref];

export interface TensorFlags {
  readonly isParameter: boolean;
  readonly requiresGrad: boolean;
  readonly isFrozen: boolean;
}

/** Where the other process finds the same: among the globals, in "bnlab", or in another module that cells have imported. */
export type Origin =
  | { readonly in: "globals" | "bnlab"; readonly path: readonly string[] }
  | {
      readonly in: "module";
      readonly specifier: string;
      readonly attributes: Readonly<Record<string, string>>;
      readonly imported: string;
    };

/** What a function's text needs around it. */
export interface Surroundings {
  readonly text: string;
  /** Variables of the functions around it that it mentions. */
  readonly captured: readonly (readonly [name: string, value: Ref])[];
}

export type ValueNode =
  | { readonly kind: "origin"; readonly origin: Origin }
  | { readonly kind: "member"; readonly of: Ref; readonly key: Ref; readonly part: "value" | "get" | "set" }
  | { readonly kind: "prototype"; readonly of: Ref }
  | { readonly kind: "kernel" }
  | { readonly kind: "commonjs"; readonly index: number }
  /** What both sides have had since the values before these. */
  | { readonly kind: "known"; readonly index: number }
  | { readonly kind: "box"; readonly name: string; readonly value: Ref; readonly isEmpty: boolean }
  | { readonly kind: "symbol"; readonly registered: boolean; readonly text: string }
  | {
      readonly kind: "object" | "array" | "error";
      readonly prototype: Ref;
      readonly properties: readonly PropertyNode[];
      /** 0: new properties may come, 1: none may, 2: sealed, 3: frozen. */
      readonly integrity: number;
    }
  /** An array with nothing odd about it. */
  | { readonly kind: "list"; readonly values: readonly Ref[] }
  | { readonly kind: "map"; readonly entries: readonly (readonly [Ref, Ref])[] }
  | { readonly kind: "set"; readonly values: readonly Ref[] }
  | { readonly kind: "date"; readonly time: number }
  | { readonly kind: "regexp"; readonly source: string; readonly flags: string; readonly lastIndex: number }
  | { readonly kind: "bytes"; readonly bytes: Uint8Array | string }
  | {
      readonly kind: "view";
      readonly type: string;
      readonly buffer: Ref;
      readonly offset: number;
      readonly length: number;
    }
  | { readonly kind: "storage"; readonly numbers: Int32Array | string }
  | {
      readonly kind: "tensor";
      readonly storage: Ref;
      readonly offset: number;
      readonly shape: readonly number[];
      readonly strides: readonly number[];
      readonly dtype: "float32" | "int32" | "bool";
      readonly grad: Ref;
      readonly flags: TensorFlags;
    }
  /** A tensor's `.data`. */
  | { readonly kind: "data"; readonly of: Ref }
  | {
      readonly kind: "module";
      readonly type: Ref;
      readonly buffers: readonly string[];
      readonly transient: readonly string[];
      readonly properties: readonly PropertyNode[];
    }
  | { readonly kind: "made"; readonly maker: string; readonly type: Ref; readonly parts: Ref }
  | ({ readonly kind: "function" | "class"; readonly properties: readonly PropertyNode[] } & Surroundings);

export interface Encoded {
  readonly root: Ref;
  readonly nodes: readonly ValueNode[];
}
