// The structure in a file → the value. Whatever the file says, it makes data and runs nothing.

import { Parameter } from "../nn";
import { readHeader, readTensor, readTensors, type Source } from "../safetensors/format";
import type { Entry } from "../safetensors/header";
import { Tensor } from "../tensor";
import { arrayKinds, mostDepth, type Node, structureKey, type TensorMarks, version } from "./structure";

/** The value that save() wrote; of a file without a structure its tensors by name. */
export function decode(source: Source): unknown {
  const header = readHeader(source);
  const text = header.metadata[structureKey];
  return text === undefined ? readTensors(source, header) : new Decoder(source, header).value(text);
}

type Kind = (decoder: Decoder, parts: readonly Node[], depth: number) => unknown;

class Decoder {
  readonly #source: Source;
  readonly #dataStart: number;
  readonly #entries: ReadonlyMap<string, Entry>;
  /** Tensors and typed arrays that have been read, by name. */
  readonly #read = new Map<string, unknown>();
  /** Objects by the order in which they were come by, once they are whole. */
  readonly #objects: unknown[] = [];

  constructor(source: Source, { entries, dataStart }: ReturnType<typeof readHeader>) {
    this.#source = source;
    this.#dataStart = dataStart;
    this.#entries = new Map(entries.map((entry) => [entry.name, entry]));
  }

  value(text: string): unknown {
    const file = this.#parsed(text);
    if (file.version !== version) {
      throw this.#fault(
        `a structure of version ${version}`,
        file.version,
        "; a newer bnlab reads newer files",
      );
    }
    const value = this.#value(file.value as Node, 0);
    const left = [...this.#entries.keys()].find((name) => !this.#read.has(name));
    if (left !== undefined) {
      throw this.#fault(
        "every tensor in the structure",
        left,
        " beside it; safetensors.loadFile() gives the tensors alone",
      );
    }
    return value;
  }

  #parsed(text: string): Readonly<Record<string, unknown>> {
    let file: unknown;
    try {
      file = JSON.parse(text);
    } catch {
      throw this.#fault("a structure in JSON", text);
    }
    if (!isObject(file) || !("value" in file)) throw this.#fault("a structure { version, value }", file);
    return file;
  }

  #value(node: Node, depth: number): unknown {
    if (typeof node !== "object" || node === null) return node;
    if (depth > mostDepth) throw this.#fault(`values at most ${mostDepth} deep`, "deeper ones");
    if (!Array.isArray(node)) {
      return this.#counted(() =>
        Object.fromEntries(Object.entries(node).map(([key, each]) => [key, this.#value(each, depth + 1)])),
      );
    }
    const [kind, ...parts] = node as readonly Node[];
    const make =
      typeof kind === "string" && Object.hasOwn(Decoder.#kinds, kind) ? Decoder.#kinds[kind] : undefined;
    if (make === undefined) throw this.#fault(`a kind of ${Object.keys(Decoder.#kinds).join(", ")}`, kind);
    return make(this, parts, depth + 1);
  }

  static readonly #kinds: Readonly<Record<string, Kind>> = {
    list: (own, parts, depth) => own.#counted(() => parts.map((each) => own.#value(each, depth))),
    set: (own, parts, depth) => own.#counted(() => new Set(parts.map((each) => own.#value(each, depth)))),
    map: (own, parts, depth) => own.#counted(() => new Map(parts.map((each) => own.#pair(each, depth)))),
    tensor: (own, parts) => own.#counted(() => own.#tensor(parts)),
    array: (own, parts) => own.#counted(() => own.#array(parts)),
    number: (own, [text]) => {
      const value = new Map([
        ...["NaN", "Infinity", "-Infinity", "-0"].map((each) => [each, Number(each)] as const),
      ]).get(String(text));
      if (value === undefined) throw own.#fault("NaN, Infinity, -Infinity or -0", text);
      return value;
    },
    bigint: (own, [text]) => {
      if (typeof text !== "string" || !/^-?\d{1,100000}$/.test(text))
        throw own.#fault("the digits of a bigint", text);
      return BigInt(text);
    },
    undefined: () => undefined,
    same: (own, [number]) => {
      const found = typeof number === "number" ? own.#objects[number] : undefined;
      if (found === undefined) throw own.#fault("the number of a value before", number);
      return found;
    },
  };

  /** Counts a value in the order in which save() came by it. */
  #counted<T>(make: () => T): T {
    const number = this.#objects.push(undefined) - 1;
    const value = make();
    this.#objects[number] = value;
    return value;
  }

  #pair(node: Node, depth: number): [unknown, unknown] {
    if (!Array.isArray(node) || node.length !== 2) throw this.#fault("pairs in a map", node);
    return [this.#value(node[0]!, depth), this.#value(node[1]!, depth)];
  }

  #tensor([name, marks = {}]: readonly Node[]): Tensor {
    if (!isMarks(marks)) throw this.#fault("{ parameter, requiresGrad, of }", marks);
    const { parameter = false, requiresGrad, of } = marks;
    const entry = this.#entry(name);
    const twin = of === undefined ? undefined : this.#read.get(of);
    if (of !== undefined && !(twin instanceof Tensor && twin.shape.join() === entry.shape.join())) {
      throw this.#fault(`a tensor [${entry.shape.join(", ")}] before, whose memory ${show(name)} has`, of);
    }
    const numbers = twin instanceof Tensor ? twin.detach() : readTensor(this.#source, this.#dataStart, entry);
    if (requiresGrad === true && numbers.dtype !== "float32") {
      throw this.#fault(`float32 for ${show(name)}, which requires grad`, entry.dtype);
    }
    const x = parameter ? new Parameter(numbers, { requiresGrad: requiresGrad ?? false }) : numbers;
    if (!parameter && requiresGrad !== undefined) x.requiresGrad_(requiresGrad);
    this.#read.set(entry.name, x);
    return x;
  }

  #array([kind, name]: readonly Node[]): ArrayBufferView {
    const known = typeof kind === "string" ? arrayKinds.get(kind) : undefined;
    if (known === undefined) throw this.#fault(`a kind of ${[...arrayKinds.keys()].join(", ")}`, kind);
    const { begin, end, dtype, name: own } = this.#entry(name);
    if (dtype !== known.dtype)
      throw this.#fault(`${known.dtype} for the ${String(kind)} ${show(own)}`, dtype);
    const values = known.make(this.#source.read(this.#dataStart + begin, this.#dataStart + end).buffer);
    this.#read.set(own, values);
    return values;
  }

  #entry(name: Node | undefined) {
    const entry = typeof name === "string" && !this.#read.has(name) ? this.#entries.get(name) : undefined;
    if (entry === undefined) throw this.#fault("the name of one of its tensors, each once", name);
    return entry;
  }

  #fault(expected: string, got: unknown, remedy = ""): Error {
    return new Error(
      `load: expected ${expected} in ${this.#source.name}, got ${typeof got === "string" ? got.slice(0, 100) : show(got)}${remedy}`,
    );
  }
}

function isMarks(value: Node): value is TensorMarks & Node {
  if (!isObject(value)) return false;
  return Object.entries(value).every(([key, each]) =>
    key === "of"
      ? typeof each === "string"
      : (key === "parameter" || key === "requiresGrad") && typeof each === "boolean",
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** As JSON, cut short: of something deep only its kind, which JSON.stringify would run out of stack for. */
function show(value: unknown): string {
  if (typeof value === "object" && value !== null) return Array.isArray(value) ? "a list" : "an object";
  const text = JSON.stringify(value) ?? "nothing";
  return text.length <= 100 ? text : `${text.slice(0, 99)}…`;
}
