// Files of torch.save: a pickle of the structure, and the storages beside it, in a zip archive or (before 1.6) behind it.

import { unzipSync } from "fflate";
import { Parameter } from "../nn";
import { storedTypes } from "../safetensors/elements";
import type { Source } from "../safetensors/format";
import { type Tensor, tensor } from "../tensor";
import { placeOf } from "../words";
import { Callable, Dict, Tuple, unpickle } from "./pickle";
import { mostDepth } from "./structure";

/** torch's storages, and the format's word for their elements. */
const storages: Readonly<Record<string, string>> = {
  DoubleStorage: "F64",
  FloatStorage: "F32",
  HalfStorage: "F16",
  BFloat16Storage: "BF16",
  LongStorage: "I64",
  IntStorage: "I32",
  ShortStorage: "I16",
  CharStorage: "I8",
  ByteStorage: "U8",
  BoolStorage: "BOOL",
};

/** A storage as a pickle names it. */
class StorageType {
  constructor(
    readonly name: string,
    readonly dtype: string,
  ) {}
}

/** A storage whose bytes are read once all is known of it. */
class StoredNumbers {
  constructor(
    readonly type: StorageType,
    readonly key: string,
    readonly count: number,
  ) {}

  get bytes(): number {
    return this.count * storedTypes.get(this.type.dtype)!.bytes;
  }
}

/** A tensor over a storage. */
interface Layout {
  readonly numbers: StoredNumbers;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly requiresGrad: boolean;
}

class Found {
  constructor(
    readonly layout: Layout,
    readonly isParameter = false,
  ) {}
}

/** Deflate makes no more of a byte than this. */
const mostInflation = 1032;
const legacyMagic = 0x1950a86a20f9469cfc6cn;

/** The value in a zip archive that torch.save wrote. */
export function readTorchZip(source: Source): unknown {
  const reader = new TorchReader(source);
  const bytes = source.read(0, source.length);
  const heads = reader.unzip(bytes, (name) => /(^|\/)(data\.pkl|byteorder|constants\.pkl)$/.test(name));
  const pickles = [...heads.keys()].filter((name) => name.endsWith("data.pkl"));
  const root = pickles[0]?.slice(0, -"data.pkl".length);
  if (root === undefined || pickles.length > 1) {
    throw reader.fault("one data.pkl, as torch.save writes it,", `${pickles.length}: another zip archive`);
  }
  if (heads.has(`${root}constants.pkl`)) {
    throw reader.fault("a state, as torch.save writes it,", `a program of TorchScript; ${inPython}`);
  }
  const order = heads.get(`${root}byteorder`);
  if (order !== undefined && new TextDecoder().decode(order).trim() !== "little") {
    throw reader.fault("numbers in little-endian order", `others; ${inPython}`);
  }
  const value = reader.unpickled(heads.get(`${root}data.pkl`)!, 0).value;
  const wanted = new Map([...reader.numbers].map((each) => [`${root}data/${each.key}`, each]));
  const found = reader.unzip(bytes, (name) => wanted.has(name));
  for (const [name, { key }] of wanted) {
    const data = found.get(name);
    if (data === undefined) throw reader.fault(`the storage ${name}`, "none of that name");
    reader.data.set(key, data);
  }
  return reader.converted(value);
}

/** The value in a file as torch.save wrote it before 1.6: pickles one after the other, then the storages. */
export function readTorchLegacy(source: Source): unknown {
  const reader = new TorchReader(source);
  const bytes = source.read(0, source.length);
  const magic = reader.unpickled(bytes, 0);
  if (magic.value !== legacyMagic) throw reader.fault("a file of torch.save", `another pickle; ${inPython}`);
  const protocol = reader.unpickled(bytes, magic.end);
  const system = reader.unpickled(bytes, protocol.end);
  const endian = system.value instanceof Dict ? system.value.entries.get("little_endian") : undefined;
  if (endian !== true) throw reader.fault("numbers in little-endian order", `others; ${inPython}`);
  const { value, end } = reader.unpickled(bytes, system.end);
  const keys = reader.unpickled(bytes, end);
  let at = keys.end;
  const byKey = new Map([...reader.numbers].map((each) => [each.key, each]));
  for (const key of Array.isArray(keys.value) ? keys.value : []) {
    const numbers = typeof key === "string" ? byKey.get(key) : undefined;
    if (numbers === undefined) throw reader.fault("storages that tensors have", "another");
    const head = 8; // how many numbers there are
    if (numbers.bytes > bytes.length - at - head) {
      throw reader.fault(
        `${numbers.bytes} bytes of storage ${numbers.key}`,
        `${Math.max(0, bytes.length - at - head)}: the file is cut short`,
      );
    }
    at += head;
    reader.data.set(numbers.key, bytes.slice(at, at + numbers.bytes));
    at += numbers.bytes;
  }
  return reader.converted(value);
}

const inPython =
  'in Python, safetensors.torch.save_file(model.state_dict(), "model.safetensors") writes a file that load() reads';

class TorchReader {
  readonly numbers = new Set<StoredNumbers>();
  /** The bytes of storages, by key. */
  readonly data = new Map<string, Uint8Array>();
  readonly #source: Source;
  readonly #byKey = new Map<string, StoredNumbers>();
  readonly #memories = new Map<string, Tensor>();
  readonly #values = new Map<object, unknown>();
  readonly #path: (string | number)[] = [];

  constructor(source: Source) {
    this.#source = source;
  }

  fault(expected: string, got: string): Error {
    return new Error(`load: expected ${expected} in ${this.#source.name}, got ${got}`);
  }

  unpickled(bytes: Uint8Array, start: number): { value: unknown; end: number } {
    return unpickle(bytes, start, {
      global: (name) => this.#global(name),
      persistent: (id) => this.#storage(id),
      fault: (expected, got) => this.fault(expected, got),
    });
  }

  /** The files of a zip archive that are wanted, by name. */
  unzip(bytes: Uint8Array, isWanted: (name: string) => boolean): Map<string, Uint8Array> {
    const seen = new Set<string>();
    let wrong: Error | undefined;
    try {
      const files = unzipSync(bytes, {
        filter: ({ name, size, originalSize, compression }) => {
          const isPossible =
            compression === 0 ? originalSize === size : originalSize <= mostInflation * size + mostInflation;
          if (name === "" || seen.has(name) || size > bytes.length || !isPossible) {
            wrong = this.fault(
              "a zip archive as torch.save writes it",
              `files in it that cannot be (${JSON.stringify(name.slice(0, 80))}): damaged`,
            );
            throw wrong;
          }
          seen.add(name);
          return isWanted(name);
        },
      });
      return new Map(Object.entries(files));
    } catch (error) {
      throw (
        wrong ??
        this.fault(
          "a zip archive as torch.save writes it",
          `one that is cut short or damaged (${(error as Error).message})`,
        )
      );
    }
  }

  #global(name: string): unknown {
    const storage = /^torch\.(\w+Storage)$/.exec(name)?.[1];
    if (storage !== undefined && Object.hasOwn(storages, storage))
      return new StorageType(storage, storages[storage]!);
    if (/^torch\.(float|int|uint|bool|bfloat|complex)\w*$/.test(name)) return name; // a dtype
    const call = Object.hasOwn(this.#calls, name) ? this.#calls[name] : undefined;
    if (call !== undefined) return new Callable(name, call);
    const isModel = /^(torch\.nn|torchvision|__main__)\./.test(name);
    const remedy = isModel
      ? `the class of a whole model, which is code; ${inPython}`
      : `which load() never runs; ${inPython}`;
    throw this.fault("tensors and plain values", `${name}, ${remedy}`);
  }

  readonly #calls: Readonly<Record<string, (args: readonly unknown[]) => unknown>> = {
    "torch._utils._rebuild_tensor_v2": (args) => this.#found(args),
    "torch._utils._rebuild_tensor": (args) => this.#found(args),
    "torch._utils._rebuild_parameter": ([x, requiresGrad]) => {
      if (!(x instanceof Found)) throw this.fault("a parameter of a tensor", "one of something else");
      return new Found({ ...x.layout, requiresGrad: requiresGrad === true }, true);
    },
    "collections.OrderedDict": () => new Dict(),
    "torch.Size": ([sizes]) => sizes,
    "torch.device": (parts) => parts.join(":"),
    "__builtin__.set": ([items]) => new Set(Array.isArray(items) ? items : []),
    "builtins.set": ([items]) => new Set(Array.isArray(items) ? items : []),
    "_codecs.encode": ([text, encoding]) => {
      if (typeof text !== "string" || encoding !== "latin1") throw this.fault("bytes as latin1", "others");
      return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
    },
  };

  #storage(id: unknown): StoredNumbers {
    const [tag, type, key, , count, view = null] = id instanceof Tuple ? id.items : [];
    if (tag !== "storage" || typeof key !== "string" || !isCount(count) || view !== null) {
      throw this.fault("storages as torch.save names them", "others");
    }
    if (!(type instanceof StorageType)) throw this.fault("storages of known types", "another");
    const known = this.#byKey.get(key);
    if (known === undefined) {
      const numbers = new StoredNumbers(type, key, count);
      this.#byKey.set(key, numbers);
      this.numbers.add(numbers);
      return numbers;
    }
    if (known.type.dtype !== type.dtype || known.count !== count) {
      throw this.fault(
        `${known.count} numbers of storage ${key}, a ${known.type.name},`,
        `${count} of a ${type.name}`,
      );
    }
    return known;
  }

  #found([numbers, offset, sizes, steps, requiresGrad = false]: readonly unknown[]): Found {
    const [shape, strides] = [countsOf(sizes), countsOf(steps)];
    if (
      !(numbers instanceof StoredNumbers) ||
      !isCount(offset) ||
      shape === undefined ||
      strides?.length !== shape.length
    ) {
      throw this.fault("tensors as torch.save writes them", "others");
    }
    const isEmpty = shape.includes(0);
    const last = shape.reduce((sum, size, dim) => sum + (size - 1) * strides[dim]!, offset);
    if (!isEmpty && last >= numbers.count) {
      throw this.fault(
        `tensors within the ${numbers.count} numbers of storage ${numbers.key}`,
        `one that ends at ${last + 1}`,
      );
    }
    return new Found({
      numbers,
      offset: isEmpty ? 0 : offset,
      shape,
      strides,
      requiresGrad: requiresGrad === true,
    });
  }

  /** The value of JavaScript's: dicts as records, tuples as lists, tensors over their storages. */
  converted(value: unknown): unknown {
    if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
    if (this.#values.has(value)) return this.#values.get(value);
    if (this.#path.length > mostDepth) throw this.fault(`values at most ${mostDepth} deep`, "deeper ones");
    if (value instanceof Found) return this.#noted(value, this.#tensor(value));
    if (value instanceof Dict) return this.#dict(value);
    if (Array.isArray(value) || value instanceof Tuple) {
      const list = this.#noted(value, [] as unknown[]);
      for (const [i, each] of (value instanceof Tuple ? value.items : value).entries())
        list.push(this.#inside(i, each));
      return list;
    }
    if (value instanceof Set) {
      const set = this.#noted(value, new Set<unknown>());
      for (const each of value) set.add(this.converted(each));
      return set;
    }
    throw this.fault(
      "tensors and plain values",
      `${value instanceof Callable ? value.name : "a storage"} at ${placeOf("value", this.#path)}`,
    );
  }

  #dict(dict: Dict): unknown {
    const keys = [...dict.entries.keys()];
    const isNamed = keys.every((key) => typeof key === "string" || Number.isSafeInteger(key));
    if (isNamed && new Set(keys.map(String)).size === keys.length) {
      const record: Record<string, unknown> = this.#noted(dict, {});
      for (const [key, each] of dict.entries) {
        const value = this.#inside(String(key), each);
        Object.defineProperty(record, String(key), {
          value,
          enumerable: true,
          writable: true,
          configurable: true,
        });
      }
      return record;
    }
    const map = this.#noted(dict, new Map<unknown, unknown>());
    for (const [key, each] of dict.entries) map.set(this.converted(key), this.#inside(String(key), each));
    return map;
  }

  #noted<T>(key: object, value: T): T {
    this.#values.set(key, value);
    return value;
  }

  #inside(key: string | number, value: unknown): unknown {
    this.#path.push(key);
    const converted = this.converted(value);
    this.#path.pop();
    return converted;
  }

  #tensor({ layout, isParameter }: Found): Tensor {
    const { numbers, offset, shape, strides, requiresGrad } = layout;
    const memory = this.#memory(numbers);
    const isEmpty = shape.includes(0);
    const x = isEmpty
      ? tensor([], { shape: [...shape], dtype: memory.dtype })
      : memory.engine.view(memory.storage, memory.offset + offset, [...shape], [...strides], memory.dtype);
    const learns = requiresGrad && x.dtype === "float32";
    if (isParameter) return new Parameter(x, { requiresGrad: learns });
    return learns ? x.requiresGrad_() : x;
  }

  #memory(numbers: StoredNumbers): Tensor {
    const known = this.#memories.get(numbers.key);
    if (known !== undefined) return known;
    const bytes = this.data.get(numbers.key);
    if (bytes?.length !== numbers.bytes) {
      throw this.fault(`${numbers.bytes} bytes of storage ${numbers.key}`, String(bytes?.length ?? "none"));
    }
    const type = storedTypes.get(numbers.type.dtype)!;
    const what = `load: ${numbers.type.name} of ${placeOf("value", this.#path)} in ${this.#source.name}`;
    const memory = tensor(type.read(bytes.slice().buffer, what), { dtype: type.dtype });
    this.#memories.set(numbers.key, memory);
    return memory;
  }
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function countsOf(value: unknown): readonly number[] | undefined {
  const items = value instanceof Tuple ? value.items : value;
  return Array.isArray(items) && items.every(isCount) ? items : undefined;
}
