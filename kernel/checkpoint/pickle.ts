// Python's pickles, read without running anything: an opcode makes data, or a name of the table below, or is refused.
//
// Opcodes: https://github.com/python/cpython/blob/3.12/Lib/pickletools.py. What torch.save writes needs the half of them.

/** A name that a pickle may call or hold, as "torch._utils._rebuild_tensor_v2". Throws what the caller is to see. */
export type Global = (name: string) => unknown;
/** What stands for a function of Python's: it makes a value of its arguments. */
export class Callable {
  constructor(
    readonly name: string,
    readonly call: (args: readonly unknown[]) => unknown,
  ) {}
}

/** A dict, in its order. */
export class Dict {
  readonly entries = new Map<unknown, unknown>();
}
/** A tuple, which nothing appends to. */
export class Tuple {
  constructor(readonly items: readonly unknown[]) {}
}

export interface PickleHost {
  readonly global: Global;
  /** What a persistent id stands for. */
  persistent(id: unknown): unknown;
  fault(expected: string, got: string): Error;
}

const mark = Symbol("mark");
/** More digits than any checkpoint needs: BigInt takes longer than linear time for them. */
const mostLongBytes = 4096;

/** The value of a pickle that begins at `start`, and where the bytes after it begin. */
export function unpickle(
  bytes: Uint8Array,
  start: number,
  host: PickleHost,
): { value: unknown; end: number } {
  const reader = new Reader(bytes, start, host);
  return { value: reader.run(), end: reader.at };
}

class Reader {
  at: number;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #host: PickleHost;
  readonly #stack: unknown[] = [];
  readonly #memo = new Map<number, unknown>();

  constructor(bytes: Uint8Array, start: number, host: PickleHost) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = start;
    this.#host = host;
  }

  run(): unknown {
    for (;;) {
      const opcode = this.#take(1)[0]!;
      if (opcode === 0x2e) return this.#pop(); // STOP
      const step = steps.get(opcode);
      if (step === undefined) {
        const name = refused.get(opcode) ?? `0x${opcode.toString(16).padStart(2, "0")}`;
        throw this.#host.fault("opcodes that make plain data", `${name} at byte ${this.at - 1} of a pickle`);
      }
      step(this);
    }
  }

  #take(count: number): Uint8Array {
    if (!(count <= this.#bytes.length - this.at)) {
      throw this.#host.fault(
        `${count} bytes at byte ${this.at} of a pickle`,
        `${this.#bytes.length - this.at}`,
      );
    }
    this.at += count;
    return this.#bytes.subarray(this.at - count, this.at);
  }

  push(value: unknown): void {
    this.#stack.push(value);
  }

  #pop(): unknown {
    const value = this.#stack.pop();
    if (value === mark || (value === undefined && this.#stack.length === 0)) throw this.#unbalanced();
    return value;
  }

  #unbalanced(): Error {
    return this.#host.fault("a pickle whose stack is balanced", `none at byte ${this.at}`);
  }

  pop(): unknown {
    return this.#pop();
  }

  /** All above the last mark, which goes too. */
  popMark(): unknown[] {
    const from = this.#stack.lastIndexOf(mark);
    if (from < 0) throw this.#unbalanced();
    return this.#stack.splice(from).slice(1);
  }

  pushMark(): void {
    this.#stack.push(mark);
  }

  /** The value below: what APPENDS and SETITEMS change. */
  top<Kind>(kind: abstract new (...parameters: never[]) => Kind, name: string): Kind {
    const value = this.#stack.at(-1);
    if (value instanceof kind) return value;
    throw this.#host.fault(`a ${name} to put values into`, `something else at byte ${this.at} of a pickle`);
  }

  number(bytes: 1 | 2 | 4): number {
    const at = this.at;
    this.#take(bytes);
    return bytes === 1
      ? this.#view.getUint8(at)
      : bytes === 2
        ? this.#view.getUint16(at, true)
        : this.#view.getUint32(at, true);
  }

  int32(): number {
    return this.number(4) | 0;
  }

  /** A length in 8 bytes. */
  long(): number {
    const low = this.number(4);
    return low + this.number(4) * 2 ** 32;
  }

  float(): number {
    const at = this.at;
    this.#take(8);
    return this.#view.getFloat64(at); // big-endian
  }

  text(length: number): string {
    const bytes = this.#take(length);
    try {
      return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    } catch {
      throw this.#host.fault(`text at byte ${this.at - length} of a pickle`, "bytes that are no UTF-8");
    }
  }

  bytes(length: number): Uint8Array {
    return this.#take(length).slice();
  }

  /** Up to the end of the line. */
  line(): string {
    const end = this.#bytes.indexOf(0x0a, this.at);
    if (end < 0) throw this.#host.fault(`a line at byte ${this.at} of a pickle`, "the file's end");
    const text = this.text(end - this.at);
    this.at++;
    return text;
  }

  /** A whole number in two's complement, little-endian. */
  integer(length: number): number | bigint {
    if (length > mostLongBytes) {
      throw this.#host.fault(`whole numbers of at most ${mostLongBytes} bytes`, `one of ${length}`);
    }
    const digits = [...this.#take(length)].reverse().map((byte) => byte.toString(16).padStart(2, "0"));
    const value = BigInt.asIntN(8 * length, BigInt(`0x${digits.join("") || "0"}`));
    return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  }

  put(index = this.#memo.size): void {
    if (this.#stack.length === 0) throw this.#unbalanced();
    this.#memo.set(index, this.#stack.at(-1));
  }

  get(index: number): void {
    if (!this.#memo.has(index)) {
      throw this.#host.fault(`a value that was kept under ${index}`, `none at byte ${this.at} of a pickle`);
    }
    this.#stack.push(this.#memo.get(index));
  }

  tuple(count: number): void {
    const items = Array.from({ length: count }, () => this.#pop()).reverse();
    this.#stack.push(new Tuple(items));
  }

  global(module: string, name: string): void {
    this.#stack.push(this.#host.global(`${module}.${name}`));
  }

  stackGlobal(): void {
    const [name, module] = [this.#pop(), this.#pop()];
    if (typeof name !== "string" || typeof module !== "string")
      throw this.#host.fault("the name of a global", "none");
    this.global(module, name);
  }

  reduce(): void {
    const [args, callable] = [this.#pop(), this.#pop()];
    if (!(callable instanceof Callable) || !(args instanceof Tuple)) {
      throw this.#host.fault("a call of a known function", `another at byte ${this.at} of a pickle`);
    }
    this.#stack.push(callable.call(args.items));
  }

  /** State beside a value's items: what torch keeps on a state dict, which says nothing of the tensors. */
  build(): void {
    this.#pop();
    this.top(Dict, "dict");
  }

  persistent(): void {
    this.#stack.push(this.#host.persistent(this.#pop()));
  }

  fill(dict: Dict, flat: readonly unknown[]): void {
    if (flat.length % 2 !== 0) throw this.#unbalanced();
    for (let i = 0; i < flat.length; i += 2) dict.entries.set(flat[i], flat[i + 1]);
  }

  dictOf(flat: readonly unknown[]): Dict {
    const dict = new Dict();
    this.fill(dict, flat);
    return dict;
  }
}

const pushAll = <T>(list: T[], more: readonly T[]) => {
  for (const each of more) list.push(each);
};

const steps: ReadonlyMap<number, (reader: Reader) => unknown> = new Map(
  Object.entries<(reader: Reader) => unknown>({
    "\x80": (r) => r.number(1), // PROTO
    "\x95": (r) => r.long(), // FRAME
    "(": (r) => r.pushMark(),
    "0": (r) => r.pop(),
    "1": (r) => r.popMark(),
    N: (r) => r.push(null),
    "\x88": (r) => r.push(true),
    "\x89": (r) => r.push(false),
    J: (r) => r.push(r.int32()),
    K: (r) => r.push(r.number(1)),
    M: (r) => r.push(r.number(2)),
    "\x8a": (r) => r.push(r.integer(r.number(1))),
    "\x8b": (r) => r.push(r.integer(r.number(4))),
    G: (r) => r.push(r.float()),
    X: (r) => r.push(r.text(r.number(4))),
    "\x8c": (r) => r.push(r.text(r.number(1))),
    "\x8d": (r) => r.push(r.text(r.long())),
    U: (r) => r.push(r.text(r.number(1))), // a str of Python 2
    T: (r) => r.push(r.text(r.number(4))),
    C: (r) => r.push(r.bytes(r.number(1))),
    B: (r) => r.push(r.bytes(r.number(4))),
    "\x8e": (r) => r.push(r.bytes(r.long())),
    ")": (r) => r.push(new Tuple([])),
    t: (r) => r.push(new Tuple(r.popMark())),
    "\x85": (r) => r.tuple(1),
    "\x86": (r) => r.tuple(2),
    "\x87": (r) => r.tuple(3),
    "]": (r) => r.push([]),
    l: (r) => r.push(r.popMark()),
    a: (r) => {
      const value = r.pop();
      r.top(Array, "list").push(value);
    },
    e: (r) => {
      const values = r.popMark();
      pushAll(r.top(Array, "list"), values);
    },
    "}": (r) => r.push(new Dict()),
    d: (r) => r.push(r.dictOf(r.popMark())),
    s: (r) => {
      const [value, key] = [r.pop(), r.pop()];
      r.fill(r.top(Dict, "dict"), [key, value]);
    },
    u: (r) => {
      const flat = r.popMark();
      r.fill(r.top(Dict, "dict"), flat);
    },
    "\x8f": (r) => r.push(new Set()),
    "\x90": (r) => {
      const values = r.popMark();
      const set = r.top(Set, "set");
      for (const each of values) set.add(each);
    },
    q: (r) => r.put(r.number(1)),
    r: (r) => r.put(r.number(4)),
    "\x94": (r) => r.put(),
    h: (r) => r.get(r.number(1)),
    j: (r) => r.get(r.number(4)),
    c: (r) => r.global(r.line(), r.line()),
    "\x93": (r) => r.stackGlobal(),
    R: (r) => r.reduce(),
    b: (r) => r.build(),
    Q: (r) => r.persistent(),
  }).map(([opcode, step]) => [opcode.charCodeAt(0), step]),
);

/** Names of opcodes that make instances of classes, or are of pickles that torch.save never wrote. */
const refused: ReadonlyMap<number, string> = new Map(
  Object.entries({
    "\x81": "NEWOBJ",
    "\x92": "NEWOBJ_EX",
    i: "INST",
    o: "OBJ",
    P: "PERSID",
    "\x82": "EXT1",
    "\x83": "EXT2",
    "\x84": "EXT4",
    "2": "DUP",
    F: "FLOAT",
    I: "INT",
    L: "LONG",
    S: "STRING",
    V: "UNICODE",
    p: "PUT",
    g: "GET",
    "\x96": "BYTEARRAY8",
    "\x97": "NEXT_BUFFER",
    "\x98": "READONLY_BUFFER",
  }).map(([opcode, name]) => [opcode.charCodeAt(0), name]),
);
