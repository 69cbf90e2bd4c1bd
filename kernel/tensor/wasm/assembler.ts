// A small WebAssembly assembler: expressions are nested byte lists, a module is one exported function over one
// imported memory and the address of a scratch area in it. Knows encodings (WebAssembly 2.0, and relaxed SIMD's fused multiply-add); knows no kernels.

/** Encoded instructions; operands come before their operator, so that nesting in TypeScript is nesting on the stack. */
export type Code = readonly (number | Code)[];

export type ValueType = "i32" | "f32" | "f64" | "v128";
const typeBytes: { [T in ValueType]: number } = { i32: 0x7f, f32: 0x7d, f64: 0x7c, v128: 0x7b };

/** Unsigned LEB128, seven bits a byte, lowest first. */
export function unsignedLeb(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 0x7f) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80); // not >>: sizes and offsets reach 2^32 − 1
  }
  return [...bytes, rest];
}

/** Signed LEB128 of an i32; bit 6 of the last byte is the sign. */
export function signedLeb(value: number): number[] {
  const bytes: number[] = [];
  let rest = value | 0;
  while (rest < -0x40 || rest > 0x3f) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>= 7;
  }
  return [...bytes, rest & 0x7f];
}

function littleEndian(byteLength: 4 | 8, value: number): number[] {
  const view = new DataView(new ArrayBuffer(byteLength));
  if (byteLength === 4) view.setFloat32(0, value, true);
  else view.setFloat64(0, value, true);
  return [...new Uint8Array(view.buffer)];
}

/** A parameter or local variable: `x.get` reads it, `x.set(value)` writes it. */
export class Local {
  readonly get: Code;
  constructor(
    private readonly index: number,
    readonly type: ValueType,
  ) {
    this.get = [0x20, unsignedLeb(index)];
  }
  set(value: Code): Code {
    return [value, 0x21, unsignedLeb(this.index)];
  }
  /** this += amount, for an i32. */
  advance(amount: Code | number): Code {
    return this.set(i32.add(this.get, typeof amount === "number" ? i32.const(amount) : amount));
  }
}

/** Hands out the locals of one function. */
export class FunctionBuilder {
  readonly parameters: readonly Local[];
  private readonly locals: ValueType[] = [];
  constructor(parameters: readonly ValueType[]) {
    this.parameters = parameters.map((type, index) => new Local(index, type));
  }
  /** A new local; like every WebAssembly local it starts as 0, but only once a call: set it inside loops. */
  local(type: ValueType): Local {
    this.locals.push(type);
    return new Local(this.parameters.length + this.locals.length - 1, type);
  }
  vectors(count: number): Local[] {
    return Array.from({ length: count }, () => this.local("v128"));
  }
  integers(count: number): Local[] {
    return Array.from({ length: count }, () => this.local("i32"));
  }
  /** Local declarations followed by the body, as the code section wants them. */
  encode(body: Code): number[] {
    const declarations = this.locals.map((type) => [1, typeBytes[type]]);
    return flatten([unsignedLeb(declarations.length), declarations, body, 0x0b]);
  }
}

function flatten(code: Code, into: number[] = []): number[] {
  for (const item of code) {
    if (typeof item === "number") into.push(item);
    else flatten(item, into);
  }
  return into;
}

/** The memory a module imports: a shared one must be declared so, with a maximum. */
export interface MemoryType {
  readonly shared: boolean;
}

/**
 * Encodes a module whose single export "run" takes `parameters` and returns nothing; it imports its memory as "m"."m" and
 * the address of its scratch area, one for each thread, as "m"."s".
 */
export function assemble(
  memory: MemoryType,
  parameters: readonly ValueType[],
  build: (f: FunctionBuilder, ...parameters: Local[]) => Code,
): Uint8Array<ArrayBuffer> {
  const f = new FunctionBuilder(parameters);
  const body = f.encode(build(f, ...f.parameters));
  const section = (id: number, content: Code): Code => {
    const bytes = flatten(content);
    return [id, unsignedLeb(bytes.length), bytes];
  };
  const name = (text: string): Code => [text.length, [...text].map((letter) => letter.charCodeAt(0))];
  const limits = memory.shared ? [0x03, 0, unsignedLeb(65536)] : [0x00, 0]; // any memory of its kind fits these
  return new Uint8Array(
    flatten([
      [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0], // "\0asm", version 1
      section(1, [1, 0x60, parameters.length, parameters.map((type) => typeBytes[type]), 0]), // types
      section(2, [2, name("m"), name("m"), 0x02, limits, name("m"), name("s"), 0x03, typeBytes.i32, 0]), // imports
      section(3, [1, 0]), // functions: the type of each
      section(7, [1, name("run"), 0x00, 0]), // exports
      section(10, [1, unsignedLeb(body.length), body]), // code
    ]),
  );
}

/** Where this thread's scratch area starts. */
export const scratchStart: Code = [0x23, 0];

// — Control flow —

const empty = 0x40;
/** Runs `body` counter times; the counter must not be 0 and ends as 0. */
export const repeat = (counter: Local, body: Code): Code => [
  [0x03, empty, body], // loop
  [counter.set(i32.sub(counter.get, i32.const(1))), counter.get, 0x0d, 0, 0x0b], // br_if 0, end
];
export const when = (condition: Code, then: Code, otherwise?: Code): Code =>
  otherwise ? [condition, 0x04, empty, then, 0x05, otherwise, 0x0b] : [condition, 0x04, empty, then, 0x0b];
/** Sets the counter and runs `body` that often, which may be never. */
export const times = (counter: Local, count: Code, body: Code): Code => [
  counter.set(count),
  when(counter.get, repeat(counter, body)),
];
/** a if condition ≠ 0, else b; both are evaluated. */
export const select = (a: Code, b: Code, condition: Code): Code => [a, b, condition, 0x1b];

// — Operators —

type Unary = (a: Code) => Code;
type Binary = (a: Code, b: Code) => Code;
const unary =
  (...opcode: number[]): Unary =>
  (a) => [a, opcode];
const binary =
  (...opcode: number[]): Binary =>
  (a, b) => [a, b, opcode];
const simd1 = (opcode: number) => unary(0xfd, ...unsignedLeb(opcode));
const simd2 = (opcode: number) => binary(0xfd, ...unsignedLeb(opcode));

/** Alignment hint of 4 bytes: storages may start at any f32. The offset is added without wrapping. */
const access = (offset: number): Code => [2, unsignedLeb(offset)];
const load =
  (...opcode: number[]) =>
  (address: Code, offset = 0): Code => [address, opcode, access(offset)];
const store =
  (...opcode: number[]) =>
  (address: Code, value: Code, offset = 0): Code => [address, value, opcode, access(offset)];

export const i32 = {
  const: (value: number): Code => [0x41, signedLeb(value)],
  load: load(0x28),
  store: store(0x36),
  isZero: unary(0x45),
  equal: binary(0x46),
  less: binary(0x49), // unsigned
  add: binary(0x6a),
  sub: binary(0x6b),
  mul: binary(0x6c),
  div: binary(0x6e), // unsigned
  rem: binary(0x70), // unsigned
  and: binary(0x71),
  or: binary(0x72),
  shl: binary(0x74),
  shr: binary(0x76), // unsigned
};
export const f32 = {
  const: (value: number): Code => [0x43, littleEndian(4, value)],
  load: load(0x2a),
  store: store(0x38),
  equal: binary(0x5b),
  notEqual: binary(0x5c),
  less: binary(0x5d),
  greater: binary(0x5e),
  sub: binary(0x93),
  demote: unary(0xb6),
};
export const f64 = {
  const: (value: number): Code => [0x44, littleEndian(8, value)],
  add: binary(0xa0),
  sub: binary(0xa1),
  mul: binary(0xa2),
  div: binary(0xa3),
  sqrt: unary(0x9f),
  fromU32: unary(0xb8),
  promote: unary(0xbb),
};

const lane =
  (opcode: number) =>
  (a: Code, index = 0): Code => [a, 0xfd, opcode, index];
export const v128 = {
  zero: [0xfd, 0x0c, new Array<number>(16).fill(0)] as Code,
  load: load(0xfd, 0x00),
  loadSplat: load(0xfd, 0x09),
  store: store(0xfd, 0x0b),
  /** Loads one or two f32 into the low lanes; the others are 0. */
  load1: load(0xfd, 0x5c),
  load2: load(0xfd, 0x5d),
  loadLane: (address: Code, vector: Code, index: number, offset = 0): Code => [
    [address, vector, 0xfd, 0x56],
    [access(offset), index],
  ],
  storeLane: (address: Code, vector: Code, index: number, offset = 0): Code => [
    [address, vector, 0xfd, 0x5a],
    [access(offset), index],
  ],
  /** Stores the low two f32. */
  store2: (address: Code, vector: Code, offset = 0): Code => [
    [address, vector, 0xfd, 0x5b],
    [access(offset), 0],
  ],
  /** Lanes of f32: 0–3 from a, 4–7 from b. */
  shuffle: (a: Code, b: Code, lanes: readonly [number, number, number, number]): Code => [
    [a, b, 0xfd, 0x0d],
    lanes.flatMap((index) => [0, 1, 2, 3].map((byte) => index * 4 + byte)),
  ],
  and: simd2(0x4e),
  andNot: simd2(0x4f), // a & ~b
  or: simd2(0x50),
  /** Bits of a where mask is 1, of b where it is 0. */
  select: (a: Code, b: Code, mask: Code): Code => [a, b, mask, 0xfd, 0x52],
  anyTrue: simd1(0x53),
};
export const i32x4 = {
  splat: simd1(0x11),
  shl: simd2(0xab),
  shrSigned: simd2(0xac),
  add: simd2(0xae),
  sub: simd2(0xb1),
};
export const f32x4 = {
  splat: simd1(0x13),
  lane: lane(0x1f),
  eq: simd2(0x41),
  ne: simd2(0x42),
  lt: simd2(0x43),
  gt: simd2(0x44),
  le: simd2(0x45),
  ge: simd2(0x46),
  abs: simd1(0xe0),
  neg: simd1(0xe1),
  sqrt: simd1(0xe3),
  add: simd2(0xe4),
  sub: simd2(0xe5),
  mul: simd2(0xe6),
  div: simd2(0xe7),
  /** b < a ? b : a, one instruction; keeps a where either is NaN. */
  pmin: simd2(0xea),
  /** a < b ? b : a; keeps a where either is NaN. */
  pmax: simd2(0xeb),
  fromI32: simd1(0xfa),
  /** a·b + c, fused or not as the machine has it. */
  relaxedMadd: (a: Code, b: Code, c: Code): Code => [a, b, c, 0xfd, unsignedLeb(0x105)],
  /** Two f64 to the low lanes. */
  demote: simd1(0x5e),
};
export const f64x2 = {
  lane: lane(0x21),
  splat: simd1(0x14),
  sqrt: simd1(0xef),
  add: simd2(0xf0),
  sub: simd2(0xf1),
  mul: simd2(0xf2),
  div: simd2(0xf3),
  /** The low two f32. */
  promoteLow: simd1(0x5f),
};
