// save() and load(): what goes in comes out, what cannot is refused before anything is written, wrong files say so.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, describe, test } from "node:test";
import fc from "fast-check";
import { load, save } from "../../../kernel/checkpoint";
import { thisMachine } from "../../../kernel/host/machine";
import { setMachine } from "../../../kernel/machine/machine";
import * as nn from "../../../kernel/nn";
import * as optim from "../../../kernel/optim";
import * as safetensors from "../../../kernel/safetensors";
import {
  arange,
  Generator,
  getRngState,
  memoryUsage,
  randn,
  type Tensor,
  tensor,
  zeros,
} from "../../../kernel/tensor";

setMachine(thisMachine);
const root = mkdtempSync(path.join(tmpdir(), "bnlab-checkpoint-"));
after(() => rmSync(root, { recursive: true }));
const file = path.join(root, "value.safetensors");

function round<Value>(value: Value): Value {
  save(file, value);
  return load<Value>(file);
}

/** A file of this structure, beside tensors. */
function writeStructure(structure: unknown, tensors: safetensors.Tensors = {}): void {
  const text = typeof structure === "string" ? structure : JSON.stringify({ version: 1, value: structure });
  safetensors.saveFile(tensors, file, { metadata: { "bnlab.structure": text } });
}

describe("a value comes back as it was:", () => {
  test("numbers that JSON lacks, texts, nothings", () => {
    const values = [
      0,
      -0,
      1.5,
      Number.NaN,
      Infinity,
      -Infinity,
      2 ** 53,
      5e-324,
      12n,
      -(2n ** 80n),
      "",
      "\ud800 ü \0",
      true,
      null,
      undefined,
    ];
    const back = round(values);
    assert.equal(back.length, values.length);
    for (const [i, value] of values.entries())
      assert.ok(Object.is(back[i], value), `${i}: ${String(back[i])}`);
    for (const value of values) assert.ok(Object.is(round(value), value), String(value));
  });

  test("records under any names, in their order", () => {
    const value = {
      b: 1,
      a: { "": 2, "a.b": 3, ["__proto__"]: 4, constructor: 6, toString: { ["__proto__"]: [] } },
    };
    const back = round(value);
    assert.deepEqual(Object.entries(back.a), Object.entries(value.a));
    assert.deepEqual(Object.keys(back), ["b", "a"]);
    assert.equal(Object.getPrototypeOf(back.a), Object.prototype);
    assert.equal(({} as { polluted?: unknown }).polluted, undefined);
    assert.deepEqual(round(Object.assign(Object.create(null), { x: 1 })), { x: 1 });
  });

  test("tensors of every dtype, views, empty ones and numbers, with what they require", () => {
    const value = {
      float: randn([2, 3]),
      whole: arange(5),
      mask: tensor([true, false]),
      turned: randn([2, 3]).t(),
      part: arange(10).slice(0, 2, 5),
      none: zeros([0, 3]),
      one: tensor(Number.NaN),
      learns: tensor([1, 2], { requiresGrad: true }),
      frozen: tensor([1]).requiresGrad_(false),
      parameter: new nn.Parameter(zeros([2])),
      still: new nn.Parameter(zeros([2]), { requiresGrad: false }),
      computed: tensor([1], { requiresGrad: true }).mul(2),
    };
    const back = round(value);
    for (const [name, x] of Object.entries(value)) {
      const y = back[name as keyof typeof back];
      assert.deepEqual(
        [y.dtype, [...y.shape], y.requiresGrad, y.isFrozen],
        [x.dtype, [...x.shape], x.requiresGrad, x.isFrozen],
        name,
      );
      assert.deepEqual(y.detach().data, x.detach().data, name);
      assert.equal(y instanceof nn.Parameter, x instanceof nn.Parameter, name);
      assert.ok(y.isLeaf);
    }
  });

  test("typed arrays of every kind, Maps and Sets", () => {
    const value = {
      arrays: [
        Float64Array.of(0.1, Number.NaN),
        Float32Array.of(0.5),
        Int32Array.of(-7),
        Uint32Array.of(2 ** 32 - 1),
        Int16Array.of(-3),
        Uint16Array.of(65535),
        Int8Array.of(-1),
        Uint8Array.of(255),
        Uint8ClampedArray.of(7),
        BigInt64Array.of(-(2n ** 63n)),
        BigUint64Array.of(2n ** 64n - 1n),
        new Float64Array(0),
      ],
      map: new Map<unknown, unknown>([
        ["a", tensor([1])],
        [2, [3]],
        [null, new Set([1, "x", undefined])],
      ]),
    };
    const back = round(value);
    assert.deepEqual(back.arrays, value.arrays);
    assert.deepEqual([...back.map.keys()], ["a", 2, null]);
    assert.deepEqual(back.map.get(null), new Set([1, "x", undefined]));
    assert.deepEqual(back.map.get("a"), tensor([1]));
  });

  test("what is one object is one again, and shared memory is shared", () => {
    const weight = new nn.Parameter(randn([3, 2]));
    const list = [weight];
    const value = { list, again: list, deep: { weight }, view: weight.detach(), other: weight.detach().t() };
    const back = round(value);
    assert.equal(back.again, back.list);
    assert.equal(back.deep.weight, back.list[0]);
    back.view.fill_(7);
    assert.equal(back.deep.weight.detach().max().item(), 7);
    assert.notEqual(back.other.max().item(), 7, "other layouts of the same memory are tensors of their own");
    const chain = Array.from({ length: 40 }).reduce<unknown[]>((inner) => [inner, inner], [1]);
    let inner = round(chain) as unknown[];
    assert.ok(readFileSync(file).length < 5_000, "twice the same is written once");
    for (let i = 0; i < 40; i++) {
      assert.equal(inner[0], inner[1]);
      inner = inner[0] as unknown[];
    }
  });

  test("tied weights stay tied through a state", () => {
    class Tied extends nn.Module {
      first = new nn.Linear(2, 2);
      second = Object.assign(new nn.Linear(2, 2), { weight: this.first.weight });
      override forward(x: Tensor) {
        return this.second.forward(this.first.forward(x));
      }
    }
    const state = round(new Tied().stateDict());
    state["first.weight"]!.fill_(3);
    assert.equal(state["second.weight"]!.min().item(), 3);
  });

  test("any value of these", () => {
    const leaf = fc.oneof(
      fc.double(),
      fc.string({ unit: "binary" }),
      fc.boolean(),
      fc.constantFrom(null, undefined),
      fc.bigInt(),
      fc.float64Array(),
      fc.int32Array(),
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        leaf,
        fc.array(tie("tree"), { maxLength: 4 }),
        fc.dictionary(fc.string({ unit: "binary" }), tie("tree"), { maxKeys: 4 }),
        fc.array(fc.tuple(fc.string(), tie("tree"))).map((pairs) => new Map(pairs)),
      ),
    }));
    fc.assert(
      fc.property(tree, (value) => {
        // Records without a prototype come back as ordinary ones.
        const plain = (x: unknown): unknown =>
          x instanceof Map
            ? new Map([...x].map(([k, v]) => [k, plain(v)]))
            : Array.isArray(x)
              ? x.map(plain)
              : typeof x === "object" && x !== null && !ArrayBuffer.isView(x)
                ? Object.fromEntries(Object.entries(x).map(([k, v]) => [k, plain(v)]))
                : x;
        assert.deepEqual(round(value), plain(value));
      }),
      { numRuns: 80 },
    );
  });
});

test("Python finds the tensors under the names of their places, and the rest of a file is one of safetensors", () => {
  const net = new nn.Sequential(new nn.Linear(2, 3), new nn.BatchNorm1d(3));
  const opt = new optim.Adam(net.parameters());
  net
    .forward(randn([4, 2]))
    .sum()
    .backward();
  opt.step();
  save(file, {
    epoch: 3,
    model: net.stateDict(),
    optimizer: opt.stateDict(),
    history: [0.5, Number.NaN],
    best: { "a.b": zeros([1]), a: { b: zeros([2]) } },
    __metadata__: zeros([1]),
    seen: [zeros([1])],
  });
  const found = safetensors.loadFile(file);
  const names = Object.keys(found);
  for (const name of [
    "model.0.weight",
    "model.1.running_mean",
    "optimizer.state.0.exp_avg",
    "best.a.b",
    "best.a.b~2",
    "__metadata__~2",
    "seen.0",
  ]) {
    assert.ok(names.includes(name), `${name} among ${names.join(" ")}`);
  }
  assert.deepEqual(found["model.0.weight"], net.stateDict()["0.weight"]);
  assert.equal(safetensors.metadata(file).format, "pt");
  assert.deepEqual([...load<{ best: { a: { b: Tensor } } }>(file).best.a.b.shape], [2]);
});

test("a file without a structure gives its tensors by name", () => {
  safetensors.saveFile({ w: arange(3) }, file);
  assert.deepEqual(load(file), { w: arange(3) });
});

describe("what a file cannot give back is refused before anything is written, with its place:", () => {
  const net = new nn.Linear(2, 2);
  const cycle: Record<string, unknown> = { a: [] };
  (cycle.a as unknown[]).push({ up: cycle });
  const deep = Array.from({ length: 600 }).reduce<unknown>((inner) => [inner], 1);
  const faults: [what: string, value: unknown, said: RegExp][] = [
    ["a module", { nets: [net] }, /got a Linear at value\.nets\[0\]; save its stateDict\(\)$/],
    [
      "an optimizer",
      { opt: new optim.SGD(net.parameters(), 1) },
      /got a SGD at value\.opt; save its stateDict\(\)$/,
    ],
    [
      "a generator",
      new Map([["rng", new Generator(1)]]),
      /got a Generator at value\.rng; save its getState\(\)$/,
    ],
    ["a function", { "to do": { f: () => 1 } }, /got a function at value\["to do"\]\.f; leave it out$/],
    ["a symbol", [Symbol("s")], /got symbol Symbol\(s\) at value\[0\]/],
    ["a property named by a symbol", { [Symbol("s")]: 1 }, /got a property named Symbol\(s\) at value;/],
    ["a date", { at: new Date(0) }, /got a Date at value\.at; save its toISOString\(\)$/],
    [
      "a promise",
      { at: Promise.resolve(1) },
      /got a Promise at value\.at; copy what is to be kept into a record/,
    ],
    ["a cycle", cycle, /got a cycle: a value inside itself at value\.a\[0\]\.up; leave it out$/],
    ["deep nesting", deep, /got values more than 500 deep at value\[0\]\[0\].*…/],
    ["a list with a name", Object.assign([1], { extra: 2 }), /got a property of a list at value\.extra/],
    [
      "memory without a kind",
      { b: new DataView(new ArrayBuffer(2)) },
      /got a DataView at value\.b; save a typed array/,
    ],
  ];
  for (const [what, value, said] of faults) {
    test(what, () => {
      const folder = mkdtempSync(path.join(root, "f-"));
      assert.throws(
        () => save(path.join(folder, "x.safetensors"), value),
        (error: Error) =>
          error instanceof TypeError &&
          error.message.startsWith("save: expected tensors, ") &&
          said.test(error.message),
      );
      assert.deepEqual(readdirSync(folder), []);
    });
  }

  test("a name of Python's pickles, a path that is none, a folder that is not there", () => {
    assert.throws(
      () => save("model.pt", {}),
      /^RangeError: save: expected a name that ends in \.safetensors, got model\.pt/,
    );
    assert.throws(
      () => save({} as never, {} as never),
      /save: expected a path, got an object; write save\("run\.safetensors", value\)/,
    );
    assert.throws(
      () => (save as unknown as (path: string) => void)("x"),
      /expected a path and a value, got only string x/,
    );
    assert.throws(
      () => save(path.join(root, "none", "x"), {}),
      /save: expected a folder to save in, got .*none, which does not exist/,
    );
    assert.throws(() => load(""), /load: expected a path, got string/);
    assert.throws(
      () => load(path.join(root, "nowhere")),
      /load: expected a file, got .*nowhere, which does not exist/,
    );
  });

  test("PyTorch's order of arguments is taken", () => {
    save({ x: 1 }, file);
    assert.deepEqual(load(file), { x: 1 });
  });
});

describe("a file that is wrong says so:", () => {
  const x = { x: zeros([2]) };
  const faults: [what: string, structure: unknown, said: RegExp, tensors?: safetensors.Tensors][] = [
    ["no JSON", "{", /expected a structure in JSON in .*, got \{/],
    ["no structure", "[1]", /expected a structure \{ version, value \}/],
    [
      "another version",
      JSON.stringify({ version: 2, value: 1 }),
      /expected a structure of version 1 in .*, got 2; a newer bnlab/,
    ],
    ["an unknown kind", ["eval", "1"], /expected a kind of list, set, map, tensor, .* got eval/],
    ["an inherited kind", ["constructor"], /expected a kind of list, .* got constructor/],
    ["no kind", [], /expected a kind of .* got nothing/],
    ["a tensor that is not there", ["tensor", "y"], /the name of one of its tensors, each once in .*, got y/],
    ["a tensor twice", ["list", ["tensor", "x"], ["tensor", "x"]], /each once in .*, got x/, x],
    [
      "an odd mark",
      ["tensor", "x", { code: "1" }],
      /expected \{ parameter, requiresGrad, of \} in .*, got an object/,
      x,
    ],
    ["a tensor beside it", ["list"], /expected every tensor in the structure in .*, got x beside it/, x],
    [
      "memory of another shape",
      ["list", ["tensor", "x"], ["tensor", "y", { of: "x" }]],
      /expected a tensor \[3\] before, whose memory "y" has/,
      { ...x, y: zeros([3]) },
    ],
    ["memory of nobody", ["tensor", "x", { of: "x" }], /expected a tensor \[2\] before/, x],
    [
      "an integer that learns",
      ["tensor", "x", { requiresGrad: true }],
      /expected float32 for "x", which requires grad in .*, got I32/,
      { x: arange(2) },
    ],
    [
      "an array of another kind",
      ["array", "Float64Array", "x"],
      /expected F64 for the Float64Array "x" in .*, got F32/,
      x,
    ],
    ["an array of no kind", ["array", "Function", "x"], /expected a kind of Float64Array, /, x],
    ["a number that is one", ["number", "7"], /expected NaN, Infinity, -Infinity or -0 in .*, got 7/],
    ["a bigint of letters", ["bigint", "0xff"], /expected the digits of a bigint/],
    ["a reference forward", ["list", ["same", 1]], /expected the number of a value before in .*, got 1/],
    ["a reference to itself", ["list", ["same", 0]], /expected the number of a value before/],
    ["a reference nowhere", ["same", "__proto__"], /expected the number of a value before/],
    ["a broken map", ["map", [1, 2, 3]], /expected pairs in a map in .*, got a list/],
    [
      "deep nesting",
      `{"version":1,"value":${'["list",'.repeat(100_000)}1${"]".repeat(100_000)}}`,
      /values at most 500 deep in .*, got deeper ones/,
    ],
  ];
  for (const [what, structure, said, tensors] of faults) {
    test(what, () => {
      writeStructure(structure, tensors);
      assert.throws(
        () => load(file),
        (error: Error) =>
          error.message.startsWith("load: ") && said.test(error.message) && error.message.includes(file),
      );
    });
  }

  test("cut short anywhere, or with any bytes changed: a value or an error in words, in flat memory", () => {
    save(file, { epoch: 1, model: new nn.BatchNorm1d(3).stateDict(), list: [1, Number.NaN, [null]] });
    const whole = readFileSync(file);
    const header = 8 + Number(whole.readBigUInt64LE());
    const attempt = (bytes: Uint8Array) => {
      writeFileSync(file, bytes);
      try {
        load(file);
        return true;
      } catch (error) {
        assert.match((error as Error).message, /^(load|safetensors): expected /);
        return false;
      }
    };
    for (let end = 0; end < whole.length; end += 3) assert.equal(attempt(whole.subarray(0, end)), false);
    const before = memoryUsage().heapBytes;
    const change = fc.tuple(fc.nat(header - 1), fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        const bytes = Uint8Array.from(whole);
        for (const [at, byte] of changes) bytes[at] = byte;
        attempt(bytes);
      }),
      { numRuns: 500 },
    );
    assert.ok(memoryUsage().heapBytes - before < 2 ** 22);
  });
});

describe("on the disk", () => {
  test("a file is replaced whole, keeps its mode, and nothing is left beside it", () => {
    const folder = mkdtempSync(path.join(root, "d-"));
    const target = path.join(folder, "x.safetensors");
    save(target, 1);
    chmodSync(target, 0o640);
    save(target, 2);
    assert.equal(load(target), 2);
    if (process.platform !== "win32") assert.equal(statSync(target).mode & 0o777, 0o640);
    assert.deepEqual(readdirSync(folder), ["x.safetensors"]);
  });

  test("where there is no room the old file stays", { skip: process.platform === "win32" }, () => {
    const folder = mkdtempSync(path.join(root, "full-"));
    const target = path.join(folder, "x.safetensors");
    save(target, "old");
    const script = `
      import { save } from ${JSON.stringify(path.join(import.meta.dirname, "../../../kernel/checkpoint/index.ts"))};
      import { thisMachine } from ${JSON.stringify(path.join(import.meta.dirname, "../../../kernel/host/machine.ts"))};
      import { setMachine } from ${JSON.stringify(path.join(import.meta.dirname, "../../../kernel/machine/machine.ts"))};
      setMachine(thisMachine);
      process.on("SIGXFSZ", () => {});
      try { save(${JSON.stringify(target)}, new Float64Array(500_000)); console.log("saved"); } catch (error) { console.log(error.message); }`;
    const program = path.join(folder, "program.mts");
    writeFileSync(program, script);
    const said = execFileSync(
      "sh",
      ["-c", `ulimit -f 64; exec "${process.execPath}" --import tsx "${program}"`],
      {
        encoding: "utf8",
        cwd: path.join(import.meta.dirname, "../../.."),
      },
    );
    assert.match(
      said,
      /expected to write .*x\.safetensors, but it would be larger than its file system takes/,
    );
    assert.equal(load(target), "old");
    assert.deepEqual(readdirSync(folder).toSorted(), ["program.mts", "x.safetensors"]);
  });
});

test("the state of the random stream goes round", () => {
  const state = round({ rng: getRngState() });
  assert.deepEqual(state.rng, getRngState());
});
