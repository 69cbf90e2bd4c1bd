// Files of safetensors: Python's read, ours read back, wrong ones refused.

import assert from "node:assert/strict";
import {
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, describe, test } from "node:test";
import fc from "fast-check";
import { thisMachine } from "../../../kernel/host/machine";
import { setMachine } from "../../../kernel/machine/machine";
import * as nn from "../../../kernel/nn";
import * as safetensors from "../../../kernel/safetensors";
import { arange, memoryUsage, tensor, zeros } from "../../../kernel/tensor";
import { assertClose, fixture, type Packed, unpack } from "../fixtures";

setMachine(thisMachine);

const fixtures = path.join(import.meta.dirname, "../../fixtures");
const mlpFile = path.join(fixtures, "mlp.safetensors");
const root = mkdtempSync(path.join(tmpdir(), "bnlab-safetensors-"));
after(() => rmSync(root, { recursive: true }));

interface Fixture {
  readonly mlp: { readonly input: Packed; readonly output: Packed; readonly keys: readonly string[] };
  readonly elementTypes: Record<
    string,
    { readonly shape: readonly number[]; readonly values: readonly string[] }
  >;
}
const { mlp, elementTypes } = fixture<Fixture>("data");

const network = () =>
  new nn.Sequential(new nn.Linear(6, 10), new nn.BatchNorm1d(10), new nn.Sigmoid(), new nn.Linear(10, 3));

/** A file of this header (text, or what JSON makes of it) and so many bytes of data. */
function file(header: unknown, dataBytes = 0): Uint8Array {
  const json = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
}

/** The format read by its specification alone: header and data. */
function dissect(bytes: Uint8Array) {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const size = Number(view.getBigUint64(0, true));
  const json = new TextDecoder().decode(bytes.subarray(8, 8 + size));
  return { size, json, data: new DataView(bytes.buffer, bytes.byteOffset + 8 + size) };
}

describe("a file that Python's safetensors wrote of a PyTorch network", () => {
  test("has PyTorch's names", () => {
    assert.deepEqual(Object.keys(safetensors.loadFile(mlpFile)).toSorted(), mlp.keys.toSorted());
    assert.deepEqual(Object.keys(network().stateDict()).toSorted(), mlp.keys.toSorted());
  });

  test("gives the same network PyTorch's outputs, within 1e-5 relative and 1e-6 absolute", () => {
    const net = network();
    net.loadStateDict(safetensors.loadFile(mlpFile));
    assertClose(net.eval().forward(unpack(mlp.input)), mlp.output, { rtol: 1e-5, atol: 1e-6 }, "output");
    assert.equal(net.stateDict()["1.num_batches_tracked"]!.item(), 5);
  });

  test("has its metadata", () => {
    assert.deepEqual(safetensors.metadata(mlpFile), { format: "pt", note: "five steps – fünf" });
    assert.deepEqual(safetensors.metadata(path.join(fixtures, "dtypes.safetensors")), {});
  });

  test("is read from bytes as from the file, wherever they lie in their buffer", () => {
    const content = readFileSync(mlpFile);
    const shifted = new Uint8Array(content.length + 3).subarray(3);
    shifted.set(content);
    const expected = safetensors.loadFile(mlpFile);
    for (const bytes of [content, shifted]) {
      const loaded = safetensors.load(bytes);
      for (const [name, value] of Object.entries(expected)) assert.ok(value.equal(loaded[name]!), name);
    }
  });
});

describe("element types", () => {
  const loaded = safetensors.loadFile(path.join(fixtures, "dtypes.safetensors"));
  for (const [name, { shape, values }] of Object.entries(elementTypes)) {
    test(`${name} become ${loaded[name]?.dtype}, bit by bit`, () => {
      const x = loaded[name]!;
      assert.deepEqual([...x.shape], [...shape]);
      const expected = values.map((text) =>
        text.endsWith("inf") ? Number(text.replace("inf", "Infinity")) : Number(text),
      );
      assert.deepEqual([...x.data], x.dtype === "float32" ? expected.map(Math.fround) : expected);
    });
  }

  test("every half is its value: sign, mantissa and power of two", () => {
    const bits = Uint16Array.from({ length: 2 ** 16 }, (_, i) => i);
    const bytes = file({ h: { dtype: "F16", shape: [2 ** 16], data_offsets: [0, 2 ** 17] } }, 2 ** 17);
    bytes.set(new Uint8Array(bits.buffer), bytes.length - 2 ** 17);
    const values = safetensors.load(bytes).h!.data;
    for (const half of bits) {
      const [sign, exponent, mantissa] = [half >> 15 ? -1 : 1, (half >> 10) & 31, half & 1023];
      const size = exponent === 0 ? mantissa * 2 ** -24 : (1024 + mantissa) * 2 ** (exponent - 25);
      const expected =
        exponent < 31 ? sign * size : mantissa === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
      assert.ok(Object.is(values[half], expected), `half ${half}: expected ${expected}, got ${values[half]}`);
    }
  });

  test("beyond int32 are refused, by name and place", () => {
    assert.throws(
      () => safetensors.loadFile(path.join(fixtures, "beyond.safetensors")),
      /^RangeError: safetensors: I64 "big" in .*beyond\.safetensors: expected numbers that fit int32, .* got 2147483648 at 1$/,
    );
    for (const dtype of ["U32", "U64", "I64"]) {
      const width = dtype === "U32" ? 4 : 8;
      const bytes = file({ x: { dtype, shape: [1], data_offsets: [0, width] } }, width);
      bytes.fill(0xff, bytes.length - width);
      if (dtype === "I64") assert.equal(safetensors.load(bytes).x!.item(), -1);
      else assert.throws(() => safetensors.load(bytes), /"x" in the bytes: expected numbers that fit int32/);
    }
  });
});

describe("saving", () => {
  test("writes what the format says: size, JSON, packed little-endian data at a multiple of 8", () => {
    const bytes = safetensors.save(
      {
        flags: tensor([true, false, true]),
        w: tensor([
          [1, 2, 3],
          [4, 5, -0.5],
        ]).t(),
        n: tensor(7, { dtype: "int32" }),
      },
      { metadata: { format: "pt" } },
    );
    const { size, json, data } = dissect(bytes);
    assert.equal(size % 8, 0);
    assert.deepEqual(JSON.parse(json), {
      __metadata__: { format: "pt" },
      w: { dtype: "F32", shape: [3, 2], data_offsets: [0, 24] },
      n: { dtype: "I32", shape: [], data_offsets: [24, 28] },
      flags: { dtype: "BOOL", shape: [3], data_offsets: [28, 31] },
    });
    assert.deepEqual(
      [0, 1, 2, 3, 4, 5].map((i) => data.getFloat32(4 * i, true)),
      [1, 4, 2, 5, 3, -0.5],
    );
    assert.equal(data.getInt32(24, true), 7);
    assert.deepEqual(
      [28, 29, 30].map((i) => data.getUint8(i)),
      [1, 0, 1],
    );
    assert.equal(data.byteLength, 31);
  });

  test("goes round: any names, shapes, dtypes and metadata", () => {
    const shape = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 });
    const value = fc
      .tuple(shape, fc.constantFrom("float32" as const, "int32" as const, "bool" as const), fc.nat())
      .map(([sizes, dtype, seed]) => {
        const count = sizes.reduce((product, size) => product * size, 1);
        return tensor(
          Float32Array.from({ length: count }, (_, i) => (seed + i) % 5),
          { shape: sizes, dtype },
        );
      });
    const name = fc
      .string({ unit: "binary" })
      .filter((each) => each !== "__metadata__" && !/\p{Surrogate}/u.test(each));
    fc.assert(
      fc.property(
        fc.dictionary(name, value),
        fc.dictionary(fc.string(), fc.string()),
        (tensors, metadata) => {
          const target = path.join(root, "round.safetensors");
          safetensors.saveFile(tensors, target, { metadata });
          const loaded = safetensors.loadFile(target);
          assert.deepEqual(Object.keys(loaded).toSorted(), Object.keys(tensors).toSorted());
          for (const [key, x] of Object.entries(tensors)) {
            assert.deepEqual([loaded[key]!.dtype, ...loaded[key]!.shape], [x.dtype, ...x.shape]);
            assert.deepEqual(loaded[key]!.data, x.data);
          }
          assert.deepEqual({ ...safetensors.metadata(target) }, { ...metadata });
        },
      ),
      { numRuns: 60 },
    );
  });

  test("and loading leave a trained network as it is", () => {
    const [net, other] = [network(), network()];
    net.forward(unpack(mlp.input));
    safetensors.saveFile(net.stateDict(), path.join(root, "net.safetensors"));
    other.loadStateDict(safetensors.loadFile(path.join(root, "net.safetensors")));
    const x = unpack(mlp.input);
    assert.deepEqual(other.eval().forward(x).data, net.eval().forward(x).data);
  });

  test("replaces a file at once, and leaves nothing else behind", () => {
    const folder = mkdtempSync(path.join(root, "d"));
    const target = path.join(folder, "x.safetensors");
    writeFileSync(target, "old");
    safetensors.saveFile({ x: arange(3) }, target);
    assert.deepEqual(readdirSync(folder), ["x.safetensors"]);
    assert.deepEqual([...safetensors.loadFile(target).x!.data], [0, 1, 2]);
  });

  test("refuses what the format has no room for", () => {
    const x = zeros([1]);
    assert.throws(
      () => safetensors.save("x" as never),
      /expected tensors by name, as stateDict\(\) gives them, got x/,
    );
    assert.throws(
      () => safetensors.save({ x }, "x.safetensors" as never),
      /saveFile\(tensors, path\) writes a file/,
    );
    assert.throws(() => safetensors.load("x.safetensors" as never), /loadFile\(path\) reads a file/);
    assert.throws(() => safetensors.save({ __metadata__: x }), /names of tensors other than __metadata__/);
    assert.throws(() => safetensors.save({ x: [1] as never }), /expected tensors by name, got 1 for "x"/);
    assert.throws(
      () => safetensors.save({ x }, { metadata: { epoch: 3 as never } }),
      /metadata of text, got 3 for "epoch"/,
    );
    assert.throws(
      () => safetensors.saveFile({ x }, path.join(root, "none", "x.safetensors")),
      /expected a folder to save in, got .*none, which does not exist/,
    );
  });
});

describe("a file that is wrong says so:", () => {
  const x = (change: object) => ({ x: { dtype: "F32", shape: [2], data_offsets: [0, 8], ...change } });
  const y = { dtype: "F32", shape: [1], data_offsets: [8, 12] };
  const faults: [what: string, bytes: Uint8Array, fault: RegExp][] = [
    ["nothing", new Uint8Array(0), /at least the 8 bytes of the header's size in the bytes, got 0/],
    ["seven bytes", new Uint8Array(7), /at least the 8 bytes .* got 7/],
    ["a size of 0", new Uint8Array(8), /a header of JSON in the bytes, got no byte/],
    [
      "a huge size",
      new Uint8Array(64).fill(0xff),
      /at most 100000000 bytes in the bytes, got 18446744073709551615: not a safetensors/,
    ],
    [
      "a header cut short",
      file(x({}), 8).subarray(0, 30),
      /expected a header of \d+ bytes in the bytes, got 22: the file is cut short/,
    ],
    ["another format", file("PK\u0003\u0004"), /a header of JSON .* got the byte 80 in place of "\{"/],
    ["no JSON", file("{x}"), /a header of JSON .* got .*JSON/],
    ["bytes that are no UTF-8", file(x({}), 8).with(12, 0xff), /a header of JSON/],
    ["JSON and more", file("{}{}"), /a header of JSON/],
    [
      "data cut short",
      file(x({}), 7),
      /"x" to end within the 7 bytes of data in the bytes, got 8: the file is cut short/,
    ],
    ["data too long", file(x({}), 9), /expected 8 bytes of data in the bytes, got 9: 1 belong to no tensor/],
    ["a gap at the start", file({ y }, 12), /"y" to begin at byte 0, the start, in the bytes, got 8: a gap/],
    [
      "a gap",
      file({ ...x({}), y: { ...y, data_offsets: [12, 16] } }, 16),
      /"y" to begin at byte 8, the end of "x", .* got 12: a gap/,
    ],
    [
      "an overlap",
      file({ ...x({}), y: { ...y, data_offsets: [4, 8] } }, 8),
      /"y" to begin at byte 8, the end of "x", .* got 4: an overlap/,
    ],
    [
      "one tensor twice in one place",
      file({ ...x({}), y: x({}).x }, 8),
      /to begin at byte 8, .* got 0: an overlap/,
    ],
    [
      "offsets the wrong way",
      file(x({ data_offsets: [8, 0] }), 8),
      /data_offsets \[begin, end\] for "x" in the bytes, got \[8,0\]/,
    ],
    ["three offsets", file(x({ data_offsets: [0, 8, 9] }), 8), /data_offsets \[begin, end\] for "x"/],
    [
      "broken offsets",
      file(x({ data_offsets: [0, 7.5] }), 8),
      /data_offsets \[begin, end\] for "x" in the bytes, got \[0,7.5\]/,
    ],
    [
      "no offsets",
      file(x({ data_offsets: undefined }), 8),
      /data_offsets \[begin, end\] for "x" in the bytes, got nothing/,
    ],
    ["a wrong size", file(x({ shape: [3] }), 8), /12 bytes of F32 \[3\] for "x" in the bytes, got 8/],
    [
      "a huge shape",
      file(x({ shape: [2 ** 40, 2 ** 40] }), 8),
      /bytes of F32 \[1099511627776, 1099511627776\] for "x"/,
    ],
    [
      "a negative shape",
      file(x({ shape: [-2, -1] }), 8),
      /a shape of whole numbers ≥ 0 for "x" in the bytes, got \[-2,-1\]/,
    ],
    [
      "an unknown dtype",
      file(x({ dtype: "F8_E4M3" }), 8),
      /a dtype of F64, F32, F16, .* for "x" in the bytes, got "F8_E4M3"/,
    ],
    ["an inherited name for a dtype", file(x({ dtype: "constructor" }), 8), /a dtype of F64/],
    ["no entry", file({ x: null }), /\{ dtype, shape, data_offsets \} for "x" in the bytes, got null/],
    ["a name twice", file('{"x":1,"\\u0078":2}'), /each name once in the header of the bytes, got "x" twice/],
    [
      "a key twice inside",
      file('{"x":{"shape":[1],"shape":[2]}}'),
      /each name once in the header of the bytes, got "shape" twice/,
    ],
    [
      "metadata that is no text",
      file({ __metadata__: { a: 1 } }),
      /__metadata__ to map text to text in the bytes, got \{"a":1\}/,
    ],
    ["metadata that is a list", file({ __metadata__: ["a"] }), /__metadata__ to map text to text/],
    [
      "deep nesting",
      file(`{"x":${"[".repeat(200_000)}${"]".repeat(200_000)}}`),
      /lists nested at most 128 deep in the header of the bytes, got deeper ones/,
    ],
  ];
  for (const [what, bytes, fault] of faults) {
    test(what, () => {
      assert.throws(() => safetensors.load(bytes), fault);
      const target = path.join(root, "wrong.safetensors");
      writeFileSync(target, bytes);
      assert.throws(
        () => safetensors.loadFile(target),
        (error: Error) => {
          assert.match(error.message.replaceAll(target, "the bytes"), fault);
          return error.message.includes(target);
        },
      );
    });
  }

  test("a file that is not there", () => {
    assert.throws(
      () => safetensors.loadFile(path.join(root, "nowhere.safetensors")),
      /safetensors: expected a file, got .*nowhere\.safetensors, which does not exist/,
    );
  });

  test("valid oddities are no fault: no tensor, spaces, a name that objects inherit", () => {
    assert.deepEqual(safetensors.load(file("{}   ")), {});
    assert.deepEqual(safetensors.load(file({ __metadata__: null })), {});
    const bytes = file(
      '{"__proto__" : {"dtype":"F32","shape":[1],"data_offsets":[0,4]}, "a\\"b:": {"dtype":"U8","shape":[0],"data_offsets":[0,0]}}',
      4,
    );
    const loaded = safetensors.load(bytes);
    assert.deepEqual(Object.keys(loaded).toSorted(), ["__proto__", 'a"b:']);
    assert.equal(Object.getPrototypeOf(loaded), Object.prototype);
  });

  test("cut short anywhere, or with any bytes changed: tensors or an error of safetensors, in flat memory", () => {
    const whole = new Uint8Array(readFileSync(mlpFile));
    const header = 8 + dissect(whole).size;
    const attempt = (bytes: Uint8Array) => {
      try {
        return Object.keys(safetensors.load(bytes)).length;
      } catch (error) {
        assert.match((error as Error).message, /^safetensors: /);
        return -1;
      }
    };
    for (let end = 0; end < whole.length; end++)
      assert.equal(attempt(whole.subarray(0, end)), -1, `cut at ${end}`);
    const change = fc.tuple(fc.nat(header - 1), fc.integer({ min: 0, max: 255 }));
    const before = memoryUsage().heapBytes;
    let refused = 0;
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const bytes = whole.slice();
        for (const [at, byte] of changes) bytes[at] = byte;
        if (attempt(bytes) < 0) refused++;
      }),
      { numRuns: 3_000 },
    );
    assert.ok(refused > 2_000, `only ${refused} of 3,000 damaged headers were refused`);
    assert.ok(memoryUsage().heapBytes - before < 2 ** 22);
  });
});

describe("saving beside what is there", () => {
  const x = arange(3);

  test("a link stays a link: what it leads to is replaced, also where it is not there yet", (t) => {
    const [folder, elsewhere] = [mkdtempSync(path.join(root, "a-")), mkdtempSync(path.join(root, "b-"))];
    const link = path.join(folder, "best.safetensors");
    try {
      symlinkSync(path.join("..", path.basename(elsewhere), "step-9.safetensors"), link);
    } catch {
      return t.skip("links need a permission here");
    }
    for (const end of [3, 4]) {
      safetensors.saveFile({ x: arange(end) }, link);
      assert.ok(lstatSync(link).isSymbolicLink());
      assert.deepEqual(readdirSync(elsewhere), ["step-9.safetensors"]);
      assert.deepEqual([...safetensors.loadFile(link).x!.shape], [end]);
    }
    const circle = path.join(folder, "circle");
    symlinkSync("circle", circle);
    assert.throws(() => safetensors.saveFile({ x }, circle), /links lead back to themselves/);
  });

  test("a folder and what the file system refuses, in words", () => {
    const folder = mkdtempSync(path.join(root, "folder-"));
    assert.throws(
      () => safetensors.saveFile({ x }, folder),
      /expected to write .*, but it is a folder; add a file name to it/,
    );
    assert.throws(() => safetensors.loadFile(folder), /expected a file, got the folder/);
    const long = path.join(folder, "n".repeat(300));
    assert.throws(
      () => safetensors.saveFile({ x }, long),
      /expected to (?:write|look at) .*, but its name is too long/,
    );
    assert.deepEqual(readdirSync(folder), []);
  });
});

test("a header of spaces, and one of very many tensors", () => {
  assert.deepEqual(safetensors.load(file(`{${" ".repeat(20_000_000)}}`)), {});
  assert.deepEqual(safetensors.load(file(`{}${" ".repeat(20_000_000)}`)), {});
  const many = Array.from({ length: 20_000 }, (_, n) => [
    `t${n}`,
    { dtype: "F32", shape: [0], data_offsets: [0, 0] },
  ]);
  assert.equal(Object.keys(safetensors.load(file(Object.fromEntries(many)))).length, 20_000);
});
