// A small WebAssembly assembler: instructions are strings of bytes, a module is one exported function over one imported
// memory and the address of a scratch area in it. Knows encodings (WebAssembly 2.0, and relaxed SIMD's fused multiply-add); knows no kernels.

/**
 * Encoded instructions, a character a byte: engines join strings without a copy. Operands come before their operator, so that
 * nesting in TypeScript is nesting on the stack; a list is its items one after the other.
 */
export type Code = string | readonly Code[];

const bytes = String.fromCharCode;

function joined(code: Code): string {
  if (typeof code === "string") return code;
  let all = "";
  for (let i = 0; i < code.length; i++) all += joined(code[i]!);
  return all;
}

export type ValueType = "i32" | "f32" | "f64" | "v128";
const typeBytes: { [T in ValueType]: string } = { i32: "\x7f", f32: "\x7d", f64: "\x7c", v128: "\x7b" };

/** Unsigned LEB128, seven bits a byte, lowest first. */
export function unsignedLeb(value: number): string {
  let encoded = "";
  let rest = value;
  while (rest > 0x7f) {
    encoded += bytes((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80); // not >>: sizes and offsets reach 2^32 − 1
  }
  return encoded + bytes(rest);
}

/** Signed LEB128 of an i32; bit 6 of the last byte is the sign. */
export function signedLeb(value: number): string {
  let encoded = "";
  let rest = value | 0;
  while (rest < -0x40 || rest > 0x3f) {
    encoded += bytes((rest & 0x7f) | 0x80);
    rest >>= 7;
  }
  return encoded + bytes(rest & 0x7f);
}

function littleEndian(byteLength: 4 | 8, value: number): string {
  const view = new DataView(new ArrayBuffer(byteLength));
  if (byteLength === 4) view.setFloat32(0, value, true);
  else view.setFloat64(0, value, true);
  return bytes(...new Uint8Array(view.buffer));
}

/** A parameter or local variable: `x.get` reads it, `x.set(value)` writes it. */
export class Local {
  readonly get: Code;
  readonly #put: string;
  constructor(
    index: number,
    readonly type: ValueType,
  ) {
    this.get = `\x20${unsignedLeb(index)}`;
    this.#put = `\x21${unsignedLeb(index)}`;
  }
  set(value: Code): Code {
    return joined(value) + this.#put;
  }
  /** this += amount, for an i32. */
  advance(amount: Code | number): Code {
    return this.set(i32.add(this.get, typeof amount === "number" ? i32.const(amount) : amount));
  }
}

/** So many locals: a tuple where N is a literal, an array where it is only known when the code is made. */
export type Tuple<N extends number, T extends Local[] = []> = N extends T["length"]
  ? T
  : number extends N
    ? Local[]
    : Tuple<N, [...T, Local]>;

/** Hands out the locals of one function. */
export class FunctionBuilder {
  readonly parameters: readonly Local[];
  readonly #types: ValueType[] = [];
  /** What is computed before the body, each once, and where it is kept. */
  readonly #first = new Map<string, Local>();
  constructor(parameters: readonly ValueType[]) {
    this.parameters = parameters.map((type, index) => new Local(index, type));
  }
  /** A new local; like every WebAssembly local it starts as 0, but only once a call: set it inside loops. */
  local(type: ValueType): Local {
    this.#types.push(type);
    return new Local(this.parameters.length + this.#types.length - 1, type);
  }
  /** As many new locals of one type, a tuple where the number is known: `const [a, b] = f.vectors(2)`. */
  locals<N extends number>(type: ValueType, count: N): Tuple<N> {
    return Array.from({ length: count }, () => this.local(type)) as Tuple<N>;
  }
  vectors<N extends number>(count: N): Tuple<N> {
    return this.locals("v128", count);
  }
  integers<N extends number>(count: N): Tuple<N> {
    return this.locals("i32", count);
  }
  doubles<N extends number>(count: N): Tuple<N> {
    return this.locals("f64", count);
  }
  /** A vector that does not change, computed before the body, once however often it is asked for. */
  once(value: Code): Code {
    const code = joined(value);
    let kept = this.#first.get(code);
    if (kept === undefined) {
      kept = this.local("v128");
      this.#first.set(code, kept);
    }
    return kept.get;
  }
  /** Local declarations followed by the body, as the code section wants them. */
  encode(body: Code): string {
    const first = [...this.#first].map(([code, kept]) => kept.set(code));
    const declarations = this.#types.map((type) => `\x01${typeBytes[type]}`);
    return joined([unsignedLeb(declarations.length), [declarations, first], body, end]);
  }
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
  const counted = (content: string) => unsignedLeb(content.length) + content;
  const section = (id: number, ...content: string[]) => bytes(id) + counted(content.join(""));
  const types = parameters.map((type) => typeBytes[type]).join("");
  const limits = memory.shared ? `\x03\0${unsignedLeb(65536)}` : "\0\0"; // any memory of its kind fits these
  const module = [
    "\0asm\x01\0\0\0", // version 1
    section(1, "\x01\x60", counted(types), "\0"), // types
    section(2, "\x02", counted("m"), counted("m"), "\x02", limits, counted("m"), counted("s"), "\x03\x7f\0"), // imports
    section(3, "\x01\0"), // functions: the type of each
    section(7, "\x01", counted("run"), "\0\0"), // exports
    section(10, "\x01", counted(body)), // code
  ].join("");
  const encoded = new Uint8Array(module.length);
  for (let i = 0; i < encoded.length; i++) encoded[i] = module.charCodeAt(i);
  return encoded;
}

/** Where this thread's scratch area starts. */
export const scratchStart: Code = "\x23\0";

// — Control flow —

const end = "\x0b";
/** Runs `body`, and again as long as `condition` ≠ 0 afterwards. */
export const repeatWhile = (condition: Code, body: Code): Code => [
  "\x03\x40",
  body,
  condition,
  "\x0d\0",
  end,
];
/** Runs `body` counter times; the counter must not be 0 and ends as 0. */
export const repeat = (counter: Local, body: Code): Code =>
  repeatWhile(counter.get, [body, counter.set(i32.sub(counter.get, i32.const(1)))]);
export const when = (condition: Code, then: Code, otherwise?: Code): Code => [
  [condition, "\x04\x40", then],
  [otherwise ? ["\x05", otherwise] : [], end],
];
/** Sets the counter and runs `body` that often, which may be never. */
export const times = (counter: Local, count: Code, body: Code): Code => [
  counter.set(count),
  when(counter.get, repeat(counter, body)),
];
/** a if condition ≠ 0, else b; both are evaluated. */
export const select = (a: Code, b: Code, condition: Code): Code => [a, b, condition, "\x1b"];

// — Operators —

type Unary = (a: Code) => Code;
type Binary = (a: Code, b: Code) => Code;
const unary =
  (operator: string): Unary =>
  (a) =>
    joined(a) + operator;
const binary =
  (operator: string): Binary =>
  (a, b) =>
    joined(a) + joined(b) + operator;
/** An opcode of SIMD. */
const simd = (opcode: number): string => `\xfd${unsignedLeb(opcode)}`;
const fusedMultiplyAdd = simd(0x105);
const simd1 = (opcode: number) => unary(simd(opcode));
const simd2 = (opcode: number) => binary(simd(opcode));

/** Alignment hint of 4 bytes: storages may start at any f32. The offset is added without wrapping. */
const access = (offset: number): string => `\x02${unsignedLeb(offset)}`;
const load =
  (opcode: string) =>
  (address: Code, offset = 0): Code =>
    joined(address) + opcode + access(offset);
const store =
  (opcode: string) =>
  (address: Code, value: Code, offset = 0): Code =>
    joined(address) + joined(value) + opcode + access(offset);

export const i32 = {
  const: (value: number): Code => `\x41${signedLeb(value)}`,
  load: load("\x28"),
  store: store("\x36"),
  isZero: unary("\x45"),
  equal: binary("\x46"),
  less: binary("\x49"), // unsigned
  add: binary("\x6a"),
  sub: binary("\x6b"),
  mul: binary("\x6c"),
  div: binary("\x6e"), // unsigned
  rem: binary("\x70"), // unsigned
  and: binary("\x71"),
  or: binary("\x72"),
  xor: binary("\x73"),
  shl: binary("\x74"),
  shr: binary("\x76"), // unsigned
  rotl: binary("\x77"),
};
export const f32 = {
  const: (value: number): Code => `\x43${littleEndian(4, value)}`,
  load: load("\x2a"),
  store: store("\x38"),
  equal: binary("\x5b"),
  notEqual: binary("\x5c"),
  less: binary("\x5d"),
  greater: binary("\x5e"),
  sub: binary("\x93"),
  mul: binary("\x94"),
  fromI32: unary("\xb2"),
  demote: unary("\xb6"),
};
export const f64 = {
  const: (value: number): Code => `\x44${littleEndian(8, value)}`,
  load: load("\x2b"),
  store: store("\x39"),
  add: binary("\xa0"),
  sub: binary("\xa1"),
  mul: binary("\xa2"),
  div: binary("\xa3"),
  sqrt: unary("\x9f"),
  fromU32: unary("\xb8"),
  promote: unary("\xbb"),
};

const lane =
  (opcode: number) =>
  (a: Code, index = 0): Code => [a, simd(opcode), bytes(index)];
export const v128 = {
  zero: simd(0x0c) + "\0".repeat(16),
  load: load(simd(0x00)),
  loadSplat: load(simd(0x09)),
  store: store(simd(0x0b)),
  /** Loads one or two f32 into the low lanes; the others are 0. */
  load1: load(simd(0x5c)),
  load2: load(simd(0x5d)),
  loadLane: (address: Code, vector: Code, index: number, offset = 0): Code => [
    [address, vector, simd(0x56)],
    [access(offset), bytes(index)],
  ],
  storeLane: (address: Code, vector: Code, index: number, offset = 0): Code => [
    [address, vector, simd(0x5a)],
    [access(offset), bytes(index)],
  ],
  /** Stores the low two f32. */
  store2: (address: Code, vector: Code, offset = 0): Code => [
    [address, vector, simd(0x5b)],
    [access(offset), bytes(0)],
  ],
  /** Lanes of f32: 0–3 from a, 4–7 from b. */
  shuffle: (a: Code, b: Code, lanes: readonly [number, number, number, number]): Code => [
    [a, b, simd(0x0d)],
    lanes.map((index) => bytes(...[0, 1, 2, 3].map((byte) => index * 4 + byte))),
  ],
  and: simd2(0x4e),
  andNot: simd2(0x4f), // a & ~b
  or: simd2(0x50),
  /** Bits of a where mask is 1, of b where it is 0. */
  select: (a: Code, b: Code, mask: Code): Code => [a, b, mask, simd(0x52)],
  /** The same where all bits of a lane's mask agree, in one instruction; relaxed SIMD. */
  relaxedSelect: (a: Code, b: Code, mask: Code): Code => [a, b, mask, simd(0x10b)],
  anyTrue: simd1(0x53),
};
export const i32x4 = {
  const: (a: number, b: number, c: number, d: number): Code =>
    simd(0x0c) + bytes(...new Uint8Array(new Int32Array([a, b, c, d]).buffer)),
  splat: simd1(0x11),
  eq: simd2(0x37),
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
  relaxedMadd: (a: Code, b: Code, c: Code): Code => joined(a) + joined(b) + joined(c) + fusedMultiplyAdd,
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
