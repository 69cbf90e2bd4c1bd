// Files that PyTorch's torch.save wrote are read; those that are wrong, hostile or code are refused in words, and nothing runs.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, describe, test } from "node:test";
import fc from "fast-check";
import { unzipSync, zipSync } from "fflate";
import { load } from "../../../kernel/checkpoint";
import { thisMachine } from "../../../kernel/host/machine";
import { setMachine } from "../../../kernel/machine/machine";
import * as nn from "../../../kernel/nn";
import * as optim from "../../../kernel/optim";
import { memoryUsage, type Tensor } from "../../../kernel/tensor";
import { assertClose, fixture, type Packed, unpack } from "../fixtures";

setMachine(thisMachine);
const folder = path.join(import.meta.dirname, "../../fixtures/torch");
const root = mkdtempSync(path.join(tmpdir(), "bnlab-torch-"));
after(() => rmSync(root, { recursive: true }));
const file = path.join(root, "x.pt");

interface Checkpoint {
  readonly epoch: number;
  readonly model: nn.StateDict;
  readonly optimizer: {
    readonly state: Record<string, Record<string, Tensor | number>>;
    readonly param_groups: readonly Record<string, unknown>[];
  };
  readonly tensors: Readonly<Record<string, Tensor>>;
  readonly plain: Readonly<Record<string, unknown>>;
}

const expected = fixture<{
  readonly input: Packed;
  readonly output: Packed;
  readonly tensors: Readonly<Record<string, { readonly shape: number[]; readonly data: string[] }>>;
  readonly model: string[];
  readonly step: number;
}>("torch");

for (const name of ["checkpoint.pt", "legacy.pt", "protocol4.pt", "compressed.pt"]) {
  describe(`${name} of PyTorch 1.13 has`, () => {
    const found = load<Checkpoint>(path.join(folder, name));

    test("tensors of every dtype and layout, bit by bit in ours", () => {
      for (const [key, { shape, data }] of Object.entries(expected.tensors)) {
        const x = found.tensors[key]!;
        assert.deepEqual([...x.shape], shape, key);
        const values = data.map((text) =>
          text === "True" ? 1 : text === "False" ? 0 : Number(text.replace("inf", "Infinity")),
        );
        assert.deepEqual([...x.detach().data], x.dtype === "float32" ? values.map(Math.fround) : values, key);
        assert.equal(x.dtype, /^u?int/.test(key) ? "int32" : key === "bool" ? "bool" : "float32", key);
      }
    });

    test("views that share their storage, parameters, and what learns", () => {
      const { whole, slice, transposed, learns, parameter, frozen, tied } = {
        ...found.tensors,
        ...found.plain,
      } as Record<string, Tensor> & { tied: Tensor[] };
      slice!.fill_(-1);
      assert.deepEqual([...whole!.data].slice(3, 11), [3, -1, -1, -1, -1, -1, -1, 10]);
      assert.equal((transposed!.toArray() as number[][])[4]![0], -1);
      assert.ok(learns!.requiresGrad && !(learns instanceof nn.Parameter));
      assert.ok(parameter instanceof nn.Parameter && parameter.requiresGrad);
      assert.ok(frozen instanceof nn.Parameter && !frozen.requiresGrad);
      assert.equal(tied[0], tied[1]);
      assert.equal(tied[0], found.tensors.float32);
    });

    test("plain values", () => {
      const { plain } = found;
      const { same, again, mixed, tied: _, ...rest } = plain;
      assert.deepEqual(rest, {
        none: null,
        true: true,
        int: -5,
        big: 2n ** 70n,
        float: 0.1,
        nan: Number.NaN,
        text: "ü€",
        bytes: Uint8Array.of(0, 255),
        tuple: [1, ["a"]],
        list: [1, [2]],
        set: new Set([3]),
        size: [1, 2],
        dtype: "torch.float32",
        device: "cpu",
        numbered: { 9: "nine", 10: "ten" },
      });
      assert.equal(same, again);
      assert.deepEqual(
        mixed,
        new Map<unknown, string>([
          ["1", "text"],
          [1, "number"],
        ]),
      );
    });

    test("a network's state, which gives PyTorch's outputs, within 1e-5 relative and 1e-6 absolute", () => {
      const net = new nn.Sequential(
        new nn.Linear(3, 4),
        new nn.BatchNorm1d(4),
        new nn.ReLU(),
        new nn.Linear(4, 2),
      );
      assert.deepEqual(Object.keys(found.model), expected.model);
      net.loadStateDict(found.model);
      assertClose(
        net.eval().forward(unpack(expected.input)),
        expected.output,
        { rtol: 1e-5, atol: 1e-6 },
        "output",
      );
      assert.equal(found.epoch, 7);
      const state = found.optimizer.state["0"]!;
      assert.deepEqual([...(state.exp_avg as Tensor).shape], [4, 3]);
      assert.equal((state.step as Tensor).item(), expected.step);
      assert.deepEqual(found.optimizer.param_groups[0]!.params, [0, 1, 2, 3, 4, 5]);
      assert.ok(new optim.Adam(net.parameters()));
    });
  });
}

describe("what load() does not read is refused by name:", () => {
  const faults: [name: string, said: RegExp][] = [
    [
      "model.pt",
      /got torch\.nn\.modules\.\w+\.\w+, the class of a whole model, which is code; in Python, safetensors\.torch\.save_file\(model\.state_dict\(\)/,
    ],
    ["complex.pt", /got torch\.ComplexFloatStorage, which load\(\) never runs; in Python/],
    ["script.pt", /got a program of TorchScript; in Python/],
    [
      "beyond.pt",
      /^load: LongStorage of value\.ids\.big in .*beyond\.pt: expected numbers that fit int32, .* got 2147483648 at 1$/,
    ],
  ];
  for (const [name, said] of faults) {
    test(name, () =>
      assert.throws(
        () => load(path.join(folder, name)),
        (error: Error) =>
          said.test(error.message) && error.message.startsWith("load: ") && error.message.includes(name),
      ),
    );
  }
});

/** A pickle of these opcodes: text as it is, whole numbers as bytes. */
const pickle = (...parts: (string | number)[]) =>
  Uint8Array.from(
    parts.flatMap((part) => (typeof part === "number" ? [part] : [...Buffer.from(part, "latin1")])),
  );
const text = (value: string) => `X${String.fromCharCode(value.length)}\0\0\0${value}`;
const archive = (data: Uint8Array, more: Record<string, Uint8Array> = {}) =>
  zipSync({ "a/data.pkl": data, ...more }, { level: 0 });

function said(bytes: Uint8Array): string {
  writeFileSync(file, bytes);
  try {
    load(file);
  } catch (error) {
    return (error as Error).message;
  }
  return "taken";
}

describe("a pickle that is hostile says so, and runs nothing:", () => {
  const storage = (type: string, key: string, count: number) =>
    `(${text("storage")}ctorch\n${type}\n${text(key)}${text("cpu")}K${String.fromCharCode(count)}tQ`;
  const rebuilt = (offset: string, size: string, stride: string) =>
    `\x80\x02ctorch._utils\n_rebuild_tensor_v2\n(${storage("FloatStorage", "0", 2)}${offset}(${size}t(${stride}t\x89ccollections\nOrderedDict\n)RtR.`;
  const four = { "a/data/0": new Uint8Array(8) };
  const faults: [what: string, data: Uint8Array, said: RegExp, more?: Record<string, Uint8Array>][] = [
    [
      "a command",
      pickle("\x80\x02cposix\nsystem\n", text("touch x"), "\x85R."),
      /expected tensors and plain values in .*, got posix\.system, which load\(\) never runs/,
    ],
    [
      "a command by protocol 4",
      pickle("\x80\x04\x8c\x02os\x8c\x06system\x93."),
      /got os\.system, which load\(\) never runs/,
    ],
    ["eval", pickle("\x80\x02c__builtin__\neval\n", text("1"), "\x85R."), /got __builtin__\.eval/],
    ["an inherited name", pickle("cconstructor\nname\n."), /got constructor\.name/],
    [
      "a call of what is none",
      pickle("\x80\x02}", text("1"), "\x85R."),
      /expected a call of a known function/,
    ],
    [
      "a call without arguments in a tuple",
      pickle("ccollections\nOrderedDict\n]R."),
      /expected a call of a known function/,
    ],
    [
      "an instance",
      pickle("\x80\x02ccollections\nOrderedDict\n)\x81."),
      /expected opcodes that make plain data in .*, got NEWOBJ at byte/,
    ],
    ["an instance of old", pickle("(ios\nsystem\n."), /got INST at byte 1 of a pickle/],
    ["an unknown opcode", pickle(0xff), /got 0xff at byte 0/],
    ["state for a list", pickle("]}b."), /expected a dict to put values into/],
    ["an empty stack", pickle("."), /expected a pickle whose stack is balanced/],
    ["no mark", pickle("Nt."), /stack is balanced/],
    ["half a pair", pickle("}(Nu."), /stack is balanced/],
    ["nothing kept", pickle("h\x05."), /expected a value that was kept under 5/],
    ["values for a number", pickle("K\x01(NNe."), /expected a list to put values into/],
    ["no end", pickle("N"), /expected 1 bytes at byte 1 of a pickle/],
    [
      "a text of 4 GB",
      pickle("X\xff\xff\xff\xff"),
      /expected 4294967295 bytes at byte 5 of a pickle in .*, got 0/,
    ],
    ["a text of 2^63", pickle("\x8d\xff\xff\xff\xff\xff\xff\xff\x7f"), /bytes at byte 9 of a pickle/],
    ["text that is none", pickle("X\x01\0\0\0\xff."), /bytes that are no UTF-8/],
    ["a number without end", pickle("\x8b\xff\xff\xff\x7f"), /whole numbers of at most 4096 bytes/],
    ["a name without end", pickle("cos"), /expected a line at byte 1 of a pickle in .*, got the file's end/],
    ["a storage alone", pickle(storage("FloatStorage", "0", 2), "."), /got a storage at value/, four],
    ["a function alone", pickle("ccollections\nOrderedDict\n."), /got collections\.OrderedDict at value/],
    ["an odd storage", pickle(text("storage"), "Q."), /expected storages as torch\.save names them/],
    [
      "a storage elsewhere",
      pickle(rebuilt("K\0", "K\x02", "K\x01")),
      /expected the storage a\/data\/0 in .*, got none of that name/,
    ],
    [
      "a storage too small",
      pickle(rebuilt("K\0", "K\x02", "K\x01")),
      /expected 8 bytes of storage 0 in .*, got 4/,
      { "a/data/0": new Uint8Array(4) },
    ],
    [
      "a tensor beyond its storage",
      pickle(rebuilt("K\x01", "K\x02", "K\x01")),
      /within the 2 numbers of storage 0 in .*, got one that ends at 3/,
      four,
    ],
    [
      "a huge tensor",
      pickle(rebuilt("K\0", "J\xff\xff\xff\x7fJ\xff\xff\xff\x7f", "K\x01K\x01")),
      /got one that ends at 4294967293/,
      four,
    ],
    [
      "negative sizes",
      pickle(rebuilt("K\0", "J\xff\xff\xff\xff", "K\x01")),
      /expected tensors as torch\.save writes them/,
      four,
    ],
    [
      "strides that are too few",
      pickle(rebuilt("K\0", "K\x02", "")),
      /expected tensors as torch\.save writes them/,
      four,
    ],
    [
      "another order of bytes",
      pickle("N."),
      /expected numbers in little-endian order/,
      { "a/byteorder": Buffer.from("big") },
    ],
    [
      "two pickles",
      pickle("N."),
      /expected one data\.pkl, as torch\.save writes it, in .*, got 2/,
      { "b/data.pkl": pickle("N.") },
    ],
    [
      "deep nesting",
      pickle("]".repeat(100_000), "a".repeat(99_999), "."),
      /expected values at most 500 deep/,
    ],
  ];
  for (const [what, data, wanted, more] of faults) {
    test(what, () => assert.match(said(archive(data, more)), wanted));
  }

  test("a memo that doubles forty times is forty lists, and a list may hold itself", () => {
    const doubled = Array.from(
      { length: 40 },
      (_, i) => `](h${String.fromCharCode(i)}h${String.fromCharCode(i)}eq${String.fromCharCode(i + 1)}`,
    ).join("");
    writeFileSync(file, archive(pickle("]q\0", doubled, ".")));
    let list = load<unknown[]>(file);
    for (let i = 0; i < 39; i++) {
      assert.equal(list[0], list[1]);
      list = list[0] as unknown[];
    }
    writeFileSync(file, archive(pickle("]q\0h\0a.")));
    const self = load<unknown[]>(file);
    assert.equal(self[0], self);
  });

  test("names of objects' own", () => {
    writeFileSync(file, archive(pickle("}(", text("__proto__"), "}", text("constructor"), "K\x01u.")));
    const found = load(file);
    assert.deepEqual(Object.keys(found), ["__proto__", "constructor"]);
    assert.equal(Object.getPrototypeOf(found), Object.prototype);
  });
});

describe("an archive that is wrong says so:", () => {
  const whole = readFileSync(path.join(folder, "checkpoint.pt"));

  test("cut short anywhere", () => {
    for (const name of ["checkpoint.pt", "legacy.pt"]) {
      const bytes = readFileSync(path.join(folder, name));
      for (let end = 0; end < bytes.length; end += 97)
        assert.match(said(bytes.subarray(0, end)), /^(load|safetensors): expected /, `${name} ${end}`);
    }
  });

  test("any bytes changed: a value or an error in words, in flat memory", () => {
    const before = memoryUsage().heapBytes;
    for (const name of ["checkpoint.pt", "compressed.pt", "legacy.pt"]) {
      const bytes = readFileSync(path.join(folder, name));
      const change = fc.tuple(fc.nat(bytes.length - 1), fc.integer({ min: 0, max: 255 }));
      fc.assert(
        fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), (changes) => {
          const changed = Uint8Array.from(bytes);
          for (const [at, byte] of changes) changed[at] = byte;
          assert.match(said(changed), /^taken$|^(load|safetensors): /);
        }),
        { numRuns: 300 },
      );
    }
    assert.ok(memoryUsage().heapBytes - before < 2 ** 24);
  });

  test("zip64 is read, and counts of files that are not there are refused", () => {
    // The end of the archive as zip64 has it: a record of 56 bytes, where that record is, and the old end with all ones.
    const zip64 = (bytes: Uint8Array, files?: bigint) => {
      const end = bytes.length - 22;
      const old = new DataView(bytes.buffer, bytes.byteOffset + end);
      const made = new Uint8Array(bytes.length + 76);
      made.set(bytes.subarray(0, end));
      const view = new DataView(made.buffer);
      const [count, size, start] = [
        files ?? BigInt(old.getUint16(8, true)),
        BigInt(old.getUint32(12, true)),
        BigInt(old.getUint32(16, true)),
      ];
      view.setUint32(end, 0x06064b50, true);
      view.setBigUint64(end + 4, 44n, true);
      for (const [at, value] of [
        [24, count],
        [32, count],
        [40, size],
        [48, start],
      ] as const)
        view.setBigUint64(end + at, value, true);
      view.setUint32(end + 56, 0x07064b50, true);
      view.setBigUint64(end + 64, BigInt(end), true);
      view.setUint32(end + 72, 1, true);
      made.set(bytes.subarray(end), end + 76);
      for (const at of [8, 10]) view.setUint16(end + 76 + at, 0xffff, true);
      for (const at of [12, 16]) view.setUint32(end + 76 + at, 0xffffffff, true);
      return made;
    };
    const plain = zipSync(unzipSync(whole), { level: 0 });
    assert.equal(said(plain), "taken");
    assert.equal(said(zip64(plain)), "taken");
    assert.equal(load<Checkpoint>(file).epoch, 7);
    assert.match(said(zip64(plain, 2n ** 32n - 1n)), /got one that is cut short or damaged/);
  });

  test("sizes that cannot be", () => {
    const bytes = Uint8Array.from(archive(pickle("N.")));
    const central = Buffer.from(bytes).indexOf("PK\x01\x02");
    new DataView(bytes.buffer).setUint32(central + 24, 2 ** 31, true);
    assert.match(said(bytes), /got files in it that cannot be \("a\/data\.pkl"\): damaged/);
    const packed = Uint8Array.from(zipSync({ "a/data.pkl": new Uint8Array(1000) }));
    new DataView(packed.buffer).setUint32(Buffer.from(packed).indexOf("PK\x01\x02") + 24, 2 ** 31, true);
    assert.match(said(packed), /cannot be/);
  });

  test("archives of something else, and other pickles", () => {
    assert.match(
      said(zipSync({ "word/document.xml": new Uint8Array(3) })),
      /expected one data\.pkl, .* got 0: another zip archive/,
    );
    assert.match(said(pickle("\x80\x02}.")), /^safetensors: expected/);
    assert.match(
      said(pickle("\x80\x02\x8a\x0a", "\x01".repeat(10), ".")),
      /expected a file of torch\.save in .*, got another pickle/,
    );
  });
});
