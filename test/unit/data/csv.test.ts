// Tables from CSV: what is read, and what is said of files that are wrong.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, describe, test } from "node:test";
import { type CsvOptions, csv } from "../../../kernel/data";
import { thisMachine } from "../../../kernel/host/machine";
import { setMachine } from "../../../kernel/machine/machine";

setMachine(thisMachine);

const root = mkdtempSync(path.join(tmpdir(), "bnlab-csv-"));
after(() => rmSync(root, { recursive: true }));

const iris = `sepal,petal,species
5.1,1.4,setosa
7.0,4.7,versicolor
6.3,6,"virginica"
4.9,1.5,setosa
`;

describe("csv reads", () => {
  test("numbers and classes, by column names", () => {
    const set = csv({ text: iris }, { label: "species" });
    assert.deepEqual(set.columns, ["sepal", "petal"]);
    assert.deepEqual(set.classes, ["setosa", "versicolor", "virginica"]);
    assert.deepEqual([...set.features.shape], [4, 2]);
    assert.deepEqual([...set.features.data], [5.1, 1.4, 7, 4.7, 6.3, 6, 4.9, 1.5].map(Math.fround));
    assert.deepEqual([set.labels.dtype, ...set.labels.data], ["int32", 0, 1, 2, 0]);
  });

  test("a file with BOM, Windows line ends, quotes, spaces and empty lines, from the working folder", () => {
    const file = path.join(root, "quoted.csv");
    const lines = ['\u{feff}"name, first" , size,class', '"A ""B""\nC", 1e3 ,x', "", "D,-.5,y"];
    writeFileSync(file, lines.join("\r\n"));
    const set = csv(path.relative(process.cwd(), file), { label: "name, first", features: ["size"] });
    assert.deepEqual(set.classes, ['A "B"\nC', "D"]);
    assert.deepEqual([...set.features.data], [1000, -0.5]);
  });

  test("a target of numbers", () => {
    const set = csv({ text: "rooms;price\n3;210\n5;340.5" }, { target: "price", delimiter: ";" });
    assert.deepEqual([set.labels.dtype, ...set.labels.data], ["float32", 210, 340.5]);
    assert.deepEqual([...set.labels.shape, set.classes.length], [2, 0]);
  });

  test("tables without a header, by number or by names given", () => {
    const text = "1,2,a\n3,4,b";
    assert.deepEqual(csv({ text }, { label: "2", header: false }).columns, ["0", "1"]);
    const set = csv({ text }, { label: "c", header: ["a", "b", "c"], features: ["b"] });
    assert.deepEqual([set.columns, [...set.features.data]], [["b"], [2, 4]]);
  });

  test("classes that are numbers in their order, others by code point, or as given", () => {
    const text = "x,digit\n1,10\n2,9\n3,10";
    assert.deepEqual(csv({ text }, { label: "digit" }).classes, ["9", "10"]);
    assert.deepEqual(csv({ text: "x,y\n1,b\n1,B\n1,a" }, { label: "y" }).classes, ["B", "a", "b"]);
    const given = csv({ text }, { label: "digit", classes: ["10", "9", "8"] });
    assert.deepEqual([...given.labels.data], [0, 1, 0]);
    assert.deepEqual(given.classes, ["10", "9", "8"]);
  });

  test("tables with missing values, without their rows or with a number in their place", () => {
    const text = "a,b,y\n1,,x\n2,NA,x\n3,4,x\n5,?,\n";
    const dropped = csv({ text }, { label: "y", missing: "drop" });
    assert.deepEqual([...dropped.features.data], [3, 4]);
    const filled = csv({ text: text.replace("?,", "?,x") }, { label: "y", missing: -1 });
    assert.deepEqual([...filled.features.data], [1, -1, 2, -1, 3, 4, 5, -1]);
    assert.equal(csv({ text }, { label: "a", features: ["a"] }).length, 4);
  });
});

describe("csv says what is wrong with", () => {
  const faults: [what: string, text: string, options: CsvOptions, fault: RegExp][] = [
    [
      "no choice of a column",
      iris,
      {},
      /csv: expected either \{ label: column \} for classes or \{ target: column \} for numbers, got neither/,
    ],
    ["two choices", iris, { label: "species", target: "petal" }, /got both/],
    [
      "an unknown column",
      iris,
      { label: "kind" },
      /csv: expected a column "kind" in the text, got sepal, petal, species/,
    ],
    ["an unknown feature", iris, { label: "species", features: ["width"] }, /expected a column "width"/],
    [
      "a missing value",
      "a,y\n1,x\n,x",
      { label: "y" },
      /expected a value in line 3, column "a" of the text, got ""; \{ missing: "drop" \} leaves such rows out, \{ missing: 0 \} puts a number there$/,
    ],
    [
      "a missing label",
      "a,y\n1,NaN",
      { label: "y", missing: 0 },
      /expected a value in line 2, column "y" of the text, got "NaN"; \{ missing: "drop" \} leaves such rows out$/,
    ],
    [
      "words among numbers",
      'a,y\n"1\n",x\none,x',
      { label: "y" },
      /expected a number in line 4, column "a" of the text, got "one"; name the columns of numbers in \{ features: \[...\] \}/,
    ],
    [
      "infinities",
      "a,y\nInfinity,x",
      { label: "y" },
      /expected a number in line 2, column "a" of the text, got "Infinity"/,
    ],
    [
      "a target of words",
      "a,y\n1,x",
      { target: "y" },
      /expected a number in line 2, column "y" of the text, got "x"/,
    ],
    [
      "a class that is not known",
      iris,
      { label: "species", classes: ["setosa"] },
      /one of the classes setosa in line 3, column "species" of the text, got "versicolor"/,
    ],
    [
      "rows of different lengths",
      "a,y\n1,x\n2",
      { label: "y" },
      /rows of equally many fields in the text, got an error reading it: .*expect 2, got 1 on line 3/,
    ],
    ["an open quote", 'a,y\n"1,x', { label: "y" }, /an error reading it: .*Quote/],
    ["a name given twice", "a,a\n1,2", { label: "a" }, /2 different column names for the text, got a, a/],
    [
      "too few names",
      "1,2",
      { label: "a", header: ["a"] },
      /2 different column names for the text, got a; give them in/,
    ],
    ["nothing", "", { label: "y" }, /expected rows in the text, got an empty table/],
    ["a header alone", "a,y\n", { label: "y" }, /at least one row of values in the text, got none/],
    [
      "gaps everywhere",
      "a,y\n,x\n?,x",
      { label: "y", missing: "drop" },
      /at least one row of values in the text, got missing values in each/,
    ],
  ];
  for (const [what, text, options, fault] of faults) {
    test(what, () => assert.throws(() => csv({ text }, options), fault));
  }

  test("something that is neither path nor text", () => {
    for (const source of [undefined, null, 5, { txt: "" }]) {
      assert.throws(() => csv(source as never, { label: "y" }), /csv: expected a path or \{ text \}, got/);
    }
    assert.throws(() => csv({ text: iris }), /expected either \{ label: column \}/);
  });

  test("a file that is not there, or with a fault, by its whole path", () => {
    assert.throws(
      () => csv("nowhere.csv", { label: "y" }),
      new RegExp(`expected a file, got ${path.resolve("nowhere.csv")}, which does not exist`),
    );
    const file = path.join(root, "gap.csv");
    writeFileSync(file, "a,y\n,x");
    assert.throws(() => csv(file, { label: "y" }), /line 2, column "a" of .*gap\.csv/);
  });
});

describe("csv: what a field is, and what its bytes are", () => {
  const number = (field: string) => csv({ text: `x,y\n${field},1\n` }, { target: "y" });

  test("numbers as people write them; what programs write is text", () => {
    for (const field of ["0x10", "0x1F", "0b1", "0o7", "1_000", "Infinity", "1e", "."]) {
      assert.throws(
        () => number(field),
        new RegExp(`expected a number in line 2, column "x" of the text, got "${field}"`),
      );
    }
    assert.deepEqual(
      ["+1.5", "-.5", "2.", "1E-3", "007"].map((field) => number(field).features.data[0]),
      [1.5, -0.5, 2, Math.fround(1e-3), 7],
    );
    const classes = csv({ text: "x,y\n1,0x10\n2,0x2\n" }, { label: "y" }).classes;
    assert.deepEqual(classes, ["0x10", "0x2"], "in the order of text");
  });

  test("a number beyond float32 is told, as a feature, a target and in place of what is missing", () => {
    for (const field of ["1e39", "-3.5e38", "1e400"]) {
      assert.throws(
        () => number(field),
        /expected a number that float32 holds, up to 3\.4e38, in line 2, column "x"/,
      );
      assert.throws(() => csv({ text: `x,y\n1,${field}\n` }, { target: "y" }), /float32 holds/);
    }
    assert.throws(
      () => csv({ text: "x,y\n,1\n" }, { target: "y", missing: 1e39 }),
      /csv: expected missing to be a number that float32 holds/,
    );
    assert.equal(number("3.4028235e38").features.data[0], 3.4028234663852886e38);
    assert.equal(number("1e-50").features.data[0], 0);
  });

  test("encodings: by name, by byte order mark, and told where bytes are not of it", () => {
    const file = (name: string, bytes: number[] | Buffer) => {
      const at = path.join(root, name);
      writeFileSync(at, Buffer.from(bytes as number[]));
      return at;
    };
    const classesOf = (at: string, encoding?: string) => csv(at, { label: "k", encoding }).classes;
    const ascii = [...Buffer.from("x,k\n1,")];
    const latin = file("latin.csv", [...ascii, 0x63, 0x61, 0x66, 0xe9, 0x0a]);
    assert.throws(
      () => classesOf(latin),
      /csv: expected text in utf-8 in .*latin\.csv.*\{ encoding: "gbk" \} for Chinese, \{ encoding: "latin1" \}/,
    );
    assert.deepEqual(classesOf(latin, "latin1"), ["café"]);
    const gbk = file("gbk.csv", [...ascii, 0xc3, 0xa8, 0x0a]);
    assert.deepEqual(classesOf(gbk, "gbk"), ["猫"]);
    assert.deepEqual(classesOf(file("utf8.csv", Buffer.from("\u{feff}x,k\n1,猫\n"))), ["猫"]);
    const utf16 = Buffer.from("\u{feff}x,k\n1,猫\n", "utf16le");
    assert.deepEqual(classesOf(file("utf16le.csv", utf16)), ["猫"]);
    assert.deepEqual(classesOf(file("utf16be.csv", Buffer.from(utf16).swap16())), ["猫"]);
    assert.deepEqual(classesOf(file("unmarked.csv", utf16.subarray(2)), "utf-16le"), ["猫"]);
    assert.throws(
      () => classesOf(latin, "klingon"),
      /csv: expected an encoding such as "utf-8".*got "klingon"/,
    );
  });

  test("a hundred thousand columns are read, and an error names a few of them", () => {
    const columns = Array.from({ length: 100_000 }, (_, n) => `c${n}`);
    const text = `${columns.join(",")}\n${columns.map((_, n) => n % 7).join(",")}\n`;
    assert.deepEqual([...csv({ text }, { target: "c3" }).features.shape], [1, 99_999]);
    assert.throws(
      () => csv({ text }, { target: "c" }),
      ({ message }: Error) => message.length < 300 && message.includes("and 99980 more"),
    );
  });
});
